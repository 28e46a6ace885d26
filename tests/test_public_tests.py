"""The checks: nothing right is rejected, and every known mistake is named."""

import ast
import itertools
import math
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import initialization
import public_tests
from public_tests import MISTAKES, NotAttempted, Raised, Wrong, compute, recipes, same

ROOT = Path(__file__).parent.parent
EXERCISES = ("zeros", "random", "he")
CHECKS = {name: getattr(public_tests, f"initialize_parameters_{name}_test") for name in EXERCISES}


def message_of(exercise, target, outcome=Wrong):
    """Run a check that has to fail, and return its message."""
    with pytest.raises(AssertionError) as caught:
        CHECKS[exercise](target)
    assert type(caught.value) is outcome
    message = str(caught.value)
    assert "\n" not in message
    assert "\033" not in message
    return message


def following(recipe):
    """Return a student's function that follows a recipe."""
    return lambda layers_dims: compute(recipe, layers_dims)


def named_in(message):
    """Return the names of the rows whose sentences stand in a message."""
    return [row.name for row in MISTAKES if row.sentence in message]


def cases():
    """Return each variant of each row, for each exercise that it can occur in."""
    return [
        pytest.param(exercise, row, recipe, id=f"{exercise}: {row.name} {number}")
        for row in MISTAKES
        for exercise in row.exercises
        for number, recipe in enumerate(recipes(exercise, [row]))
    ]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_reference_passes(exercise, capsys):
    target = getattr(initialization, f"initialize_parameters_{exercise}")
    assert CHECKS[exercise](target) is None
    assert capsys.readouterr().out == "\033[92m All tests passed.\033[0m\n"


@pytest.mark.parametrize(("exercise", "row", "recipe"), cases())
def test_each_known_mistake_is_named_and_no_other(exercise, row, recipe):
    message = message_of(exercise, following(recipe))
    assert named_in(message) == [row.name]
    assert re.match(rf"[Wb]\d for layers_dims \[[\d, ]+\] shows {re.escape(row.name)}\. ", message)


def pairs(exercise):
    """Return every third of the pairs of rows that can occur together, and a recipe with both."""
    rows = [row for row in MISTAKES if exercise in row.exercises]
    for pair in itertools.islice(itertools.combinations(rows, 2), None, None, 3):
        for recipe in itertools.islice(recipes(exercise, pair), 1):
            yield pair, recipe


def answers_of(exercise, recipe):
    """Return what a recipe gives from two states of the generator, for each layers_dims."""
    made = []
    for layers_dims in public_tests.LAYERS_DIMS[exercise]:
        for seed in (11, 12):
            np.random.seed(seed)
            made.append(compute(recipe, layers_dims))
    return made


# Pairs that compute the same as another pair, which is the one that is named.
LOOK_ALIKE = {
    ("weights divided by 10", "whole numbers"): ["weights made small", "whole numbers"],
    ("a W drawn with its two sizes swapped", "nan in place of numbers"): [
        "a transposed W",
        "nan in place of numbers",
    ],
    ("biases that are not zero", "no biases"): ["a draw too many", "no biases"],
}


@pytest.mark.parametrize("exercise", EXERCISES)
def test_two_mistakes_are_both_named_where_both_can_be_seen(exercise):
    singles = [
        (row.name, answers_of(exercise, recipe))
        for row in MISTAKES
        if exercise in row.exercises
        for recipe in recipes(exercise, [row])
    ]
    for pair, recipe in pairs(exercise):
        named = named_in(message_of(exercise, following(recipe)))
        answers = answers_of(exercise, recipe)
        alone = [name for name, others in singles if all(map(same, answers, others))]
        if alone:
            assert named == alone[:1]
        else:
            names = tuple(row.name for row in pair)
            assert named == LOOK_ALIKE.get(names, list(names))


def he_sqrt_function(layers_dims):
    np.random.seed(3)
    parameters = {}
    for l in range(1, len(layers_dims)):
        scale = math.sqrt(2.0 / layers_dims[l - 1])
        parameters[f"W{l}"] = scale * np.random.normal(0, 1, (layers_dims[l], layers_dims[l - 1]))
        parameters[f"b{l}"] = np.zeros((layers_dims[l], 1)) * scale
    return parameters


def he_local_generator(layers_dims):
    generator = np.random.RandomState(3)
    sizes = [(n, n_prev) for n_prev, n in itertools.pairwise(layers_dims)]
    Ws = [generator.standard_normal(size) * (2 / size[1]) ** 0.5 for size in sizes]
    return {f"W{l}": W for l, W in enumerate(Ws, 1)} | {
        f"b{l}": np.full((n, 1), 0.0) for l, (n, _) in enumerate(sizes, 1)
    }


def he_one_long_draw(layers_dims):
    np.random.seed(3)
    counts = [n * n_prev for n_prev, n in itertools.pairwise(layers_dims)]
    parts = np.split(np.random.randn(sum(counts)), np.cumsum(counts)[:-1])
    parameters = {}
    for l, part in enumerate(parts, 1):
        W = part.reshape(layers_dims[l], -1)
        parameters["W%d" % l] = np.divide(W, np.sqrt(layers_dims[l - 1] / 2))  # noqa: UP031
        parameters["b%d" % l] = -0.0 * W[:, :1]  # noqa: UP031
    return parameters


def he_recursive(layers_dims):
    if len(layers_dims) == 1:
        np.random.seed(3)
        return {}
    parameters = he_recursive(layers_dims[:-1])
    l = len(layers_dims) - 1
    W = np.random.standard_normal(size=(layers_dims[-1], layers_dims[-2]))
    parameters[f"W{l}"] = W * np.power(2 / layers_dims[-2], 0.5)
    parameters[f"b{l}"] = np.zeros(shape=(layers_dims[-1], 1), dtype=np.float64)
    return parameters


def he_that_empties_the_list_it_gets(layers_dims):
    print("extra", "prints")
    answer = he_sqrt_function(tuple(layers_dims))
    layers_dims.clear()
    return answer


def he_in_the_same_dict(layers_dims, parameters={}):  # noqa: B006
    parameters.clear()
    parameters.update(he_sqrt_function(layers_dims))
    return parameters


@pytest.mark.parametrize(
    "target",
    [
        he_sqrt_function,
        he_local_generator,
        he_one_long_draw,
        he_recursive,
        he_that_empties_the_list_it_gets,
        he_in_the_same_dict,
    ],
)
def test_right_answers_pass_however_they_are_written(target):
    CHECKS["he"](target)


def random_style(layers_dims):
    np.random.seed(3)
    ls = range(1, len(layers_dims))
    Ws = [10 * np.random.normal(size=[layers_dims[l], layers_dims[l - 1]]) for l in ls]
    return dict(
        [(f"b{l}", np.random.random((layers_dims[l], 1)) * 0) for l in ls]
        + [(f"W{l}", W) for l, W in enumerate(Ws, 1)]
    )


def zeros_style(layers_dims):
    return {
        f"{letter}{l}": np.zeros_like(np.empty((n, n_prev if letter == "W" else 1)))
        for l, (n_prev, n) in enumerate(itertools.pairwise(layers_dims), 1)
        for letter in "Wb"
    }


def test_other_exercises_pass_however_they_are_written():
    CHECKS["random"](random_style)
    CHECKS["zeros"](zeros_style)
    CHECKS["zeros"](lambda layers_dims: {k: -v for k, v in zeros_style(layers_dims).items()})


def raises_not_implemented(layers_dims):
    raise NotImplementedError("exercise 1")


@pytest.mark.parametrize("exercise", EXERCISES)
@pytest.mark.parametrize(
    "target",
    [
        lambda layers_dims: None,
        lambda layers_dims: ...,
        lambda layers_dims: {"W1": None, "b1": None},
        lambda layers_dims: {"W1": ..., "b1": None},
        raises_not_implemented,
    ],
)
def test_not_attempted(exercise, target):
    message = message_of(exercise, target, NotAttempted)
    assert message.startswith(f"initialize_parameters_{exercise} is not attempted yet: ")


@pytest.mark.parametrize("exercise", EXERCISES)
def test_an_error_of_the_students_own_is_kept_as_the_cause(exercise):
    with pytest.raises(Raised) as caught:
        CHECKS[exercise](lambda layers_dims: {}["W3"])
    dims = public_tests.LAYERS_DIMS[exercise][0]
    assert str(caught.value) == (
        f"initialize_parameters_{exercise} stops with an error of its own for "
        f"layers_dims {dims}: KeyError: 'W3'"
    )
    assert type(caught.value.__cause__) is KeyError


def test_an_error_in_a_later_call_names_its_layers_dims():
    def only_two_layers(layers_dims):
        n0, n1, n2 = layers_dims
        return zeros_style([n0, n1, n2])

    message = message_of("zeros", only_two_layers, Raised)
    assert "for layers_dims [5, 4, 3, 2, 1]: ValueError: too many values" in message


def test_calling_the_function_first_is_named():
    message = message_of("zeros", zeros_style([3, 2, 1]))
    assert "the function itself" in message


def right(exercise, layers_dims):
    """Return the right answer as the library gives it."""
    return getattr(initialization, f"initialize_parameters_{exercise}")(layers_dims)


def test_pasted_numbers_do_not_pass(published):
    for exercise in EXERCISES:
        pasted = published["initial_parameters"][exercise]
        arrays = {k: np.array(v, float) for k, v in pasted.items() if k != "layers_dims"}
        message = message_of(exercise, lambda layers_dims, arrays=arrays: arrays)
        assert "is not right" in message


class Subclass(np.ndarray):
    """Stands for np.matrix, masked arrays and the like, which multiply in other ways."""


@pytest.mark.parametrize("exercise", EXERCISES)
@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"extra": 1}, "extra for layers_dims {dims} is not right: it is one key too many"),
        ({"W2": None}, "W2 for layers_dims {dims} is not right: its type is NoneType, and a NumPy"),
        ({"b1": np.zeros((7, 7))}, "b1 for layers_dims {dims} is not right: its shape is (7, 7)"),
        (
            {"W1": np.float64(3)},
            "W1 for layers_dims {dims} is not right: its type is float64, and a",
        ),
        (
            {"W1": np.ones((2, 3)).view(Subclass)},
            "W1 for layers_dims {dims} is not right: its type",
        ),
        ({"W1": np.array([["a"]])}, "W1 for layers_dims {dims} is not right: its "),
        ({"b1": np.zeros((2, 1), bool)}, "b1 for layers_dims {dims} is not right: its "),
        ({"W1": np.full((2, 3), np.inf)}, "W1 for layers_dims {dims} is not right: its "),
        ({"W1": "a"}, "W1 for layers_dims {dims} is not right: its type is str, and a NumPy"),
    ],
)
def test_what_no_row_explains_is_described(exercise, change, found):
    dims = public_tests.LAYERS_DIMS[exercise][0]
    message = message_of(exercise, lambda layers_dims: {**right(exercise, layers_dims), **change})
    assert message.startswith(found.format(dims=dims))


def test_the_first_differing_entry_is_shown_with_what_is_expected():
    def almost(layers_dims):
        answer = right("he", layers_dims)
        answer["W2"][0, 0] *= 1 + 1e-7
        return answer

    value = right("he", [2, 4, 1])["W2"][0, 0].item()
    assert message_of("he", almost) == (
        "W2 for layers_dims [2, 4, 1] is not right: its entry [0, 0] is "
        f"{value * (1 + 1e-7)!r}, and {value!r} is expected (shape (1, 4), float64)."
    )


@pytest.mark.parametrize("factor", [1 + 1e-11, 1 - 1e-11])
def test_values_are_held_to_12_digits(factor):
    def scaled(layers_dims, factor=factor):
        return {name: value * factor for name, value in right("he", layers_dims).items()}

    message_of("he", scaled)
    CHECKS["he"](lambda layers_dims: scaled(layers_dims, 1 + (factor - 1) / 100))


def test_a_result_that_is_no_dict_is_described():
    message = message_of("zeros", lambda layers_dims: list(zeros_style(layers_dims).values()))
    assert message == (
        "the result for layers_dims [3, 2, 1] is not right: its type is list, and a dict is "
        "expected."
    )


@pytest.mark.parametrize("exercise", ["random", "he"])
def test_another_generator_without_a_seed_is_noticed(exercise):
    def unseeded(layers_dims):
        generator = np.random.default_rng()
        answer = right(exercise, layers_dims)
        return {name: generator.permuted(value) + value for name, value in answer.items()}

    assert "numbers also differ between two calls" in message_of(exercise, unseeded)


@pytest.mark.parametrize("state", [0, 3, 1009, 2003])
@pytest.mark.parametrize("exercise", ["random", "he"])
def test_a_missing_seed_is_found_from_any_state(exercise, state):
    (row,) = [row for row in MISTAKES if row.name == "a missing seed"]
    (recipe,) = recipes(exercise, [row])
    np.random.seed(state)
    assert row.sentence in message_of(exercise, following(recipe))


@pytest.mark.parametrize("exercise", EXERCISES)
@pytest.mark.parametrize("outcome", ["passed", "wrong", "raised"])
def test_the_callers_generator_is_left_as_it_was(exercise, outcome):
    target = {
        "passed": lambda layers_dims: right(exercise, layers_dims),
        "wrong": lambda layers_dims: {"W1": np.random.randn(3)},
        "raised": lambda layers_dims: np.random.randn(3)["a"],
    }[outcome]
    np.random.seed(5)
    expected = np.random.randn(3)
    np.random.seed(5)
    try:
        CHECKS[exercise](target)
    except AssertionError:
        assert outcome != "passed"
    np.testing.assert_array_equal(np.random.randn(3), expected)


def test_checks_do_not_write_to_what_they_are_given():
    frozen = {}

    def frozen_arrays(layers_dims):
        answer = frozen.setdefault(tuple(layers_dims), right("he", layers_dims))
        for value in answer.values():
            value.flags.writeable = False
        return answer

    CHECKS["he"](frozen_arrays)


def test_no_message_contains_the_solution_line():
    for row in MISTAKES:
        for solution in ("np.zeros((", "* 10", "np.random.randn(", "np.sqrt(", "np.random.seed(3)"):
            assert solution not in row.sentence


def test_each_sentence_is_short():
    for row in MISTAKES:
        assert 1 <= len(re.findall(r"[.:;?](?= |$)", row.sentence)) <= 3, row.name
        assert len(row.sentence) < 200, row.name
        assert row.sentence.endswith(".")


def test_star_import_brings_the_three_checks_and_nothing_else():
    names = {}
    exec("from public_tests import *", names)
    assert set(names) - {"__builtins__"} == {
        f"initialize_parameters_{exercise}_test" for exercise in EXERCISES
    }


def test_the_checks_import_numpy_alone():
    # numpy.random loads parts of NumPy, and the runtime of Cython, only when it is first used.
    code = (
        "import sys, numpy.random; before = set(sys.modules); import public_tests; "
        "print({name.split('.')[0] for name in set(sys.modules) - before})"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    imported = ast.literal_eval(run.stdout)
    assert imported - sys.stdlib_module_names == {"public_tests"}
