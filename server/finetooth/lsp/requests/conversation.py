"""`finetooth/conversation` and `finetooth/record`: what an editor needs to show a record as a chat and to go
from record to record, whatever the format and however records stand in the file.

`finetooth/conversation {textDocument, position}` answers with the record under a position, or null:
`{format, title, kind, range, turns, rejected, tools, label}`. A turn is `{role, written, name, trained,
texts, reasoning, calls, media, answers, refusal, range}`; `range` is that of its first text, else of its
content.
`finetooth/record {textDocument, position, step}` answers with the range of the record `step` records on
(-1, 0 or 1), or null.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from finetooth.engine.live.blocks import Entry
from finetooth.engine.live.index import LiveIndex
from finetooth.lsp.open_document import OpenDocument
from finetooth.lsp.protocol import Json
from finetooth_rules.example import Example, ToolCall, Turn
from finetooth_rules.finding import Span
from finetooth_rules.record import Record

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer

CONVERSATION: Final = "finetooth/conversation"
RECORD: Final = "finetooth/record"
_LONGEST: Final = 100_000
"""Characters of one text that are sent; a preview is no place to read a book."""
_MOST_TURNS: Final = 1000
_LARGEST: Final = 1_000_000
"""Bytes of a record that is shown: it is read anew after each keystroke."""
_MOST_WALKED: Final = 2_000_000
"""Bytes that are walked through for the places of turns; beyond, only the record's is told."""
_MOST_PASSED: Final = 10_000
"""Blank lines that are passed over on the way to another record."""


def register(server: FinetoothServer) -> None:
    """Wire both requests."""
    session = server.session

    def under(params: Any) -> tuple[OpenDocument, Entry, int] | None:
        """The record at the position of a request, whose parameters come as they were sent."""
        try:
            uri = str(params.textDocument.uri)
            line, character = int(params.position.line), int(params.position.character)
        except (AttributeError, TypeError, ValueError):
            return None
        document = session.locate(uri)
        if document is None or not document.is_dataset or line < 0:
            return None
        found = _entry_at(document, line, max(0, character))
        return None if found is None else (document, *found)

    @server.feature(CONVERSATION)
    def conversation(params: Any) -> Json:
        found = under(params)
        if found is None:
            return Json(None)
        document, entry, start = found
        record = document.index.record(entry, start)
        example = document.index.linter.example(record) if len(record.raw) <= _LARGEST else None
        if example is None:
            return Json(None)
        return Json(_described(document, entry, start, record, example))

    @server.feature(RECORD)
    def record(params: Any) -> Json:
        found = under(params)
        if found is None:
            return Json(None)
        document, entry, _ = found
        step = getattr(params, "step", 0)
        if step in (-1, 1):
            for passed, other in enumerate(_onwards(document.index, entry, step)):
                if passed > _MOST_PASSED:
                    return Json(None)
                if not _is_blank(document.index, *other):
                    return Json({"range": _range(document, *other)})
            return Json(None)
        start = document.index.blocks.place(entry)[2]
        return Json(
            None if _is_blank(document.index, entry, start) else {"range": _range(document, entry, start)}
        )


# -- records ----------------------------------------------------------------------------------------------


def _entry_at(document: OpenDocument, line: int, character: int) -> tuple[Entry, int] | None:
    """The settled entry under a position and its first line. Of several elements on a line the one that
    the position is in or behind."""
    index = document.index
    entries, start = index.entries_at(line)
    if not entries:
        return None
    chosen = entries[0]
    if len(entries) > 1:
        lines = document.document.lines
        row, column = document.document.position(line, character, document.renderer.facts.encoding)
        offset = sum(map(len, lines[start:row])) + column
        for entry in entries:
            if entry.at <= offset and not entry.glue and entry.size > 0:
                chosen = entry
    return None if chosen.pending else (chosen, start)


def _onwards(index: LiveIndex, entry: Entry, step: int) -> Iterator[tuple[Entry, int]]:
    """The entries behind one (`step` 1) or before it (-1), each with its first line; none that still has to
    be read."""
    number, at, line = index.blocks.place(entry)
    blocks = index.blocks.blocks
    here = entry
    while True:
        if step > 0:
            line += here.lines
        at += step
        if not 0 <= at < len(blocks[number].entries):
            number += step
            if not 0 <= number < len(blocks):
                return
            at = 0 if step > 0 else len(blocks[number].entries) - 1
        here = blocks[number].entries[at]
        if step < 0:
            line -= here.lines
        if here.pending:
            return
        yield here, line


def _is_blank(index: LiveIndex, entry: Entry, start: int) -> bool:
    """Whether it is no record: a blank line, or what stands between two elements of an array."""
    return entry.glue or not index.raw_record(entry, start).raw.strip()


def _range(document: OpenDocument, entry: Entry, start: int) -> dict[str, Any]:
    record = document.index.record(entry, start)
    return document.renderer.range(entry, start, record, Span(0, len(record.raw)))


# -- conversations ----------------------------------------------------------------------------------------


def _described(
    document: OpenDocument, entry: Entry, start: int, record: Record, example: Example
) -> dict[str, Any]:
    fmt = document.profile.format_named(example.format)

    whole = _range(document, entry, start)
    exact = (len(example.turns) + len(example.rejected)) * len(record.raw) <= _MOST_WALKED

    def turn(of: Turn) -> dict[str, Any]:
        if not exact:
            return _turn(of) | {"range": whole}
        path = of.texts[0].path if of.texts else of.content_path
        return _turn(of) | {"range": document.renderer.range(entry, start, record, record.locate(path))}

    return {
        "format": example.format,
        "title": fmt.title if fmt is not None else example.format,
        "kind": str(example.kind),
        "range": whole,
        "turns": [turn(item) for item in example.turns[:_MOST_TURNS]],
        "answerFrom": example.answer_from,
        "rejected": [turn(item) for item in example.rejected[:_MOST_TURNS]],
        "rejectedFrom": example.rejected_from,
        "left": max(0, len(example.turns) - _MOST_TURNS),
        "label": example.label,
        "media": [str(item.kind) for item in example.media],
        "tools": [
            {"name": tool.name or "", "description": _short(tool.function.get("description"))}
            for tool in example.tools
        ],
    }


def _turn(turn: Turn) -> dict[str, Any]:
    return {
        "role": str(turn.role)[:100],
        "written": (turn.written or str(turn.role))[:100],
        "name": turn.name,
        "trained": turn.trained,
        "refusal": turn.refusal,
        "texts": [_short(text.text) for text in turn.texts],
        "reasoning": [_short(text.text) for text in turn.reasoning],
        "calls": [_call(call) for call in turn.calls],
        "media": [str(item.kind) for item in turn.media],
        "answers": turn.answers,
    }


def _call(call: ToolCall) -> dict[str, Any]:
    """A call; its arguments as readable JSON, or as they are written where they are none."""
    parsed = call.parsed()
    value = call.arguments if parsed is None else parsed[0]
    readable = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
    return {"name": call.name or "", "id": call.id, "arguments": _short(readable)}


def _short(text: Any) -> str:
    """A text, cut where it is very long."""
    if not isinstance(text, str):
        return "" if text is None or isinstance(text, Mapping) else str(text)[:_LONGEST]
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} … ({len(text):,} characters)"
