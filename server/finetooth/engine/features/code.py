"""Parses code of other languages than Python with tree-sitter, where its grammars are installed (the extra
`code`): each is a small compiled library in a package of its own, and nothing is downloaded.

A tree is made whatever the code: what is missing or strange is marked in it. A loop that stands whole in code
that was cut off counts; `Parsed.whole` says whether there were marks.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cached_property, lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, NamedTuple

from finetooth.engine.features._queries import DEFINITIONS, NEED_RECEIVER, OVERLOADING, QUERIES
from finetooth_rules.code.python import RECURSION
from finetooth_rules.features import Parsed

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Query

LONGEST: Final = 200_000
"""Characters of code that are parsed."""

_SHORT: Final = 4_000
_NO_SKILLS: Final[frozenset[str]] = frozenset()
_GRAMMARS: Final[Mapping[str, tuple[str, str]]] = {
    "bash": ("tree_sitter_bash", "language"),
    "c": ("tree_sitter_c", "language"),
    "cpp": ("tree_sitter_cpp", "language"),
    "csharp": ("tree_sitter_c_sharp", "language"),
    "go": ("tree_sitter_go", "language"),
    "java": ("tree_sitter_java", "language"),
    "javascript": ("tree_sitter_javascript", "language"),
    "php": ("tree_sitter_php", "language_php"),
    "php-only": ("tree_sitter_php", "language_php_only"),
    "ruby": ("tree_sitter_ruby", "language"),
    "rust": ("tree_sitter_rust", "language"),
    "sql": ("tree_sitter_sql", "language"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
}
"""Grammar → package and the function of it that gives the grammar."""
_OTHERS: Final[Mapping[str, tuple[str, ...]]] = {
    "typescript": ("typescript", "tsx"),
    "javascript": ("javascript", "tsx"),
    "c": ("c", "cpp"),
}
"""Language → the grammars that are tried in turn; the first in which all of it parses is taken."""


class _Grammar(NamedTuple):
    parser: Parser
    query: Query


class TreeSitterParser:
    """See `CodeParser`. Remembers what short pieces of code showed."""

    @cached_property
    def languages(self) -> frozenset[str]:
        """The languages whose grammars are installed."""
        if find_spec("tree_sitter") is None:
            return frozenset()
        return frozenset(
            name for name, (package, _) in _GRAMMARS.items() if find_spec(package) and _is_own(name)
        )

    def read(self, code: str, language: str, wanted: frozenset[str]) -> Parsed:
        """See `CodeParser`."""
        return _kept(code, language, wanted) if len(code) < _SHORT else _read(code, language, wanted)


def _is_own(grammar: str) -> bool:
    """Whether a grammar is that of a language, not a second one for it."""
    return grammar not in ("tsx", "php-only")


@lru_cache(maxsize=2_048)
def _kept(code: str, language: str, wanted: frozenset[str]) -> Parsed:
    return _read(code, language, wanted)


def _read(code: str, language: str, wanted: frozenset[str]) -> Parsed:
    if len(code) > LONGEST:
        return Parsed(_NO_SKILLS, False)
    data = (code + "\n").encode("utf-8", "replace")  # a statement of Go ends with its line
    best = Parsed(_NO_SKILLS, False)
    for name in _grammars_for(code, language):
        grammar = _grammar(name)
        root = grammar.parser.parse(data).root_node
        if best.skills and root.has_error:
            continue  # the first grammar found something, and this one does no better
        best = Parsed(_shown(root, grammar.query, language, wanted), not root.has_error)
        if best.whole:
            break
    return best


def _grammars_for(code: str, language: str) -> tuple[str, ...]:
    if language == "php":
        return ("php",) if "<?" in code else ("php-only",)
    return _OTHERS.get(language, (language,))


@lru_cache(maxsize=len(_GRAMMARS))
def _grammar(name: str) -> _Grammar:
    from tree_sitter import Language, Parser, Query

    package, function = _GRAMMARS[name]
    language = Language(getattr(importlib.import_module(package), function)())
    return _Grammar(Parser(language), Query(language, QUERIES[name.removesuffix("-only")]))


def _shown(root: Node, query: Query, language: str, wanted: frozenset[str]) -> frozenset[str]:
    from tree_sitter import QueryCursor

    captures = QueryCursor(query).captures(root)
    found = {name for name, nodes in captures.items() if name in wanted and any(map(_stands, nodes))}
    if RECURSION in wanted and "name" in captures and _recurs(captures, language):
        found.add(RECURSION)
    return frozenset(found)


def _stands(node: Node) -> bool:
    """Whether a node stands in the code as it is, and not only with what the parser put in or left out."""
    return not node.has_error or not any(child.is_missing or child.is_error for child in node.children)


def _recurs(captures: Mapping[str, list[Node]], language: str) -> bool:
    """Whether a function is called in itself."""
    defined: dict[bytes | None, list[Node]] = {}
    for name in captures["name"]:
        node = _definition(name)
        if node is not None:
            defined.setdefault(name.text, []).append(node)
    for how in ("call", "own", "on"):
        for call in captures.get(how, ()):
            several = defined.get(call.text, ())
            distinct = language in OVERLOADING and len(several) > 1
            for node in several:
                if (
                    node.start_byte <= call.start_byte < node.end_byte
                    and _stands(node)
                    and not (distinct and _parameters(node) != _arguments(call))
                    and not (how == "call" and language in NEED_RECEIVER and _is_method(node))
                    and not (how == "on" and not _received(node, call))
                ):
                    return True
    return False


def _is_method(node: Node) -> bool:
    around = node.parent.parent if node.parent is not None else None
    in_impl = around is not None and around.type in ("impl_item", "trait_item")
    return in_impl or node.type in ("method_definition", "method_declaration")


def _received(node: Node, call: Node) -> bool:
    """Whether a method of Go is called on its own receiver."""
    receiver = node.child_by_field_name("receiver")
    on = call.parent.child_by_field_name("operand") if call.parent is not None else None
    if receiver is None or on is None or not on.text:
        return False
    return on.text in (receiver.text or b"").strip(b"()").replace(b"*", b" ").split()


def _definition(name: Node) -> Node | None:
    node = name.parent
    while node is not None and node.type not in DEFINITIONS:
        node = node.parent
    return node


def _parameters(node: Node) -> int:
    """The number of parameters of a function."""
    inner: Node | None = node
    while inner is not None:
        found = inner.child_by_field_name("parameters")
        if found is not None:
            return found.named_child_count
        inner = inner.child_by_field_name("declarator")
    return -1


def _arguments(call: Node) -> int:
    """The number of arguments of a call whose name this is."""
    node: Node | None = call
    for _ in range(3):
        node = node.parent if node is not None else None
        found = node.child_by_field_name("arguments") if node is not None else None
        if found is not None:
            return found.named_child_count
    return -1
