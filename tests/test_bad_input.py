"""Bad input: a one-line error that names the argument, and nothing changed."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from init_utils import load_dataset, plot_decision_boundary, predict, predict_dec
from initialization import (
    INITIALIZERS,
    initialize_parameters_he,
    initialize_parameters_random,
    model,
    train,
)

X = np.arange(8.0).reshape(2, 4)
Y = np.array([[0, 1, 1, 0]])


def start(**changes):
    """Return parameters that fit X, with some entries changed, or left out if they are None."""
    parameters = {**INITIALIZERS["he"]([2, 10, 5, 1]), **changes}
    return {name: value for name, value in parameters.items() if value is not None}


def with_entry(value):
    """Return X with one entry changed."""
    changed = X.copy()
    changed[0, 1] = value
    return changed


FEATURES = "X: expected shape (features, m), none of them 0, got "
BAD_X = [
    ([[1, 2]], TypeError, "X: expected a NumPy array, got list"),
    (X[0], ValueError, "X: expected shape (features, m), none of them 0, got (4,)"),
    (X[:, :0], ValueError, "X: expected shape (features, m), none of them 0, got (2, 0)"),
    (X.astype(str), TypeError, "X: expected an array of real numbers, got dtype <U32"),
    (X.reshape(2, 2, 2), ValueError, f"{FEATURES}(2, 2, 2)"),
    (X.astype(object), TypeError, "X: expected an array of real numbers, got dtype object"),
    (
        np.where(X > 5, np.nan, X),
        ValueError,
        "X: expected finite numbers, got 2 that are nan or inf",
    ),
    (X.astype(complex), TypeError, "X: expected an array of real numbers, got dtype complex128"),
    (with_entry(np.nan), ValueError, "X: expected finite numbers, got 1 that are nan or inf"),
    (with_entry(np.inf), ValueError, "X: expected finite numbers, got 1 that are nan or inf"),
]
ORDER = " (load_dataset returns train_X, train_Y, test_X, test_Y, in this order)"
ROW = "expected shape (1, 4), a label for each column of X, got "
BAD_Y = [
    ([[0, 1, 1, 0]], TypeError, "expected a NumPy array, got list"),
    (
        Y[0],
        ValueError,
        f"{ROW}(4,)",
    ),
    (
        Y.T,
        ValueError,
        f"{ROW}(4, 1)",
    ),
    (
        Y[:, :3],
        ValueError,
        f"{ROW}(1, 3)",
    ),
    (Y + 1, ValueError, "expected labels 0 and 1, got 2 among them"),
    (2 * Y - 1, ValueError, "expected labels 0 and 1, got -1 among them"),
    (Y * 0.5, ValueError, "expected labels 0 and 1, got 0.5 among them"),
    (Y * np.nan, ValueError, "expected labels 0 and 1, got nan among them"),
    (Y.astype(str), TypeError, "expected an array of real numbers, got dtype <U21"),
]
SIX = "parameters: expected the keys W1, b1, W2, b2, W3, b3 of a three-layer network, got "
BAD_PARAMETERS = [
    (None, TypeError, "parameters: expected a dict, got NoneType"),
    (("W1", "b1"), TypeError, "parameters: expected a dict, got tuple"),
    (
        start(b1=np.zeros((5, 1))),
        ValueError,
        "parameters['b1']: expected shape (10, 1), got (5, 1)",
    ),
    (
        start(W3=None),
        ValueError,
        f"{SIX}['W1', 'b1', 'W2', 'b2', 'b3'], without 'W3'",
    ),
    ({}, ValueError, f"{SIX}[], without 'W1'"),
    (
        initialize_parameters_he([2, 4, 3, 2, 1]),
        ValueError,
        f"{SIX}['W1', 'b1', 'W2', 'b2', 'W3', 'b3', 'W4', 'b4'], with 'W4' too",
    ),
    (
        start(W1=start()["W1"].T),
        ValueError,
        "parameters['W1']: expected shape (10, 2) for X of shape (2, 4), got (2, 10)",
    ),
    (
        start(W2=start()["W2"].T),
        ValueError,
        "parameters['W2']: expected shape (5, 10), got (10, 5)",
    ),
    (
        start(W3=start()["W3"].T),
        ValueError,
        "parameters['W3']: expected shape (1, 5), got (5, 1)",
    ),
    (
        start(b1=np.zeros(10)),
        ValueError,
        "parameters['b1']: expected shape (10, 1), got (10,)",
    ),
    (
        start(b2=np.zeros((1, 5))),
        ValueError,
        "parameters['b2']: expected shape (5, 1), got (1, 5)",
    ),
    (
        start(W3=np.zeros((2, 5)), b3=np.zeros((2, 1))),
        ValueError,
        "parameters['W3']: expected shape (1, 5), got (2, 5)",
    ),
    (
        start(W1=np.array(0.0)),
        ValueError,
        "parameters['W1']: expected shape (10, 2) for X of shape (2, 4), got ()",
    ),
    (
        initialize_parameters_he([3, 10, 5, 1]),
        ValueError,
        "parameters['W1']: expected shape (10, 2) for X of shape (2, 4), got (10, 3)",
    ),
    (start(b3=[[0.0]]), TypeError, "parameters['b3']: expected a NumPy array, got list"),
    (
        start(b3=np.array([["0"]])),
        TypeError,
        "parameters['b3']: expected an array of real numbers, got dtype <U1",
    ),
]
BAD_LEARNING_RATES = [
    (0, ValueError, "a positive, finite number, got 0"),
    (-0.01, ValueError, "a positive, finite number, got -0.01"),
    (np.inf, ValueError, "a positive, finite number, got inf"),
    (np.nan, ValueError, "a positive, finite number, got nan"),
    ("0.01", TypeError, "a number, got '0.01'"),
    (None, TypeError, "a number, got None"),
    (True, TypeError, "a number, got True"),
]
BAD_NUMBERS_OF_ITERATIONS = [
    (-1, ValueError, "-1"),
    (15000.0, TypeError, "15000.0"),
    ("10", TypeError, "'10'"),
    (None, TypeError, "None"),
    (True, TypeError, "True"),
]
NAMES = 'initialization: expected "zeros", "random", "he" or a function of layers_dims, got '
BAD_INITIALIZATIONS = [
    ("He", ValueError, "'He'; did you mean \"he\"?"),
    ("ZEROS", ValueError, "'ZEROS'; did you mean \"zeros\"?"),
    ([], TypeError, "list"),
    ("zero", ValueError, "'zero'; did you mean \"zeros\"?"),
    ("rand", ValueError, "'rand'; did you mean \"random\"?"),
    ("xavier", ValueError, "'xavier'"),
    (None, TypeError, "NoneType"),
    (3, TypeError, "int"),
    (INITIALIZERS["he"]([2, 10, 5, 1]), TypeError, "dict"),
]
BAD_LAYERS_DIMS = [
    (3, TypeError, "3"),
    ("31", TypeError, "'31'"),
    (None, TypeError, "None"),
    ({3: 1}, TypeError, "{3: 1}"),
    ([], ValueError, "[]"),
    ([3], ValueError, "[3]"),
    ([3, 0], ValueError, "[3, 0]"),
    ([3, -1], ValueError, "[3, -1]"),
    ([3.0, 1], ValueError, "[3.0, 1]"),
    ([3, "1"], ValueError, "[3, '1']"),
    ([3, True], ValueError, "[3, True]"),
    (np.array(3), TypeError, "3"),
    (np.ones((2, 2), int), ValueError, "[[1, 1], [1, 1]]"),
]


def assert_refused(error, message, function, *args, **kwargs):
    """Call the function, and hold the error to its type and its one line."""
    with pytest.raises(error) as caught:
        function(*args, **kwargs)
    assert type(caught.value) is error
    assert str(caught.value) == message
    assert "\n" not in message


@pytest.mark.parametrize(("bad", "error", "message"), BAD_X)
def test_bad_X(bad, error, message):
    assert_refused(error, message, train, bad, Y, start())
    assert_refused(error, message, model, bad, Y)
    assert_refused(error, message, predict, bad, Y, start())
    assert_refused(error, message, predict_dec, start(), bad)
    assert_refused(error, message, plot_decision_boundary, lambda x: x[:, 0] > 0, bad, Y)


@pytest.mark.parametrize(("bad", "error", "message"), BAD_Y)
def test_bad_Y(bad, error, message):
    assert_refused(error, "Y: " + message, train, X, bad, start())
    assert_refused(error, "Y: " + message, model, X, bad)
    assert_refused(error, "y: " + message, predict, X, bad, start())


@pytest.mark.parametrize(("bad", "error", "message"), BAD_PARAMETERS)
def test_bad_parameters(bad, error, message):
    entries = dict(bad) if isinstance(bad, dict) else {}
    copies = {name: np.copy(value) for name, value in entries.items()}
    assert_refused(error, message, train, X, Y, bad)
    assert_refused(error, message, predict, X, Y, bad)
    assert_refused(error, message, predict_dec, bad, X)
    assert not entries or list(bad) == list(entries)
    for name, value in entries.items():
        assert bad[name] is value
        np.testing.assert_array_equal(value, copies[name])


@pytest.mark.parametrize(("bad", "error", "message"), BAD_LEARNING_RATES)
def test_bad_learning_rate(bad, error, message):
    message = f"learning_rate: expected {message}"
    assert_refused(error, message, train, X, Y, start(), learning_rate=bad)
    assert_refused(error, message, model, X, Y, learning_rate=bad)


@pytest.mark.parametrize(("bad", "error", "came"), BAD_NUMBERS_OF_ITERATIONS)
def test_bad_num_iterations(bad, error, came):
    message = f"num_iterations: expected an int >= 0, got {came}"
    assert_refused(error, message, train, X, Y, start(), num_iterations=bad)
    assert_refused(error, message, model, X, Y, num_iterations=bad)


@pytest.mark.parametrize(("bad", "error", "came"), BAD_INITIALIZATIONS)
def test_bad_initialization(bad, error, came):
    assert_refused(error, NAMES + came, model, X, Y, initialization=bad)


def test_a_function_that_returns_nothing():
    message = "initialization(...): expected a dict, got NoneType"
    assert_refused(TypeError, message, model, X, Y, initialization=lambda layers_dims: None)


def test_a_function_that_returns_parameters_that_do_not_fit():
    message = "initialization(...)['W1']: expected shape (10, 2) for X of shape (2, 4), got (10, 3)"
    initialize = lambda layers_dims: INITIALIZERS["he"]([3, 10, 5, 1])  # noqa: E731
    assert_refused(ValueError, message, model, X, Y, initialization=initialize)


@pytest.mark.parametrize(("bad", "error", "came"), BAD_LAYERS_DIMS)
@pytest.mark.parametrize("initialize", INITIALIZERS.values(), ids=INITIALIZERS)
def test_bad_layers_dims(initialize, bad, error, came):
    np.random.seed(7)
    expected = np.random.rand()
    np.random.seed(7)
    message = "layers_dims: expected at least two positive ints, like [2, 10, 5, 1], got " + came
    assert_refused(error, message, initialize, bad)
    assert np.random.rand() == expected, "the generator moved before the error"


def test_nothing_is_printed_or_drawn_before_an_error(capsys):
    with pytest.raises(ValueError, match="learning_rate"):
        model(X, Y, learning_rate=-1)
    with pytest.raises(ValueError, match="'W3'"):
        predict(X, Y, start(W3=None))
    assert capsys.readouterr().out == ""
    assert not plt.get_fignums()


def test_predicting_with_the_demo_parameters_still_in_the_variable(circles):
    parameters = initialize_parameters_random([3, 2, 1])
    message = f"{SIX}['W1', 'b1', 'W2', 'b2'], without 'W3'"
    assert_refused(ValueError, message, predict, circles.train_X, circles.train_Y, parameters)


def test_unpacking_the_dataset_in_the_wrong_order():
    train_X, test_X, train_Y, _ = load_dataset(plot=False)
    expected = "Y: expected shape (1, 300), a label for each column of X, got (2, 100)"
    assert_refused(ValueError, expected + ORDER, model, train_X, train_Y)
    with pytest.raises(ValueError, match="returns train_X, train_Y, test_X, test_Y, in this order"):
        model(test_X, train_X)


def test_transposed_examples_are_named():
    message = "X: expected shape (features, 4), got its transpose (4, 2)"
    assert_refused(ValueError, message, train, X.T, Y, start())
    assert_refused(ValueError, message, predict, X.T, Y, start())
    message = "X: expected shape (2, m), got its transpose (4, 2)"
    assert_refused(ValueError, message, predict_dec, start(), X.T)


def test_transposed_points_in_a_boundary_are_named():
    with pytest.raises(
        ValueError, match=r"^X: expected shape \(2, m\), got its transpose \(\d+, 2\)$"
    ):
        plot_decision_boundary(lambda points: predict_dec(start(), points), X, Y)


@pytest.mark.parametrize("good", [np.int64(3), np.int32(1)])
def test_numpy_whole_numbers_are_welcome(good):
    _, costs = train(X, Y, start(), num_iterations=good, print_cost=False)
    assert len(costs) == 1
    assert INITIALIZERS["he"]([good, 2, 1])["W1"].shape == (2, good)


def test_labels_may_be_of_any_real_type():
    for labels in (Y.astype(float), Y.astype(bool), Y.astype("uint8")):
        parameters, _ = train(X, labels, start(), num_iterations=2, print_cost=False)
        expected, _ = train(X, Y, start(), num_iterations=2, print_cost=False)
        np.testing.assert_array_equal(parameters["W1"], expected["W1"])


def test_boundary_refuses_a_model_without_a_label_for_each_point():
    with pytest.raises(ValueError, match=r"^model: expected \d+ labels, got shape \(3,\)$"):
        plot_decision_boundary(lambda points: np.zeros(3), X, Y)
    assert not plt.get_fignums()


def test_boundary_refuses_bad_labels():
    right_half = lambda points: points[:, 0] > 0  # noqa: E731
    for bad, came in ((Y + 1, "2"), (2 * Y - 1, "-1"), (Y * np.nan, "nan")):
        message = f"y: expected labels 0 and 1, got {came} among them"
        assert_refused(ValueError, message, plot_decision_boundary, right_half, X, bad)
    message = f"y: {ROW}(1, 3)"
    assert_refused(ValueError, message, plot_decision_boundary, right_half, X, Y[0, :3])


@pytest.mark.parametrize(
    ("bad", "error", "message"),
    [
        (start(), TypeError, "model: expected a function of points, got dict"),
        (
            lambda points: (1, [2, 3]),
            TypeError,
            "model: expected a label for each point, got tuple",
        ),
        (lambda points: "red", TypeError, "model: expected a label for each point, got str"),
        (
            lambda points: 2.0 * (points[:, 0] > 2) - 1,
            ValueError,
            "model: expected labels 0 and 1, got -1 to 1",
        ),
        (
            lambda points: points[:, 0] * np.nan,
            ValueError,
            "model: expected labels 0 and 1, got nan to nan",
        ),
    ],
)
def test_boundary_refuses_a_model_that_is_none(bad, error, message):
    assert_refused(error, message, plot_decision_boundary, bad, X, Y)
    assert not plt.get_fignums()


def test_boundary_refuses_examples_that_are_not_points():
    message = "X: expected shape (2, m), one example a column, got (4, 2)"
    assert_refused(ValueError, message, plot_decision_boundary, lambda points: 0, X.T, Y[0, :2])
