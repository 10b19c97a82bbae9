"""From a position in an open document to the record there, and back.

    place = place_at(index, line, column, encoding)       # the record under the cursor
    place.offset(line, column)                            # the byte in place.record.raw
    spot_at(place.record, place.offset(line, column))     # what stands there
    place.range(spot.span)                                # ((line, column), (line, column))
    place.range_of(path), place.range_of_text(path, start, end)

Only the record that is asked for is read, never the document.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from finetooth.engine.cursor.spot import MOST_REPAIRED
from finetooth.engine.live.blocks import Entry
from finetooth.engine.live.document import Columns, Encoding, byte_offset, columns, content_length
from finetooth.engine.live.index import LiveIndex
from finetooth.engine.path_spans import spans_of
from finetooth_rules.example import Example
from finetooth_rules.finding import Path, Span
from finetooth_rules.framing import Bounds, frame
from finetooth_rules.record import Record
from finetooth_rules.scan import MISSING

Position = tuple[int, int]
Range = tuple[Position, Position]
"""Line and column from 0, the column in the client's unit; where it begins and where it ends."""

_MOST_LINES_BACK: Final = 200
_MOST_WALKS: Final = 100
_FIRST_OF_PAIR: Final = 0xF0
"""A character that begins with this byte or a higher one is two units of UTF-16."""


@dataclass(frozen=True, slots=True)
class Place:
    """A record of an open document. Its slice begins at byte `at` of the document's line `line`, and before
    that there are `column` units of the client.
    """

    index: LiveIndex
    encoding: Encoding
    entry: Entry
    line: int
    at: int
    record: Record
    column: int = 0
    _starts: list[int] = field(default_factory=list)

    @property
    def example(self) -> Example | None:
        """What the record means; None where no value can be made out, or that would take too long."""
        return self.index.linter.example(self.record) if self._readable else None

    @property
    def value(self) -> Any:
        """Its decoded value, `MISSING` where none can be made out, or that would take too long."""
        return self.record.value if self._readable else MISSING

    @property
    def _readable(self) -> bool:
        record = self.record
        return not record.oversize and (record.strict or len(record.raw) <= MOST_REPAIRED)

    def offset(self, line: int, column: int) -> int:
        """The byte of the record that a position means; clamped into it."""
        lines = self.index.document.lines
        if line < self.line:
            return 0
        last = self.line + len(self._line_starts) - 1
        if line > last:
            return len(self.record.raw)
        if line == self.line and self.at:
            if column < self.column:
                return 0
            # The line may hold thousands of records: no more than this one is looked at.
            own = lines[line][self.at : self.at + len(self.record.raw)]
            return byte_offset(own, column - self.column, self.encoding)
        found = byte_offset(lines[line], column, self.encoding) + self._line_starts[line - self.line]
        return min(max(found, 0), len(self.record.raw))

    def position(self, offset: int) -> Position:
        """The position of a byte of the record."""
        starts = self._line_starts
        number = max(bisect_right(starts, offset) - 1, 0)
        line = self.index.document.lines[self.line + number]
        at = min(offset - starts[number], content_length(line))
        if number or at < self.at:
            return self.line + number, columns(line, [at], self.encoding)[0]
        return self.line, self.column + columns(line[self.at : at], [at - self.at], self.encoding)[0]

    def range(self, span: Span) -> Range:
        """A span of the record in the document."""
        return self.position(span.start), self.position(span.end)

    def ranges(self, spans: Sequence[Span]) -> list[Range]:
        """The same of many spans, in one pass over a line that may be long."""
        starts = self._line_starts
        found: dict[int, Position] = {}
        counter = Columns(self.encoding)
        for offset in sorted({offset for span in spans for offset in span}):
            number = max(bisect_right(starts, offset) - 1, 0)
            line = self.index.document.lines[self.line + number]
            at = min(offset - starts[number], content_length(line))
            if not found and not number:
                found[offset] = self.position(offset)
                counter.know(line, at, found[offset][1])
            else:
                found[offset] = self.line + number, counter.of(line, at)
        return [(found[span.start], found[span.end]) for span in spans]

    def ranges_of(self, paths: Sequence[Path], *, text: bool = False) -> list[Range]:
        """Where the values at many paths stand; with `text` strings without their quotes. Of a record that is
        not JSON only the first ones: each is a walk of its own.
        """
        spans = spans_of(self.record, paths, text=text)
        for path in [path for path in paths if path not in spans][:_MOST_WALKS]:
            spans[path] = (
                self.record.locate_text(path, 0, len(self.record.raw)) if text else self.record.locate(path)
            )
        return self.ranges([spans[path] for path in paths if path in spans])

    def range_of(self, path: Path, *, on_key: bool = False) -> Range:
        """Where the value at a path stands; of what is not there the nearest value on the way."""
        return self.range(self.record.locate(path, on_key=on_key))

    def range_of_text(self, path: Path, start: int, end: int) -> Range:
        """Where the characters `start` to `end` of what a string means are written."""
        return self.range(self.record.locate_text(path, start, end))

    @property
    def _line_starts(self) -> list[int]:
        """The byte of the record at which each of its lines begins (the first: at most 0)."""
        if not self._starts:
            lines = self.index.document.lines
            at, number = -self.at, self.line
            while True:
                self._starts.append(at)
                at += len(lines[number])
                number += 1
                if at >= len(self.record.raw) or number >= len(lines):
                    break
        return self._starts


def place_at(index: LiveIndex, line: int, column: int, encoding: Encoding) -> Place | None:
    """The record at a position; None where there is none: behind the last line, between the elements of an
    array, or in lines of an array that are not read yet.

    A line that still waits to be linted is read here, by itself; a blank line is a blank record.
    """
    if not 0 <= line < len(index.document.lines):
        return None
    entries, start = index.entries_at(line)
    if not entries:
        return None
    if not index.is_array:
        if entries[0].pending:
            return _unread(index, line, encoding)
        return place_of_entry(index, entries[0], start, Columns(encoding))
    if entries[0].pending:
        return None
    text = index.document.lines[line]
    here = byte_offset(text, column, encoding)
    above = sum(len(text) for text in index.document.lines[start:line])
    for entry in entries:
        if entry.size > 0 and not entry.glue and entry.at <= here + above <= entry.at + entry.size:
            counter = Columns(encoding)
            begins = entry.at - above
            if begins >= 0 and here < len(text) and text[here] < _FIRST_OF_PAIR:
                # Counted back from the position, which is near. (In the middle of a character it would be
                # wrong, and so behind the end of a line.)
                at = here if encoding is Encoding.UTF8 else column
                counter.know(text, begins, at - columns(text[begins:here], [here - begins], encoding)[0])
            return _in_array(index, entry, start, counter)
    return None


def places(index: LiveIndex, first: int, last: int, encoding: Encoding) -> Iterator[Place]:
    """The records that stand on the lines `first` to `last`, as far as they are read."""
    line, counter = first, Columns(encoding)
    while line <= last:
        entries, start = index.entries_at(line)
        if not entries:
            return
        for entry in entries:
            if entry.pending or entry.glue or (index.is_array and entry.size <= 0):
                continue
            yield place_of_entry(index, entry, start, counter)
        line = start + sum(entry.lines for entry in entries)


def record_entries(
    index: LiveIndex, first: int = 0, last: int | None = None
) -> Iterator[list[tuple[Entry, int]]]:
    """The records that are read, each with the first line of its entry, a block at a time; no blank lines.

    With `first` and `last` only blocks that have some of these lines, though also other records of them.
    """
    lines = index.document.lines
    for block in index.blocks:
        line = index.blocks.start(block)
        if line + block.lines < first or (last is not None and line > last):
            continue
        found: list[tuple[Entry, int]] = []
        for entry in block.entries:
            if index.is_array:
                if entry.size > 0 and not entry.glue:
                    found.append((entry, line))
            elif not entry.pending and not (entry.lines == 1 and (not lines[line] or lines[line].isspace())):
                found.append((entry, line))
            line += entry.lines
        yield found


def place_of_entry(index: LiveIndex, entry: Entry, line: int, counter: Columns) -> Place:
    """The record of an entry that is read, and whose first line this is. One counter for many in a row."""
    if index.is_array:
        return _in_array(index, entry, line, counter)
    return Place(index, counter.encoding, entry, line, 0, index.record(entry, line))


def _in_array(index: LiveIndex, entry: Entry, start: int, counter: Columns) -> Place:
    line, at = start, entry.at
    lines = index.document.lines
    while line + 1 < len(lines) and at >= len(lines[line]):
        at -= len(lines[line])
        line += 1
    column = counter.of(lines[line], at)
    return Place(index, counter.encoding, entry, line, at, index.record(entry, start), column)


def _unread(index: LiveIndex, line: int, encoding: Encoding) -> Place:
    """A record among lines that wait to be linted: the line, or the pretty-printed record that it is part
    of."""
    lines, bounds = index.document.lines, index.bounds
    covering = _covering(lines, line, bounds)
    record = covering[1]
    entry = Entry(record.line_count)
    return Place(index, encoding, entry, covering[0], 0, record)


def _covering(lines: list[bytes], line: int, bounds: Bounds) -> tuple[int, Record]:
    own = _framed(lines, line, bounds)
    if own.strict and isinstance(own.parsed, dict):
        return line, own
    size = 0
    for start in range(line - 1, max(line - _MOST_LINES_BACK, 0) - 1, -1):
        size += len(lines[start])
        if size > MOST_REPAIRED:
            break
        if lines[start].startswith(b"{"):
            above = _framed(lines, start, bounds)
            return (start, above) if start + above.line_count > line else (line, own)
    return line, own


def _framed(lines: list[bytes], line: int, bounds: Bounds) -> Record:
    framed = frame(lines, line, bounds)
    assert framed is not None  # the whole rest of the document is given
    return framed.record
