"""Walks the text of a record by its structure: what stands around a byte, and the members of a list or
object.

Reads what is JSON to the letter, and does what it can with what is not: what was never closed goes on to the
end of the text, and everything before a place is read as it would be in a whole record. Never raises, and
never recurses: what lies beside the place is skipped by regular expressions, and by strings whose escapes are
masked: a text may hold hundreds of thousands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from finetooth_rules.finding import Path, Span
from finetooth_rules.patterns import lazy
from finetooth_rules.reading.literals import decode, masked
from finetooth_rules.spans import beginning, skip

Step = str | int
WHITE: Final = b" \t\r\n"
"""What may stand between the parts of JSON."""

_TEXT: Final = rb'"(?:[^"\\]++|\\.)*+"'
_STRING: Final = lazy(_TEXT, re.DOTALL)
_BRACKET: Final = lazy(rb'(?:[^"{}\[\]]++|' + _TEXT + rb")*+([{}\[\]])", re.DOTALL)
_SCALAR: Final = lazy(rb'[^ \t\r\n,:"{}\[\]]++')
_NUMBERS: Final = lazy(rb"(?:[ \t\r\n]*+[-+.0-9eE]++[ \t\r\n]*+,)++")
_OBJECT: Final = 0x7B
_ARRAY: Final = 0x5B
_QUOTE: Final = 0x22
_COMMA: Final = 0x2C
_COLON: Final = 0x3A
_OPENERS: Final = frozenset(b"{[")
_CLOSERS: Final = frozenset(b"}]")


class Member(NamedTuple):
    """A member of an object, or an item of a list.

    `key` is the span of the key, quotes included (None for an item); `colon` is where the colon stands (-1:
    there is none). `start` and `end` bound the value; they are equal where there is none yet.
    """

    step: Step
    key: Span | None
    colon: int
    start: int
    end: int


def is_container(text: bytes, at: int) -> bool:
    """Whether an object or a list begins here."""
    return text[at : at + 1] in (b"{", b"[")


def end_of(text: bytes, at: int) -> int:
    """Where the value at `at` ends; what is not closed ends with the text, what is missing at once."""
    byte = text[at] if at < len(text) else -1
    if byte == _QUOTE:
        match = _STRING.match(text, at)
        return match.end() if match else len(text)
    if byte in _OPENERS:
        return _end_of_brackets(text, at)
    match = _SCALAR.match(text, at)
    return match.end() if match else at


def is_closed(text: bytes, start: int, end: int) -> bool:
    """Whether the value that `end_of` found has its closing quote or bracket."""
    byte = text[start] if start < end else -1
    if byte == _QUOTE:
        body = text[start + 1 : end - 1]
        escaped = (len(body) - len(body.rstrip(b"\\"))) % 2 == 1
        return end - start > 1 and text[end - 1] == _QUOTE and not escaped
    if byte in _OPENERS:
        return end < len(text) or _closed(masked(text), start)
    return True


def _end_of_brackets(text: bytes, at: int) -> int:
    depth = 0
    while (match := _BRACKET.match(text, at)) is not None:
        at = match.end()
        depth += 1 if match[1] in b"{[" else -1
        if depth == 0:
            return at
    return len(text)


def _closed(text: bytes, at: int) -> bool:
    depth = 0
    while (match := _BRACKET.match(text, at)) is not None:
        at = match.end()
        depth += 1 if match[1] in b"{[" else -1
        if depth == 0:
            return True
    return False


def members(text: bytes, at: int) -> Iterator[Member]:
    """The members of the object, or the items of the list, that begins at `at`."""
    return _members(text, masked(text), at)


def _members(raw: bytes, text: bytes, at: int, offset: int = 0) -> Iterator[Member]:
    """The same where the escapes of `text` are masked, and `raw` is as it is written.

    With `offset`, long runs of numbers that end before it may be left out.
    """
    return _of_object(raw, text, at + 1) if text[at] == _OBJECT else _of_list(text, at + 1, offset)


def _of_object(raw: bytes, text: bytes, at: int) -> Iterator[Member]:
    size = len(text)
    while (at := skip(text, at)) < size:
        byte = text[at]
        if byte in _CLOSERS:
            return
        if byte in (_COMMA, _COLON):
            at += 1
            continue
        key = Span(at, max(end_of(text, at), at + 1))
        colon = skip(text, key.end)
        if text[colon : colon + 1] == b":":
            start = skip(text, colon + 1)
            at = end_of(text, start)
        else:
            colon, start, at = -1, key.end, key.end
        yield Member(_key(raw, key), key, colon, start, at)


def _key(text: bytes, key: Span) -> str:
    raw = text[key.start : key.end]
    if raw.startswith(b'"'):
        return decode(raw[1:-1] if is_closed(raw, 0, len(raw)) else raw[1:])
    return decode(raw)


def _of_list(text: bytes, at: int, offset: int) -> Iterator[Member]:
    size, index = len(text), 0
    while at < size:
        numbers = _NUMBERS.match(text, at)
        if numbers is not None and at < offset:
            # Token ids by the thousand: count those before the place, by their commas.
            stop = min(numbers.end(), offset)
            last = text.rfind(b",", at, stop) + 1
            if last:
                index += text.count(b",", at, last)
                at = last
        at = skip(text, at)
        byte = text[at] if at < size else -1
        if at >= size or byte in _CLOSERS:
            return
        if byte in (_COMMA, _COLON):
            at += 1
            continue
        start, at = at, end_of(text, at)
        yield Member(index, None, -1, start, at)
        index += 1


def descend(text: bytes, offset: int, *, strict: bool = False) -> list[Member]:
    """The values around a byte, from the record's own (its step is "") to the innermost.

    A value is around the byte if the byte is in it or at one of its ends; a member is also where the byte is
    on its key, or between the key and the value. A list or object leads on only where the byte is inside its
    brackets. `strict`: the text is known to be JSON, which saves some looks at all of it.
    """
    raw, text = text, masked(text)
    start = beginning(text)
    end = len(text.rstrip(b" \t\r\n")) if strict else end_of(text, start)
    found = [Member("", None, -1, start, end)]
    while _inside(text, start, end, offset, strict):
        around = _around(raw, text, start, offset)
        if around is None:
            break
        found.append(around)
        start, end = around.start, around.end
    return found


def _inside(text: bytes, start: int, end: int, offset: int, strict: bool) -> bool:
    """Whether a byte is inside the brackets of a value."""
    if not is_container(text, start) or offset <= start:
        return False
    return offset < end or (offset == end == len(text) and not strict and not _closed(text, start))


def _around(raw: bytes, text: bytes, container: int, offset: int) -> Member | None:
    """The member that a byte in a list or object belongs to."""
    before: Member | None = None
    for member in _members(raw, text, container, offset):
        begins = member.start if member.key is None else member.key.start
        if begins > offset:
            break
        if offset <= member.end:
            return _to_be_written(text, member, offset) or member
        before = member
    return _to_be_written(text, before, offset) if before is not None else None


def _to_be_written(text: bytes, member: Member, offset: int) -> Member | None:
    """The member with its value here, where it has a colon and no value yet."""
    if member.start < member.end or not 0 <= member.colon < offset:
        return None
    return None if text[member.end : offset].strip() else member._replace(start=offset, end=offset)


def locate_all(text: bytes, paths: Iterable[Path]) -> dict[Path, Span]:
    """The spans of the values at many paths, in one walk over a text that is JSON; of equal keys the last.

    What is not there, or in JSON in a string, is left out.
    """
    wanted: dict[Path, dict[Step, None]] = {}
    asked = set(paths)
    for path in asked:
        for length, step in enumerate(path):
            wanted.setdefault(path[:length], {})[step] = None
    found: dict[Path, Member] = {}
    raw, text = text, masked(text)
    start = beginning(text)
    stack: list[tuple[Path, Member]] = [((), Member("", None, -1, start, end_of(text, start)))]
    while stack:
        path, outer = stack.pop()
        found[path] = outer
        steps = wanted.get(path)
        if steps is None or not is_container(text, outer.start):
            continue
        below: dict[Step, Member] = {}
        for member in _members(raw, text, outer.start):
            if member.step in steps:
                below[member.step] = member
                if member.key is None and len(below) == len(steps):
                    break
        stack += [((*path, step), member) for step, member in below.items()]
    return {path: Span(member.start, member.end) for path, member in found.items() if path in asked}
