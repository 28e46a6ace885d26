"""Judge an exercise of a submission with the lab's own checks."""

import contextlib
import functools
import io
from typing import NamedTuple

import numpy as np

import public_tests

from .confine import Child, Stopped
from .cut import cut, read_program
from .find import Unreadable, read_cells

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
    try:
        program = program_of(path)
    except Unreadable as reason:
        return Verdict("not attempted", f"The file can't be read: {reason}.")
    code = cut(program, exercise)
    if not code:
        return Verdict("not attempted", why_missing(program, exercise))
    name = "__main__" if path.suffix.lower() == ".ipynb" else "submission"
    try:
        with Child(limits, sandbox) as child, contextlib.redirect_stdout(io.StringIO()):
            reply = child.ask(code=code, function=exercise, name=name)
            if reply["outcome"] == "missing":
                return Verdict("not attempted", f"{exercise} is not a function.")
            target = stand_in(child) if reply["outcome"] == "loaded" else raising(reply)
            EXERCISES[exercise](target)
    except tuple(OUTCOMES) as error:
        return Verdict(OUTCOMES[type(error)], str(error))
    return Verdict("passed", "")


@functools.lru_cache(maxsize=4)
def program_of(path):
    """Read and parse a file, once for all of its exercises."""
    return read_program(read_cells(path))


def why_missing(program, exercise):
    """Say why there is no such function in a program."""
    for place, source, reason in program.broken:
        if f"def {exercise}" in source:
            return (
                f"{exercise} can't be read as Python, so it counts as not attempted: {place}, "
                f"{reason}."
            )
    return f"There is no function {exercise} in the file."


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
    kind, text = str(reply.get("type")), str(reply.get("text"))

    def target(layers_dims):
        if kind == "NotImplementedError":
            raise NotImplementedError(text)
        raise type(kind, (Exception,), {})(text)

    return target


def decode(value):
    """Return an answer as the child encoded it, made of plain arrays and stand-ins."""
    if "dict" in value:
        return {str(key): decode_value(entry) for key, entry in value["dict"]}
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
        return list(value["list"])
    return something_called(str(value["type"]))


@functools.lru_cache(maxsize=16)
def something_called(name):
    """Return an object whose type has a name; the same object for the same name."""
    return type(name, (), {})()
