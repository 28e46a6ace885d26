"""Measure the training loop against the textbook's: `python tests/benchmark.py`.

Both train the same He start for 15,000 iterations. They take turns, so that a machine that slows
down slows both, and the ratio is taken pair by pair.
"""

import statistics
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


from init_utils import load_dataset  # noqa: E402
from initialization import initialize_parameters_he, train  # noqa: E402
from tests import textbook  # noqa: E402

REPEATS = 7


def timed(function, *args, **kwargs):
    """Return what the function returns, and the seconds it takes."""
    start = time.perf_counter()
    result = function(*args, **kwargs)
    return result, time.perf_counter() - start


def main():
    """Print the ratio of the two loops and whether they end in the same parameters."""
    X, Y, _, _ = load_dataset(plot=False)
    start = initialize_parameters_he([2, 10, 5, 1])
    ratios = []
    for _ in range(REPEATS):
        (theirs, _), textbook_seconds = timed(textbook.train, X, Y, start)
        (ours, _), our_seconds = timed(train, X, Y, start, print_cost=False)
        ratios.append(textbook_seconds / our_seconds)
    same = all(np.array_equal(ours[name], theirs[name]) for name in ours)
    print(f"textbook loop / our loop: median {statistics.median(ratios):.2f}", end="")
    print(f" ({min(ratios):.2f} to {max(ratios):.2f}, {REPEATS} pairs)")
    print(f"final parameters the same to the last bit: {'yes' if same else 'no'}")


if __name__ == "__main__":
    main()
