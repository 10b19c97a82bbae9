"""Settings written in YAML, read as `yaml.safe_load` reads them: that is what trainers do.

PyYAML's composer gives nodes with marks; values are made from them here, so that a date, a sexagesimal
number or an alias of itself is never an error. The last of duplicate keys counts, and `<<` merges.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from finetooth_rules.finding import Path, Span
from finetooth_rules.trainers._document import (
    MAX_DEPTH,
    Document,
    Language,
    Offsets,
    decoded,
    nowhere,
    unreadable,
)

Node = Any
_TAG: Final = "tag:yaml.org,2002:"
_MERGE: Final = _TAG + "merge"
_TRUE: Final = frozenset({"yes", "true", "on"})
_MOST_MERGED: Final = 10_000
"""Pairs that are looked through for one mapping; more are merged only to make a reader work."""


def read_yaml(raw: bytes) -> Document:
    """The document; of a text that is not YAML, or more than one document, the place where that shows."""
    text = decoded(raw, Language.YAML)
    if isinstance(text, Document):
        return text
    yaml = import_module("yaml")  # 15 ms that most runs do not need
    offsets = Offsets(raw, text)
    try:
        root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = mark.index if mark is not None else 0
        return unreadable(raw, Language.YAML, f"is not valid YAML: {_plain(error)}", _word(text, at, offsets))
    except yaml.YAMLError as error:
        at = getattr(error, "position", 0) or 0
        reason = getattr(error, "reason", None) or "it cannot be read"
        return unreadable(raw, Language.YAML, f"is not valid YAML: {reason}", offsets.span(at, at + 1))
    except (RecursionError, ValueError):
        return unreadable(raw, Language.YAML, "is not valid YAML: nested too deep", Span(0, 0))
    if root is None:
        return Document(raw, Language.YAML, None, None, nowhere)
    values: dict[int, Any] = {}

    def find(path: Path, on_key: bool) -> Span | None:
        key, node = None, root
        for step in path:
            key, node = _step(node, step)
            if node is None:
                return None
        shown = key if on_key and key is not None else node
        return _span(shown, text, offsets)

    return Document(raw, Language.YAML, _value(root, values, 0), None, find)


def _plain(error: Any) -> str:
    """What is wrong, in PyYAML's words, on one line and short."""
    problem = " ".join(str(error.problem or "it cannot be read").split())
    return problem if len(problem) <= 90 else problem[:89] + "…"


def _word(text: str, at: int, offsets: Offsets) -> Span:
    """The span of the character at a place, or of the last before it where that is a line's end."""
    at = min(at, len(text))
    if at and (at == len(text) or text[at] in "\r\n"):
        while at and text[at - 1] in "\r\n":
            at -= 1
        return offsets.span(max(at - 1, 0), at)
    return offsets.span(at, min(at + 1, len(text)))


def _span(node: Node, text: str, offsets: Offsets) -> Span:
    """Where a node is written. The end of a block lies behind its last line: what is blank there is left
    out.
    """
    start, end = node.start_mark.index, node.end_mark.index
    return offsets.span(start, start + len(text[start:end].rstrip()))


def _step(node: Node, step: str | int) -> tuple[Node, Node]:
    """Key and value of a member, or an item; None, None where there is none."""
    if isinstance(step, int):
        items = node.value if type(node).__name__ == "SequenceNode" else ()
        return (None, items[step]) if 0 <= step < len(items) else (None, None)
    found: tuple[Node, Node] = (None, None)
    for key, value in _members(node):
        if _text(key) == step:
            found = key, value
    return found


def _members(node: Node) -> list[tuple[Node, Node]]:
    """The pairs of a mapping; merged ones first, so that its own win."""
    pairs: list[tuple[Node, Node]] = []
    pending, left = [node], _MOST_MERGED
    while pending and left > 0:
        here = pending.pop()
        left -= 1 + len(here.value)
        if type(here).__name__ == "SequenceNode":
            pending += here.value[::-1]  # of several the first wins
        elif type(here).__name__ == "MappingNode":
            own = [pair for pair in here.value if pair[0].tag != _MERGE]
            pending += [value for key, value in here.value if key.tag == _MERGE]
            pairs[:0] = own
    return pairs


def _text(key: Node) -> str | None:
    """A key as a string: trainers pass keys on as names."""
    return key.value if isinstance(key.value, str) else None


def _value(node: Node, known: dict[int, Any], depth: int) -> Any:
    """The value of a node; the same object for the same node, so that aliases cost nothing. What lies deeper
    than `MAX_DEPTH`, or in itself, is None.
    """
    if id(node) in known:
        return known[id(node)]
    known[id(node)] = None
    result: Any = None
    kind = type(node).__name__
    if kind == "ScalarNode":
        result = _scalar(node.tag, node.value)
    elif depth < MAX_DEPTH and kind == "SequenceNode":
        result = [_value(item, known, depth + 1) for item in node.value]
    elif depth < MAX_DEPTH:
        result = {
            name: _value(value, known, depth + 1)
            for key, value in _members(node)
            if (name := _text(key)) is not None
        }
    known[id(node)] = result
    return result


def _scalar(tag: str, text: str) -> Any:
    """A scalar as YAML 1.1 has it; what is no number after all is text."""
    kind = tag.removeprefix(_TAG)
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() in _TRUE
    try:
        if kind == "int":
            digits = text.replace("_", "")
            return (
                int(digits, 8) if digits.lstrip("+-").startswith("0") and digits.isdigit() else int(digits, 0)
            )
        if kind == "float":
            return float(text.replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        return text
    return text
