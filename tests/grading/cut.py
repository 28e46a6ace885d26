"""Cut out of a submission the statements that a graded function needs, and no others.

Statements are followed by the names they bind, use and change in place. The order stays that of
the file, so that of two definitions the last one counts. What can't be parsed is left out.
"""

import ast
import re
import symtable
import warnings
from typing import NamedTuple

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# Cell magics whose cell is Python all the same; the others hold HTML, shell lines or files.
PYTHON_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")


class Statement(NamedTuple):
    """A top-level statement and the global names that it touches."""

    code: str
    # The function or class that it defines, if it is a definition.
    defines: str
    is_import: bool
    # `from module import *`, which may bind anything.
    is_star: bool
    binds: set
    uses: set
    # Names whose attributes or items are assigned or deleted.
    sets: set
    # Names whose objects a method or another function may change.
    passes: set
    # Functions called by their bare names.
    calls: set


class Program(NamedTuple):
    """What can be run of a submission, and what can't: (place, source, reason)."""

    statements: list
    broken: list


def read_program(cells):
    """Parse the cells of a submission into statements.

    Parameters
    ----------
    cells : list of Cell

    Returns
    -------
    Program
    """
    statements, broken = [], []
    for cell in cells:
        trees, failed = parse_cell(cell.source)
        for tree in trees:
            try:
                statements += [
                    statement(part) for node in tree.body for part in one_name_each(node)
                ]
            except (RecursionError, SyntaxError, ValueError) as error:
                failed.append((cell.source, f"{type(error).__name__}: {error}"))
        broken += [(cell.place, source, reason) for source, reason in failed]
    return Program(statements, broken)


def parse_cell(source):
    """Return the parsed parts of a cell, and the (source, reason) of those that can't be parsed."""
    first, _, rest = source.lstrip().partition("\n")
    if first.startswith("%%"):
        source = rest if first.split()[0] in PYTHON_MAGICS else ""
    tree, _ = parse(source)
    if tree is None:
        tree, reason = parse(without_magics(source))
    if tree is not None:
        return [tree], []
    parts = split_at_margin(source)
    if len(parts) == 1:
        return [], [(source, reason)]
    trees, failed = [], []
    for part in parts:
        part_trees, part_failed = parse_cell(part)
        trees += part_trees
        failed += part_failed
    return trees, failed


def parse(source):
    """Return a tree and None, or None and the reason why there is no tree."""
    try:
        with warnings.catch_warnings():
            # '\d' in a docstring is worth a SyntaxWarning, and nothing here.
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
            compile(tree, "<submission>", "exec")
            return tree, None
    except SyntaxError as error:
        return None, f"line {error.lineno}: {error.msg}"
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        return None, f"{type(error).__name__}: {error}"


def without_magics(source):
    """Return a cell as the notebook would run it, with %magics and !shell lines made Python."""
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        return TransformerManager().transform_cell(source)
    except Exception:
        return source


def split_at_margin(source):
    """Split a source into parts that start at the left margin, so that one can fail alone."""
    parts = re.split(r"(?m)^(?=(?:@|(?:async )?def |class |import |from |[%!]))", source)
    parts = [part for part in parts if part.strip()]
    joined = []
    for part in parts:
        # A decorator goes with what it decorates.
        if joined and joined[-1].startswith("@"):
            joined[-1] += part
        else:
            joined.append(part)
    return joined


def one_name_each(node):
    """Split an import of several names, so that one missing package costs only its own name."""
    if not isinstance(node, (ast.Import, ast.ImportFrom)):
        return [node]
    fields = {"module": node.module, "level": node.level} if hasattr(node, "module") else {}
    return [type(node)(names=[alias], **fields) for alias in node.names]


def statement(node):
    """Find the names that a top-level statement touches."""
    code = ast.unparse(node)
    table = symtable.symtable(code, "<submission>", "exec")
    top = table.get_symbols()
    inner = [symbol for child in table.get_children() for symbol in global_symbols(child)]
    binds = {s.get_name() for s in top if s.is_assigned() or s.is_imported()}
    binds |= {s.get_name() for s in inner if s.is_assigned()}
    global_names = {s.get_name() for s in (*top, *inner)}
    is_import = isinstance(node, (ast.Import, ast.ImportFrom))
    return Statement(
        code=code,
        defines=node.name if isinstance(node, DEFINITIONS) else "",
        is_import=is_import,
        is_star=is_import and node.names[0].name == "*",
        binds=binds,
        uses={s.get_name() for s in (*top, *inner) if s.is_referenced()},
        sets=names_set_in(node) & global_names,
        passes=names_passed_in(node) & global_names,
        calls=names_called_in(node) & global_names,
    )


def global_symbols(table):
    """Yield the symbols of a scope and those in it that are global."""
    for symbol in table.get_symbols():
        if symbol.is_global():
            yield symbol
    for child in table.get_children():
        yield from global_symbols(child)


def names_set_in(node):
    """Return the names whose attributes or items are assigned or deleted in a node."""
    parts = (part for part in ast.walk(node) if isinstance(part, (ast.Attribute, ast.Subscript)))
    return {root_of(part) for part in parts if not isinstance(part.ctx, ast.Load)}


def names_passed_in(node):
    """Return the names whose methods are called in a node, and those that calls are given."""
    passed = set()
    for call in (part for part in ast.walk(node) if isinstance(part, ast.Call)):
        if isinstance(call.func, ast.Attribute):
            passed.add(root_of(call.func))
        passed.update(map(root_of, call.args))
        passed.update(root_of(keyword.value) for keyword in call.keywords)
    return passed


def names_called_in(node):
    """Return the names that are called as functions in a node."""
    calls = (part for part in ast.walk(node) if isinstance(part, ast.Call))
    return {call.func.id for call in calls if isinstance(call.func, ast.Name)}


def root_of(node):
    """Return the name at the left end of a.b[c].d, or None."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def cut(program, function):
    """Return the code of the statements that a function needs, in the order of the file.

    Parameters
    ----------
    program : Program
    function : str
        Name of the graded function.

    Returns
    -------
    list of str
        Empty if no statement binds that name.
    """
    statements = program.statements
    if not any(function in s.binds for s in statements):
        return []
    needed, kept = {function}, set()
    touched = touched_names(statements)
    while True:
        more = {
            i
            for i, s in enumerate(statements)
            if i not in kept and (s.is_star or needed & touched[i])
        }
        if not more:
            break
        kept |= more
        needed = needed.union(*(statements[i].uses for i in more))
    future = "from __future__ import annotations"
    header = future + "\n" if any(s.code == future for s in statements) else ""
    return [header + statements[i].code for i in sorted(kept)]


def touched_names(statements):
    """Return, for each statement, the names that it binds or may change when it is run."""
    # A module or a function that is called or passed on is used, not changed.
    fixed = {name for s in statements if s.defines or s.is_import for name in s.binds}
    effects = effects_of_calls(statements, fixed)
    touched = []
    for s in statements:
        if s.defines:
            touched.append({s.defines})
        else:
            called = (effects.get(name, set()) for name in s.calls)
            touched.append((s.binds | s.sets | (s.passes - fixed)).union(*called))
    return touched


def effects_of_calls(statements, fixed):
    """Return, for each function that is defined, the global names that calling it may change."""
    definitions = [s for s in statements if s.defines]
    effects = {s.defines: set() for s in definitions}
    size = -1
    # Functions call functions: go on until nothing is added.
    while size != (size := sum(map(len, effects.values()))):
        for s in definitions:
            called = (effects.get(name, set()) for name in s.calls)
            effects[s.defines] |= (s.binds - {s.defines} | s.sets | (s.passes - fixed)).union(
                *called
            )
    return effects
