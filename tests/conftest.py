"""What the tests share: the published numbers, the data, and the three runs, each made once."""

import json
from pathlib import Path
from types import SimpleNamespace

import matplotlib
import matplotlib.pyplot as plt
import pytest

from init_utils import load_dataset
from initialization import INITIALIZERS, train

HERE = Path(__file__).parent

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def shown(monkeypatch):
    """Count the calls of plt.show instead of opening windows, and close all figures after."""
    calls = []
    monkeypatch.setattr(plt, "show", lambda: calls.append(plt.gcf()))
    yield calls
    plt.close("all")


@pytest.fixture(scope="session")
def published():
    """Read what published runs of the lab print."""
    return json.loads((HERE / "published.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def circles():
    """Make the dataset: train_X, train_Y, test_X, test_Y."""
    names = ("train_X", "train_Y", "test_X", "test_Y")
    return SimpleNamespace(**dict(zip(names, load_dataset(plot=False), strict=True)))


@pytest.fixture(scope="session")
def runs(circles):
    """Make the three runs of 15,000 iterations: start, parameters and costs of each."""
    made = {}
    for name, initialize in INITIALIZERS.items():
        start = initialize([2, 10, 5, 1])
        parameters, costs = train(circles.train_X, circles.train_Y, start, print_cost=False)
        made[name] = SimpleNamespace(start=start, parameters=parameters, costs=costs)
    return made


@pytest.fixture
def he_start():
    """Parameters of layers [2, 10, 5, 1] as He starts them, made for each test anew."""
    return INITIALIZERS["he"]([2, 10, 5, 1])
