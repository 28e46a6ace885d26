"""Cut out of a submission the statements that a graded function needs, and no others.

Statements are followed by the names they bind, use and change in place. The order stays that of
the file, so that of two definitions the last one counts. What can't be parsed is left out.
"""

import ast
import builtins
import io
import itertools
import symtable
import tokenize
import warnings
from typing import NamedTuple

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# Cell magics whose cell is not Python, or is not run.
OTHER_MAGICS = ("bash", "cmd", "file", "html", "javascript", "js", "latex", "markdown", "perl", "R")
OTHER_MAGICS += ("ruby", "script", "sh", "sql", "svg", "writefile")
MOST_MAGIC_CHARACTERS = 20_000
CONTINUATIONS = ("elif", "else", "except", "finally")


class Statement(NamedTuple):
    """A top-level statement and the global names that it touches."""

    code: str
    # The function or class that it defines, if it is a definition.
    defines: str
    # `from module import *`, which may bind anything.
    is_star: bool
    binds: set
    uses: set
    # Names that stand for modules, here or in a part of the statement.
    imports: set
    # Names that are only another name for another: {new: old}.
    aliases: dict
    # Names whose attributes or items are assigned or deleted.
    assigned_into: set
    # Names whose methods are called, or that calls are given: they may be changed by that.
    handed_over: set
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
        name = first[2:].split(" ")[0]
        source = "" if name in OTHER_MAGICS else rest
    tree, reason = parse(source)
    if tree is None and len(source) <= MOST_MAGIC_CHARACTERS:
        tree, reason = parse(without_magics(source))
    if tree is not None:
        return [tree], []
    trees, failed = [], []
    for start, part in logical_lines(source):
        tree, reason = parse(part, start)
        if tree is None:
            failed.append((part, reason))
        else:
            trees.append(tree)
    return trees, failed


def parse(source, start=0):
    """Return a tree and None, or None and the reason why not; the source starts after a line."""
    try:
        with warnings.catch_warnings():
            # '\d' in a docstring is worth a SyntaxWarning, and nothing here.
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
            compile(tree, "<submission>", "exec")
            return tree, None
    except SyntaxError as error:
        return None, f"line {start + (error.lineno or 1)}: {error.msg}"
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        return None, f"{type(error).__name__}: {error}"


def without_magics(source):
    """Return a cell as the notebook would run it, with %magics and !shell lines made Python."""
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        return TransformerManager().transform_cell(source)
    except Exception:
        return source


def logical_lines(source):
    """Split a source at the statements that start at its left margin: (lines before, text).

    Strings and brackets are kept whole. From where the text can't be told apart any more, it is one
    last part.
    """
    starts, at_start, decorated = [], True, False
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type in (tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT):
                continue
            # else, except and the like continue the statement before them, as a decorator's does.
            if at_start and token.start[1] == 0 and token.string not in CONTINUATIONS:
                if not decorated:
                    starts.append(token.start[0] - 1)
                decorated = token.string == "@"
            at_start = token.type == tokenize.NEWLINE
    except (tokenize.TokenError, SyntaxError):
        pass
    lines = source.split("\n")
    return [
        (start, "\n".join(lines[start:end]))
        for start, end in itertools.zip_longest(starts, starts[1:])
    ]


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
        is_star=is_import and node.names[0].name == "*",
        binds=binds,
        uses={s.get_name() for s in (*top, *inner) if s.is_referenced()},
        imports={s.get_name() for s in top if s.is_imported()},
        aliases=aliases_in(node),
        assigned_into=names_assigned_into(node) & global_names,
        handed_over=names_handed_over(node) & global_names,
        calls=names_called(node) & global_names,
    )


def global_symbols(table):
    """Yield the symbols of a scope and those in it that are global."""
    for symbol in table.get_symbols():
        if symbol.is_global():
            yield symbol
    for child in table.get_children():
        yield from global_symbols(child)


def aliases_in(node):
    """Return {new: old} for `new = old` and `new = old.attribute`."""
    if isinstance(node, ast.Assign) and isinstance(node.value, (ast.Name, ast.Attribute)):
        targets = [target.id for target in node.targets if isinstance(target, ast.Name)]
        return dict.fromkeys(targets, root_of(node.value))
    return {}


def names_assigned_into(node):
    """Return the names whose attributes or items are assigned or deleted in a node."""
    parts = (part for part in ast.walk(node) if isinstance(part, (ast.Attribute, ast.Subscript)))
    return {root_of(part) for part in parts if not isinstance(part.ctx, ast.Load)}


def names_handed_over(node):
    """Return the names whose methods are called in a node, and those that calls are given."""
    passed = set()
    for call in (part for part in ast.walk(node) if isinstance(part, ast.Call)):
        if isinstance(call.func, ast.Attribute):
            passed.add(root_of(call.func))
        passed.update(map(root_of, call.args))
        passed.update(root_of(keyword.value) for keyword in call.keywords)
    return passed


def names_called(node):
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
    touched = touched_names(statements)
    bound = {name for s in statements for name in s.binds} | set(dir(builtins))
    needed, kept = {function}, set()
    while True:
        unbound = needed - bound
        more = {
            i
            for i, s in enumerate(statements)
            if i not in kept and (needed & touched[i] or (s.is_star and unbound))
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
    # A module or a function that is called or handed over is used, not changed.
    fixed = {s.defines for s in statements}.union(*(s.imports for s in statements))
    for s in statements:
        fixed |= {new for new, old in s.aliases.items() if old in fixed}
    effects = effects_of_calls(statements, fixed)
    return [
        {s.defines}
        if s.defines
        else changes(s, fixed).union(*(effects.get(name, set()) for name in s.calls))
        for s in statements
    ]


def changes(statement, fixed):
    """Return the names that a statement, or the body of a function, binds or may change itself."""
    return statement.binds | statement.assigned_into | (statement.handed_over - fixed)


def effects_of_calls(statements, fixed):
    """Return, for each function that is defined, the global names that calling it may change."""
    definitions = [s for s in statements if s.defines]
    effects = {s.defines: set() for s in definitions}
    size = -1
    # Functions call functions: go on until nothing is added.
    while size != (size := sum(map(len, effects.values()))):
        for s in reversed(definitions):
            called = (effects.get(name, set()) for name in s.calls)
            effects[s.defines] |= (changes(s, fixed) - {s.defines}).union(*called)
    return effects
