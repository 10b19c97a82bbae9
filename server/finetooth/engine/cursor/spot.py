"""From a byte of a record to what stands there.

    spot = spot_at(record, offset)
    spot.path, spot.where, spot.string, spot.char         # the innermost value, and where in its text

All works on records that are not JSON as well: they are read as `scan` repairs them, and where that leads
nowhere (while one is typed) from the left as far as it goes. Of JSON in a string the path has the step
`INSIDE`, and all spans are those of the record's own bytes, through both layers of escapes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, NamedTuple

import orjson

from finetooth.engine.cursor.json_walk import WHITE, Member, descend, is_closed, is_container
from finetooth.engine.cursor.literal import DEEPEST, Literal
from finetooth_rules.finding import INSIDE, Path, Span
from finetooth_rules.reading.literals import decode
from finetooth_rules.reading.repair import Repaired
from finetooth_rules.record import Record
from finetooth_rules.scan import MISSING, repaired_text
from finetooth_rules.spans import is_json

MOST_REPAIRED: Final = 256 * 1024
"""A longer record that is not JSON is only read from the left: its repair would take too long."""
_NEAR: Final = 4096


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


def spot_at(record: Record, offset: int, inside: Inside = holds_json) -> Spot:
    """What stands at a byte of a record. Of an oversize record only the head is known."""
    return _spot(record.raw, min(max(offset, 0), len(record.raw)), record.strict, inside, DEEPEST)


def text_at(record: Record, spot: Spot) -> str:
    """All that the string means that a spot is in; "" where it is in none."""
    if spot.string is None:
        return ""
    written = record.raw[spot.string.start : spot.string.end]
    layer = spot.within
    while layer is not None:  # the string is written in a string
        written = decode(written).encode("utf-8", "surrogatepass")
        layer = layer.within
    return Literal(written, Span(0, len(written))).text


def _spot(raw: bytes, offset: int, strict: bool, inside: Inside, deep: int) -> Spot:
    spot = _outer(raw, offset, strict)
    if spot.where is not Where.VALUE or spot.string is None or spot.char < 0 or not deep:
        return spot
    literal = Literal(raw, spot.string)
    head = decode(raw[literal.body.start : min(literal.body.start + _NEAR, literal.body.end)])
    if not head.lstrip().startswith(("{", "[")) or not inside(spot.path, literal.text):
        return spot
    at = len(literal.text[: spot.char].encode("utf-8", "surrogatepass"))
    inner = _spot(literal.encoded, at, is_json(literal.encoded), inside, deep - 1)
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


def _outer(raw: bytes, offset: int, strict: bool) -> Spot:
    """The spot in the text itself."""
    if strict or len(raw) > MOST_REPAIRED:
        return _in_text(raw, offset, raw, offset, lambda span: span, strict=strict)
    repaired = repaired_text(raw)
    if not repaired.ok or not repaired.values:
        return _in_text(raw, offset, raw, offset, lambda span: span)
    if len(repaired.values) == 1:
        return _in_text(repaired.text, _forward(repaired, offset), raw, offset, repaired.original)
    value = next((span for span in repaired.values if offset <= span.end), repaired.values[-1])
    part = raw[value.start : value.end]
    spot = _outer(part, min(max(offset - value.start, 0), len(part)), is_json(part))
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


def _in_text(
    text: bytes, at: int, raw: bytes, offset: int, original: Callable[[Span], Span], *, strict: bool = False
) -> Spot:
    """The spot at `at` of a text; its bytes come by `original` from `raw`, where it is `offset`."""
    found = descend(text, at, strict=strict)
    around: list[Around] = []
    path: Path = ()
    for number, member in enumerate(found):
        path = (*path, member.step) if number else ()
        key = None if member.key is None else original(member.key)
        around.append(Around(path, original(Span(member.start, member.end)), key))
    last = found[-1]
    where = _where(text, last, at, strict=strict)
    span = around[-1].span
    literal: Span | None = None
    inner = last.key if where is Where.KEY else Span(last.start, last.end) if where is Where.VALUE else None
    if inner is not None and text[inner.start : inner.start + 1] == b'"':
        strictly = inner.start < at and (at < inner.end or not (strict or is_closed(text, *inner)))
        literal = original(inner) if strictly else None
    char = -1 if literal is None else Literal(raw, literal).char(offset)
    before = raw[max(offset - _NEAR, 0) : offset].rstrip(WHITE)[-1:] if literal is None else b""
    behind = raw[offset : offset + _NEAR].lstrip(WHITE)[:1] if literal is None else b""
    return Spot(path, where, span, around[-1].key, tuple(around), literal, char, before, behind)


def _where(text: bytes, member: Member, at: int, *, strict: bool = False) -> Where:
    if member.key is not None and member.key.start <= at <= member.key.end:
        return Where.KEY
    if member.key is not None and at < member.start:
        return Where.COLON
    if not member.start <= at <= member.end:
        return Where.BETWEEN
    if is_container(text, member.start) and member.start < at:
        closed = at == member.end and (strict or is_closed(text, member.start, member.end))
        return Where.VALUE if closed else Where.BETWEEN
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
