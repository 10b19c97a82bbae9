"""What somebody is about to write at a place of a record: a key, a value, or more of a text.

Decided by what stands before the place, read from the left, and of what stands behind it by as little as can
be: while somebody types, a record is hardly ever JSON. JSON in a string (`arguments`, `tools`) is a layer of
its own: its slot is the inner one, and what is put there is escaped once for each layer.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

import orjson

from finetooth.engine.cursor.json_walk import WHITE, Member, descend, is_closed, is_container
from finetooth.engine.cursor.literal import Literal
from finetooth.engine.cursor.spot import JSON_TEXTS
from finetooth_rules.finding import INSIDE, Path, Span
from finetooth_rules.patterns import lazy
from finetooth_rules.reading.literals import decode
from finetooth_rules.record import Record
from finetooth_rules.scan import MISSING

HERE: Final = "\x00"
"""The key that stands for one that is still to be written."""
MOST_READ: Final = 1024 * 1024
"""Bytes of a record; in a larger one nothing is proposed."""
_MOST_REPAIRED: Final = 32 * 1024
_DEEPEST: Final = 3
_STOPS: Final = (b"", b",", b"}", b"]")
_WORD: Final = lazy(rb"[\w.+-]*")
_OWN_QUOTE: Final = lazy(rb'[^"\\,:{}\[\]\r\n]*"(?=[ \t\r\n]*+(?:[,:}\]]|\Z))')
_REST_OF_STRING: Final = lazy(rb'((?:[^"\\\r\n]++|\\.)*+)"')
_VALUE: Final = lazy(rb'[ \t\r\n]*+(?:"(?:[^"\\\r\n]++|\\.)*+"(?![ \t\r\n]*+:)|[^",}\] \t\r\n])')
"""A value that stands there already; a string with a colon is the next key."""
_CALL_TAGS: Final = frozenset({"function_call", "tool_call"})


class Wanted(StrEnum):
    """What is to be written."""

    RECORD = "record"
    KEY = "key"
    VALUE = "value"
    TEXT = "text"
    """More of a string that may be a value of a choice, and may be free text."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place to write at.

    `path` is that of the value, or of the object that a key is written into; `value` what the record is with
    an empty value, or the key `HERE`, at the place (`MISSING` where that cannot be read), and `outer` how it
    is written. `typed` is what is there of it already, `before` and `behind` are the bytes of it before and
    behind the cursor, quotes included; `quoted`: it has its opening quote. `follows` is the next byte behind
    it, `comma_at` how many bytes before the cursor a comma is missing (-1: none is). `layers` is how many
    strings the place is within. `spaced`: a space is to be put before a value (`"key": value`).
    """

    wanted: Wanted
    path: Path
    typed: str
    before: int
    behind: int
    quoted: bool
    follows: bytes
    comma_at: int
    layers: int
    spaced: bool
    glued: bool
    """Whether it would stand directly behind a colon or comma, in a text that has spaces there."""
    in_list: bool
    touches: bool
    """Whether what follows stands directly behind it."""
    outer: bytes
    value: Any
    rest: str = ""
    """The rest of a string behind the cursor, as far as it is closed on its line."""

    @property
    def needs_comma(self) -> bool:
        """Whether a comma has to follow it."""
        return self.follows not in (*_STOPS, b":")


def slot_at(raw: bytes, offset: int) -> Slot | None:
    """What is written at a byte of a record; None where nothing can be: behind a whole value, say."""
    if len(raw) > MOST_READ or _in_escape(raw, offset):
        return None
    slot = _slot(raw[:offset], raw[offset:], _DEEPEST, spaced=_is_spaced(raw))
    if slot is None or slot.wanted is Wanted.RECORD:
        return slot
    return _with_value(slot)


def _in_escape(raw: bytes, offset: int) -> bool:
    head = raw[max(offset - 64, 0) : offset]
    return (len(head) - len(head.rstrip(b"\\"))) % 2 == 1


def _is_spaced(text: bytes) -> bool:
    """Whether a text has spaces behind its colons; so does one that has none yet."""
    return b'": ' in text or not re.search(rb'":\S', text)


def _slot(head: bytes, tail: bytes, deep: int, *, spaced: bool) -> Slot | None:
    text = head.lstrip(b"\xef\xbb\xbf" + WHITE)
    if not text or (text.isalnum() and not tail.strip()):
        return _Writer(head, tail, [], spaced).slot(Wanted.RECORD, len(head) - len(text))
    found = descend(head, len(head))
    last = found[-1]
    at = len(head)
    writer = _Writer(head, tail, found, spaced)
    if not is_container(head, found[0].start):
        return None
    if last.key is not None and last.key.start < at <= last.key.end and last.colon < 0:
        if head[last.key.start] == 0x22 and is_closed(head, *last.key):
            return None
        return writer.slot(Wanted.KEY, last.key.start)
    if last.key is not None and at < last.start:
        return None
    if last.start == at:
        has_value = _VALUE.match(tail) is not None
        return None if has_value else writer.slot(Wanted.VALUE, at)
    if is_container(head, last.start):
        if is_closed(head, last.start, last.end):
            return None
        return writer.slot(Wanted.KEY if head[last.start] == 0x7B else Wanted.VALUE, at)
    if last.end < at:
        return None
    if head[last.start] != 0x22:
        return writer.slot(Wanted.VALUE, last.start)
    if is_closed(head, last.start, last.end):
        return None
    if deep and (inner := _inner(writer, last, deep, spaced=spaced)) is not None:
        return inner
    return writer.slot(Wanted.TEXT, last.start)


def _inner(writer: _Writer, last: Member, deep: int, *, spaced: bool) -> Slot | None:
    """The slot in the JSON that a string is to hold; None where it is a text."""
    head, tail = writer.head, writer.tail
    typed = Span(last.start, len(head))
    text = decode(head[last.start + 1 :])
    if not text.lstrip().startswith(("{", "[")) or not writer.holds_json():
        return None
    rest = _REST_OF_STRING.match(tail)
    behind = decode(rest[1]) if rest else ""
    slot = _slot(_utf8(text), _utf8(behind), deep - 1, spaced=_is_spaced(_utf8(text + behind)))
    if slot is None:
        return None
    literal = Literal(head, typed)
    before, comma = (_outer_length(literal, text, count) for count in (slot.before, slot.comma_at))
    more = 0
    if rest and slot.behind:
        after = Literal(b'"' + rest[1] + b'"', Span(0, len(rest[1]) + 2))
        more = after.offset(len(_utf8(behind)[: slot.behind].decode("utf-8", "surrogatepass"))) - 1
    return Slot(
        slot.wanted,
        (*writer.path, INSIDE, *slot.path),
        slot.typed,
        before,
        more,
        slot.quoted,
        slot.follows,
        comma,
        slot.layers + 1,
        slot.spaced,
        slot.glued,
        slot.in_list,
        slot.touches,
        writer.whole(last.start, orjson_text(slot.outer), rest.end() if rest else 0),
        MISSING,
        slot.rest,
    )


def _outer_length(literal: Literal, text: str, count: int) -> int:
    """Bytes of the string that mean the last `count` bytes of its text."""
    if count < 0:
        return -1
    encoded = _utf8(text)
    char = len(encoded[: len(encoded) - count].decode("utf-8", "surrogatepass"))
    return literal.span.end - literal.offset(char)


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def orjson_text(inner: bytes) -> bytes:
    """A text as a JSON string."""
    return json.dumps(inner.decode("utf-8", "replace"), ensure_ascii=False).encode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class _Writer:
    """Makes slots of one layer: the text before and behind the cursor, and the values around it."""

    head: bytes
    tail: bytes
    found: list[Member]
    spaced: bool

    @property
    def path(self) -> Path:
        """Of the innermost value."""
        return tuple(member.step for member in self.found[1:])

    def slot(self, wanted: Wanted, start: int) -> Slot:
        """What begins at byte `start` of the head and is written on at its end."""
        head, tail = self.head, self.tail
        typed = head[start:]
        quoted = typed.startswith(b'"')
        behind = 0
        if quoted:
            own = _OWN_QUOTE.match(tail)
            behind = own.end() if own else _end(_WORD, tail)
        elif typed:
            behind = _end(_WORD, tail)
        rest = _REST_OF_STRING.match(tail) if wanted is Wanted.TEXT else None
        stands = head[:start].rstrip(WHITE)
        last = stands[-1:]
        open_ended = wanted in (Wanted.KEY, Wanted.VALUE) and last not in (b"{", b"[", b",", b":", b"")
        path = self.path
        if wanted is Wanted.KEY and self.found and self.found[-1].key is not None and typed:
            path = path[:-1]
        elif wanted is Wanted.VALUE and self._is_new_item(start):
            path = (*path, self._count())
        inside = self._container(start)
        return Slot(
            wanted,
            path,
            decode(typed[quoted:]),
            len(typed),
            behind,
            quoted,
            tail[behind:].lstrip(WHITE)[:1],
            len(head) - len(stands) if open_ended else -1,
            0,
            self.spaced,
            self.spaced and last in (b":", b",") and len(stands) == start and start > 0,
            inside == b"[",
            bool(tail[behind : behind + 1].strip()),
            self._written(wanted, start, behind, rest, comma=open_ended),
            MISSING,
            decode(rest[1]) if rest else "",
        )

    def holds_json(self) -> bool:
        """Whether the string at the cursor is meant to be JSON: by its key, or by the tag of its turn."""
        last = self.found[-1]
        if last.step in JSON_TEXTS:
            return True
        turn = self.found[-2] if len(self.found) > 1 else None
        if turn is None or last.step != "value" or not is_container(self.head, turn.start):
            return False
        text = self.head[turn.start : last.start] + b"null}"
        try:
            return orjson.loads(text).get("from") in _CALL_TAGS
        except orjson.JSONDecodeError:
            return False

    def _container(self, start: int) -> bytes:
        """The opening bracket of what the slot is in."""
        for member in reversed(self.found):
            opener = self.head[member.start : member.start + 1]
            if opener in (b"{", b"[") and member.start < start:
                return opener
        return b""

    def _is_new_item(self, start: int) -> bool:
        last = self.found[-1]
        return self.head[last.start : last.start + 1] == b"[" and last.start < start

    def _count(self) -> int:
        """How many items the list at the cursor has before it."""
        last = self.found[-1]
        try:
            return len(orjson.loads(self.head[last.start :].rstrip(WHITE + b",") + b"]"))
        except orjson.JSONDecodeError:
            return 0

    def _written(
        self, wanted: Wanted, start: int, behind: int, rest: re.Match[bytes] | None, *, comma: bool
    ) -> bytes:
        """The text of the layer with something harmless in the slot."""
        # A string that is not closed yet may end here, or where the next quote is.
        ends = (behind, rest.end()) if rest is not None and rest.end() > behind else (behind,)
        filler = b'""'
        if wanted is Wanted.KEY:
            has_value = self.tail[behind:].lstrip(WHITE).startswith(b":")
            filler = b'"\\u0000"' if has_value else b'"\\u0000":null'
        return self.whole(start, b"," + filler if comma else filler, *ends)

    def whole(self, start: int, filler: bytes, *behind: int) -> bytes:
        """The text with `filler` from byte `start` of the head to a byte of the tail: as it goes on, where
        that is JSON, else with all that is open closed."""
        first = self.head[:start] + filler
        rests = [self.tail[end:] for end in behind]
        rests = [rest if rest.lstrip(WHITE)[:1] in (*_STOPS, b":") else b"," + rest for rest in rests]
        closers = b"".join(
            b"}" if self.head[member.start : member.start + 1] == b"{" else b"]"
            for member in reversed(self.found)
            if is_container(self.head, member.start) and member.start < start
        )
        closed = first + (b":null" if filler.endswith(b'\\u0000"') else b"") + closers
        for text in (*(first + rest for rest in rests), closed):
            try:
                orjson.loads(text)
            except orjson.JSONDecodeError:
                continue
            return text
        return closed


def _end(pattern: re.Pattern[bytes], text: bytes) -> int:
    match = pattern.match(text)
    return match.end() if match else 0


def _with_value(slot: Slot) -> Slot:
    """The slot with what the record is."""
    record = Record(slot.outer)
    value = record.value if record.strict or len(slot.outer) <= _MOST_REPAIRED else MISSING
    return replace(slot, value=value)


def escaped(text: str, layers: int) -> str:
    """A text as it is written within so many strings."""
    for _ in range(layers):
        text = json.dumps(text, ensure_ascii=False)[1:-1]
    return text
