"""Measure the lab: `python tests/benchmark.py`, or with `--json` for a program to read.

Everything is measured in one run, and what is compared takes turns: a machine that slows down
slows both sides of a ratio. A ratio is given as the median of the pairs, with the smallest and the
largest. No test asserts a time.
"""

import argparse
import json
import statistics
import sys
import time
import tracemalloc
import warnings
from pathlib import Path

import nbformat
import numpy as np
from nbclient import NotebookClient
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from init_utils import load_dataset  # noqa: E402
from initialization import initialize_parameters_he, train  # noqa: E402
from tests import textbook  # noqa: E402
from tests.grading.confine import Limits, why_no_sandbox  # noqa: E402
from tests.grading.judge import EXERCISES, judge  # noqa: E402

STEPS = 15_000
SIZES = (300, 3_000, 30_000, 300_000)
MODULE, NOTEBOOK = ROOT / "initialization.py", ROOT / "Initialization.ipynb"


def train_with_lab(X, Y):
    """Train with the lab's own loop."""
    return train(X, Y, initialize_parameters_he([2, 10, 5, 1]), print_cost=False)[0]


def train_with_textbook(X, Y):
    """Train with the textbook's loop."""
    return textbook.train(X, Y, initialize_parameters_he([2, 10, 5, 1]))[0]


def train_with_scikit_learn(X, Y):
    """Take as many full-batch steps of plain gradient descent with scikit-learn."""
    classifier = MLPClassifier(
        hidden_layer_sizes=(10, 5),
        solver="sgd",
        alpha=0,
        batch_size=X.shape[1],
        learning_rate_init=0.01,
        momentum=0,
        nesterovs_momentum=False,
        shuffle=False,
        max_iter=STEPS,
        tol=0,
        n_iter_no_change=STEPS + 1,
    )
    with warnings.catch_warnings():
        # It says that it has not converged; it has taken all its steps, which is what is measured.
        warnings.simplefilter("ignore", ConvergenceWarning)
        classifier.fit(X.T, Y[0])
    if classifier.n_iter_ != STEPS:
        raise RuntimeError(f"scikit-learn: expected {STEPS} steps, got {classifier.n_iter_}")


def train_with_pytorch(X, Y):
    """Take as many full-batch steps of plain gradient descent with PyTorch, eagerly."""
    import torch

    linears = [torch.nn.Linear(2, 10), torch.nn.Linear(10, 5), torch.nn.Linear(5, 1)]
    relu = torch.nn.ReLU()
    network = torch.nn.Sequential(linears[0], relu, linears[1], relu, linears[2]).double()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
    loss = torch.nn.BCEWithLogitsLoss()
    inputs = torch.tensor(np.ascontiguousarray(X.T))
    labels = torch.tensor(Y.T, dtype=torch.double)
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss(network(inputs), labels).backward()
        optimizer.step()


def grade_one_file():
    """Grade the three exercises of the reference module, as a file that was handed in."""
    for exercise in EXERCISES:
        verdict = judge(MODULE, exercise, Limits(), sandbox=not why_no_sandbox())
        if verdict.outcome != "passed":
            raise RuntimeError(f"{exercise}: expected passed, got {verdict}")


def execute_notebook():
    """Execute the notebook, as instructors who grade by running it do."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(ROOT)}}).execute()


def seconds(function, *arguments):
    """Return how long a call takes."""
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


def ratios(slow, fast, repeats, *arguments):
    """Return how many times as long the one takes as the other, for each of some pairs."""
    return [seconds(slow, *arguments) / seconds(fast, *arguments) for _ in range(repeats)]


def nanoseconds_per_example(repeats):
    """Return the time of a step divided by the examples, for each size, for each repeat."""
    rows = {size: [] for size in SIZES}
    for _ in range(repeats):
        for size in SIZES:
            X, Y = examples(size)
            steps = max(20, 1_000_000 // size)
            start = initialize_parameters_he([2, 10, 5, 1])
            taken = seconds(train, X, Y, start, 0.01, steps, False)
            rows[size].append(taken / steps / size * 1e9)
    return rows


def examples(size):
    """Return the lab's circles, repeated to a number of examples."""
    X, Y, _, _ = load_dataset(plot=False)
    return np.tile(X, size // X.shape[1]), np.tile(Y, size // X.shape[1])


def peak_megabytes():
    """Return what training allocates beyond its data, at its peak, for the largest size."""
    X, Y = examples(SIZES[-1])
    tracemalloc.start()
    train(X, Y, initialize_parameters_he([2, 10, 5, 1]), num_iterations=3, print_cost=False)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


def row(measured, values, unit):
    """Return a line of the table."""
    summary = {"median": statistics.median(values), "min": min(values), "max": max(values)}
    return {"measured": measured, **summary, "repeats": len(values), "unit": unit}


def measure(repeats):
    """Yield the lines of the table as they are measured."""
    X, Y, _, _ = load_dataset(plot=False)
    ours, theirs = train_with_lab(X, Y), train_with_textbook(X, Y)
    same = all(np.array_equal(ours[name], theirs[name]) for name in ours)
    yield row("final parameters equal to the textbook's, bit for bit", [float(same)], "1 is yes")

    rivals = {"textbook loop": train_with_textbook, "scikit-learn": train_with_scikit_learn}
    try:
        import torch  # noqa: F401

        rivals["PyTorch, eager"] = train_with_pytorch
    except ImportError:
        pass
    for name, rival in rivals.items():
        values = ratios(rival, train_with_lab, repeats, X, Y)
        yield row(f"{name} / the lab, {STEPS:,} steps", values, "times as long")

    per_example = nanoseconds_per_example(repeats)
    for size, values in per_example.items():
        yield row(f"a step with {size:,} examples", values, "ns per example")
    grown = [a / b for a, b in zip(per_example[300_000], per_example[3_000], strict=True)]
    yield row("per example, 300,000 / 3,000 examples", grown, "times as long")
    yield row("memory of a step with 300,000 examples", [peak_megabytes()], "MB")

    confined = "limits only" if why_no_sandbox() else "bubblewrap"
    grade_one_file()
    grading = [seconds(grade_one_file) for _ in range(repeats)]
    yield row(f"grading one file ({confined})", grading, "s")
    values = ratios(execute_notebook, grade_one_file, repeats)
    yield row("executing the notebook / grading one file", values, "times as long")


def main():
    """Print the table, a line as soon as it is measured, or all of it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    parser.add_argument("--repeats", type=int, default=5, help="how often to measure (5)")
    options = parser.parse_args()
    rows = []
    for line in measure(options.repeats):
        rows.append(line)
        if not options.json:
            spread = f"({line['min']:.3g} to {line['max']:.3g}, {line['repeats']} repeats)"
            name = f"{line['measured']:54}"
            print(f"{name} {line['median']:8.3g} {line['unit']:15} {spread}", flush=True)
    if options.json:
        print(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
