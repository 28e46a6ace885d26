"""The network's functions against independent oracles."""

import inspect
import itertools

import numpy as np
import pytest
from scipy.optimize import check_grad
from scipy.special import expit
from sklearn.datasets import make_circles
from sklearn.metrics import accuracy_score, log_loss

import init_utils
from init_utils import (
    backward_propagation,
    compute_loss,
    forward_propagation,
    load_dataset,
    predict,
    predict_dec,
    relu,
    sigmoid,
    update_parameters,
)

FAR_OUT = np.array([[-1e308, -1e4, -750.0, 750.0, 1e4, 1e308]])


def test_sigmoid_agrees_with_scipy():
    x = np.linspace(-700, 700, 4001).reshape(1, -1)
    np.testing.assert_allclose(sigmoid(x), expit(x), rtol=1e-14)


def test_sigmoid_is_exactly_0_or_1_far_out():
    np.testing.assert_array_equal(sigmoid(FAR_OUT), [[0, 0, 0, 1, 1, 1]])


def test_sigmoid_takes_scalars():
    assert sigmoid(0) == 0.5
    assert sigmoid(-1000) == 0
    assert np.ndim(sigmoid(0)) == 0
    assert sigmoid(2.0) == pytest.approx(expit(2.0), rel=1e-15)


def test_relu_keeps_what_is_positive_and_nothing_else():
    x = np.array([[-2.0, -0.0, 0.0, 3.5]])
    np.testing.assert_array_equal(relu(x), [[0, 0, 0, 3.5]])
    assert relu(-3) == 0
    assert relu(2.5) == 2.5


def test_loss_agrees_with_scikit_learn():
    generator = np.random.RandomState(0)
    a3 = generator.uniform(0.001, 0.999, (1, 50))
    Y = generator.randint(0, 2, (1, 50))
    assert compute_loss(a3, Y) == pytest.approx(log_loss(Y[0], a3[0]), rel=1e-13)


def test_loss_counts_0_log_0_as_0():
    assert compute_loss(np.array([[0.0, 1.0]]), np.array([[0, 1]])) == 0


@pytest.mark.parametrize("label", [0, 1])
def test_loss_of_a_saturated_wrong_answer_is_inf(label):
    a3 = np.array([[1.0 - label, 0.5]])
    assert compute_loss(a3, np.array([[label, 1]])) == np.inf


def test_loss_does_not_hide_nan():
    assert np.isnan(compute_loss(np.array([[np.nan, 0.5]]), np.array([[1, 0]])))


def test_loss_is_a_plain_float():
    assert type(compute_loss(np.array([[0.25]]), np.array([[1]]))) is float


def test_forward_propagation_computes_the_three_layers(circles, he_start):
    a3, cache = forward_propagation(circles.train_X, he_start)
    assert type(cache) is tuple
    z1, a1, W1, b1, z2, a2, W2, b2, z3, output, W3, b3 = cache
    np.testing.assert_allclose(z1, W1 @ circles.train_X + b1, rtol=1e-13)
    np.testing.assert_array_equal(a1, z1.clip(min=0))
    np.testing.assert_allclose(z2, W2 @ a1 + b2, rtol=1e-12, atol=1e-15)
    np.testing.assert_array_equal(a2, z2.clip(min=0))
    np.testing.assert_allclose(z3, W3 @ a2 + b3, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(a3, expit(z3), rtol=1e-14)
    assert output is a3
    assert a3.shape == (1, 300)
    for array, given in zip((W1, b1, W2, b2, W3, b3), he_start.values(), strict=True):
        assert array is given


def flat(arrays):
    return np.concatenate([np.ravel(array) for array in arrays])


def unflat(vector, parameters):
    parts = np.split(vector, np.cumsum([value.size for value in parameters.values()])[:-1])
    return {
        name: part.reshape(value.shape)
        for part, (name, value) in zip(parts, parameters.items(), strict=True)
    }


def test_backward_propagation_is_the_gradient_of_the_loss(circles, he_start):
    X, Y = circles.train_X, circles.train_Y
    generator = np.random.RandomState(0)
    start = {name: value + generator.randn(*value.shape) / 9 for name, value in he_start.items()}

    def loss(vector):
        return compute_loss(forward_propagation(X, unflat(vector, start))[0], Y)

    def gradient(vector):
        _, cache = forward_propagation(X, unflat(vector, start))
        grads = backward_propagation(X, Y, cache)
        return flat(grads["d" + name] for name in start)

    at = flat(start.values())
    assert check_grad(loss, gradient, at) < 1e-6 * np.linalg.norm(gradient(at))


def test_gradients_with_respect_to_the_layers_agree_with_differences(circles, he_start):
    X, Y = circles.train_X[:, :7], circles.train_Y[:, :7]
    _, cache = forward_propagation(X, he_start)
    z1, a1, W1, b1, z2, a2, W2, b2, z3, a3, W3, b3 = cache
    grads = backward_propagation(X, Y, cache)
    rest_of_the_network = {
        "z3": lambda z3: expit(z3),
        "a2": lambda a2: expit(W3 @ a2 + b3),
        "z2": lambda z2: expit(W3 @ z2.clip(min=0) + b3),
        "a1": lambda a1: expit(W3 @ (W2 @ a1 + b2).clip(min=0) + b3),
        "z1": lambda z1: expit(W3 @ (W2 @ z1.clip(min=0) + b2).clip(min=0) + b3),
    }
    for name, value in (("z3", z3), ("a2", a2), ("z2", z2), ("a1", a1), ("z1", z1)):

        def loss(vector, name=name, shape=value.shape):
            return compute_loss(rest_of_the_network[name](vector.reshape(shape)), Y)

        def gradient(vector, name=name):
            return grads["d" + name].ravel()

        assert check_grad(loss, gradient, value.ravel()) < 1e-6, name


def test_backward_propagation_returns_a_gradient_for_each_array(circles, he_start):
    _, cache = forward_propagation(circles.train_X, he_start)
    grads = backward_propagation(circles.train_X, circles.train_Y, cache)
    names = ["dz3", "dW3", "db3", "da2", "dz2", "dW2", "db2", "da1", "dz1", "dW1", "db1"]
    assert list(grads) == names
    for name, value in he_start.items():
        assert grads["d" + name].shape == value.shape


@pytest.mark.parametrize("layers", [1, 2, 3, 6])
def test_update_parameters_steps_against_the_gradient(layers):
    generator = np.random.RandomState(layers)
    names = [f"{letter}{l}" for l, letter in itertools.product(range(1, layers + 1), "Wb")]
    old = {name: generator.randn(3, 2) for name in names}
    copies = {name: value.copy() for name, value in old.items()}
    grads = {"d" + name: generator.randn(3, 2) for name in names}
    parameters = dict(old)

    returned = update_parameters(parameters, {**grads, "dz1": None}, 0.1)

    assert returned is parameters
    for name in names:
        np.testing.assert_allclose(parameters[name], copies[name] - 0.1 * grads["d" + name])
        np.testing.assert_array_equal(old[name], copies[name])


def test_update_parameters_changes_nothing_when_a_gradient_is_missing():
    W1, b1 = np.ones((1, 1)), np.ones((1, 1))
    parameters = {"W1": W1, "b1": b1}
    with pytest.raises(KeyError, match="db1"):
        update_parameters(parameters, {"dW1": np.ones((1, 1))}, 0.1)
    assert parameters["W1"] is W1
    assert parameters["b1"] is b1


def test_predict_prints_the_accuracy_and_returns_the_labels(circles, he_start, capsys):
    predictions = predict(circles.train_X, circles.train_Y, he_start)
    accuracy = accuracy_score(circles.train_Y[0], predictions[0])
    assert capsys.readouterr().out == f"Accuracy: {accuracy}\n"
    assert predictions.shape == (1, 300)
    assert predictions.dtype.kind == "i"
    a3, _ = forward_propagation(circles.train_X, he_start)
    np.testing.assert_array_equal(predictions, (a3 > 0.5).astype(int))


def test_predicting_leaves_the_global_generator_alone(circles, he_start):
    np.random.seed(7)
    expected = np.random.rand(3)
    np.random.seed(7)
    predict(circles.train_X, circles.train_Y, he_start)
    np.testing.assert_array_equal(np.random.rand(3), expected)


def test_predict_dec_is_true_above_one_half_and_not_at_it(circles, he_start):
    decisions = predict_dec(he_start, circles.train_X)
    a3, _ = forward_propagation(circles.train_X, he_start)
    np.testing.assert_array_equal(decisions, a3 > 0.5)
    assert decisions.dtype == bool
    zeros = {name: value * 0 for name, value in he_start.items()}
    assert not predict_dec(zeros, circles.train_X).any()


def test_load_dataset_is_what_seeding_the_global_generator_gives():
    state = np.random.get_state()
    np.random.seed(1)
    train_X, train_Y = make_circles(n_samples=300, noise=0.05)
    np.random.seed(2)
    test_X, test_Y = make_circles(n_samples=100, noise=0.05)
    np.random.set_state(state)
    expected = (train_X.T, train_Y.reshape(1, 300), test_X.T, test_Y.reshape(1, 100))
    for array, wanted in zip(load_dataset(plot=False), expected, strict=True):
        assert array.shape == wanted.shape
        assert array.dtype.kind == wanted.dtype.kind
        np.testing.assert_array_equal(array, wanted)


@pytest.mark.parametrize("plot", [True, False])
def test_load_dataset_leaves_the_global_generator_alone(plot):
    np.random.seed(7)
    expected = np.random.rand(3)
    np.random.seed(7)
    load_dataset(plot=plot)
    np.testing.assert_array_equal(np.random.rand(3), expected)


def test_names_and_signatures_are_those_of_the_lab():
    signatures = {
        "sigmoid": "(x)",
        "relu": "(x)",
        "compute_loss": "(a3, Y)",
        "forward_propagation": "(X, parameters)",
        "backward_propagation": "(X, Y, cache)",
        "update_parameters": "(parameters, grads, learning_rate)",
        "predict": "(X, y, parameters)",
        "predict_dec": "(parameters, X)",
        "load_dataset": "(plot=True)",
        "plot_decision_boundary": "(model, X, y, ax=None)",
    }
    for name, signature in signatures.items():
        assert str(inspect.signature(getattr(init_utils, name))) == signature, name
