"""What Python code shows, by its syntax tree. Pure: code is parsed and never run.

Code as it stands in answers is not always a module: it may be a doctest, an indented piece, have `...` for
what is left out (which is Python), commands of a notebook, or prose around it. What does not parse as a whole
is read statement by statement.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from finetooth_rules.features import Parsed
from finetooth_rules.patterns import lazy

LONGEST: Final = 200_000
"""Characters of code that are parsed; more of it is data."""
_MOST_STATEMENTS: Final = 400
_CUT_LINES: Final = 3
"""Lines at the end of a statement that are put aside where it does not parse: an answer that was cut off."""

LOOP: Final = "loop"
CONDITIONAL: Final = "conditional"
RECURSION: Final = "recursion"
ERROR_HANDLING: Final = "error-handling"
FUNCTION: Final = "function"
CLASS: Final = "class"

_SHOWN_BY: Final[dict[type, str]] = {
    ast.For: LOOP,
    ast.AsyncFor: LOOP,
    ast.While: LOOP,
    ast.IfExp: CONDITIONAL,
    ast.Match: CONDITIONAL,
    ast.TryStar: ERROR_HANDLING,
    ast.FunctionDef: FUNCTION,
    ast.AsyncFunctionDef: FUNCTION,
    ast.ClassDef: CLASS,
}
_LINKS: Final = ("left", "right", "next", "prev", "previous", "child", "children", "subtree")
"""Names under which a structure holds more of its kind: `self.left.insert(x)` in `insert` calls itself."""
_FAILURES: Final = (SyntaxError, ValueError, RecursionError, MemoryError)


@lru_cache(maxsize=1)
def node_names() -> frozenset[str]:
    """The names of the syntax tree's nodes that code can have: `For`, `ListComp`, `match_case`."""
    gone = {"Num", "Str", "Bytes", "NameConstant", "Ellipsis", "Index", "ExtSlice", "Suite", "Param"}
    gone |= {"AugLoad", "AugStore", "Load", "Store", "Del", "TypeIgnore", "FunctionType"}
    gone |= {"Interactive", "Expression", "Module"}
    return frozenset(
        name
        for name, kind in vars(ast).items()
        if isinstance(kind, type)
        and issubclass(kind, ast.AST)
        and name not in gone
        and (kind is ast.Constant or not kind.__subclasses__())
    )


@lru_cache(maxsize=2_048)
def _kept(code: str, wanted: frozenset[str]) -> Parsed:
    return _read(code, wanted)


def read_python(code: str, wanted: frozenset[str]) -> Parsed:
    """Which of the wanted skills (`loop`, …, and names of nodes: `python:ListComp`) a piece of code shows,
    and whether all of it parsed.
    """
    return _kept(code, wanted) if len(code) < 4_000 else _read(code, wanted)


def _read(code: str, wanted: frozenset[str]) -> Parsed:
    if len(code) > LONGEST:
        return Parsed(frozenset(), False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an escape such as "\d" is a matter of style
        tree = _parsed(code) or _parsed(_plain(code))
        if tree is not None:
            return Parsed(_shown(tree, wanted), True)
        found: set[str] = set()
        for statement in _statements(_plain(code)):
            found |= _shown(statement, wanted)
    return Parsed(frozenset(found), False)


def _parsed(code: str) -> ast.Module | None:
    try:
        return ast.parse(code)
    except _FAILURES:
        return None


# -- the tree -----------------------------------------------------------------------------------------------


_IN_STATEMENTS: Final = frozenset((LOOP, ERROR_HANDLING, FUNCTION, CLASS))
"""What no expression shows."""
_HOLD_STATEMENTS: Final = frozenset(("body", "orelse", "finalbody", "handlers", "cases", "items"))
_HOLD_NOTHING: Final = frozenset(("ctx", "type_comment", "type_ignores"))


@lru_cache(maxsize=256)
def _fields(kind: Any, statements: bool) -> tuple[str, ...]:
    """The fields of a node in which something may show; of those that hold `statements` alone."""
    if not statements:
        return tuple(name for name in kind._fields if name not in _HOLD_NOTHING)
    if issubclass(kind, ast.expr):
        return ()
    return tuple(name for name in kind._fields if name in _HOLD_STATEMENTS)


def _shown(tree: ast.AST, wanted: frozenset[str]) -> frozenset[str]:
    """The wanted skills that a tree shows. Nothing is looked at behind the place where all of them are."""
    found: set[str] = set()
    calls: list[tuple[ast.Call, tuple[ast.AST, ...]]] = []
    nodes = frozenset(name.removeprefix("python:") for name in wanted if name.startswith("python:"))
    seeks_calls = RECURSION in wanted
    statements = wanted <= _IN_STATEMENTS
    open_: tuple[ast.AST, ...] = ()  # the functions and classes around a node, the innermost last
    stack: list[tuple[ast.AST, tuple[ast.AST, ...]]] = [(tree, open_)]
    while stack and not wanted <= found:
        node, around = stack.pop()
        kind: Any = node.__class__
        skill = _SHOWN_BY.get(kind)
        if skill is not None:
            found.add(skill)
        elif kind is ast.If:
            if not _is_main_guard(node):
                found.add(CONDITIONAL)
        elif kind is ast.Try:
            if node.handlers:  # type: ignore[attr-defined]
                found.add(ERROR_HANDLING)
        elif kind is ast.withitem and _suppresses(node):
            found.add(ERROR_HANDLING)
        if nodes and kind.__name__ in nodes:
            found.add(f"python:{kind.__name__}")
        if seeks_calls:
            if kind is ast.Call:
                calls.append((node, around))  # type: ignore[arg-type]
            elif kind in _SCOPES or (kind is ast.Assign and isinstance(node.value, ast.Lambda)):  # type: ignore[attr-defined]
                around = (*around, node)
        for name in _fields(kind, statements):
            value = getattr(node, name, None)
            if value.__class__ is list:
                stack += [(item, around) for item in value if isinstance(item, ast.AST)]
            elif isinstance(value, ast.AST):
                stack.append((value, around))
    if any(_calls_itself(call, around) for call, around in calls):
        found.add(RECURSION)
    return wanted & found


_SCOPES: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _is_main_guard(node: ast.AST) -> bool:
    """Whether this is `if __name__ == "__main__":`, which every script has and no task means."""
    test = getattr(node, "test", None)
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def _suppresses(node: ast.AST) -> bool:
    call = getattr(node, "context_expr", None)
    if not isinstance(call, ast.Call):
        return False
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name == "suppress"


def _calls_itself(call: ast.Call, around: tuple[ast.AST, ...]) -> bool:
    """Whether a call is of one of the functions it stands in."""
    name, owner = _called(call)
    for depth, scope in enumerate(around):
        if isinstance(scope, ast.ClassDef) or name not in _names(scope):
            continue
        outer = around[depth - 1] if depth else None
        if not isinstance(outer, ast.ClassDef):
            if owner == "":
                return True
        elif owner in ("self", "cls", outer.name, *_LINKS):
            return True
    return False


def _names(scope: ast.AST) -> frozenset[str]:
    if isinstance(scope, ast.Assign):
        return frozenset(target.id for target in scope.targets if isinstance(target, ast.Name))
    return frozenset((getattr(scope, "name", ""),))


def _called(call: ast.Call) -> tuple[str, str]:
    """The name that is called, and the last name before it: `self` of `self.f()`, `left` of
    `self.left.f()`, empty for `f()`.
    """
    function = call.func
    if isinstance(function, ast.Name):
        return function.id, ""
    if not isinstance(function, ast.Attribute):
        return "", "?"
    owner = function.value
    if isinstance(owner, ast.Subscript):
        owner = owner.value
    if isinstance(owner, ast.Name):
        return function.attr, owner.id
    return function.attr, owner.attr if isinstance(owner, ast.Attribute) else "?"


# -- code as it stands in answers ---------------------------------------------------------------------------

_PROMPT: Final = lazy(r"^[ \t]*(?:>>> ?|In ?\[\d*\]: ?)", re.MULTILINE)
_PROMPTED: Final = lazy(r"[ \t]*(?:>>>|\.\.\.:?|In ?\[\d*\]:)(?: |$)(.*)")
_MAGIC: Final = lazy(r"^([ \t]*)(?:%{1,2}|!|\?)[A-Za-z].*$", re.MULTILINE)
_PRINT: Final = lazy(r"^([ \t]*)print[ \t]+(?![=(])(\S.*?),?[ \t]*$", re.MULTILINE)
_PRINTED: Final = lazy(r"^([ \t]*)print[ \t]+(\(.*\)[ \t]*[%,].*?),?[ \t]*$", re.MULTILINE)
_EXCEPT: Final = lazy(r"^([ \t]*except[ \t]+[\w.]+|[ \t]*except[ \t]+\([\w., ]+\)),[ \t]*(\w+)[ \t]*:", re.M)
_QUOTED: Final = lazy(r"\"\"\".*?\"\"\"|'''.*?'''", re.DOTALL)
_GOES_ON: Final = lazy(r"(?:else|elif|except|finally|case)\b|[)\]}]")


def _plain(code: str) -> str:
    """The code without prompts, notebook commands, common indentation and what only Python 2 knew."""
    if _PROMPT.search(code):
        code = "\n".join(match[1] for line in code.split("\n") if (match := _PROMPTED.match(line)))
    import textwrap

    code = textwrap.dedent(code.expandtabs(4)).strip("\n")
    first, _, rest = code.partition("\n")
    if first[:1] in " \t":  # its first line is indented and others are not
        code = f"{first.lstrip()}\n{rest}"
    code = _MAGIC.sub(r"\1pass", code)
    code = _PRINTED.sub(r"\1print(\2)", _PRINT.sub(r"\1print(\2)", code))
    return _EXCEPT.sub(r"\1 as \2:", code)


def _statements(code: str) -> Iterator[ast.AST]:
    """The compound statements that parse, each by itself. Long strings are emptied first, so that no code is
    found in them.
    """
    code = _QUOTED.sub('""', code)
    if '"""' in code or "'''" in code:
        return
    piece: list[str] = []
    count = 0
    for line in [*code.split("\n"), "end of code"]:
        begins = line[:1] not in ("", " ", "\t") and not _GOES_ON.match(line)
        if begins and piece and not piece[-1].startswith("@"):
            tree = _piece(piece)
            if tree is not None:
                yield tree
            count += 1
            if count > _MOST_STATEMENTS:
                return
            piece = []
        piece.append(line)


def _piece(lines: list[str]) -> ast.AST | None:
    """A compound statement: its first line, and what is indented under it."""
    while lines and not lines[-1].strip():
        lines.pop()
    header = next((line for line in lines if not line.startswith("@")), "")
    if len(lines) < 2 or (not header.rstrip().endswith((":", ",", "(", "\\")) and "#" not in header):
        return None
    for cut in range(min(_CUT_LINES, len(lines) - 2) + 1):
        tree = _parsed("\n".join(lines[: len(lines) - cut]))
        if tree is not None:
            return tree
    return None
