"""Three ways to start a network, and the gradient descent that follows.

The three runs of the lab differ in their first weights and in nothing else.
"""

import difflib
import math
import numbers

import matplotlib.pyplot as plt
import numpy as np

from init_utils import (
    backward_propagation,
    check_examples,
    check_labels,
    check_parameters,
    compute_loss,
    forward_propagation,
    plot_costs,
    update_parameters,
)


def initialize_parameters_zeros(layers_dims):
    """Start every weight and every bias at zero.

    Parameters
    ----------
    layers_dims : sequence of int
        Units in each layer, the input first: [2, 10, 5, 1].

    Returns
    -------
    dict
        W1, b1, ..., WL, bL in float64, where Wl is (layers_dims[l], layers_dims[l-1]) and bl is
        (layers_dims[l], 1). No random number is drawn.

    Raises
    ------
    TypeError, ValueError
        If layers_dims is not a sequence of at least two positive whole numbers.
    """
    check_layers_dims(layers_dims)
    parameters = {}
    for l in range(1, len(layers_dims)):
        parameters["W" + str(l)] = np.zeros((layers_dims[l], layers_dims[l - 1]))
        parameters["b" + str(l)] = np.zeros((layers_dims[l], 1))
    return parameters


def initialize_parameters_random(layers_dims):
    """Start the weights at large random numbers, ten times a standard normal; the biases at zero.

    The seed contract: `np.random.seed(3)`, then one `np.random.randn(n_l, n_{l-1})` for each
    layer in order, for Wl only.

    Parameters
    ----------
    layers_dims : sequence of int
        Units in each layer, the input first: [2, 10, 5, 1].

    Returns
    -------
    dict
        W1, b1, ..., WL, bL in float64, where Wl is (layers_dims[l], layers_dims[l-1]) and bl is
        (layers_dims[l], 1).

    Raises
    ------
    TypeError, ValueError
        If layers_dims is not a sequence of at least two positive whole numbers.
    """
    check_layers_dims(layers_dims)
    np.random.seed(3)
    parameters = {}
    for l in range(1, len(layers_dims)):
        parameters["W" + str(l)] = np.random.randn(layers_dims[l], layers_dims[l - 1]) * 10
        parameters["b" + str(l)] = np.zeros((layers_dims[l], 1))
    return parameters


def initialize_parameters_he(layers_dims):
    """Start the weights at random numbers of variance 2 / n_{l-1}; the biases at zero.

    The seed contract: `np.random.seed(3)`, then one `np.random.randn(n_l, n_{l-1})` for each
    layer in order, for Wl only, times sqrt(2 / n_{l-1}).

    Parameters
    ----------
    layers_dims : sequence of int
        Units in each layer, the input first: [2, 10, 5, 1].

    Returns
    -------
    dict
        W1, b1, ..., WL, bL in float64, where Wl is (layers_dims[l], layers_dims[l-1]) and bl is
        (layers_dims[l], 1).

    Raises
    ------
    TypeError, ValueError
        If layers_dims is not a sequence of at least two positive whole numbers.

    References
    ----------
    He, Zhang, Ren & Sun (2015), "Delving Deep into Rectifiers: Surpassing Human-Level Performance
    on ImageNet Classification", ICCV, equation 10. The 2 makes up for the half of the signal that
    a ReLU sets to zero. Without a ReLU the scale is sqrt(1 / n_{l-1}), often called Xavier's:
    Glorot & Bengio (2010), "Understanding the difficulty of training deep feedforward neural
    networks", AISTATS, equation 10.
    """
    check_layers_dims(layers_dims)
    np.random.seed(3)
    parameters = {}
    for l in range(1, len(layers_dims)):
        scale = np.sqrt(2 / layers_dims[l - 1])
        parameters["W" + str(l)] = np.random.randn(layers_dims[l], layers_dims[l - 1]) * scale
        parameters["b" + str(l)] = np.zeros((layers_dims[l], 1))
    return parameters


INITIALIZERS = {
    "zeros": initialize_parameters_zeros,
    "random": initialize_parameters_random,
    "he": initialize_parameters_he,
}


def train(X, Y, parameters, learning_rate=0.01, num_iterations=15000, print_cost=True):
    """Train a three-layer network by gradient descent on all examples at once.

    Parameters
    ----------
    X : ndarray (features, m)
    Y : ndarray (1, m)
        Labels, 0 or 1.
    parameters : dict
        Where to start: W1, b1, W2, b2, W3, b3. It is not changed.
    learning_rate : float
    num_iterations : int
    print_cost : bool
        Print the cost at every 1000th iteration.

    Returns
    -------
    parameters : dict
        Where the training ended.
    costs : list of float
        The costs at iterations 0, 1000, 2000, ..., printed or not.

    Raises
    ------
    TypeError, ValueError
        If an argument doesn't have the form above, or X, Y and parameters don't fit each other.
    """
    check_training(X, Y, learning_rate, num_iterations)
    check_parameters(parameters, X)
    parameters = dict(parameters)
    # NumPy would do these two conversions at every step anew.
    X, Y = np.ascontiguousarray(X, dtype=float), Y.astype(float)
    costs = []
    for i in range(num_iterations):
        a3, cache = forward_propagation(X, parameters)
        if i % 1000 == 0:
            cost = compute_loss(a3, Y)
            costs.append(cost)
            if print_cost:
                print(f"Cost after iteration {i}: {cost}")
        grads = backward_propagation(X, Y, cache)
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, costs


def model(
    X,
    Y,
    learning_rate=0.01,
    num_iterations=15000,
    print_cost=True,
    initialization="he",
    *,
    plot_cost=True,
    return_costs=False,
):
    """Initialize a network with layers [features, 10, 5, 1], train it and plot its costs.

    Parameters
    ----------
    X : ndarray (features, m)
    Y : ndarray (1, m)
        Labels, 0 or 1.
    learning_rate : float
    num_iterations : int
    print_cost : bool
        Print the cost at every 1000th iteration.
    initialization : {"zeros", "random", "he"} or function
        A function takes layers_dims and returns the parameters to start from.
    plot_cost : bool
        Plot the costs on the current axes and show them.
    return_costs : bool
        Return the costs too.

    Returns
    -------
    parameters : dict
        The trained W1, b1, W2, b2, W3, b3.
    costs : list of float
        The costs at iterations 0, 1000, 2000, ...; only if return_costs is true.

    Raises
    ------
    TypeError, ValueError
        If an argument doesn't have the form above.
    """
    check_training(X, Y, learning_rate, num_iterations)
    initialize = find_initializer(initialization)
    parameters = initialize([X.shape[0], 10, 5, 1])
    check_parameters(parameters, X, name="initialization(...)")
    parameters, costs = train(X, Y, parameters, learning_rate, num_iterations, print_cost)
    if plot_cost:
        ax = plt.gca()
        plot_costs(costs, ax)
        ax.set_title("Learning rate =" + str(learning_rate))
        plt.show()
    return (parameters, costs) if return_costs else parameters


def find_initializer(initialization):
    """Return the function that a name stands for; a function stands for itself."""
    if callable(initialization):
        return initialization
    if isinstance(initialization, str) and initialization in INITIALIZERS:
        return INITIALIZERS[initialization]
    message = 'initialization: expected "zeros", "random", "he" or a function of layers_dims, got '
    if not isinstance(initialization, str):
        raise TypeError(message + type(initialization).__name__)
    message += repr(initialization)
    for nearest in difflib.get_close_matches(initialization.lower(), INITIALIZERS, 1, cutoff=0.5):
        message += f'; did you mean "{nearest}"?'
    raise ValueError(message)


def is_whole_number(value):
    """Tell whether value is an integer of Python's or NumPy's; True and False are not."""
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def check_layers_dims(layers_dims):
    """Raise a one-line error unless layers_dims is at least two positive whole numbers."""
    expected = "layers_dims: expected at least two positive ints, like [2, 10, 5, 1], got "
    sizes = layers_dims.tolist() if isinstance(layers_dims, np.ndarray) else layers_dims
    if not isinstance(sizes, (list, tuple)):
        raise TypeError(expected + repr(sizes))
    if len(sizes) < 2 or not all(is_whole_number(n) and n > 0 for n in sizes):
        raise ValueError(expected + repr(sizes))


def check_training(X, Y, learning_rate, num_iterations):
    """Raise a one-line error unless the data and the settings are ones to train with."""
    check_examples(X)
    check_labels(Y, X)
    if not isinstance(learning_rate, numbers.Real) or isinstance(learning_rate, bool):
        raise TypeError(f"learning_rate: expected a number, got {learning_rate!r}")
    if not (learning_rate > 0 and math.isfinite(learning_rate)):
        raise ValueError(
            f"learning_rate: expected a positive, finite number, got {learning_rate!r}"
        )
    if not is_whole_number(num_iterations):
        raise TypeError(f"num_iterations: expected an int >= 0, got {num_iterations!r}")
    if num_iterations < 0:
        raise ValueError(f"num_iterations: expected an int >= 0, got {num_iterations}")
