"""The process in which a student's function runs; `confine` starts it, in a sandbox if it can.

It reads requests and writes replies, one line of JSON each. The first request brings the program
and the name of the function; each later one brings layers_dims and the state that NumPy's
generator is to start from. A reply holds plain numbers. What it says is not trusted.

This file is run by itself, with nothing of the project to import.
"""

import _posixsubprocess
import itertools
import json
import os
import resource
import signal
import sys
import types

import numpy as np

MOST_NUMBERS = 100_000
MOST_KEYS = 1_000
PROCESS_EVENTS = ("os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "os.spawn", "os.system")
PROCESS_EVENTS += ("subprocess.Popen", "pty.spawn")
# What Python announces when it runs a program, imports and looks at itself; all else is refused.
ALLOWED_EVENTS = ("import", "compile", "exec", "os.listdir", "os.scandir", "os.walk", "time.sleep")
ALLOWED_EVENTS += ("os.putenv", "os.unsetenv")
ALLOWED_PREFIXES = ("builtins.", "code.", "cpython.", "function.", "gc.", "marshal.", "object.")
ALLOWED_PREFIXES += ("pickle.", "sys.", "_thread.", "array.", "glob.", "pathlib.", "tempfile.")
# Allowed in the scratch folder; reading is allowed where Python and its packages are, too.
FILE_EVENTS = ("open", "os.mkdir", "os.rmdir", "os.remove")


def main():
    """Serve one exercise: load the program, then answer calls until there are none."""
    settings = json.loads(sys.argv[1])
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # From here on input() meets the end of a file, and what is printed is counted by the parent.
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    set_state, leave, write_json, read_json = np.random.set_state, os._exit, json.dumps, json.loads

    def reply(**message):
        replies.write(write_json(message).encode() + b"\n")
        replies.flush()

    def stop(limit):
        reply(outcome="stopped", limit=limit)
        leave(0)

    program = read_json(requests.readline())
    set_limits(settings)
    hide_the_reference()
    sys.addaudithook(guard())
    # What subprocess and multiprocessing start processes with announces no event of its own.
    _posixsubprocess.fork_exec = refuse_process
    try:
        function, error = load(program)
    except MemoryError:
        stop("memory")
    if function is None:
        reply(**({"outcome": "missing"} if error is None else describe(error)))
        return
    reply(outcome="loaded")
    for line in requests:
        call = read_json(line)
        keys, position, has_gauss, gauss = call["state"]
        set_state(("MT19937", keys, position, has_gauss, gauss))
        try:
            reply(outcome="returned", value=encode(function(call["layers_dims"])))
        except MemoryError:
            stop("memory")
        except ProcessRefused:
            stop("processes")
        except BaseException as raised:
            reply(**describe(raised))
    leave(0)


def set_limits(settings):
    """Set what the kernel can limit."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (settings["memory"], settings["memory"]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (settings["file_size"], settings["file_size"]))
    # Python ignores this signal by default; it tells the parent which limit was met.
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)


def hide_the_reference():
    """Put stand-ins where a submission may import the lab's own modules."""

    def reference(*args, **kwargs):
        raise NotImplementedError("the exercise still calls the reference answer")

    def find(name):
        if name.startswith("__"):
            raise AttributeError(name)
        return reference

    initialization = types.ModuleType("initialization")
    initialization.__getattr__ = find
    sys.modules["initialization"] = initialization
    for name in ("init_utils", "public_tests"):
        # Many notebooks have `np` from nowhere else than `from init_utils import *`.
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].np = np


class ProcessRefused(PermissionError):
    """The program tried to start another process."""


def refuse_process(*args):
    """Refuse to start a process; Matplotlib, for one, can do without when it looks for fonts."""
    raise ProcessRefused("starting a process is not allowed while grading")


def guard():
    """Return an audit hook: no new processes, no signals, no files but modules and scratch."""
    folders = {sys.prefix, sys.base_prefix, "/usr", "/lib", "/lib64", "/dev", "/etc"}
    readable = tuple(folder + os.sep for folder in folders)
    scratch = os.path.realpath(os.getcwd())
    realpath, text = os.path.realpath, os.fsdecode
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

    def hook(event, args):
        if event in ALLOWED_EVENTS or event.startswith(ALLOWED_PREFIXES):
            return
        if event in PROCESS_EVENTS:
            refuse_process()
        if event not in FILE_EVENTS:
            raise PermissionError(f"{event} is not allowed while grading")
        if not isinstance(args[0], int):
            path = realpath(text(args[0]))
            reading = event == "open" and not args[2] & writing
            if not (path + os.sep).startswith(scratch + os.sep) and not (
                reading and path.startswith(readable)
            ):
                raise PermissionError(f"{path} is out of bounds while grading")

    return hook


def load(program):
    """Run the program's statements; return the function and the last error, each or None."""
    namespace = {"__name__": "__main__"}
    last_error = None
    for code in program["code"]:
        try:
            exec(compile(code, "<submission>", "exec"), namespace)
        except MemoryError:
            raise
        except BaseException as error:
            last_error = error
    function = namespace.get(program["function"])
    return (function if callable(function) else None), last_error


def describe(error):
    """Return a reply that tells of an error."""
    try:
        text = str(error)
    except BaseException:
        text = "an error that can't be shown"
    not_attempted = isinstance(error, NotImplementedError)
    kind = "NotImplementedError" if not_attempted else type(error).__name__
    return {"outcome": "raised", "type": kind[:100], "text": text[:500]}


def encode(answer):
    """Return an answer in plain numbers and names of types."""
    if isinstance(answer, dict):
        entries = itertools.islice(dict.items(answer), MOST_KEYS)
        return {"dict": [[str(key)[:100], encode_value(value)] for key, value in entries]}
    return encode_value(answer)


def encode_value(value):
    """Return an array, a list of numbers, None or ... as JSON; of anything else, its type."""
    if value is None or value is ...:
        return {"nothing": value is None}
    if type(value) is np.ndarray:
        if value.dtype.kind not in "biuf" or value.dtype.itemsize > 8:
            return {"type": f"array of {value.dtype}"[:100]}
        if value.size > MOST_NUMBERS:
            return {"type": f"array of shape {value.shape}"}
        return {"dtype": value.dtype.name, "shape": value.shape, "numbers": value.ravel().tolist()}
    if type(value) is list:
        try:
            return {"list": np.array(value, dtype=float).tolist()}
        except (TypeError, ValueError):
            return {"type": "list"}
    return {"type": type(value).__name__[:100]}


if __name__ == "__main__":
    main()
