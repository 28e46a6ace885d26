"""Grading: the right verdict for right, blank, wrong and hostile files, and a class's report."""

import csv
import json
import os
import re
import subprocess
import sys
import textwrap
import xml.etree.ElementTree as ET
from pathlib import Path

import nbformat
import pytest

from public_tests import MISTAKES
from tests.grading.confine import STOPPED, Limits, why_no_sandbox
from tests.grading.cut import cut, read_program
from tests.grading.find import Cell, find
from tests.grading.judge import EXERCISES, judge, reader

ROOT = Path(__file__).parent.parent
ZEROS, RANDOM, HE = EXERCISES
LIMITS = Limits(output=100_000)
# For what has to be stopped: everything else may take its time on a busy machine.
SHORT = LIMITS._replace(seconds=0.8)

HE_ANSWER = """
def initialize_parameters_he(layers_dims):
    np.random.seed(3)
    parameters = {}
    for l in range(1, len(layers_dims)):
        n, n_prev = layers_dims[l], layers_dims[l - 1]
        parameters["W" + str(l)] = np.random.randn(n, n_prev) * np.sqrt(2 / n_prev)
        parameters["b" + str(l)] = np.zeros((n, 1))
    return parameters
"""
GOOD = "import numpy as np\n" + HE_ANSWER
SLOW = "while True: pass"


def he_with(old, new):
    """Return a right file with one piece replaced."""
    assert old in GOOD
    return GOOD.replace(old, new)


def write(folder, cells, name="handed in"):
    """Write a script (a text) or a notebook (a list of cells), and return its path."""
    if isinstance(cells, str):
        path = folder / f"{name}.py"
        path.write_text(textwrap.dedent(cells), encoding="utf-8")
    else:
        path = folder / f"{name}.ipynb"
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(textwrap.dedent(cell)) for cell in cells]
        )
        path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


RIGHT = {
    "plain": GOOD,
    "notebook": [GOOD],
    "import in another cell": ["import numpy as np", HE_ANSWER],
    "import after the function": [HE_ANSWER, "import numpy as np"],
    "np from the lab's own star import": "from init_utils import *\n" + HE_ANSWER,
    "np beside a package that is not installed": "import no_such_package, numpy as np\n"
    + HE_ANSWER,
    "a star import of nothing": "from no_such_package import *\n" + GOOD,
    "numpy under its own name": GOOD.replace("np.", "numpy.").replace(" as np", ""),
    "names from numpy": "from numpy import sqrt, zeros, random\n" + HE_ANSWER.replace("np.", ""),
    "a generator by way of scikit-learn": "from sklearn.utils import check_random_state\n"
    + he_with("np.random.seed(3)", "generator = check_random_state(3)").replace(
        "np.random.randn", "generator.randn"
    ),
    "a star import that is not needed": "from pylab import *\n" + GOOD,
    "an OrderedDict": "import collections\n" + he_with("{}", "collections.OrderedDict()"),
    "a defaultdict": "import collections\n" + he_with("{}", "collections.defaultdict(list)"),
    "odd line separators": he_with("    np.random", "    # a\u2028b\x0bc\x0cd\x85\n    np.random"),
    "half a character": [GOOD + "# \ud83d"],
    "numpy imported in try": [
        "try:\n    import numpy as np\nexcept ImportError:\n    pass",
        HE_ANSWER,
        "while True:\n    x = np.array([1])",
    ],
    "numpy by another name": [
        "import numpy\nnp = numpy",
        HE_ANSWER,
        "while True: x = np.zeros(3)",
    ],
    "a decorated helper before a broken function": "import functools\n@functools.cache\n"
    "def helper(): pass\n" + GOOD + "def broken(:\n    pass\n",
    "a broken statement before": "x = = 3\n" + GOOD,
    "profiled cell": ["%%memit\n" + GOOD],
    "in the main part of a script": "if __name__ == '__main__':\n" + textwrap.indent(GOOD, "    "),
    "a picture of the weights": he_with(
        "    return", "    import matplotlib.pyplot as plt; plt.hist([1]); plt.show()\n    return"
    ),
    "star import of numpy": "from numpy import *\n" + HE_ANSWER.replace("np.", ""),
    "helper": he_with("np.sqrt(2 / n_prev)", "scale(n_prev)")
    + "def scale(n):\n    return root(2 / n)\nroot = np.sqrt\n",
    "constant": ["FACTOR = 2", he_with("2 / n_prev", "FACTOR / n_prev")],
    "constant under if": [
        "if True:\n    FACTOR = 2\nelse:\n    FACTOR = 1",
        he_with("2 / n_prev", "FACTOR / n_prev"),
    ],
    "constant in try": [
        "try:\n    FACTOR = unknown\nexcept NameError:\n    FACTOR = 2",
        he_with("2 / n_prev", "FACTOR / n_prev"),
    ],
    "constant changed later": he_with("2 / n_prev", "FACTOR / n_prev")
    + "FACTOR = 1\nFACTOR += 1\n",
    "dict changed in place": he_with("2 / n_prev", "C['two'] / n_prev") + "C = {}\nC['two'] = 2\n",
    "list changed by a method": he_with("2 / n_prev", "C[0] / n_prev") + "C = []\nC.append(2)\n",
    "list changed by a function": he_with("2 / n_prev", "C[0] / n_prev")
    + "def fill(x):\n    x.append(2)\nC = []\nfill(C)\n",
    "global set by a function": he_with("2 / n_prev", "C / n_prev")
    + "def fill():\n    inner()\ndef inner():\n    global C\n    C = 2\nfill()\n",
    "attribute of the function": he_with("2 / n_prev", f"{HE}.two / n_prev") + f"{HE}.two = 2\n",
    "unpacked constants": he_with("2 / n_prev", "TWO / n_prev") + "ONE, (TWO, *rest) = 1, (2, 3)\n",
    "walrus": he_with("2 / n_prev", "TWO / n_prev") + "print(TWO := 2)\n",
    "constant from a loop": he_with("2 / n_prev", "TWO / n_prev") + "for TWO in (1, 2): pass\n",
    "lambda": "import numpy as np\nseed = lambda: np.random.seed(3)\n"
    + HE_ANSWER.replace("np.random.seed(3)", "seed()"),
    "the function is a lambda": GOOD.replace(HE, "work") + f"{HE} = lambda dims: work(dims)\n",
    "the function is an alias": GOOD.replace(HE, "work") + f"{HE} = work\n",
    "the function is partial": "import functools\n"
    + GOOD.replace(HE, "work").replace("work(layers_dims)", "work(seed, layers_dims)")
    + f"{HE} = functools.partial(work, 3)\n",
    "a class does the work": "import numpy as np\nclass Start:\n    @staticmethod"
    + textwrap.indent(HE_ANSWER, "    ")
    + f"{HE} = Start.{HE}\n",
    "decorated": "import functools, numpy as np\ndef same(f):\n    return functools.wraps(f)(f)\n"
    + "@same"
    + HE_ANSWER,
    "annotated": "from typing import Dict\n"
    + he_with("_dims):", "_dims: list) -> Dict[str, np.ndarray]:"),
    "postponed annotations": "from __future__ import annotations\n"
    + he_with("_dims):", "_dims: Unknown) -> Unknown:"),
    "default argument": he_with("he(layers_dims)", "he(layers_dims, two=TWO)").replace(
        "def", "TWO = 2\ndef", 1
    ),
    "defined twice": [f"def {HE}(layers_dims):\n    return {{}}", GOOD],
    "defined again after a mistake": [GOOD.replace("2 /", "1 /"), GOOD],
    "two functions in a cell, the other one broken": [
        GOOD + f"def {RANDOM}(layers_dims):\n    for l in range(1, 3):\n        # your code\n"
    ],
    "syntax error in another cell": ["for l in range(3):\n    # your code", GOOD, "1 +"],
    "magics and shell lines": ["%matplotlib inline\n!pip install x\nimport numpy as np", HE_ANSWER],
    "magic in the same cell": ["%load_ext autoreload\n" + GOOD + "x?\n"],
    "timed cell": ["%%time\n" + GOOD],
    "cells in other languages": ["%%bash\nls -l", "%%html\n<b>", GOOD],
    "training cells": [
        "from init_utils import *\nfrom initialization import model",
        "import matplotlib.pyplot as plt",
        "train_X, train_Y, test_X, test_Y = load_dataset()",
        GOOD,
        f"parameters = model(train_X, train_Y, initialization={HE})\n" + SLOW,
        "predictions = predict(train_X, train_Y, parameters)\nwhile True: plt.show()",
    ],
    "a loop in the main part": GOOD
    + f'if __name__ == "__main__":\n    {HE}([2, 4, 1])\n    {SLOW}\n',
    "a loop over the tests": GOOD + f"while True:\n    print({HE}([2, 4, 1]), np.mean([1]))\n",
    "prints": he_with("    return", "    print('done', parameters)\n    return"),
    "global generator seeded outside too": GOOD + "np.random.seed(1)\n",
    "not ASCII": he_with("np.random.seed(3)", "'größe ✓'; np.random.seed(3)"),
    "a leftover thread": he_with(
        "    return",
        "    import threading, time\n"
        "    threading.Thread(target=time.sleep, args=(99,)).start()\n    return",
    ),
    "patched allclose, but right": GOOD + "np.allclose = np.array_equal = lambda *a, **k: True\n",
}

NOT_ATTEMPTED = {
    "pass": f"def {HE}(layers_dims):\n    pass",
    "ellipsis": f"def {HE}(layers_dims): ...",
    "return ...": f"def {HE}(layers_dims):\n    return ...",
    "None": f"def {HE}(layers_dims):\n    return None",
    "no return": he_with("    return parameters\n", ""),
    "NotImplementedError": f"def {HE}(layers_dims):\n    raise NotImplementedError()",
    "placeholders": he_with("np.random.randn(n, n_prev) * np.sqrt(2 / n_prev)", "None").replace(
        "np.zeros((n, 1))", "None"
    ),
    "a bare for": [
        "import numpy",
        f"def {HE}(dims):\n    for l in dims:\n        # your code\n    return 1",
    ],
    "the reference": [
        f"import initialization\ndef {HE}(dims):\n    return initialization.{HE}(dims)"
    ],
    "the reference by name": f"from initialization import {HE} as f\n"
    f"def {HE}(dims):\n    return f(dims)",
    "the reference as an alias": f"import initialization\n{HE} = initialization.{HE}",
    "the reference imported": f"from initialization import {HE}",
    "the reference by importlib": "import importlib\n"
    f"def {HE}(dims):\n    return importlib.import_module('initialization').{HE}(dims)",
    "no such function": "import numpy as np\n",
    "a number": f"{HE} = 3",
    "nothing at all": "",
    "white space": " \n\n",
}

RAISED = {
    "an error": (f"def {HE}(layers_dims):\n    return {{}}['W3']", "KeyError: 'W3'"),
    "a missing import": (HE_ANSWER, "NameError: name 'np' is not defined"),
    "a missing package": (
        "import no_such_package\n" + he_with("n, n_prev =", "no_such_package; n, n_prev ="),
        "NameError: name 'no_such_package' is not defined",
    ),
    "a bad decorator": ("@unknown" + HE_ANSWER, "NameError: name 'unknown' is not defined"),
    "SystemExit": (f"def {HE}(layers_dims):\n    raise SystemExit(0)", "SystemExit: 0"),
    "sys.exit": (f"import sys\ndef {HE}(layers_dims):\n    sys.exit()", "SystemExit: "),
    "sys.exit on top": (f"import sys\n{HE} = sys.exit()", "SystemExit: "),
    "input": (f"def {HE}(layers_dims):\n    return input('?')", "EOFError: "),
    "KeyboardInterrupt": (f"def {HE}(dims):\n    raise KeyboardInterrupt", "KeyboardInterrupt"),
    "endless recursion": (f"def {HE}(dims):\n    return {HE}(dims)", "RecursionError: "),
    "an error that can't be shown": (
        f"class E(Exception):\n    def __str__(self): 1 / 0\ndef {HE}(dims):\n    raise E",
        "E: an error that can't be shown",
    ),
}

HOSTILE = {
    "endless loop": ("while True: pass", "stopped", "seconds"),
    "ignored signals": (
        "import signal\nfor s in set(signal.valid_signals()) - {9, 19}: signal.signal(s, 1)\n"
        "while True: pass",
        "stopped",
        "seconds",
    ),
    "sleep": ("import time\ntime.sleep(99)", "stopped", "seconds"),
    "swallowed errors": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "stopped",
        "seconds",
    ),
    "memory bomb": ("x = []\nwhile True: x.append(np.zeros(10**6))", "stopped", "memory"),
    "a huge array": ("return {'W1': np.zeros((10**6, 10**6))}", "stopped", "memory"),
    "fork bomb": ("import os\nwhile True: os.fork()", "stopped", "processes"),
    "subprocess": ("import subprocess\nsubprocess.Popen(['sleep', '99'])", "stopped", "processes"),
    "multiprocessing": (
        "import multiprocessing\nmultiprocessing.Process(target=print).start()",
        "stopped",
        "processes",
    ),
    "a spawned process": (
        "import multiprocessing\n"
        "multiprocessing.get_context('spawn').Process(target=print).start()",
        "stopped",
        "processes",
    ),
    "os.system": ("import os\nos.system('sleep 99 &')", "stopped", "processes"),
    "exec": ("import os\nos.execv('/bin/true', ['true'])", "stopped", "processes"),
    "output flood": ("while True: print('x' * 1000)", "stopped", "output"),
    "output flood by number": (
        "import os\nwhile True: os.write(2, b'x' * 1000)",
        "stopped",
        "output",
    ),
    "a huge file": (
        "f = open('x', 'wb')\nwhile True: f.write(b'x' * 1000)",
        "stopped",
        "file_size",
    ),
    "os._exit": ("import os\nos._exit(0)", "stopped", "died"),
    "abort": ("import os\nos.abort()", "stopped", "died"),
    "all pipes closed": ("import os\nos.closerange(0, 99)", "stopped", "died"),
    "a forged reply": (
        "import os\nfor fd in range(3, 9):\n"
        "    try: os.write(fd, b'{}\\n')\n    except OSError: pass",
        "stopped",
        "unreadable",
    ),
    "a forged pass": (
        "import os\nfor fd in range(3, 9):\n"
        '    try: os.write(fd, b\'{"outcome": "passed"}\\n\' * 99)\n    except OSError: pass',
        "stopped",
        "unreadable",
    ),
    "a deeply nested reply": (
        "import os\nfor fd in range(3, 9):\n"
        "    try: os.write(fd, b'[' * 50000 + b'\\n')\n    except OSError: pass",
        "stopped",
        "unreadable",
    ),
    "killing the parent": ("import os\nos.kill(os.getppid(), 9)", "raised", "PermissionError"),
    "killing all": ("import os\nos.kill(-1, 9)", "raised", "PermissionError"),
    "libc by ctypes": ("import ctypes\nctypes.CDLL(None).fork()", "raised", "PermissionError"),
    "network": (
        "import socket\nsocket.create_connection(('127.0.0.1', 22))",
        "raised",
        "Error",
    ),
    "the reference from disk": (
        f"exec(open({str(ROOT / 'initialization.py')!r}).read(), globals())\n"
        f"return globals()['{HE}'](layers_dims)",
        "raised",
        "Error",
    ),
    "the reference by path": (
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nsys.modules.pop('initialization')\n"
        f"import initialization\nreturn initialization.{HE}(layers_dims)",
        "raised",
        "Error",
    ),
    "the numbers from the tests": (
        f"import json\nreturn json.load(open({str(ROOT / 'tests' / 'published.json')!r}))",
        "raised",
        "Error",
    ),
    "the grader's memory": (
        "import os\nreturn open(f'/proc/{os.getppid()}/mem', 'rb').read(9)",
        "raised",
        "Error",
    ),
    "writing over the grader": (
        f"open({str(ROOT / 'public_tests.py')!r}, 'a').write('#')",
        "raised",
        "Error",
    ),
    "the caller's frames": (
        "import sys, gc\nframe = sys._getframe()\nwhile frame:\n"
        "    for scope in (frame.f_locals, frame.f_globals):\n"
        "        for value in list(scope.values()):\n"
        "            if isinstance(value, list) and value and isinstance(value[0], dict):\n"
        "                return value[0]\n    frame = frame.f_back\n"
        "return {'W1': np.zeros((4, 2))}",
        "wrong",
        "b1 for layers_dims [2, 4, 1] is not right",
    ),
    "patched comparisons": (
        "for name in ('allclose', 'array_equal', 'isclose', 'abs', 'all'):\n"
        "    setattr(np, name, lambda *a, **k: True)\n"
        "np.testing.assert_allclose = lambda *a, **k: None\n"
        "return {'W1': np.ones((4, 2)), 'b1': np.zeros((4, 1)),\n"
        "        'W2': np.ones((1, 4)), 'b2': np.zeros((1, 1))}",
        "wrong",
        "W1 for layers_dims [2, 4, 1] is not right: its entry [0, 0] is 1.0",
    ),
    "patched builtins": (
        "import builtins\nbuiltins.isinstance = builtins.type = lambda *a: True\nreturn {}",
        "stopped",
        "died",
    ),
    "a lying array": (
        "class Liar(np.ndarray):\n    shape = (4, 2)\n    __eq__ = lambda self, other: True\n"
        "return {'W1': np.zeros(3).view(Liar), 'b1': np.zeros((4, 1)),\n"
        "        'W2': np.ones((1, 4)), 'b2': np.zeros((1, 1))}",
        "wrong",
        "its type is Liar",
    ),
    "a lying dict": (
        "class Liar(dict):\n    __eq__ = lambda self, other: True\nreturn Liar(W1=1)",
        "wrong",
        "b1 for layers_dims [2, 4, 1] is not right: it is missing",
    ),
    "an object array": (
        "class Any:\n    __eq__ = __sub__ = __rsub__ = lambda self, other: True\n"
        "return {name: np.array([[Any()]]) for name in ('W1', 'b1', 'W2', 'b2')}",
        "wrong",
        "W1",
    ),
    "an array that takes no memory": (
        "return {'W1': np.broadcast_to(0.0, (10**9, 10**9))}",
        "wrong",
        "b1 for layers_dims [2, 4, 1] is not right: it is missing",
    ),
    "another's file removed": (
        f"import os\nos.remove({str(ROOT / 'public_tests.py')!r})",
        "raised",
        "Error",
    ),
    "the reference by a link": (
        f"import os\nos.link({str(ROOT / 'initialization.py')!r}, 'z')\n"
        f"exec(open('z').read(), globals())\nreturn globals()['{HE}'](layers_dims)",
        "raised",
        "Error",
    ),
    "the parent's limits": (
        "import os, resource\nresource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (3, 3))",
        "raised",
        "PermissionError",
    ),
    "half a character in an error": (
        "raise ValueError('\\ud800')",
        "raised",
        "ValueError: \\ud800",
    ),
    "escapes in an error": ("raise ValueError('\\x1b[2J\\n')", "raised", "ValueError: \\x1b[2J"),
    "an odd name of a type": (
        "return type('x\\n\\x1b[2J passed', (), {})()",
        "wrong",
        "its type is x\\n\\x1b[2J passed",
    ),
    "a long key": ("return {'x' * 3_000_000: 1}", "wrong", "it is missing from the dict"),
    "many keys": ("return dict.fromkeys(range(10**5), 1)", "wrong", "it is missing from the dict"),
    "a forged ragged list": (
        'import os\nreply = b\'{"outcome": "returned", "value": {"dict": '
        '[["W1", {"list": [[1], [1, 2]]}]]}}\\n\'\nfor fd in range(3, 9):\n'
        "    try: os.write(fd, reply)\n    except OSError: pass",
        "stopped",
        "unreadable",
    ),
    "a large array": (
        "return {'W1': np.zeros((2000, 2000)), 'b1': 0, 'W2': 0, 'b2': 0}",
        "wrong",
        "its type is array of shape (2000, 2000), and a NumPy array is expected.",
    ),
}


def verdict_of(tmp_path, cells, sandbox=False, limits=LIMITS, exercise=HE):
    """Grade one exercise of a file made of these cells."""
    return judge(write(tmp_path, cells), exercise, limits, sandbox)


@pytest.mark.parametrize("cells", RIGHT.values(), ids=RIGHT)
def test_right_answers_pass_in_unusual_style(tmp_path, cells):
    assert verdict_of(tmp_path, cells, sandbox=not why_no_sandbox()) == ("passed", "")


@pytest.mark.parametrize("cells", NOT_ATTEMPTED.values(), ids=NOT_ATTEMPTED)
def test_blank_exercises_are_not_attempted(tmp_path, cells):
    assert verdict_of(tmp_path, cells).outcome == "not attempted"


@pytest.mark.parametrize(("cells", "text"), RAISED.values(), ids=RAISED)
def test_what_the_function_raises_is_reported(tmp_path, cells, text):
    verdict = verdict_of(tmp_path, cells)
    assert verdict.outcome == "raised"
    assert text in verdict.message


# What is judged outside the process doesn't depend on the sandbox: once is enough.
ATTACKS = [
    pytest.param(*case, sandbox, id=f"{name}-{'bubblewrap' if sandbox else 'limits only'}")
    for name, case in HOSTILE.items()
    for sandbox in ([False] if case[1] == "wrong" else [True, False])
    if not (sandbox and why_no_sandbox())
]


@pytest.mark.parametrize(("body", "outcome", "text", "sandbox"), ATTACKS)
def test_hostile_files(tmp_path, body, outcome, text, sandbox):
    source = f"import numpy as np\ndef {HE}(layers_dims):\n" + textwrap.indent(body, "    ")
    before = (ROOT / "public_tests.py").read_bytes()
    limits = SHORT if text == "seconds" else LIMITS
    verdict = verdict_of(tmp_path, source, sandbox, limits)
    assert verdict.outcome == outcome, verdict.message
    expected = STOPPED[text].format(limits=limits) if outcome == "stopped" else text
    assert expected in verdict.message
    assert (ROOT / "public_tests.py").read_bytes() == before


def test_a_loop_on_top_is_stopped_when_the_function_needs_it(tmp_path):
    cells = [he_with("2 / n_prev", "FACTOR / n_prev"), "while True: FACTOR = 2"]
    assert verdict_of(tmp_path, cells, limits=SHORT).outcome == "stopped"


MISTAKE_FILES = {
    "Xavier's scale in place of He's": he_with("2 / n_prev", "1 / n_prev"),
    "a missing seed": he_with("    np.random.seed(3)\n", ""),
    "the wrong layer's size under the root": he_with("2 / n_prev", "2 / n"),
    "a scale without its square root": he_with("np.sqrt(2 / n_prev)", "(2 / n_prev)"),
    "a whole-number division": he_with("2 / n_prev", "2 // n_prev"),
    "a return inside the loop": he_with("    return", "        return"),
    "uniform numbers in place of normal ones": he_with("randn", "rand"),
    "a generator seeded anew in every layer": he_with(
        "        n, ", "        np.random.seed(3)\n        n, "
    ),
    "biases with one dimension": he_with("(n, 1)", "n"),
    "numbers in float32": he_with("np.zeros((n, 1))", "np.zeros((n, 1))").replace(
        "np.sqrt(2 / n_prev)",
        "np.sqrt(2 / n_prev)\n        parameters['W' + str(l)] = "
        "parameters['W' + str(l)].astype('float32')",
    ),
    "lists in place of arrays": he_with("np.zeros((n, 1))", "np.zeros((n, 1)).tolist()"),
    "the factor 10 of the exercise before": he_with("np.sqrt(2", "10 * np.sqrt(2"),
    "another seed": he_with("seed(3)", "seed(1)"),
    "layers numbered from 0": he_with("str(l)", "str(l - 1)"),
}


@pytest.mark.parametrize(("name", "source"), MISTAKE_FILES.items(), ids=MISTAKE_FILES)
def test_a_grader_writes_what_a_student_reads(tmp_path, name, source):
    (row,) = [row for row in MISTAKES if row.name == name]
    verdict = verdict_of(tmp_path, source)
    assert verdict.outcome == "wrong"
    assert row.sentence in verdict.message


def test_only_what_is_needed_is_run():
    program = read_program(
        [
            Cell("import numpy as np\nimport matplotlib.pyplot as plt\nFACTOR = 2", "code cell 1"),
            Cell(he_with("2 / n_prev", "FACTOR / n_prev"), "code cell 2"),
            Cell("parameters = model()\nFACTOR2 = 3\nplt.show()\nprint(FACTOR)", "code cell 3"),
        ]
    )
    code = "\n".join(cut(program, HE))
    assert "FACTOR = 2" in code
    assert "import numpy" in code
    for other in ("matplotlib", "model()", "FACTOR2", "show"):
        assert other not in code


def test_code_inside_a_string_is_not_graded(tmp_path):
    wrong = GOOD.replace("2 /", "3 /")
    source = f'{wrong}\n"""old\n{HE_ANSWER}\n\n{HE_ANSWER}\n"""\ndef later(:\n'
    assert verdict_of(tmp_path, source).outcome == "wrong"


@pytest.mark.parametrize(
    "source",
    [
        "%a\n" * 3000 + "def (",
        "".join(f"def f{i}():\n global g{i};g{i}=1;f{i + 1}()\n" for i in range(1500)),
        "".join(f"a{i}=a{i + 1}\n" for i in range(8000)),
        "import a" + ".a" * 90_000,
        "# coding: punycode\n-" + "b" * 3_000_000,
    ],
    ids=["magics", "calls", "names", "dots", "punycode"],
)
def test_code_that_takes_long_to_read_neither_hangs_nor_passes(tmp_path, source, monkeypatch):
    monkeypatch.setattr("tests.grading.judge.READING", Limits(seconds=1))
    reader.cache_clear()
    assert verdict_of(tmp_path, source).outcome == "not attempted"
    reader.cache_clear()
    assert verdict_of(tmp_path / "..", GOOD).outcome == "passed"


def test_an_unfinished_cell_is_named(tmp_path):
    cells = ["import numpy as np", NOT_ATTEMPTED["a bare for"][1]]
    verdict = verdict_of(tmp_path, cells)
    assert verdict.outcome == "not attempted"
    assert "code cell 2, line " in verdict.message


def test_the_line_of_an_unfinished_exercise_is_counted_from_the_top_of_its_file(tmp_path):
    source = f"{GOOD}\n\ndef {ZEROS}(layers_dims):\n    for l in layers_dims:\n        # code\n"
    verdict = verdict_of(tmp_path, source, exercise=ZEROS)
    assert verdict.outcome == "not attempted"
    last = len(source.splitlines())
    assert re.search(f"the file, line ({last - 1}|{last}|{last + 1}): ", verdict.message)


def test_an_exercise_that_is_stopped_costs_the_others_nothing(tmp_path):
    source = GOOD + f"def {ZEROS}(layers_dims):\n    {SLOW}\ndef {RANDOM}(dims):\n    quit(\n"
    path = write(tmp_path, source)
    outcomes = [judge(path, exercise, SHORT, sandbox=False).outcome for exercise in EXERCISES]
    assert outcomes == ["stopped", "not attempted", "passed"]


@pytest.mark.parametrize(
    "data",
    [
        GOOD.encode("utf-8-sig"),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("\n", "\r").encode(),
        b"# -*- coding: latin-1 -*-\n'gr\xf6\xdfe'\n" + GOOD.encode(),
        b"#!/usr/bin/env python3\n" + GOOD.encode(),
        b"# In[ ]:\nget_ipython().run_line_magic('matplotlib', 'inline')\n" + GOOD.encode(),
        rb"'\d'" + b"\n" + GOOD.encode(),
    ],
)
def test_scripts_in_any_dress(tmp_path, data):
    path = tmp_path / "script.py"
    path.write_bytes(data)
    assert judge(path, HE, LIMITS, sandbox=False).outcome == "passed"


def old_notebook():
    """Return a notebook in the format of 2013."""
    cell = {"cell_type": "code", "collapsed": False, "input": GOOD.splitlines(keepends=True)}
    cell |= {"language": "python", "metadata": {}, "outputs": []}
    sheets = [{"cells": [cell], "metadata": {}}]
    return {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": sheets}


@pytest.mark.parametrize(
    "data",
    [
        json.dumps(old_notebook()).encode(),
        json.dumps(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(GOOD)])).encode(
            "utf-8-sig"
        ),
        json.dumps(
            {
                "nbformat": 4,
                "nbformat_minor": 5,
                "metadata": {"widgets": {}},
                "cells": [{"cell_type": "code", "source": GOOD, "metadata": {}, "outputs": []}],
            }
        ).encode(),
    ],
    ids=["nbformat 3", "BOM", "no ids, no counts"],
)
def test_notebooks_in_any_dress(tmp_path, data):
    path = tmp_path / "notebook.ipynb"
    path.write_bytes(data)
    assert judge(path, HE, LIMITS, sandbox=False).outcome == "passed"


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.py", b"", "it is empty"),
        ("a.py", b"\xff\xfe\x00", "it is not text"),
        ("a.py", b"# coding: no-such-code\n", "it is not text"),
        ("a.py", b"x = 1\n" * 50_000, "it has more than 200,000 characters"),
        ("a.ipynb", b"not json", "it is not JSON"),
        ("a.ipynb", b"[1, 2]", "it has no cells"),
        ("a.ipynb", b'{"cells": 3}', "it has no cells"),
        ("a.ipynb", b'{"nbformat": 4, "nbformat_minor": 5, "cells": [3]}', "it has no cells"),
        ("a.ipynb", b"[" * 200_000, "it is"),
        ("a.ipynb", b"\x00\xff", "it is not JSON"),
    ],
)
def test_files_that_can_not_be_read_are_not_attempted(tmp_path, name, data, reason):
    path = tmp_path / name
    path.write_bytes(data)
    verdict = judge(path, HE, LIMITS, sandbox=False)
    assert verdict.outcome == "not attempted"
    assert reason in verdict.message


@pytest.mark.parametrize(
    "source",
    [
        "(" * 5000,
        "x = " + "-" * 20_000 + "1",
        "x = " + "+".join(["1"] * 50_000),
        "x = " + "[" * 150 + "]" * 150,
        "x" + ".a" * 20_000,
        "a\x00b",
        "if 1:\n" + "".join(" " * i + "if 1:\n" for i in range(1, 120)),
    ],
    ids=["parentheses", "minus", "sum", "lists", "attributes", "null byte", "ifs"],
)
def test_code_that_is_hard_to_parse_costs_nothing(tmp_path, source):
    assert verdict_of(tmp_path, [source, GOOD]).outcome == "passed"


def test_a_link_to_the_reference_is_not_followed(tmp_path):
    path = tmp_path / "link.py"
    path.symlink_to(ROOT / "initialization.py")
    (submission,) = find([tmp_path])
    verdict = judge(submission.path, HE, LIMITS, sandbox=False)
    assert verdict.outcome == "not attempted"
    assert "it is a link" in verdict.message


def test_the_reference_module_itself_passes(tmp_path):
    path = tmp_path / "module.py"
    path.write_text((ROOT / "initialization.py").read_text(encoding="utf-8"), encoding="utf-8")
    assert judge(path, HE, LIMITS, sandbox=False).outcome == "passed"


def test_find_takes_scripts_and_notebooks_at_any_depth_and_each_once(tmp_path):
    for name in (
        "b/same.py",
        "a/same.py",
        "a/deep/er.ipynb",
        "a/notes.txt",
        "a/.ipynb_checkpoints/er-checkpoint.ipynb",
        "a/__pycache__/same.py",
        "__MACOSX/._same.py",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")
    found = find([tmp_path, tmp_path / "b", tmp_path / "b" / "same.py"])
    names = [str(submission.path.relative_to(tmp_path)) for submission in found]
    assert names == ["a/same.py", "a/deep/er.ipynb", "b/same.py"]
    assert len({submission.label for submission in found}) == 3


def test_find_refuses_other_files():
    with pytest.raises(
        ValueError, match="expected a folder, a .py or an .ipynb file, got .*README"
    ):
        find([ROOT / "README.md"])


def test_names_of_any_bytes_can_be_printed(tmp_path):
    name = os.fsencode(tmp_path) + b"/\xff\n\x1b[31m \xe4\xb8\xad'\".py"
    with open(name, "w", encoding="utf-8") as file:
        file.write(GOOD)
    (submission,) = find([tmp_path])
    assert submission.label.endswith("/\\xff\\n\\x1b[31m 中'\".py")
    assert judge(submission.path, HE, LIMITS, sandbox=False).outcome == "passed"


@pytest.fixture(scope="module")
def a_class(tmp_path_factory):
    """Make a folder of files with names that are hard to handle, and a trap."""
    folder = tmp_path_factory.mktemp("a class's files")
    trap = "raise SystemExit('a file of the class was run by pytest')"
    for name, cells in {
        "ann": GOOD,
        'ben\'s "best"': [he_with("2 /", "1 /")],
        "陈 文": [f"import initialization\ndef {HE}(dims):\n    return initialization.{HE}(dims)"],
        "test_loop": f"def {HE}(dims):\n    {SLOW}",
        "sub/ann": f"def {HE}(dims):\n    1 / 0",
        "conftest": trap,
        "sub/conftest": trap,
    }.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        write(path.parent, cells, path.name)
    return folder


OUTCOMES = {
    "ann.py": "passed",
    'ben\'s "best".ipynb': "wrong",
    "conftest.py": "not attempted",
    "test_loop.py": "stopped",
    "陈 文.ipynb": "not attempted",
    "sub/ann.py": "raised",
    "sub/conftest.py": "not attempted",
}


def grade(*arguments, cwd=ROOT):
    """Run the grading as an instructor does."""
    command = [sys.executable, "-m", "pytest", "-o", "grading_seconds=1", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


def rows_of(path):
    """Read the grades."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_class_is_graded_into_a_table_a_csv_and_junit(a_class, tmp_path):
    csv_path, xml_path = tmp_path / "grades.csv", tmp_path / "junit.xml"
    run = grade("--submission", a_class, "--grades", csv_path, f"--junitxml={xml_path}")

    assert run.returncode == 1, run.stdout + run.stderr
    assert "was run by pytest" not in run.stdout + run.stderr
    assert "submissions: 7, confined by " in run.stdout
    rows = rows_of(csv_path)
    assert list(rows[0]) == ["submission", *EXERCISES, "passed"]
    outcomes = {os.path.relpath(row["submission"], a_class): row[HE] for row in rows}
    assert outcomes == OUTCOMES
    assert [row["passed"] for row in rows] == [str(int(row[HE] == "passed")) for row in rows]
    for row in rows:
        (line,) = [line for line in run.stdout.splitlines() if line.startswith(row["submission"])]
        cells = [cell for cell in line[len(row["submission"]) :].split("  ") if cell]
        assert [cell.strip() for cell in cells][-1] == f"{row['passed']} of 3"
    cases = ET.parse(xml_path).findall(".//testcase")
    assert len(cases) == 21
    xavier = next(case for case in cases if "best" in case.get("name") and HE in case.get("name"))
    assert "Xavier's scale in place of He's" in xavier.find("failure").get("message")


def test_two_processes_give_the_same_verdicts(a_class, tmp_path):
    pytest.importorskip("xdist")
    run = grade(f"--submission={a_class}", "--grades", tmp_path / "grades.csv", "-n", "2")
    assert run.returncode == 1, run.stdout + run.stderr
    rows = rows_of(tmp_path / "grades.csv")
    assert {os.path.relpath(row["submission"], a_class): row[HE] for row in rows} == OUTCOMES


def test_the_exit_status_is_0_only_if_everything_passes(tmp_path):
    path = tmp_path / "all.py"
    path.write_text((ROOT / "initialization.py").read_text(encoding="utf-8"), encoding="utf-8")
    run = grade("--submission", path)
    assert run.returncode == 0, run.stdout
    assert "3 of 3" in run.stdout
    assert not (tmp_path / ".pytest_cache").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--submission=nowhere"], "got nowhere, which is not there"),
        (
            ["--submission=docs/", "--grades=no/such/x.csv"],
            "grades: expected a CSV file in a folder",
        ),
        (["--submission=.ci"], "found none"),
        (["--submission=initialization.py", "--grades=init_utils.py"], "expected a CSV file"),
        (
            ["--submission=initialization.py", "-o", "grading_memory=abc"],
            "a limit of grading is not a number",
        ),
    ],
)
def test_bad_options_are_one_line(arguments, message):
    run = grade(*arguments)
    assert run.returncode == 4
    (line,) = [line for line in run.stderr.splitlines() if line.startswith("ERROR: ")]
    assert message in line


def test_settings_beside_a_submission_are_not_used(tmp_path):
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --collect-only\n", encoding="utf-8")
    (tmp_path / "a.py").write_text(GOOD, encoding="utf-8")
    for option in ([f"--submission={tmp_path}"], ["--submission", tmp_path]):
        run = grade(*option)
        assert "1 of 3" in run.stdout, run.stdout + run.stderr


def test_the_header_says_when_there_is_no_sandbox(tmp_path):
    (tmp_path / "a.py").write_text(GOOD, encoding="utf-8")
    run = grade(f"--submission={tmp_path}", "--no-sandbox")
    assert "confined by limits only, because --no-sandbox was given" in run.stdout
