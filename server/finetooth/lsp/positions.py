"""Where the protocol says that a byte is: of a document, of a record in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from finetooth.engine.live.blocks import Entry
from finetooth.engine.live.document import Columns, Document, Encoding, columns, content_length, line_ending
from finetooth.engine.live.index import LiveIndex
from finetooth_rules.finding import Span
from finetooth_rules.framing import position
from finetooth_rules.record import Record

Json = dict[str, Any]


def at_place(line: int, character: int) -> Json:
    """A position."""
    return {"line": line, "character": character}


def place_in(document: Document, offset: int, encoding: Encoding) -> Json:
    """The position of a byte offset in a document."""
    if offset < document.size:
        for number, line in enumerate(document.lines):
            if offset < len(line):
                return at_place(number, columns(line, [min(offset, content_length(line))], encoding)[0])
            offset -= len(line)
    return document_end(document, encoding)


def document_end(document: Document, encoding: Encoding) -> Json:
    """The position behind the last character."""
    if not document.lines:
        return at_place(0, 0)
    last = document.lines[-1]
    if line_ending(last):
        return at_place(len(document.lines), 0)
    return at_place(len(document.lines) - 1, columns(last, [len(last)], encoding)[0])


def places_in_record(
    index: LiveIndex, entry: Entry, start: int, record: Record, spans: Iterable[Span], counter: Columns
) -> dict[int, tuple[int, int]]:
    """Byte offset in the record at line `start` → line counted from its first, and column in the client's
    units."""
    offsets = sorted({offset for span in spans for offset in span})
    lines = index.document.lines
    if index.is_array:
        return places_in_element(index, entry, start, offsets, counter)
    if entry.lines == 1:
        found = columns(lines[start], offsets, counter.encoding)
        return {offset: (0, column) for offset, column in zip(offsets, found, strict=True)}
    places: dict[int, tuple[int, int]] = {}
    for offset in offsets:
        line, at = position(record.raw, offset)
        if line >= entry.lines:
            line, at = entry.lines - 1, content_length(lines[start + entry.lines - 1])
        places[offset] = (line, columns(lines[start + line], [at], counter.encoding)[0])
    return places


def places_in_element(
    index: LiveIndex, entry: Entry, start: int, offsets: Sequence[int], counter: Columns
) -> dict[int, tuple[int, int]]:
    """The same where the record is an element of an array, which begins at byte `at` of its lines."""
    lines = index.document.lines
    places: dict[int, tuple[int, int]] = {}
    line, base = start, -entry.at
    for offset in offsets:
        while line + 1 < len(lines) and base + len(lines[line]) <= offset:
            base += len(lines[line])
            line += 1
        at = min(offset - base, content_length(lines[line]))
        places[offset] = (line - start, counter.of(lines[line], at))
    return places
