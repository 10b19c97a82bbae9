"""What a reader sees of a record at a glance: the first words of its prompt, its turns, calls and tools."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final, NamedTuple

import orjson

from finetooth.engine.cursor.json_walk import members
from finetooth.engine.path_spans import spans_of
from finetooth_rules.example import Example, ToolCall, Turn
from finetooth_rules.finding import Path, Span
from finetooth_rules.framing import whole
from finetooth_rules.record import Record

MOST_CHARS: Final = 60
_MOST_WALKS: Final = 100
"""Places that need a walk of their own, as the record is not JSON or has no such value."""
_SCANNED: Final = 400


class Kind(StrEnum):
    """What a node stands for."""

    RECORD = "record"
    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    RESULT = "result"
    OTHER = "other"
    CALL = "call"
    TOOL = "tool"
    FIELD = "field"


_KINDS: Final = {
    "system": Kind.SYSTEM,
    "developer": Kind.SYSTEM,
    "user": Kind.USER,
    "assistant": Kind.ASSISTANT,
    "tool": Kind.RESULT,
    "function": Kind.RESULT,
}


class Node(NamedTuple):
    """One line of an outline. `span` is all of it in the record's bytes, `name_span` what to jump to."""

    kind: Kind
    name: str
    detail: str
    span: Span
    name_span: Span
    children: tuple[Node, ...] = ()


def outline(record: Record, example: Example | None, *, most: int) -> Node:
    """The outline of a record; with more than `most` children it has none."""
    span = whole(record)
    if example is None or not (example.turns or example.tools or example.format):
        return _of_value(record, span, most)
    turns = [("", turn) for turn in example.turns]
    answer = example.rejected[example.rejected_from :]
    turns += [("rejected ", turn) for turn in answer]
    name = words(example.prompt or example.completion or _first(example)) or example.format
    detail = _counted((len(turns), "turn"), (len(example.tools), "tool"))
    count = len(turns) + len(example.tools) + sum(len(turn.calls) for _, turn in turns)
    if count > most:
        return Node(Kind.RECORD, name, detail, span, span)
    paths = {path for _, turn in turns for path in _paths(turn)}
    paths |= {path for tool in example.tools for path in (tool.path, (*tool.function_path, "name"))}
    spans = _located(record, paths)
    children = [
        Node(
            Kind.TOOL,
            f"tool {words(tool.name or '')}".strip(),
            words(_text(tool.function.get("description"))),
            *_pair(spans, tool.path, (*tool.function_path, "name"), span),
        )
        for tool in example.tools
    ]
    children += [_of_turn(prefix, turn, spans, span) for prefix, turn in turns]
    children = [child for child in children if child.span != span] or children
    return Node(Kind.RECORD, name, detail, span, span, tuple(sorted(children, key=lambda node: node.span)))


def words(text: str, most: int = MOST_CHARS) -> str:
    """The first words of a text on one line."""
    line = " ".join(text[:_SCANNED].split())
    if not line.isprintable():
        line = " ".join("".join(char if char.isprintable() else " " for char in line).split())
    if len(line) <= most:
        return line if len(text) <= _SCANNED else line + "…"
    cut = line[:most].rsplit(" ", 1)[0] if " " in line[most // 2 : most] else line[:most]
    return cut + "…"


def _first(example: Example) -> str:
    return next((text.text for text in example.all_texts() if text.text.strip()), "")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _counted(*parts: tuple[int, str]) -> str:
    return ", ".join(f"{number} {what}{'s' * (number != 1)}" for number, what in parts if number)


def _paths(turn: Turn) -> Iterable[Path]:
    yield turn.path
    yield turn.content_path
    for call in turn.calls:
        yield call.path
        yield call.name_path or call.path


def _of_turn(prefix: str, turn: Turn, spans: dict[Path, Span], record: Span) -> Node:
    calls = tuple(_of_call(call, spans, record) for call in turn.calls)
    text = words(turn.text) or _called(turn) or _counted((len(turn.media), "attachment"))
    name = prefix + (turn.written or turn.role)
    span, at = _pair(spans, turn.path, turn.content_path, record)
    inside = tuple(call for call in calls if span.start <= call.span.start and call.span.end <= span.end)
    return Node(
        _KINDS.get(turn.role, Kind.OTHER),
        f"{words(name)}: {text}" if text else words(name) or "turn",
        _counted((len(turn.calls), "call")),
        span,
        at,
        tuple(sorted(inside, key=lambda node: node.span)),
    )


def _called(turn: Turn) -> str:
    names = dict.fromkeys(call.name for call in turn.calls if call.name)
    return words("calls " + ", ".join(names)) if names else ""


def _of_call(call: ToolCall, spans: dict[Path, Span], record: Span) -> Node:
    arguments = call.arguments
    if arguments is not None and not isinstance(arguments, str):
        arguments = orjson.dumps(arguments).decode()
    name = f"call {words(call.name or '')}".strip()
    return Node(
        Kind.CALL,
        name,
        words(_text(arguments)),
        *_pair(spans, call.path, call.name_path or call.path, record),
    )


def _pair(spans: dict[Path, Span], path: Path, name: Path, record: Span) -> tuple[Span, Span]:
    """The span at a path, and that of its name, which must lie in it."""
    span = spans.get(path, record)
    if not (record.start <= span.start and span.end <= record.end):
        span = record
    at = spans.get(name, span)
    return span, at if span.start <= at.start and at.end <= span.end else span


def _located(record: Record, paths: set[Path]) -> dict[Path, Span]:
    spans = spans_of(record, paths)
    missing = sorted(paths - spans.keys(), key=len)
    for path in missing[:_MOST_WALKS]:
        spans[path] = record.locate(path)
    return spans


def _of_value(record: Record, span: Span, most: int) -> Node:
    """A record of no known format, or none at all: its keys."""
    head = record.raw[span.start : span.start + 4 * _SCANNED].decode("utf-8", "replace")
    if not record.strict or not isinstance(record.parsed, dict):
        return Node(Kind.RECORD, words(head) or "blank", "" if record.strict else "not JSON", span, span)
    texts = [value for value in record.parsed.values() if isinstance(value, str) and value.strip()]
    # An id says less than a text of several words.
    name = words(next((text for text in texts if " " in text.strip()), "".join(texts[:1]))) or words(head)
    detail = _counted((len(record.parsed), "key"))
    if len(record.parsed) > most:
        return Node(Kind.RECORD, name, detail, span, span)
    children = tuple(
        Node(
            Kind.FIELD,
            words(str(member.step)) or '""',
            words(
                record.raw[member.start : min(member.end, member.start + 4 * _SCANNED)].decode(
                    "utf-8", "replace"
                )
            ),
            Span(member.key.start, member.end),
            member.key,
        )
        for member in members(record.raw, span.start)
        if member.key is not None
    )
    return Node(Kind.RECORD, name, detail, span, span, children)
