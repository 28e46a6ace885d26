"""The process that reads and cuts submissions: `python -m tests.grading.read BYTES`.

Nothing of a submission is run here. But to parse a text that is made for it takes all the time and
memory there is, so that this too is done apart from the grader, in at most so many bytes of memory.
"""

import json
import resource
import sys
from pathlib import Path

from .cut import cut, read_program
from .find import Unreadable, read_cells


def main():
    """Answer each request, a path and the names of functions, with the code that they need."""
    memory = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    for line in sys.stdin:
        request = json.loads(line)
        reply = read(Path(request["path"]), request["functions"])
        print(json.dumps({"outcome": "read", **reply}), flush=True)


def read(path, functions):
    """Return {function: code} and, for a function without any, {function: reason}.

    Parameters
    ----------
    path : Path
    functions : list of str

    Returns
    -------
    dict
        "code" and "reasons".
    """
    try:
        program = read_program(read_cells(path))
        code = {function: cut(program, function) for function in functions}
    except Unreadable as error:
        reason = f"The file can't be read: {error}."
    except Exception as error:
        reason = f"The file can't be read: {type(error).__name__}: {error}."
    else:
        reasons = {name: why_missing(program, name) for name in functions if not code[name]}
        return {"code": code, "reasons": reasons}
    return {"code": {}, "reasons": dict.fromkeys(functions, reason)}


def why_missing(program, function):
    """Say why there is no such function in a program."""
    for place, source, reason in program.broken:
        if f"def {function}" in source:
            return (
                f"{function} can't be read as Python, so it counts as not attempted: {place}, "
                f"{reason}."
            )
    return f"There is no function {function} in the file."


if __name__ == "__main__":
    main()
