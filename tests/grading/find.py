"""Find the files that were handed in, and read the code in their cells."""

import json
import os
import re
import tokenize
from pathlib import Path
from typing import NamedTuple

SUFFIXES = (".py", ".ipynb")
SKIPPED_FOLDERS = ("__pycache__", "__MACOSX")
MOST_BYTES = 50_000_000
MOST_CHARACTERS_OF_CODE = 200_000


class Unreadable(Exception):
    """A file that is not a script or a notebook; the message is the reason."""


class Submission(NamedTuple):
    """A file to grade, and what it is called in the report."""

    path: Path
    label: str


class Cell(NamedTuple):
    """A piece of code as it was handed in, and where it stands."""

    source: str
    place: str


def find(paths):
    """Return the submissions in files and folders, each file once, in a fixed order.

    Parameters
    ----------
    paths : iterable of str
        Scripts, notebooks, or folders that hold them at any depth.

    Returns
    -------
    list of Submission

    Raises
    ------
    ValueError
        If a path is not there, or is neither a folder nor a script nor a notebook.
    """
    found = {}
    for given in map(Path, paths):
        if given.is_dir():
            files = files_below(given)
        elif given.suffix.lower() in SUFFIXES and given.exists():
            files = [given]
        else:
            raise ValueError(
                f"submission: expected a folder, a .py or an .ipynb file, got {given}"
                + ("" if given.exists() else ", which is not there")
            )
        for path in files:
            found.setdefault(os.path.abspath(path), Submission(path, label_of(path)))
    return list(found.values())


def files_below(folder):
    """Return the scripts and notebooks below a folder, without hidden ones and checkpoints."""
    files = []
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if f[0] != "." and f not in SKIPPED_FOLDERS)
        for name in sorted(names):
            if name[0] != "." and Path(name).suffix.lower() in SUFFIXES:
                files.append(Path(parent, name))
    return files


def label_of(path):
    """Return a path as text, whatever bytes its name is made of."""
    return printable(os.fsencode(path).decode("utf-8", "backslashreplace"))


def printable(text):
    """Return a text as one line that any report can hold, with escapes for what is not printed."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def read_cells(path):
    """Return the code cells of a notebook, or a script as its only cell.

    Parameters
    ----------
    path : Path

    Returns
    -------
    list of Cell

    Raises
    ------
    Unreadable
        If the file can't be read as what its name says.
    """
    # A link could lead to the reference answers, and reading a device or a pipe may never end.
    if path.is_symlink() or not path.is_file():
        raise Unreadable("it is a link or something else than a plain file")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Unreadable(f"it is larger than {MOST_BYTES:,} bytes")
        data = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"it can't be opened: {error.strerror}") from None
    if not data.strip():
        raise Unreadable("it is empty")
    is_script = path.suffix.lower() == ".py"
    cells = [Cell(decode(data), "the file")] if is_script else read_notebook(data)
    if sum(len(cell.source) for cell in cells) > MOST_CHARACTERS_OF_CODE:
        raise Unreadable(f"it has more than {MOST_CHARACTERS_OF_CODE:,} characters of code")
    return cells


def decode(data):
    """Return the text of a script, in the encoding that it declares."""
    lines = iter(data.splitlines(keepends=True))
    try:
        encoding, _ = tokenize.detect_encoding(lambda: next(lines, b""))
        text = data.decode(encoding)
    except (SyntaxError, UnicodeError, LookupError) as error:
        raise Unreadable(f"it is not text: {error}") from None
    return with_plain_ends(text)


def with_plain_ends(text):
    """Return a text with one kind of line ends, and without halves of characters."""
    return re.sub("\r\n?", "\n", text).encode("utf-8", "replace").decode("utf-8")


def read_notebook(data):
    """Return the code cells of a notebook of any format.

    They are taken as they are: nbformat would refuse a whole file for one field that is missing.
    """
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
        sheets = notebook.get("worksheets") or [notebook]
        cells = [cell for sheet in sheets for cell in sheet["cells"]]
        codes = [cell for cell in cells if cell["cell_type"] == "code"]
        # Formats before 4 call the code of a cell its input.
        sources = ["".join(cell.get("source", cell.get("input", ""))) for cell in codes]
    except RecursionError:
        raise Unreadable("it is nested too deeply for a notebook") from None
    except ValueError:
        raise Unreadable("it is not JSON, as a notebook is") from None
    except (AttributeError, KeyError, TypeError):
        raise Unreadable("it has no cells, as a notebook has") from None
    return [
        Cell(with_plain_ends(source), f"code cell {number}")
        for number, source in enumerate(sources, 1)
    ]
