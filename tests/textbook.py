"""The training loop as a textbook writes it, to compare ours with.

The loss is computed at every iteration and the ReLU masks are integers. Nothing here is taken
from the project, so that one can prove the other.
"""

import numpy as np


def forward(X, parameters):
    """Return the outputs and the values on the way to them."""
    W1, b1, W2, b2, W3, b3 = (parameters[name] for name in ("W1", "b1", "W2", "b2", "W3", "b3"))
    z1 = np.dot(W1, X) + b1
    a1 = np.maximum(0, z1)
    z2 = np.dot(W2, a1) + b2
    a2 = np.maximum(0, z2)
    z3 = np.dot(W3, a2) + b3
    a3 = 1 / (1 + np.exp(-z3))
    return a1, a2, a3


def loss(a3, Y):
    """Return the mean cross-entropy."""
    terms = np.multiply(-np.log(a3), Y) + np.multiply(-np.log(1 - a3), 1 - Y)
    return 1 / Y.shape[1] * np.nansum(terms)


def backward(X, Y, parameters, a1, a2, a3):
    """Return the gradients of the weights and the biases."""
    dz3 = (a3 - Y) / X.shape[1]
    dW3 = np.dot(dz3, a2.T)
    db3 = np.sum(dz3, axis=1, keepdims=True)
    dz2 = np.multiply(np.dot(parameters["W3"].T, dz3), np.int64(a2 > 0))
    dW2 = np.dot(dz2, a1.T)
    db2 = np.sum(dz2, axis=1, keepdims=True)
    dz1 = np.multiply(np.dot(parameters["W2"].T, dz2), np.int64(a1 > 0))
    dW1 = np.dot(dz1, X.T)
    db1 = np.sum(dz1, axis=1, keepdims=True)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2, "dW3": dW3, "db3": db3}


def train(X, Y, parameters, learning_rate=0.01, num_iterations=15000):
    """Return the trained parameters and the cost of every 1000th iteration."""
    parameters = dict(parameters)
    costs = []
    with np.errstate(all="ignore"):
        for i in range(num_iterations):
            a1, a2, a3 = forward(X, parameters)
            cost = loss(a3, Y)
            if i % 1000 == 0:
                costs.append(cost)
            grads = backward(X, Y, parameters, a1, a2, a3)
            for l in (1, 2, 3):
                for name in (f"W{l}", f"b{l}"):
                    parameters[name] = parameters[name] - learning_rate * grads["d" + name]
    return parameters, costs
