"""The three checks of the lab: they say what went wrong in an initializer, and why it matters.

A check calls the student's function with several layers_dims and compares what comes back with
what the exercise asks for. An answer that differs is compared with what each row of MISTAKES would
have computed, alone or together with another row. To teach the checks a mistake, add a row.
"""

import itertools
from typing import NamedTuple

import numpy as np

__all__ = [
    "initialize_parameters_he_test",
    "initialize_parameters_random_test",
    "initialize_parameters_zeros_test",
]

# Values that agree to this relative precision are the same; float32 holds no more than 7 digits.
PRECISION = {"float32": 1e-6, "float64": 1e-12}

# NumPy's generator is seeded with each of these before a call, so that a missing seed shows.
STATES = (1009, 2003)


class NotAttempted(AssertionError):
    """The function returns nothing yet."""


class Raised(AssertionError):
    """The function raises an error; it is the cause of this one."""


class Wrong(AssertionError):
    """The function returns something else than the exercise asks for."""


def initialize_parameters_zeros_test(target):
    """Check exercise 1: every weight and every bias is zero.

    Parameters
    ----------
    target : function
        Takes layers_dims and returns the parameters. NumPy's global generator is left as it was.

    Raises
    ------
    AssertionError
        With a message for the student: NotAttempted, Raised or Wrong.
    """
    check("zeros", target)


def initialize_parameters_random_test(target):
    """Check exercise 2: the weights are a seeded standard normal times 10.

    Parameters
    ----------
    target : function
        Takes layers_dims and returns the parameters. NumPy's global generator is left as it was.

    Raises
    ------
    AssertionError
        With a message for the student: NotAttempted, Raised or Wrong.
    """
    check("random", target)


def initialize_parameters_he_test(target):
    """Check exercise 3: the weights are a seeded standard normal times sqrt(2 / n_{l-1}).

    Parameters
    ----------
    target : function
        Takes layers_dims and returns the parameters. NumPy's global generator is left as it was.

    Raises
    ------
    AssertionError
        With a message for the student: NotAttempted, Raised or Wrong.
    """
    check("he", target)


def check(exercise, target):
    """Call target with every layers_dims of the exercise, and judge what it returns."""
    name = f"initialize_parameters_{exercise}"
    if not callable(target):
        raise Wrong(f"{name}_test expects the function itself, without calling it first.")
    calls = list(itertools.product(LAYERS_DIMS[exercise], STATES))
    answers, wanted = [], []
    state = np.random.get_state()
    try:
        for layers_dims, seed in calls:
            np.random.seed(seed)
            wanted.append(compute(RIGHT[exercise], layers_dims))
            np.random.seed(seed)
            answers.append(call(name, target, layers_dims))
        if not all(map(same, answers, wanted)):
            raise Wrong(diagnose(exercise, calls, answers, wanted))
    finally:
        np.random.set_state(state)
    print("\033[92m All tests passed.\033[0m")


def call(name, target, layers_dims):
    """Call target and return a copy of its answer, with plain arrays."""
    try:
        answer = target(list(layers_dims))
    except NotImplementedError:
        answer = None
    except Exception as error:
        raise Raised(
            f"{name} stops with an error of its own for layers_dims {layers_dims}: "
            f"{type(error).__name__}: {' '.join(str(error).split())}"
        ) from error
    if not isinstance(answer, dict):
        values = [answer]
    else:
        values = list(answer.values())
        # A later call may change the dict or its arrays: judge what they are now.
        answer = {
            key: value.copy() if type(value) is np.ndarray else value
            for key, value in answer.items()
        }
    if values and all(value is None or value is ... for value in values):
        raise NotAttempted(
            f"{name} is not attempted yet: for layers_dims {layers_dims} it gives back nothing. "
            "Write your answer in its cell, run that cell, then run this check again."
        )
    return answer


def same(answer, wanted):
    """Tell whether two answers agree in keys, types, shapes and values."""
    return first_difference(answer, wanted) is None


def first_difference(answer, wanted):
    """Return the name of the first array that differs, and how; None if there is none."""
    if not isinstance(answer, dict):
        return "the result", f"its type is {type(answer).__name__}, and a dict is expected"
    for key in wanted:
        if key not in answer:
            return key, f"it is missing from the dict, which has {list(answer)}"
    for key in answer:
        if key not in wanted:
            return str(key), f"it is one key too many: only {', '.join(wanted)} are expected"
    for key, right in wanted.items():
        value = answer[key]
        if type(value) is not type(right):
            return key, f"its type is {type(value).__name__}, and a NumPy array is expected"
        value, right = np.asarray(value), np.asarray(right)
        if value.shape != right.shape:
            return key, f"its shape is {value.shape}, and {right.shape} is expected"
        if value.dtype != right.dtype:
            return key, f"its dtype is {value.dtype}, and {right.dtype} is expected"
        close = (value == right) | ((value != value) & (right != right))
        if right.dtype.name in PRECISION:
            with np.errstate(invalid="ignore", over="ignore"):
                close |= np.abs(value - right) <= PRECISION[right.dtype.name] * np.abs(right)
        if not close.all():
            at = tuple(int(i) for i in np.argwhere(~close)[0])
            entry = f"its entry {list(at)} is {value[at].item()!r}, and {right[at].item()!r}"
            return key, f"{entry} is expected (shape {value.shape}, {value.dtype})"
    return None


def diagnose(exercise, calls, answers, wanted):
    """Say in one or two sentences what makes the answers differ from what is wanted."""
    differences = map(first_difference, answers, wanted)
    (layers_dims, _), (array, how) = next(
        (call_made, difference)
        for call_made, difference in zip(calls, differences, strict=True)
        if difference
    )

    rows = explain(exercise, calls, answers)
    if rows:
        names = " and ".join(row.name for row in rows)
        sentences = " ".join(row.sentence for row in rows)
        return f"{array} for layers_dims {layers_dims} shows {names}. {sentences}"
    message = f"{array} for layers_dims {layers_dims} is not right: {how}."
    by_state = zip(answers[::2], answers[1::2], strict=True)
    if not all(same(first, second) for first, second in by_state if isinstance(second, dict)):
        message += (
            " The numbers also differ between two calls: is the generator seeded, and before its "
            "first draw?"
        )
    return message


def explain(exercise, calls, answers):
    """Return the fewest rows of MISTAKES that together compute these answers; [] if none do."""
    rows = [row for row in MISTAKES if exercise in row.exercises]
    for group in [(row,) for row in rows] + list(itertools.combinations(rows, 2)):
        for recipe in recipes(exercise, group):
            if computes(recipe, calls, answers):
                return list(group)
    return []


def computes(recipe, calls, answers):
    """Tell whether following the recipe gives these answers to these calls."""
    for (layers_dims, seed), answer in zip(calls, answers, strict=True):
        np.random.seed(seed)
        if not same(answer, compute(recipe, layers_dims)):
            return False
    return True


def recipes(exercise, rows):
    """Yield the exercise's recipe with the rows' mistakes in it, once for each combination."""
    for variants in itertools.product(*(row.variants for row in rows)):
        steps = [step for variant in variants for step in variant]
        if len(set(steps)) == len(steps):
            recipe = dict(RIGHT[exercise])
            for variant in variants:
                recipe.update(variant)
            yield recipe


def compute(recipe, layers_dims):
    """Follow a recipe: return the parameters that it makes."""
    recipe["seed"]()
    arrays = {}
    for l in recipe["order"](range(1, len(layers_dims))):
        n, n_prev = layers_dims[l], layers_dims[l - 1]
        recipe["each layer"](n)
        arrays[f"W{l}"] = recipe["draw"](n, n_prev) * recipe["scale"](n, n_prev)
        arrays[f"b{l}"] = recipe["bias"](n, n_prev)
    parameters = {}
    for l in range(1, len(layers_dims)):
        for name in (f"W{l}", f"b{l}"):
            value = recipe["shape"](name, arrays[name])
            parameters[name] = recipe["type"](name, value)
    return recipe["keys"](parameters)


def nothing(*_):
    """Leave out a step of a recipe."""


def seed_with(seed):
    """Return a step that seeds NumPy's global generator."""
    return lambda: np.random.seed(seed)


def randn_from(make_generator):
    """Return the steps of drawing from a generator of its own, made when the function starts."""
    made = []

    def start():
        made[:] = [make_generator()]

    return {"seed": start, "draw": lambda n, n_prev: made[0].standard_normal((n, n_prev))}


def drawing_b_first():
    """Return the steps of drawing each bias before the W of its layer."""
    drawn = []

    def draw(n):
        drawn[:] = [np.random.randn(n, 1)]

    return {"each layer": draw, "bias": lambda n, n_prev: drawn[0]}


def only(letter, change):
    """Return a step that changes the W's, the b's, or (letter "Wb") both."""
    return lambda name, value: change(value) if name[0] in letter else value


def first_layer(parameters):
    """Keep W1 and b1."""
    return {name: value for name, value in parameters.items() if name in ("W1", "b1")}


def without_last_layer(parameters):
    """Drop the last W and the last b."""
    return dict(list(parameters.items())[:-2])


def numbered_from_zero(parameters):
    """Call the first layer 0."""
    return {f"{name[0]}{int(name[1:]) - 1}": value for name, value in parameters.items()}


def keys_with(letter):
    """Return a step that keeps the W's or the b's alone."""
    return lambda parameters: {k: value for k, value in parameters.items() if k[0] == letter}


# The steps of an initializer, in the order of `compute`, and what each exercise does in them.
DRAWN = {
    "seed": seed_with(3),
    "order": list,
    "each layer": nothing,
    "draw": np.random.randn,
    "bias": lambda n, n_prev: np.zeros((n, 1)),
    "shape": lambda name, value: value,
    "type": lambda name, value: value,
    "keys": dict,
}
RIGHT = {
    "zeros": {
        **DRAWN,
        "seed": nothing,
        "draw": lambda n, n_prev: np.zeros((n, n_prev)),
        "scale": lambda n, n_prev: 1,
    },
    "random": {**DRAWN, "scale": lambda n, n_prev: 10},
    "he": {**DRAWN, "scale": lambda n, n_prev: np.sqrt(2 / n_prev)},
}

# Shapes in which mistakes show: no two neighboring layers have the same size, or a transposed W
# would go unseen, and not every layer has 2 inputs, where He's scale is 1 like no scale at all.
DEEP, WIDE = [5, 4, 3, 2, 1], [3, 40, 2]
LAYERS_DIMS = {
    "zeros": ([3, 2, 1], DEEP, WIDE),
    "random": ([3, 2, 1], DEEP, WIDE),
    "he": ([2, 4, 1], [3, 1, 2], DEEP, WIDE),
}


class Mistake(NamedTuple):
    """A known mistake: what it is called, where it can occur, and what it does instead.

    Each variant is a dict of the steps that it changes; the other steps are right.
    """

    name: str
    exercises: tuple
    variants: list
    sentence: str


ZEROS, RANDOM, HE = ("zeros",), ("random",), ("he",)
DRAWING = RANDOM + HE
ALL = ZEROS + DRAWING

# What some put in place of zeros, in the weights or in the biases.
NOT_ZEROS = [
    lambda *shape: np.random.randn(*shape),
    lambda *shape: np.random.randn(*shape) * 10,
    lambda *shape: np.random.randn(*shape) * 0.01,
    lambda *shape: np.random.rand(*shape),
    lambda *shape: np.ones(shape),
]

# From the plainest to the strangest: of two rows that compute the same, the first one is named.
MISTAKES = [
    Mistake(
        "weights that are not zero",
        ZEROS,
        [
            {"seed": seed, "draw": draw}
            for seed in (nothing, seed_with(3))
            for draw in (*NOT_ZEROS, lambda n, p: np.random.randn(n, p) * np.sqrt(2 / p))
        ],
        "Here every weight starts at exactly 0; the random starts are the next exercises.",
    ),
    Mistake(
        "weights without the factor 10",
        RANDOM,
        [{"scale": lambda n, n_prev: 1}],
        "This run is about weights that are too large: standard normal numbers, made 10 times "
        "larger.",
    ),
    Mistake(
        "10 added to the weights",
        RANDOM,
        [{"draw": lambda n, n_prev: np.random.randn(n, n_prev) + 10, "scale": lambda n, n_prev: 1}],
        "Adding moves all weights to around 10; multiplying spreads them on both sides of 0.",
    ),
    Mistake(
        "weights made small",
        RANDOM,
        [{"scale": lambda n, n_prev: 0.01}],
        "Small weights are the usual advice, but this run is about weights that are 10 times too "
        "large: look at the factor.",
    ),
    Mistake(
        "He's scale in the exercise before He's",
        RANDOM,
        [
            {"scale": lambda n, n_prev: np.sqrt(2 / n_prev)},
            {"scale": lambda n, n_prev: 10 * np.sqrt(2 / n_prev)},
        ],
        "Here the same factor, 10, goes with every layer, whatever its size.",
    ),
    Mistake(
        "weights with no scale at all",
        HE,
        [{"scale": lambda n, n_prev: 1}],
        "He's start multiplies each W by a number that depends on the size of the layer before it.",
    ),
    Mistake(
        "Xavier's scale in place of He's",
        HE,
        [{"scale": lambda n, n_prev: np.sqrt(1 / n_prev)}],
        "sqrt(1/n) keeps the signal's size where there is no ReLU; a ReLU sets half of the "
        "signal to zero, and the 2 in He's formula makes up for that.",
    ),
    Mistake(
        "Glorot's scale for both directions in place of He's",
        HE,
        [{"scale": lambda n, n_prev: np.sqrt(2 / (n + n_prev))}],
        "He's formula divides by the units of the layer before alone, not by the sum of both "
        "layers.",
    ),
    Mistake(
        "the wrong layer's size under the root",
        HE,
        [
            {"scale": lambda n, n_prev: np.sqrt(2 / n)},
            {"scale": lambda n, n_prev: np.sqrt(1 / n)},
        ],
        "A unit adds up what comes from the layer before it, so the number to divide by is that "
        "layer's, l-1, and not the units of layer l itself.",
    ),
    Mistake(
        "a scale without its square root",
        HE,
        [{"scale": lambda n, n_prev: 2 / n_prev}, {"scale": lambda n, n_prev: 1 / n_prev}],
        "He's fraction is the variance of the weights; what multiplies them is the standard "
        "deviation, its square root.",
    ),
    Mistake(
        "weights divided by 10",
        RANDOM,
        [{"scale": lambda n, n_prev: 1 / 10}],
        "The factor makes the random numbers larger; look at the operator between them.",
    ),
    Mistake(
        "the root over a part of the fraction",
        HE,
        [
            {"scale": lambda n, n_prev: np.sqrt(2) / n_prev},
            {"scale": lambda n, n_prev: 2 / np.sqrt(n_prev)},
        ],
        "The square root goes over all of the fraction: look at the parentheses.",
    ),
    Mistake(
        "weights divided by He's scale",
        HE,
        [{"scale": lambda n, n_prev: np.sqrt(n_prev / 2)}],
        "The scale multiplies the random numbers: the more inputs a unit has, the smaller its "
        "weights start.",
    ),
    Mistake(
        "a whole-number division",
        HE,
        [
            {"scale": lambda n, n_prev: np.sqrt(2 // n_prev)},
            {"scale": lambda n, n_prev: 2 // n_prev},
        ],
        "// drops what comes after the decimal point, so that the fraction becomes 0 for more "
        "than 2 units; a plain / keeps it.",
    ),
    Mistake(
        "the factor 10 of the exercise before",
        HE,
        [
            {"scale": lambda n, n_prev: 10 * np.sqrt(2 / n_prev)},
            {"scale": lambda n, n_prev: 10},
        ],
        "He's scale stands alone: the large factor belongs to the random run.",
    ),
    Mistake(
        "uniform numbers in place of normal ones",
        DRAWING,
        [{"draw": np.random.rand}],
        "rand draws between 0 and 1, never below zero; randn draws from the standard normal "
        "distribution, on both sides of zero.",
    ),
    Mistake(
        "a missing seed",
        DRAWING,
        [{"seed": nothing}],
        "The numbers change with whatever was drawn before; seed NumPy's generator with 3 inside "
        "the function, before the first draw, so that every call gives the same ones.",
    ),
    Mistake(
        "another seed",
        DRAWING,
        [{"seed": seed_with(s)} for s in (*range(3), *range(4, 21), 42, 100, 123, 1234, 2024)],
        "The numbers repeat, but they are not those of the lab: its seed is 3.",
    ),
    Mistake(
        "a generator seeded anew in every layer",
        DRAWING,
        [{"each layer": lambda n: np.random.seed(3)}],
        "Each layer starts the same sequence of numbers again; seed once, before the loop.",
    ),
    Mistake(
        "another generator than the lab's",
        DRAWING,
        [randn_from(lambda: np.random.default_rng(3))],
        "default_rng is NumPy's newer generator, a good choice elsewhere, but it draws other "
        "numbers from seed 3 than np.random.seed does.",
    ),
    Mistake(
        "a draw too many",
        DRAWING,
        [
            {"seed": lambda: (np.random.seed(3), np.random.randn())},
            {"each layer": lambda n: np.random.randn()},
            {"each layer": lambda n: np.random.randn(n, 1)},
            {"bias": lambda n, n_prev: np.random.randn(n, 1) * 0},
        ],
        "Each draw moves the generator on, so draw once for each W and for nothing else; biases "
        "need no random numbers.",
    ),
    Mistake(
        "layers drawn in another order",
        DRAWING,
        [{"order": reversed}],
        "The generator hands out its numbers one after the other, so the first ones belong to W1 "
        "and the last ones to the last layer.",
    ),
    Mistake(
        "a transposed W",
        ALL,
        [{"shape": only("W", np.transpose)}],
        "Wl has a row for each unit of layer l and a column for each unit of layer l-1.",
    ),
    Mistake(
        "a W drawn with its two sizes swapped",
        DRAWING,
        [
            {"draw": lambda n, n_prev: np.random.randn(n_prev, n)},
            {"draw": lambda n, n_prev: np.random.randn(n_prev, n).T},
        ],
        "Wl has a row for each unit of layer l and a column for each unit of layer l-1: look at "
        "the order of the two sizes.",
    ),
    Mistake(
        "biases with one dimension",
        ALL,
        [{"shape": only("b", np.ravel)}],
        "A bias is a column, of shape (units, 1); a flat array of shape (units,) is added along "
        "the examples, not along the units.",
    ),
    Mistake(
        "biases lying on their side",
        ALL,
        [{"shape": only("b", np.transpose)}],
        "A bias is a column, of shape (units, 1), a row for each unit of layer l.",
    ),
    Mistake(
        "biases that are not zero",
        ALL,
        [
            {**seed, "bias": bias}
            for seed in ({}, {"seed": seed_with(3)})
            for bias in (
                *(lambda n, p, fill=fill: fill(n, 1) for fill in NOT_ZEROS),
                lambda n, p: np.random.randn(n, 1) * np.sqrt(2 / p),
            )
        ]
        + [drawing_b_first()],
        "Only the weights need to differ from unit to unit; every bias starts at 0.",
    ),
    Mistake(
        "numbers in float32",
        ALL,
        [
            {"type": only(letters, lambda value: value.astype("float32"))}
            for letters in ("Wb", "W", "b")
        ],
        "Their 7 digits are too few for the lab's numbers: leave the dtype out, and NumPy gives "
        "float64.",
    ),
    Mistake(
        "whole numbers",
        ALL,
        [{"type": only(letters, lambda value: value.astype(int))} for letters in ("Wb", "W", "b")],
        "An array of integers drops everything after the decimal point: leave the dtype out, and "
        "NumPy gives float64.",
    ),
    Mistake(
        "lists in place of arrays",
        ALL,
        [{"type": only(letters, np.ndarray.tolist)} for letters in ("Wb", "W", "b")],
        "The network multiplies NumPy arrays; a list can't do that.",
    ),
    Mistake(
        "nan in place of numbers",
        ALL,
        [{"type": only(letters, lambda value: value * np.nan)} for letters in ("Wb", "W", "b")],
        "nan is what 0/0 or the square root of a negative number gives: look at the scale.",
    ),
    Mistake(
        "an empty dict",
        ALL,
        [{"keys": lambda parameters: {}}],
        "Nothing is stored: each turn of the loop puts a W and a b into the dict.",
    ),
    Mistake(
        "a return inside the loop",
        ALL,
        [{"keys": first_layer}],
        "The function stops after its first layer: look at how far the return is indented.",
    ),
    Mistake(
        "a loop that stops one layer early",
        ALL,
        [{"keys": without_last_layer}],
        "layers_dims counts the input too, and range leaves out its end: the last layer's number "
        "is len(layers_dims) - 1.",
    ),
    Mistake(
        "layers numbered from 0",
        ALL,
        [{"keys": numbered_from_zero}],
        "Layer 0 is the input, which has no parameters: the first keys are W1 and b1.",
    ),
    Mistake(
        "no biases",
        ALL,
        [{"keys": keys_with("W")}],
        "Each layer needs a b beside its W, all zeros.",
    ),
    Mistake(
        "no weights",
        ALL,
        [{"keys": keys_with("b")}],
        "Each layer needs a W beside its b.",
    ),
]
