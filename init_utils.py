"""The network of the Initialization lab, and its pictures.

LINEAR -> RELU -> LINEAR -> RELU -> LINEAR -> SIGMOID, written in plain NumPy. One example is one
column: X is (features, m), Y and a3 are (1, m), and `parameters` is a dict of W1, b1, W2, b2, W3,
b3, where Wl is (units in layer l, units in layer l-1) and bl is (units in layer l, 1).
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_circles

# Red is label 0 and blue is label 1. The two differ in hue, in lightness and in marker, so that
# they can be told apart by color-blind readers and in grayscale.
CLASSES = (
    {"label": 0, "name": "0 (red)", "marker": "o", "color": "#d9482b", "region": "#fde0d2"},
    {"label": 1, "name": "1 (blue)", "marker": "^", "color": "#08519c", "region": "#9ecae1"},
)


def sigmoid(x):
    """Squash x into (0, 1): 1 / (1 + e^-x).

    Parameters
    ----------
    x : float or ndarray of any shape

    Returns
    -------
    float or ndarray of the same shape
        Exactly 0 or 1 far from the origin, where a float can't hold the difference.
    """
    # e^-x overflows to inf for x < -709, and 1 / (1 + inf) is the 0 that is wanted there.
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))


def relu(x):
    """Replace what is negative by 0: max(0, x).

    Parameters
    ----------
    x : float or ndarray of any shape

    Returns
    -------
    float or ndarray of the same shape
    """
    return np.maximum(x, 0.0)


def compute_loss(a3, Y):
    """Mean cross-entropy between the outputs and the labels.

    Parameters
    ----------
    a3 : ndarray (1, m)
        Outputs of the network, between 0 and 1.
    Y : ndarray (1, m)
        Labels, 0 or 1.

    Returns
    -------
    float
        In nats. `inf` if an output is exactly 0 where the label is 1, or exactly 1 where it is 0.
    """
    m = Y.shape[1]
    # log(0) is -inf: a saturated wrong answer costs inf. A term 0 * log(0) counts 0, not nan.
    with np.errstate(divide="ignore", invalid="ignore"):
        losses_of_ones = np.where(Y == 0, 0, Y * -np.log(a3))
        losses_of_zeros = np.where(Y == 1, 0, (1 - Y) * -np.log(1 - a3))
    return float(np.sum(losses_of_ones + losses_of_zeros) / m)


def forward_propagation(X, parameters):
    """Compute the outputs of the network.

    Parameters
    ----------
    X : ndarray (features, m)
    parameters : dict
        W1, b1, W2, b2, W3, b3.

    Returns
    -------
    a3 : ndarray (1, m)
    cache : tuple
        (z1, a1, W1, b1, z2, a2, W2, b2, z3, a3, W3, b3), for `backward_propagation`.
    """
    W1, b1 = parameters["W1"], parameters["b1"]
    W2, b2 = parameters["W2"], parameters["b2"]
    W3, b3 = parameters["W3"], parameters["b3"]

    z1 = np.dot(W1, X) + b1
    a1 = relu(z1)
    z2 = np.dot(W2, a1) + b2
    a2 = relu(z2)
    z3 = np.dot(W3, a2) + b3
    a3 = sigmoid(z3)

    cache = (z1, a1, W1, b1, z2, a2, W2, b2, z3, a3, W3, b3)
    return a3, cache


def backward_propagation(X, Y, cache):
    """Compute the gradients of the loss, from the last layer to the first.

    Parameters
    ----------
    X : ndarray (features, m)
    Y : ndarray (1, m)
        Labels, 0 or 1.
    cache : tuple
        What `forward_propagation` returned for this X.

    Returns
    -------
    dict
        dz3, dW3, db3, da2, dz2, dW2, db2, da1, dz1, dW1, db1: the derivative of the loss with
        respect to each of these arrays, in the shape of that array.
    """
    m = X.shape[1]
    z1, a1, W1, b1, z2, a2, W2, b2, z3, a3, W3, b3 = cache

    dz3 = (a3 - Y) / m
    dW3 = np.dot(dz3, a2.T)
    db3 = dz3.sum(axis=1, keepdims=True)

    da2 = np.dot(W3.T, dz3)
    dz2 = da2 * (a2 > 0)
    dW2 = np.dot(dz2, a1.T)
    db2 = dz2.sum(axis=1, keepdims=True)

    da1 = np.dot(W2.T, dz2)
    dz1 = da1 * (a1 > 0)
    dW1 = np.dot(dz1, X.T)
    db1 = dz1.sum(axis=1, keepdims=True)

    return {
        "dz3": dz3,
        "dW3": dW3,
        "db3": db3,
        "da2": da2,
        "dz2": dz2,
        "dW2": dW2,
        "db2": db2,
        "da1": da1,
        "dz1": dz1,
        "dW1": dW1,
        "db1": db1,
    }


def update_parameters(parameters, grads, learning_rate):
    """Take one step of gradient descent, for any number of layers.

    Parameters
    ----------
    parameters : dict
        W1, b1, ..., WL, bL. Its entries are rebound to new arrays; the old arrays stay as they are.
    grads : dict
        dW1, db1, ..., dWL, dbL; other entries are ignored.
    learning_rate : float

    Returns
    -------
    dict
        `parameters` itself.
    """
    # All new arrays are there before the first one is stored: an error leaves no half-made step.
    stepped = {
        name: value - learning_rate * grads["d" + name] for name, value in parameters.items()
    }
    parameters.update(stepped)
    return parameters


def predict(X, y, parameters):
    """Print the fraction of examples that the network gets right, and return its answers.

    Parameters
    ----------
    X : ndarray (features, m)
    y : ndarray (1, m)
        Labels, 0 or 1.
    parameters : dict
        W1, b1, W2, b2, W3, b3.

    Returns
    -------
    ndarray (1, m) of int
        1 where the output is above 0.5, else 0.

    Raises
    ------
    TypeError, ValueError
        If X, y or parameters don't have the form above or don't fit each other.
    """
    check_examples(X)
    check_labels(y, X, name="y")
    predictions = predict_dec(parameters, X).astype(int)
    print("Accuracy: " + str(np.mean(predictions == y)))
    return predictions


def predict_dec(parameters, X):
    """Decide for each example whether the output is above 0.5; `plot_decision_boundary` uses it.

    Parameters
    ----------
    parameters : dict
        W1, b1, W2, b2, W3, b3.
    X : ndarray (features, m)

    Returns
    -------
    ndarray (1, m) of bool

    Raises
    ------
    TypeError, ValueError
        If X or parameters don't have the form above or don't fit each other.
    """
    check_examples(X)
    check_parameters(parameters, X)
    a3, _ = forward_propagation(X, parameters)
    return a3 > 0.5


def load_dataset(plot=True):
    """Make the two noisy circles: 300 examples to train on and 100 to test on.

    The data are those of NumPy's global generator seeded with 1 (training set) and 2 (test set),
    but that generator is left alone.

    Parameters
    ----------
    plot : bool
        Draw the training set on the current axes and show it.

    Returns
    -------
    train_X : ndarray (2, 300)
    train_Y : ndarray (1, 300) of int
    test_X : ndarray (2, 100)
    test_Y : ndarray (1, 100) of int
    """
    train_X, train_Y = make_circles(n_samples=300, noise=0.05, random_state=1)
    test_X, test_Y = make_circles(n_samples=100, noise=0.05, random_state=2)
    train_X, train_Y = train_X.T, train_Y.reshape(1, -1)
    test_X, test_Y = test_X.T, test_Y.reshape(1, -1)
    if plot:
        plot_examples(train_X, train_Y, plt.gca())
        plt.show()
    return train_X, train_Y, test_X, test_Y


def plot_examples(X, y, ax):
    """Draw each example as a point, with a color and a marker for each class.

    Parameters
    ----------
    X : ndarray (2, m)
    y : ndarray (1, m) or (m,)
        Labels, 0 or 1.
    ax : matplotlib Axes
    """
    labels = np.ravel(y)
    for kind in CLASSES:
        x1, x2 = X[:, labels == kind["label"]]
        style = {"color": kind["color"], "marker": kind["marker"], "edgecolors": "white"}
        ax.scatter(x1, x2, s=40, linewidths=0.5, label=kind["name"], **style)
    ax.set_xlabel("x1")
    ax.set_ylabel("x2")
    ax.set_aspect("equal")
    ax.legend(title="label", loc="best")


def plot_decision_boundary(model, X, y, ax=None):
    """Color the plane by the label that the model gives, and draw the examples over it.

    Parameters
    ----------
    model : function
        Takes points, an ndarray (k, 2), and returns their k labels, 0 or 1, in any shape of size k.
    X : ndarray (2, m)
    y : ndarray (1, m) or (m,)
        Labels, 0 or 1.
    ax : matplotlib Axes, optional
        Where to draw. If it is left out, draw on the current axes and show the figure.

    Raises
    ------
    TypeError, ValueError
        If X or y don't have the form above, or the model doesn't return a label for each point.
    """
    if not callable(model):
        raise TypeError(f"model: expected a function of points, got {type(model).__name__}")
    check_examples(X)
    if X.shape[0] != 2:
        raise ValueError(f"X: expected shape (2, m), one example a column, got {X.shape}")
    check_labels(np.reshape(y, (1, -1)), X, name="y")

    step, padding = 0.01, 1
    x1 = np.arange(X[0].min() - padding, X[0].max() + padding, step)
    x2 = np.arange(X[1].min() - padding, X[1].max() + padding, step)
    grid_x1, grid_x2 = np.meshgrid(x1, x2)
    labels = model(np.column_stack([grid_x1.ravel(), grid_x2.ravel()]))
    try:
        labels = np.asarray(labels, dtype=float)
    except (TypeError, ValueError):
        came = type(labels).__name__
        raise TypeError(f"model: expected a label for each point, got {came}") from None
    if labels.size != grid_x1.size:
        raise ValueError(f"model: expected {grid_x1.size} labels, got shape {labels.shape}")
    if not ((labels >= 0) & (labels <= 1)).all():
        raise ValueError(
            f"model: expected labels 0 and 1, got {labels.min():g} to {labels.max():g}"
        )
    labels = labels.reshape(grid_x1.shape)

    target = plt.gca() if ax is None else ax
    regions = [kind["region"] for kind in CLASSES]
    target.contourf(grid_x1, grid_x2, labels, levels=[-0.5, 0.5, 1.5], colors=regions)
    if labels.min() < 0.5 < labels.max():
        target.contour(grid_x1, grid_x2, labels, levels=[0.5], colors="black", linewidths=1)
    plot_examples(X, y, target)
    if ax is None:
        plt.show()


def plot_costs(costs, ax, **style):
    """Draw the costs of a training run, one for each 1000 iterations.

    A cost that is not finite has no place on the axis: an arrow at the upper edge stands for it.

    Parameters
    ----------
    costs : list of float
        The costs at iterations 0, 1000, 2000, ...
    ax : matplotlib Axes
    **style
        What `ax.plot` takes: color, marker, label and so on.
    """
    costs = np.asarray(costs, dtype=float)
    thousands = np.arange(len(costs))
    (line,) = ax.plot(thousands, costs, **{"marker": "o", "markersize": 4, **style})
    not_finite = thousands[~np.isfinite(costs)]
    if not_finite.size:
        # x in data, y as a fraction of the axes' height: the edge, wherever the costs put it.
        edge = ax.get_xaxis_transform()
        at = {"x": not_finite[-1], "y": 1, "transform": edge}
        arrows = {"color": line.get_color(), "marker": "^", "markersize": 9, "linestyle": "none"}
        ax.plot(not_finite, np.ones(not_finite.size), transform=edge, clip_on=False, **arrows)
        ax.text(s=f"   {costs[not_finite[-1]]}", va="bottom", ha="left", **at)
    ax.set_xlabel("iterations (thousands)")
    ax.set_ylabel("cost")


def check_array(name, value):
    """Raise a one-line error unless value is a NumPy array of real numbers."""
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{name}: expected a NumPy array, got {type(value).__name__}")
    if value.dtype.kind not in "biuf":
        raise TypeError(f"{name}: expected an array of real numbers, got dtype {value.dtype}")


def check_examples(X):
    """Raise a one-line error unless X is a finite, non-empty array (features, m)."""
    check_array("X", X)
    if X.ndim != 2 or X.size == 0:
        raise ValueError(f"X: expected shape (features, m), none of them 0, got {X.shape}")
    not_finite = np.count_nonzero(~np.isfinite(X))
    if not_finite:
        raise ValueError(f"X: expected finite numbers, got {not_finite} that are nan or inf")


def check_labels(Y, X, name="Y"):
    """Raise a one-line error unless Y is (1, m), a 0 or 1 for each column of X."""
    check_array(name, Y)
    if Y.shape != (1, X.shape[1]):
        if Y.shape == (1, X.shape[0]):
            raise ValueError(f"X: expected shape (features, {Y.size}), got its transpose {X.shape}")
        # Two rows are what an X has: the sets have been mixed up.
        order = " (load_dataset returns train_X, train_Y, test_X, test_Y, in this order)"
        raise ValueError(
            f"{name}: expected shape (1, {X.shape[1]}), a label for each column of X, "
            f"got {Y.shape}{order if Y.shape[:1] == (2,) else ''}"
        )
    others = np.setdiff1d(Y, [0, 1])
    if others.size:
        raise ValueError(f"{name}: expected labels 0 and 1, got {others[0]} among them")


def check_parameters(parameters, X, name="parameters"):
    """Raise a one-line error unless W1, b1, W2, b2, W3, b3 fit X and each other."""
    if not isinstance(parameters, dict):
        raise TypeError(f"{name}: expected a dict, got {type(parameters).__name__}")
    keys = ("W1", "b1", "W2", "b2", "W3", "b3")
    missing = [key for key in keys if key not in parameters]
    extra = [key for key in parameters if key not in keys]
    if missing or extra:
        problem = f"without {missing[0]!r}" if missing else f"with {extra[0]!r} too"
        raise ValueError(
            f"{name}: expected the keys {', '.join(keys)} of a three-layer network, got "
            f"{list(parameters)}, {problem}"
        )
    for key in keys:
        check_array(f"{name}[{key!r}]", parameters[key])

    inputs = X.shape[0]
    if parameters["W1"].shape[1:] == X.shape[1:] != (inputs,):
        raise ValueError(f"X: expected shape ({X.shape[1]}, m), got its transpose {X.shape}")
    for layer in (1, 2, 3):
        W, b = parameters[f"W{layer}"], parameters[f"b{layer}"]
        # A W that fits its inputs tells how many units its layer has. If it doesn't, b tells.
        units = W.shape[0] if W.shape[1:] == (inputs,) else b.size
        if layer == 3:
            units = 1
        for key, expected in ((f"W{layer}", (units, inputs)), (f"b{layer}", (units, 1))):
            if parameters[key].shape != expected:
                reason = f" for X of shape {X.shape}" if key == "W1" else ""
                raise ValueError(
                    f"{name}[{key!r}]: expected shape {expected}{reason}, "
                    f"got {parameters[key].shape}"
                )
        inputs = units
