"""The notebook: it runs clean, its committed outputs are true, and the exercises are wired in."""

import base64
import copy
import re
import struct
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from init_utils import predict_dec, sigmoid

ROOT = Path(__file__).parent.parent
EXERCISES = ("zeros", "random", "he")


def execute(notebook, **options):
    """Run all cells of a copy of the notebook from the top, and return the copy."""
    notebook = copy.deepcopy(notebook)
    resources = {"metadata": {"path": str(ROOT)}}
    client = NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources=resources, **options
    )
    client.execute()
    return notebook


@pytest.fixture(scope="session")
def committed():
    """Read the notebook as it is in the repo."""
    return nbformat.read(ROOT / "Initialization.ipynb", as_version=4)


@pytest.fixture(scope="session")
def fresh(committed):
    """Run the notebook."""
    return execute(committed)


def code_cells(notebook):
    """Return the code cells by their ids."""
    return {cell.id: cell for cell in notebook.cells if cell.cell_type == "code"}


def printed(cell):
    """Return all that a cell prints."""
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def pictures(cell):
    """Return the pictures that a cell draws, as PNG."""
    return [
        base64.b64decode(output.data["image/png"])
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]


def costs_of(cell):
    """Return the costs that a training cell prints."""
    lines = re.findall(r"^Cost after iteration (\d+): (\S+)$", printed(cell), re.MULTILINE)
    assert [int(iteration) for iteration, _ in lines] == list(range(0, 15000, 1000))
    return [float(cost) for _, cost in lines]


@pytest.mark.parametrize("which", ["committed", "fresh"])
def test_no_cell_warns_or_fails(which, request):
    for name, cell in code_cells(request.getfixturevalue(which)).items():
        for output in cell.outputs:
            assert output.output_type != "error", name
            assert output.get("name") != "stderr", (name, output.get("text"))


# How far numbers may differ from machine to machine, where they depend on the random run or are
# versions. All others are held to a few units of their last printed digit.
TOLERANCE = {
    "imports": np.inf,
    "random-train": 0.05,
    "table": 0.01,
    "sweep": 0.05,
    "finite": np.inf,
    "two-computers": np.inf,
}


def assert_like(text, other, where):
    """Compare two texts word by word: what is a number in both may differ a little."""
    tolerance = TOLERANCE.get(where, 1e-9)
    words, others = text.split(), other.split()
    assert len(words) == len(others), where
    for word, expected in zip(words, others, strict=True):
        try:
            assert float(word) == pytest.approx(float(expected), rel=tolerance, abs=1e-15), where
        except ValueError:
            assert word == expected or tolerance == np.inf, where


def test_committed_outputs_are_those_of_a_fresh_run(committed, fresh):
    for (name, cell), again in zip(
        code_cells(committed).items(), code_cells(fresh).values(), strict=True
    ):
        assert len(pictures(cell)) == len(pictures(again)), name
        assert_like(printed(cell), printed(again), name)


@pytest.mark.parametrize("which", ["committed", "fresh"])
def test_pictures_are_large_enough_to_read_and_no_two_are_the_same(which, request):
    cells = code_cells(request.getfixturevalue(which)).values()
    pngs = [png for cell in cells for png in pictures(cell)]
    assert len(set(pngs)) == len(pngs) == 14
    for png in pngs:
        # A PNG tells its width and height in bytes 16 to 24.
        width, height = struct.unpack(">II", png[16:24])
        assert 400 <= width <= 1300
        assert 300 <= height <= 900


def test_the_versions_are_printed(committed):
    lines = printed(code_cells(committed)["imports"]).splitlines()
    assert [line.split()[0] for line in lines] == ["Python", "numpy", "matplotlib", "sklearn"]
    assert all(re.fullmatch(r"\w+ \d+\.\d+\.\d+", line) for line in lines)


def prose(committed):
    """Return the text of the notebook by cell ids."""
    return {cell.id: cell.source for cell in committed.cells if cell.cell_type == "markdown"}


def test_numbers_in_the_prose_are_those_of_the_runs(committed, runs, circles):
    text = prose(committed)
    right = np.sum(predict_dec(runs["he"].parameters, circles.train_X) == circles.train_Y)
    assert f"{right} of the 300 training points are on the right side" in text["he-boundary-text"]
    assert f"{300 - right} of 300 training points are on the wrong side" in text["remember"]
    assert f"{np.log(2):.6f}"[:6] + "\\ldots" in text["zeros-why-text"]
    assert f"{np.sqrt(2 / 4):.3f}\\ldots" in text["he-example-text"]
    assert "above 37 or so" in text["random-inf-why"]
    assert sigmoid(37.0) == 1 > sigmoid(36.0)
    assert "there the cost is 0.62 already" in text["random-why"]
    assert 0.62 < runs["random"].costs[1] < 0.63
    late = runs["random"].costs[8:]
    assert max(late) - min(late) < 0.02, "from iteration 8000 on the curve is almost level"
    assert "$\\ln 2$" in text["sweep-why"]


@pytest.mark.parametrize("which", ["committed", "fresh"])
def test_printed_numbers_are_the_published_ones(which, published, request):
    cells = code_cells(request.getfixturevalue(which))
    costs = {name: costs_of(cells[f"{name}-train"]) for name in EXERCISES}
    np.testing.assert_allclose(costs["zeros"], np.log(2), rtol=1e-15)
    for machine in published["costs"].values():
        np.testing.assert_allclose(costs["he"], list(map(float, machine["he"])), rtol=1e-9)
    assert costs["random"][0] == np.inf
    for iteration in (1000, 7000, 14000):
        machines = published["random_cost_on_ten_machines"][str(iteration)]
        margin = 2 * (max(machines) - min(machines))
        assert min(machines) - margin <= costs["random"][iteration // 1000]
        assert costs["random"][iteration // 1000] <= max(machines) + margin
    for name in EXERCISES:
        accuracy = published["accuracy"][name]
        assert printed(cells[f"{name}-accuracy"]).splitlines() == [
            "On the train set:",
            f"Accuracy: {accuracy['train']}",
            "On the test set:",
            f"Accuracy: {accuracy['test']}",
        ]
    for name in ("zeros", "random"):
        digits = re.findall(r"[01]", printed(cells[f"{name}-predictions"]))
        predictions = published["predictions"][name]
        assert "".join(digits) == predictions["train"] + predictions["test"]
    for name in EXERCISES:
        assert printed(cells[f"{name}-check"]) == "\033[92m All tests passed.\033[0m\n"


def test_zeros_gradients_are_printed_and_are_zero(fresh):
    lines = printed(code_cells(fresh)["zeros-gradients"]).splitlines()
    values = {line.split()[3]: float(line.split()[-1]) for line in lines}
    assert list(values) == ["dW1", "db1", "dW2", "db2", "dW3", "db3"]
    assert values.pop("db3") < 1e-16
    assert not any(values.values())


def test_what_the_text_says_of_the_inf_is_so(fresh):
    lines = printed(code_cells(fresh)["random-inf"]).splitlines()
    smallest, largest = re.findall(r"from (\S+) to (\S+)", lines[0])[0]
    assert float(smallest) > 37
    assert float(largest) > float(smallest)
    assert lines[1:] == ["outputs that are exactly 0 or 1: 300 of 300", "and wrong: 150"]


def test_the_table_is_computed_from_the_runs(fresh, published):
    cells = code_cells(fresh)
    rows = [line.split()[-4:] for line in printed(cells["table"]).splitlines()[1:]]
    for name, row in zip(EXERCISES, rows, strict=True):
        costs = costs_of(cells[f"{name}-train"])
        accuracy = published["accuracy"][name]
        assert row == [
            f"{costs[0]:.4f}",
            f"{costs[-1]:.4f}",
            f"{accuracy['train']:.1%}",
            f"{accuracy['test']:.1%}",
        ]


def numbers_in(cell):
    """Return, line by line, the numbers that a cell prints."""
    number = re.compile(r"-?\b\d+(?:\.\d+)?(?:e[+-]\d+)?\b")
    return [[float(n) for n in number.findall(line)] for line in printed(cell).splitlines()]


def test_the_sweep_is_bad_at_its_ends_and_good_in_its_middle(fresh):
    *sweep, (xavier, _) = numbers_in(code_cells(fresh)["sweep"])
    scales = [scale for scale, _, _ in sweep]
    assert len(scales) >= 13
    assert scales[0] == 0.01
    assert scales[-1] == 30
    accuracy = {scale: value for scale, value, _ in sweep}
    cost = {scale: value for scale, _, value in sweep}
    assert cost[0.01] == pytest.approx(np.log(2), abs=1e-3)
    assert max(accuracy[0.01], accuracy[30]) < 0.75
    assert all((accuracy[scale] >= 0.97) == (0.3 <= scale <= 3) for scale in scales)
    assert accuracy[1] >= 0.993
    assert cost[1] < costs_of(code_cells(fresh)["he-train"])[-1]
    assert xavier >= 0.97


def test_most_seeds_learn_and_a_few_stall(fresh):
    cells = code_cells(fresh)
    accuracies = [accuracy for _, accuracy, _ in numbers_in(cells["seeds"])]
    learned = sum(accuracy >= 0.97 for accuracy in accuracies)
    assert 5 < learned < 10
    assert min(accuracies) < 0.8
    assert printed(cells["seeds-plot"]) == f"{learned} of 10 reach 97%\n"


def test_a_constant_start_keeps_the_rows_alike_while_the_cost_falls(fresh):
    lines = printed(code_cells(fresh)["constant"]).splitlines()
    first, last = re.findall(r"\d\.\d+", lines[0])[1:]
    assert float(last) < float(first) - 0.5
    assert lines[1].startswith("  W1 at the end: 8 rows are [0.5")
    assert lines[2].startswith("  dW1 at the start: 8 rows are [0.1")
    assert lines[3:] == [
        "zeros: cost 0.6931 -> 0.6931",
        "  W1 at the end: 8 rows are [0. 0.]",
        "  dW1 at the start: 8 rows are [0. 0.]",
    ]


def test_only_hes_scale_keeps_the_size_through_thirty_layers(fresh):
    numbers = re.findall(
        r"^(\S+) +last activations +(\S+) +first gradients +(\S+)$",
        printed(code_cells(fresh)["deep"]),
        re.MULTILINE,
    )
    sizes = {name: (float(forward), float(backward)) for name, forward, backward in numbers}
    for direction in (0, 1):
        assert sizes["0.01"][direction] < 1e-25
        assert 1e-6 < sizes["Xavier"][direction] < 1e-3
        assert 0.3 < sizes["He"][direction] < 3
        assert sizes["1"][direction] > 1e20


def test_the_true_cost_is_finite(fresh):
    lines = printed(code_cells(fresh)["finite"]).splitlines()
    naive, true = re.fullmatch(r"iteration 0: from a3 (\S+) +from z3 (\S+)", lines[0]).groups()
    assert float(naive) == np.inf
    assert float(true) == pytest.approx(1773.586, abs=5e-4)
    count, total, last = map(int, re.findall(r"\d+", lines[1]))
    assert 0 < count < total
    assert last < 200


def test_random_diverges_a_million_times_as_far_as_he(fresh):
    lines = printed(code_cells(fresh)["two-computers"]).splitlines()
    pattern = r"(.+): largest difference (\S+), train accuracy (\S+) and (\S+)"
    rows = {m[1]: m.groups()[1:] for m in (re.fullmatch(pattern, line) for line in lines)}
    assert float(rows["random x10"][0]) > 1e6 * float(rows["He"][0])
    assert float(rows["He"][0]) < 1e-15
    for _, with_weight, without_weight in rows.values():
        assert with_weight == without_weight


def test_the_picture_of_the_readme_is_that_of_the_notebook(committed):
    (png,) = pictures(code_cells(committed)["side-by-side"])
    assert (ROOT / "docs" / "side_by_side.png").read_bytes() == png


def test_the_notebook_is_clean(committed):
    nbformat.validate(committed)
    assert committed.metadata == {
        "kernelspec": {
            "display_name": "Python 3 (ipykernel)",
            "language": "python",
            "name": "python3",
        },
    }
    cells = code_cells(committed).values()
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert len({cell.id for cell in committed.cells}) == len(committed.cells)
    for cell in committed.cells:
        assert set(cell.metadata) <= {"nbgrader", "alt"}, cell.id
        assert not cell.source.startswith("\n"), cell.id
        assert len(cell.source.splitlines()) <= 30 or cell.cell_type == "markdown", cell.id
    text = (ROOT / "Initialization.ipynb").read_text(encoding="utf-8")
    for path in ("/home/", "/root/", "/Users/", "C:\\\\", str(ROOT), "site-packages"):
        assert path not in text


def test_each_picture_has_a_sentence_before_it(committed):
    for before, cell in zip(committed.cells, committed.cells[1:], strict=False):
        if cell.cell_type == "code" and pictures(cell):
            assert before.cell_type == "markdown", cell.id
            assert len(cell.metadata.alt) > 40, cell.id
            assert re.search(r"\b[Ll]ook (for|at)\b", before.source), cell.id


def test_exercise_and_check_cells_carry_the_nbgrader_metadata(committed):
    cells = code_cells(committed)
    marked = {cell.id for cell in committed.cells if "nbgrader" in cell.metadata}
    assert marked == {*EXERCISES, *(f"{name}-check" for name in EXERCISES)}
    common = {"schema_version": 3, "task": False}
    for name in EXERCISES:
        solution, check = cells[name].metadata.nbgrader, cells[f"{name}-check"].metadata.nbgrader
        assert solution == {
            **common,
            "grade": False,
            "solution": True,
            "locked": False,
            "grade_id": name,
        }
        assert check == {
            **common,
            "grade": True,
            "solution": False,
            "locked": True,
            "grade_id": f"{name}-check",
            "points": 10,
        }


def answer(notebook, name, lines):
    """Put a student's lines in place of the solution of an exercise."""
    notebook = copy.deepcopy(notebook)
    cell = code_cells(notebook)[name]
    cell.source, count = re.subn(
        r"(?<=### BEGIN SOLUTION\n).*\n(?=    ### END SOLUTION)",
        "".join(f"    {line}\n" for line in lines),
        cell.source,
    )
    assert count == 1
    return notebook


def test_all_that_follows_an_exercise_uses_the_students_function(committed):
    notebook = committed
    for name in EXERCISES:
        lines = [
            f"print('my own {name}', layers_dims)",
            f"return initialization.initialize_parameters_{name}(layers_dims)",
        ]
        notebook = answer(notebook, name, lines)
    last = [cell.id for cell in notebook.cells].index("he-train")
    notebook.cells = notebook.cells[: last + 1]
    # Three short runs show as well as long ones whose function is called.
    code_cells(notebook)[
        "imports"
    ].source += "\nimport functools\nmodel = functools.partial(model, num_iterations=10)"
    cells = code_cells(execute(notebook))
    for name in EXERCISES:
        assert f"my own {name} [" in printed(cells[f"{name}-check"])
        assert f"my own {name} [2, 10, 5, 1]" in printed(cells[f"{name}-train"])
        assert f"my own {name} [" in printed(cells[f"{name}-example"])
    assert "my own random [2, 10, 5, 1]" in printed(cells["random-inf"])


MISTAKE_CELLS = {
    "zeros": (["return None"], "NotAttempted: initialize_parameters_zeros is not attempted yet"),
    "random": (
        ["return {}['W3']"],
        "Raised: initialize_parameters_random stops with an error of its own for layers_dims "
        "[3, 2, 1]: KeyError: 'W3'",
    ),
    "he": (
        [
            "np.random.seed(3)",
            "parameters = {}",
            "for l in range(1, len(layers_dims)):",
            "    n, n_prev = layers_dims[l], layers_dims[l - 1]",
            "    parameters['W' + str(l)] = np.random.randn(n, n_prev) * np.sqrt(1 / n_prev)",
            "    parameters['b' + str(l)] = np.zeros((n, 1))",
            "return parameters",
        ],
        "Wrong: W1 for layers_dims [2, 4, 1] shows Xavier's scale in place of He's. "
        "sqrt(1/n) keeps the signal's size where there is no ReLU; a ReLU sets half of the "
        "signal to zero, and the 2 in He's formula makes up for that.",
    ),
}


def test_a_student_reads_the_sentence_at_the_end_of_the_traceback(committed):
    notebook = committed
    for name, (lines, _) in MISTAKE_CELLS.items():
        notebook = answer(notebook, name, lines)
    wanted = [*EXERCISES, *(f"{name}-check" for name in EXERCISES), "imports"]
    notebook.cells = [cell for cell in notebook.cells if cell.id in wanted]
    cells = code_cells(execute(notebook, allow_errors=True))
    for name, (_, sentence) in MISTAKE_CELLS.items():
        (error,) = cells[f"{name}-check"].outputs
        assert error.output_type == "error"
        assert error.evalue in error.traceback[-1]
        last_line = re.sub(r"\x1b\[[\d;]*m", "", error.traceback[-1]).rstrip()
        assert last_line.startswith(sentence)
        assert "\033" not in error.evalue
