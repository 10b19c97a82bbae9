"""From a position in an open document to what stands there, and back.

    place = place_at(index, line, column, encoding)       # the record under the cursor
    place.offset(line, column)                            # the byte in place.record.raw
    spot = spot_at(place.record, place.offset(line, column))
    spot.path, spot.where, spot.string, spot.char         # the innermost value, and where in its text
    place.range(spot.span)                                # ((line, column), (line, column))
    place.range_of(path), place.range_of_text(path, start, end)

Only the record that is asked for is read, never the document. All works on records that are not JSON as well:
they are read as `scan` repairs them, and where that leads nowhere (while one is typed) from the left as far
as it goes. Of JSON in a string the path has the step `INSIDE`, and all spans are those of the record's own
bytes, through both layers of escapes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from itertools import accumulate
from typing import Any, Final, NamedTuple

import orjson

from finetooth.engine.document import Encoding, byte_offset, columns, content_length
from finetooth.engine.json_walk import Member, descend, is_closed, is_container
from finetooth.engine.live import LiveIndex
from finetooth.engine.live_blocks import Entry
from finetooth_rules.example import Example
from finetooth_rules.finding import INSIDE, Path, Span
from finetooth_rules.framing import Bounds, frame
from finetooth_rules.reading.literals import ESCAPE, FOREIGN_ESCAPE, characters, decode, width
from finetooth_rules.reading.repair import Repaired
from finetooth_rules.record import Record
from finetooth_rules.scan import MISSING, repaired_text
from finetooth_rules.spans import string_body

Position = tuple[int, int]
Range = tuple[Position, Position]
"""Line and column from 0, the column in the client's unit; where it begins and where it ends."""

MOST_REPAIRED: Final = 256 * 1024
"""A longer record that is not JSON is only read from the left: its repair would take too long."""
WHITE: Final = b" \t\r\n"
_MOST_LINES_BACK: Final = 200
_NEAR: Final = 4096
_DEEPEST: Final = 4
"""JSON in a string of JSON in a string …"""


class Where(StrEnum):
    """Where in the structure a byte is."""

    KEY = "key"
    """On the key of the member that the path leads to, or at one of its ends."""
    COLON = "colon"
    """Between the key and the value of that member."""
    VALUE = "value"
    """On the value, or at one of its ends; where none is written yet, its span is empty."""
    BETWEEN = "between"
    """In the object or list that the path leads to, and in none of its members."""


class Around(NamedTuple):
    """A value around the byte: its span, and its key's."""

    path: Path
    span: Span
    key: Span | None


@dataclass(frozen=True, slots=True)
class Spot:
    """What stands at a byte of a record.

    `path` leads to the innermost value (the last of equal keys, as readers take it), `span` are the bytes of
    this one, `key` those of its key. `around` are the values from the record to this one. `string` is the
    literal, of a key or a value, that the byte is in, quotes included, and `char` how many characters of what
    it means stand before; -1 where the byte is in none. `before` and `behind` are the bytes next to it that
    are not white space: what was written last, and what follows. `within` is the spot in the record itself
    where this one is in JSON in a string.
    """

    path: Path
    where: Where
    span: Span
    key: Span | None
    around: tuple[Around, ...]
    string: Span | None = None
    char: int = -1
    before: bytes = b""
    behind: bytes = b""
    within: Spot | None = None

    @property
    def outermost(self) -> Spot:
        """The spot in the record itself."""
        return self if self.within is None else self.within.outermost


Inside = Callable[[Path, str], bool]
JSON_TEXTS: Final = frozenset({"tools", "functions", "arguments", "parameters", "input_schema"})
"""Keys under which a string is meant to be JSON, also while it is none."""


def holds_json(path: Path, text: str) -> bool:
    """Whether a string is to be read as JSON: it is an object or a list, or stands where only such are."""
    start = text.lstrip()[:1]
    if start not in ("{", "[") or start == "":
        return False
    if path and path[-1] in JSON_TEXTS:
        return True
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def never(path: Path, text: str) -> bool:
    """For those who take a string for a string."""
    return False


# -- strings -----------------------------------------------------------------------------------------------


class Literal:
    """A string as it is written, and the characters it means, counted as `spans.text_span` counts them."""

    def __init__(self, raw: bytes, span: Span) -> None:
        first, last = string_body(raw, span)
        self.span = span
        self.body = Span(first, last)
        self._raw = raw[first:last]
        self._foreign = raw[span.start : first] != b'"'

    @cached_property
    def text(self) -> str:
        """What it means."""
        return decode(self._raw, foreign=self._foreign)

    @cached_property
    def _written(self) -> str:
        return characters(self._raw)

    @cached_property
    def _escapes(self) -> tuple[list[int], list[int], list[int]]:
        """Of every escape where it starts as written and as meant, and how much longer the writing is after
        it."""
        if b"\\" not in self._raw:
            return [], [], [0]
        pattern = FOREIGN_ESCAPE if self._foreign else ESCAPE
        found = [match.span() for match in pattern.finditer(self._written)]
        longer = [0, *accumulate(end - start - 1 for start, end in found)]
        starts = [start for start, _ in found]
        return starts, [start - less for start, less in zip(starts, longer, strict=False)], longer

    def char(self, offset: int) -> int:
        """How many characters stand before a byte of the record; in the middle of an escape or a character
        those before it."""
        offset = min(max(offset, self.body.start), self.body.end) - self.body.start
        while 0 < offset < len(self._raw) and 0x80 <= self._raw[offset] < 0xC0:
            offset -= 1
        at = len(characters(self._raw[:offset]))
        starts, meant, longer = self._escapes
        number = bisect_right(starts, at - 1) - 1
        if number < 0:
            return at
        more = longer[number + 1] - longer[number]
        return meant[number] if at <= starts[number] + more else at - longer[number + 1]

    def offset(self, char: int) -> int:
        """The byte of the record at which a character begins; behind the last one the end of the text."""
        _, meant, longer = self._escapes
        at = char + longer[bisect_right(meant, char - 1)]
        return self.body.start + width(self._written[: min(at, len(self._written))])

    def outward(self, span: Span) -> Span:
        """The bytes of the record that mean these bytes of the text."""
        inner = self.encoded
        start = len(inner[: span.start].decode("utf-8", "surrogatepass"))
        length = len(inner[span.start : span.end].decode("utf-8", "surrogatepass"))
        return Span(self.offset(start), self.offset(start + length))

    @cached_property
    def encoded(self) -> bytes:
        """The text in UTF-8."""
        return self.text.encode("utf-8", "surrogatepass")


# -- spots -------------------------------------------------------------------------------------------------


def spot_at(record: Record, offset: int, inside: Inside = holds_json) -> Spot:
    """What stands at a byte of a record. Of an oversize record only the head is known."""
    return _spot(record.raw, min(max(offset, 0), len(record.raw)), record.strict, inside, _DEEPEST)


def _spot(raw: bytes, offset: int, strict: bool, inside: Inside, deep: int) -> Spot:
    spot = _outer(raw, offset, strict)
    if spot.where is not Where.VALUE or spot.string is None or spot.char < 0 or not deep:
        return spot
    literal = Literal(raw, spot.string)
    if not literal.text.lstrip().startswith(("{", "[")) or not inside(spot.path, literal.text):
        return spot
    at = len(literal.text[: spot.char].encode("utf-8", "surrogatepass"))
    inner = _spot(literal.encoded, at, _is_json(literal.encoded), inside, deep - 1)
    return _outward(inner, spot, literal)


def _outward(inner: Spot, outer: Spot, literal: Literal) -> Spot:
    """A spot in the text of a string as one of the record."""
    base = (*outer.path, INSIDE)
    moved = tuple(
        Around((*base, *path), literal.outward(span), None if key is None else literal.outward(key))
        for path, span, key in inner.around
    )
    return replace(
        inner,
        path=(*base, *inner.path),
        span=literal.outward(inner.span),
        key=None if inner.key is None else literal.outward(inner.key),
        around=(*outer.around, *moved),
        string=None if inner.string is None else literal.outward(inner.string),
        within=outer if inner.within is None else _outward(inner.within, outer, literal),
    )


def _is_json(raw: bytes) -> bool:
    try:
        orjson.loads(raw)
    except orjson.JSONDecodeError:
        return False
    return True


def _outer(raw: bytes, offset: int, strict: bool) -> Spot:
    """The spot in the text itself."""
    if strict or len(raw) > MOST_REPAIRED:
        return _in_text(raw, offset, raw, offset, lambda span: span)
    repaired = repaired_text(raw)
    if not repaired.ok or not repaired.values:
        return _in_text(raw, offset, raw, offset, lambda span: span)
    if len(repaired.values) == 1:
        return _in_text(repaired.text, _forward(repaired, offset), raw, offset, repaired.original)
    value = next((span for span in repaired.values if offset <= span.end), repaired.values[-1])
    part = raw[value.start : value.end]
    spot = _outer(part, min(max(offset - value.start, 0), len(part)), _is_json(part))
    return _shifted(spot, value.start)


def _forward(repaired: Repaired, offset: int) -> int:
    """The byte of the repaired text that a byte of the raw text became; before what was put in there."""
    shift = 0
    for edit in repaired.edits:
        if offset <= edit.span.start:
            break
        if offset < edit.span.end:
            return edit.span.start + shift + min(offset - edit.span.start, len(edit.content))
        shift += len(edit.content) - (edit.span.end - edit.span.start)
    return offset + shift


def _in_text(text: bytes, at: int, raw: bytes, offset: int, original: Callable[[Span], Span]) -> Spot:
    """The spot at `at` of a text; its bytes come by `original` from `raw`, where it is `offset`."""
    found = descend(text, at)
    around: list[Around] = []
    path: Path = ()
    for number, member in enumerate(found):
        path = (*path, member.step) if number else ()
        key = None if member.key is None else original(member.key)
        around.append(Around(path, original(Span(member.start, member.end)), key))
    last = found[-1]
    where = _where(text, last, at)
    span = around[-1].span
    literal: Span | None = None
    inner = last.key if where is Where.KEY else Span(last.start, last.end) if where is Where.VALUE else None
    if inner is not None and text[inner.start : inner.start + 1] == b'"':
        strictly = inner.start < at and (at < inner.end or not is_closed(text, *inner))
        literal = original(inner) if strictly else None
    char = -1 if literal is None else Literal(raw, literal).char(offset)
    before = raw[max(offset - _NEAR, 0) : offset].rstrip(WHITE)[-1:] if literal is None else b""
    behind = raw[offset : offset + _NEAR].lstrip(WHITE)[:1] if literal is None else b""
    return Spot(path, where, span, around[-1].key, tuple(around), literal, char, before, behind)


def _where(text: bytes, member: Member, at: int) -> Where:
    if member.key is not None and member.key.start <= at <= member.key.end:
        return Where.KEY
    if member.key is not None and at < member.start:
        return Where.COLON
    if not member.start <= at <= member.end:
        return Where.BETWEEN
    if is_container(text, member.start) and member.start < at:
        closed = is_closed(text, member.start, member.end)
        return Where.VALUE if at == member.end and closed else Where.BETWEEN
    return Where.VALUE


def _shifted(spot: Spot, by: int) -> Spot:
    def move(span: Span) -> Span:
        return Span(span.start + by, span.end + by)

    return replace(
        spot,
        span=move(spot.span),
        key=None if spot.key is None else move(spot.key),
        around=tuple(
            Around(path, move(span), None if key is None else move(key)) for path, span, key in spot.around
        ),
        string=None if spot.string is None else move(spot.string),
    )


def value_so_far(raw: bytes, offset: int) -> Any:
    """What is written before a byte, with everything that is open there closed; `MISSING` where even that
    cannot be read. A key without a value has None. For those who ask what a record is that is being typed.
    """
    head = raw[:offset]
    found = descend(head, offset)
    last = found[-1]
    text = head.rstrip(WHITE)
    if _where(head, last, offset) is Where.KEY and last.key is not None:
        text = head[: last.key.start].rstrip(WHITE)
        found.pop()
    elif last.start == last.end and last.colon >= 0:
        text += b"null"
    elif text[last.start : last.start + 1] == b'"' and not is_closed(head, last.start, last.end):
        text = head + b'"'
    text = text.removesuffix(b",").rstrip(WHITE)
    for member in reversed(found):
        opener = head[member.start : member.start + 1]
        if opener in (b"{", b"[") and not is_closed(head, member.start, member.end):
            text += b"}" if opener == b"{" else b"]"
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return MISSING


# -- places ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """A record of an open document. Its slice begins at byte `at` of the document's line `line`."""

    index: LiveIndex
    encoding: Encoding
    entry: Entry
    line: int
    at: int
    record: Record
    _starts: list[int] = field(default_factory=list)

    @property
    def example(self) -> Example | None:
        """What the record means; None where no value can be made out, or that would take too long."""
        if self.record.oversize or not (self.record.strict or len(self.record.raw) <= MOST_REPAIRED):
            return None
        return self.index.linter.example(self.record)

    @property
    def value(self) -> Any:
        """Its decoded value, `MISSING` where none can be made out."""
        return self.record.value

    def offset(self, line: int, column: int) -> int:
        """The byte of the record that a position means; clamped into it."""
        lines = self.index.document.lines
        if line < self.line:
            return 0
        last = self.line + len(self._line_starts) - 1
        if line > last:
            return len(self.record.raw)
        found = byte_offset(lines[line], column, self.encoding) + self._line_starts[line - self.line]
        return min(max(found, 0), len(self.record.raw))

    def position(self, offset: int) -> Position:
        """The position of a byte of the record."""
        starts = self._line_starts
        number = max(bisect_right(starts, offset) - 1, 0)
        line = self.index.document.lines[self.line + number]
        at = min(offset - starts[number], content_length(line))
        return self.line + number, columns(line, [at], self.encoding)[0]

    def range(self, span: Span) -> Range:
        """A span of the record in the document."""
        return self.position(span.start), self.position(span.end)

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
        return Place(index, encoding, entries[0], start, 0, index.record(entries[0], start))
    if entries[0].pending:
        return None
    offset = byte_offset(index.document.lines[line], column, encoding)
    offset += sum(len(text) for text in index.document.lines[start:line])
    for entry in entries:
        if entry.size > 0 and not entry.glue and entry.at <= offset <= entry.at + entry.size:
            return _in_array(index, entry, start, encoding)
    return None


def places(index: LiveIndex, first: int, last: int, encoding: Encoding) -> Iterator[Place]:
    """The records that stand on the lines `first` to `last`, as far as they are read."""
    line = first
    while line <= last:
        entries, start = index.entries_at(line)
        if not entries:
            return
        for entry in entries:
            if entry.pending or entry.glue or (index.is_array and entry.size <= 0):
                continue
            if index.is_array:
                yield _in_array(index, entry, start, encoding)
            else:
                yield Place(index, encoding, entry, start, 0, index.record(entry, start))
        line = start + sum(entry.lines for entry in entries)


def _in_array(index: LiveIndex, entry: Entry, start: int, encoding: Encoding) -> Place:
    line, at = start, entry.at
    lines = index.document.lines
    while line + 1 < len(lines) and at >= len(lines[line]):
        at -= len(lines[line])
        line += 1
    return Place(index, encoding, entry, line, at, index.record(entry, start))


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
