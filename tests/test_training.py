"""The three initializers and the three runs, held to what published runs print."""

import inspect
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

import initialization
from init_utils import backward_propagation, forward_propagation, predict, predict_dec
from initialization import INITIALIZERS, model, train
from tests import textbook

DIMS = [(3, 2, 1), [2, 4, 1], [5, 4, 3, 2, 1], np.array([7, 50, 2]), [4, 1]]


@pytest.mark.parametrize("example", ["zeros", "random", "he", "he_second"])
def test_initial_parameters_are_the_published_ones(published, example):
    wanted = published["initial_parameters"][example]
    parameters = INITIALIZERS[example.split("_")[0]](wanted["layers_dims"])
    assert list(parameters) == ["W1", "b1", "W2", "b2"]
    for name, value in parameters.items():
        np.testing.assert_allclose(value, wanted[name], rtol=0, atol=1e-8)
        assert value.dtype == np.float64


@pytest.mark.parametrize("layers_dims", DIMS, ids=str)
@pytest.mark.parametrize(
    ("name", "scale"),
    [("zeros", lambda n_prev: 0), ("random", lambda n_prev: 10), ("he", lambda n: (2 / n) ** 0.5)],
)
def test_initializers_keep_the_seed_contract_for_any_layers(name, scale, layers_dims):
    parameters = INITIALIZERS[name](layers_dims)
    generator = np.random.RandomState(3)
    assert len(parameters) == 2 * (len(layers_dims) - 1)
    for l in range(1, len(layers_dims)):
        n, n_prev = layers_dims[l], layers_dims[l - 1]
        expected = generator.standard_normal((n, n_prev)) * scale(n_prev)
        np.testing.assert_allclose(parameters[f"W{l}"], expected, rtol=1e-15)
        np.testing.assert_array_equal(parameters[f"b{l}"], np.zeros((n, 1)))


def test_zeros_draws_no_random_number():
    np.random.seed(7)
    expected = np.random.rand()
    np.random.seed(7)
    INITIALIZERS["zeros"]([2, 10, 5, 1])
    assert np.random.rand() == expected


def test_zeros_stays_at_ln_2(runs, published):
    np.testing.assert_allclose(runs["zeros"].costs, np.log(2), rtol=1e-15)
    for machine in published["costs"].values():
        costs = list(map(float, machine["zeros"]))
        np.testing.assert_allclose(runs["zeros"].costs, costs, rtol=1e-15)


def test_zeros_moves_no_weight_and_its_gradients_are_zero(runs, circles):
    parameters = runs["zeros"].parameters
    _, cache = forward_propagation(circles.train_X, parameters)
    grads = backward_propagation(circles.train_X, circles.train_Y, cache)
    for name, value in parameters.items():
        if name != "b3":
            assert not value.any(), name
            assert not grads["d" + name].any(), name
    assert abs(grads["db3"].item()) < 1e-16


def test_he_prints_the_published_costs(runs, published):
    for machine in published["costs"].values():
        np.testing.assert_allclose(runs["he"].costs, list(map(float, machine["he"])), rtol=1e-9)


def test_random_starts_at_inf_and_stays_where_published_machines_were(runs, published):
    costs = runs["random"].costs
    assert costs[0] == np.inf
    for iteration, machines in published["random_cost_on_ten_machines"].items():
        if iteration == "_about":
            continue
        # Ten machines show a part of what is possible: twice their spread on either side.
        margin = 2 * (max(machines) - min(machines))
        cost = costs[int(iteration) // 1000]
        assert min(machines) - margin <= cost <= max(machines) + margin, iteration
    others = [list(map(float, machine["random"])) for machine in published["costs"].values()]
    for at, (cost, low, high) in enumerate(
        zip(costs[1:], np.min(others, axis=0)[1:], np.max(others, axis=0)[1:], strict=True), 1
    ):
        assert low - 0.01 <= cost <= high + 0.01, at * 1000


@pytest.mark.parametrize("name", ["zeros", "random", "he"])
def test_accuracies_are_the_published_ones(runs, circles, published, capsys, name):
    parameters = runs[name].parameters
    predict(circles.train_X, circles.train_Y, parameters)
    predict(circles.test_X, circles.test_Y, parameters)
    accuracy = published["accuracy"][name]
    assert (
        capsys.readouterr().out == f"Accuracy: {accuracy['train']}\nAccuracy: {accuracy['test']}\n"
    )


@pytest.mark.parametrize("name", ["zeros", "random"])
@pytest.mark.parametrize("part", ["train", "test"])
def test_predictions_are_the_published_ones(runs, circles, published, name, part):
    X = {"train": circles.train_X, "test": circles.test_X}[part]
    decisions = predict_dec(runs[name].parameters, X)[0]
    assert "".join(str(int(label)) for label in decisions) == published["predictions"][name][part]


@pytest.mark.parametrize("name", ["zeros", "random", "he"])
def test_training_ends_where_the_textbook_loop_ends_to_the_last_bit(runs, circles, name):
    X, Y = circles.train_X, circles.train_Y
    parameters, costs = textbook.train(X, Y, runs[name].start)
    for key, value in parameters.items():
        assert value.tobytes() == runs[name].parameters[key].tobytes(), key
    np.testing.assert_allclose(runs[name].costs, costs, rtol=1e-14)


def test_model_trains_with_each_name_as_the_runs_do(runs, circles, capsys):
    for name, run in runs.items():
        parameters = model(circles.train_X, circles.train_Y, initialization=name, plot_cost=False)
        for key, value in parameters.items():
            np.testing.assert_array_equal(value, run.parameters[key])
        lines = capsys.readouterr().out.splitlines()
        assert lines == [f"Cost after iteration {i * 1000}: {c}" for i, c in enumerate(run.costs)]


def test_model_trains_with_a_function(circles):
    asked = []

    def my_start(layers_dims):
        asked.append(layers_dims)
        return INITIALIZERS["random"](layers_dims)

    settings = {"num_iterations": 50, "print_cost": False, "plot_cost": False}
    mine = model(circles.train_X, circles.train_Y, initialization=my_start, **settings)
    theirs = model(circles.train_X, circles.train_Y, initialization="random", **settings)
    assert asked == [[2, 10, 5, 1]]
    for name, value in mine.items():
        np.testing.assert_array_equal(value, theirs[name])


@pytest.mark.parametrize("learning_rate", [0.1, 1.5, np.float32(0.25)])
def test_the_learning_rate_is_used_and_named_in_the_plot(circles, he_start, learning_rate):
    X, Y = circles.train_X, circles.train_Y
    expected, _ = textbook.train(X, Y, he_start, learning_rate, 5)
    trained, _ = train(X, Y, he_start, learning_rate, 5, print_cost=False)
    modeled = model(X, Y, learning_rate, 5, print_cost=False)
    for name, value in expected.items():
        np.testing.assert_array_equal(trained[name], value)
        np.testing.assert_array_equal(modeled[name], value)
    assert plt.gca().get_title() == f"Learning rate ={learning_rate}"


def test_model_prints_nothing_when_told_so(circles, capsys):
    model(circles.train_X, circles.train_Y, num_iterations=1, print_cost=False)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["random", "he"])
def test_initializers_seed_the_global_generator(name):
    INITIALIZERS[name]([3, 2, 1])
    np.testing.assert_array_equal(
        np.random.randn(2), np.random.RandomState(3).standard_normal(10)[8:]
    )


def test_model_starts_with_he_when_nothing_is_said(circles):
    settings = {"num_iterations": 5, "print_cost": False, "plot_cost": False}
    default = model(circles.train_X, circles.train_Y, **settings)
    he = model(circles.train_X, circles.train_Y, initialization="he", **settings)
    for name, value in default.items():
        np.testing.assert_array_equal(value, he[name])


def test_model_returns_the_costs_when_asked(circles, runs):
    parameters, costs = model(
        circles.train_X,
        circles.train_Y,
        num_iterations=1001,
        print_cost=False,
        plot_cost=False,
        return_costs=True,
    )
    assert list(parameters) == ["W1", "b1", "W2", "b2", "W3", "b3"]
    assert costs == runs["he"].costs[:2]


def test_model_takes_as_many_features_as_X_has():
    X = np.random.RandomState(0).randn(3, 8)
    parameters = model(X, np.array([[0, 1] * 4]), num_iterations=1, plot_cost=False)
    assert parameters["W1"].shape == (10, 3)


def test_train_does_not_change_where_it_starts(circles, he_start):
    values = {name: value.copy() for name, value in he_start.items()}
    arrays = dict(he_start)
    trained, _ = train(circles.train_X, circles.train_Y, he_start, num_iterations=3)
    assert trained is not he_start
    for name, value in he_start.items():
        assert value is arrays[name]
        np.testing.assert_array_equal(value, values[name])


@pytest.mark.parametrize(("num_iterations", "number"), [(0, 0), (1, 1), (1000, 1), (1001, 2)])
@pytest.mark.parametrize("print_cost", [True, False])
def test_costs_are_those_of_every_1000th_iteration(
    circles, he_start, capsys, num_iterations, number, print_cost
):
    _, costs = train(circles.train_X, circles.train_Y, he_start, 0.01, num_iterations, print_cost)
    assert len(costs) == number
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == (number if print_cost else 0)
    assert all(re.fullmatch(r"Cost after iteration \d+000?: 0\.\d+", line) for line in printed[1:])


@pytest.mark.parametrize(
    ("function", "signature"),
    [
        ("initialize_parameters_zeros", "(layers_dims)"),
        ("initialize_parameters_random", "(layers_dims)"),
        ("initialize_parameters_he", "(layers_dims)"),
        (
            "train",
            "(X, Y, parameters, learning_rate=0.01, num_iterations=15000, print_cost=True)",
        ),
        (
            "model",
            "(X, Y, learning_rate=0.01, num_iterations=15000, print_cost=True, "
            "initialization='he', *, plot_cost=True, return_costs=False)",
        ),
    ],
)
def test_signatures_are_those_of_the_lab(function, signature):
    assert str(inspect.signature(getattr(initialization, function))) == signature
