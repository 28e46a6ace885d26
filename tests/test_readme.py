"""What the README says is so."""

import re
from pathlib import Path

import numpy as np
import pytest

from init_utils import compute_loss, forward_propagation
from initialization import INITIALIZERS

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def symptoms():
    """Return what the README lists as seen by students."""
    table = README.split("### Help by symptom")[1].split("\n## ")[0]
    return [line.split(" | ")[0].strip("| `") for line in table.splitlines()[4:] if line]


def multiply_transposed(circles):
    parameters = INITIALIZERS["he"]([2, 10, 5, 1])
    forward_propagation(circles.train_X, {**parameters, "W1": parameters["W1"].T})


def make_zeros_without_a_tuple(circles):
    np.zeros(2, 3)


def use_the_small_example(circles):
    forward_propagation(circles.train_X[[0, 1, 0]], INITIALIZERS["he"]([3, 2, 1]))


@pytest.mark.parametrize(
    ("mistake", "error"),
    [
        (multiply_transposed, ValueError),
        (make_zeros_without_a_tuple, TypeError),
        (use_the_small_example, KeyError),
    ],
)
def test_each_error_that_students_see_is_in_the_list(circles, mistake, error):
    with pytest.raises(error) as caught:
        mistake(circles)
    seen = f"{error.__name__}: {caught.value}"
    assert sum(symptom in seen for symptom in symptoms()) == 1, seen


def test_the_costs_in_the_list_are_real(circles):
    assert {"cost `inf", "cost stuck at 0.6931"} <= set(symptoms())
    for name, expected in (("random", "inf"), ("zeros", "0.6931")):
        a3, _ = forward_propagation(circles.train_X, INITIALIZERS[name]([2, 10, 5, 1]))
        assert f"{compute_loss(a3, circles.train_Y):.4f}" == expected


def test_the_table_of_results_is_the_published_one(published):
    rows = re.findall(r"^\| ([\w ,']+).*? \| ([\d.]+)% \| ([\d.]+)% \|", README, re.MULTILINE)
    assert len(rows) == 3
    for name, (_, train, test) in zip(("zeros", "random", "he"), rows, strict=True):
        accuracy = published["accuracy"][name]
        assert float(train) == pytest.approx(100 * accuracy["train"], abs=0.05)
        assert float(test) == pytest.approx(100 * accuracy["test"], abs=0.05)
