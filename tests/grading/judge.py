"""Judge an exercise of a submission with the lab's own checks."""

import atexit
import contextlib
import functools
import io
import os
import re
import sys
from typing import NamedTuple

import numpy as np

import public_tests

from .confine import ROOT, Child, Limits, Stopped, child_command
from .find import printable

EXERCISES = {
    f"initialize_parameters_{name}": getattr(public_tests, f"initialize_parameters_{name}_test")
    for name in ("zeros", "random", "he")
}
OUTCOMES = {
    public_tests.NotAttempted: "not attempted",
    public_tests.Raised: "raised",
    public_tests.Wrong: "wrong",
    Stopped: "stopped",
}

READING = Limits(seconds=10, memory=1_000_000_000)
MOST_CHARACTERS = 2_000


class Verdict(NamedTuple):
    """An outcome, and the message for the student."""

    outcome: str
    message: str


def judge(path, exercise, limits, sandbox):
    """Grade one exercise of one file.

    Parameters
    ----------
    path : Path
    exercise : str
        The name of the graded function.
    limits : Limits
    sandbox : bool

    Returns
    -------
    Verdict
    """
    code, reason = code_of(path, exercise)
    if not code:
        return Verdict("not attempted", shown(reason))
    try:
        with (
            Child(child_command(limits, sandbox), limits) as child,
            contextlib.redirect_stdout(io.StringIO()),
        ):
            reply = child.ask(code=code, function=exercise)
            if reply["outcome"] == "missing":
                return Verdict("not attempted", f"{exercise} is not a function.")
            EXERCISES[exercise](raising(reply) if reply["outcome"] == "raised" else stand_in(child))
    except tuple(OUTCOMES) as error:
        return Verdict(OUTCOMES[type(error)], shown(str(error)))
    except Exception as error:
        # Nobody foresees everything: what trips the grader must not cost the class its table.
        text = f"The answer can't be judged: {type(error).__name__}: {error}"
        return Verdict("stopped", shown(text))
    return Verdict("passed", "")


def shown(message):
    """Return a message as a report can show it, whatever a student's text brings into it."""
    rest = " ..." if len(message) > MOST_CHARACTERS else ""
    return printable(message[:MOST_CHARACTERS]) + rest


def code_of(path, exercise):
    """Return the statements that an exercise needs, and the reason if there are none."""
    reply = read_apart(path)
    return reply["code"].get(exercise, []), reply["reasons"].get(exercise, "")


@functools.lru_cache(maxsize=2)
def read_apart(path):
    """Have a file read by the process for that, once for all of its exercises."""
    process = reader()
    # Its time counts for each file anew.
    process.deadline = None
    try:
        return process.ask(path=os.path.abspath(path), functions=list(EXERCISES))
    except Stopped:
        process.close()
        reader.cache_clear()
        reason = f"Reading the file takes more than {READING.seconds:g} seconds or too much memory."
        return {"code": {}, "reasons": dict.fromkeys(EXERCISES, reason)}


@functools.cache
def reader():
    """Start the process that reads submissions; it goes on until the grader ends."""
    command = [sys.executable, "-m", "tests.grading.read", str(READING.memory)]
    process = Child(command, READING, cwd=ROOT)
    atexit.register(process.close)
    return process


def stand_in(child):
    """Return a function that runs the student's in the child and gives back plain numbers."""

    def target(layers_dims):
        _, keys, position, has_gauss, gauss = np.random.get_state()
        state = [keys.tolist(), position, has_gauss, gauss]
        reply = child.ask(layers_dims=list(layers_dims), state=state)
        if reply["outcome"] == "raised":
            raising(reply)(layers_dims)
        try:
            return decode(reply["value"])
        except (KeyError, TypeError, ValueError, OverflowError, RecursionError, MemoryError):
            raise child.stopped("unreadable") from None

    return target


def raising(reply):
    """Return a function that raises what the student's raised, by its name and its text."""
    kind, text = re.sub(r"\W", "_", str(reply.get("type"))), shown(str(reply.get("text")))

    def target(layers_dims):
        if kind == "NotImplementedError":
            raise NotImplementedError(text)
        raise type(kind, (Exception,), {})(text)

    return target


def decode(value):
    """Return an answer as the child encoded it, made of plain arrays and stand-ins."""
    if "dict" in value:
        return {printable(str(key)): decode_value(entry) for key, entry in value["dict"]}
    return decode_value(value)


def decode_value(value):
    """Return an array, a list, None or ...; anything else as an object of a type of that name."""
    if "nothing" in value:
        return None if value["nothing"] else ...
    if "dtype" in value:
        shape, numbers = tuple(map(int, value["shape"])), value["numbers"]
        dtype = np.dtype(str(value["dtype"]))
        if dtype.kind not in "biuf":
            raise ValueError(f"dtype: expected plain numbers, got {dtype}")
        return np.array(numbers, dtype=dtype).reshape(shape)
    if "list" in value:
        return np.array(value["list"], dtype=float).tolist()
    return something_called(printable(str(value["type"])))


@functools.lru_cache(maxsize=16)
def something_called(name):
    """Return an object whose type has a name; the same object for the same name."""
    return type(name, (), {})()
