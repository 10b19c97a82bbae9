"""From a JSON Pointer to the bytes of its value, and from an offset in a decoded string to the raw text.

Positions are computed only for what is shown, so nothing is kept between calls: each walks the text once,
skipping what lies beside the path. A record that is not JSON is walked in its repaired form (see `scan`),
and the place is carried back.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import orjson

from finetooth_rules.finding import INSIDE, Path, Span
from finetooth_rules.patterns import lazy
from finetooth_rules.reading.grammar import BOM, SPACE, STRING
from finetooth_rules.reading.literals import ESCAPE, FOREIGN_ESCAPE, PIECE, characters, decode, masked, width
from finetooth_rules.reading.pieces import Pieces
from finetooth_rules.scan import repaired_text

_WS: Final = rb"[ \t\r\n]*+"
_TEXT: Final = rb'"(?:[^"\\]++|\\.)*+"'
_KEY: Final = lazy(_WS + b"(" + _TEXT + b")" + _WS + b":" + _WS, re.DOTALL)
_NEXT: Final = lazy(_WS + b"," + _WS)
_BRACKET: Final = lazy(rb'(?:[^"{}\[\]]++|' + _TEXT + rb")*+([{}\[\]])", re.DOTALL)
_SCALAR: Final = lazy(rb"[^ \t\r\n,\]}]*+")
_OPENING_QUOTE: Final = lazy(rb"\"|[uU]?'|\xe2\x80[\x9c-\x9f]")
_CLOSING_QUOTE: Final = lazy(rb"(?:\"|'|\xe2\x80[\x9c-\x9f])\Z")
_BACKSLASH: Final = 0x5C
_LONG: Final = 64 * 1024
"""Bytes of a record whose escapes are masked before it is walked: they would be looked at one by one."""
_BACKSLASHES: Final = lazy(rb"\\*\Z")


def find_span(raw: bytes, path: Path, *, on_key: bool = False, strict: bool = False) -> Span:
    """Span of the value at `path`, walking only as far as it must; the last of duplicate keys, as parsers do.

    With `on_key` the span of the key it stands under, quotes included. Where the path leads nowhere, the
    span of the last value on the way; the whole text (without white space around it) where it cannot be
    read at all. `strict` says that the text is known to be JSON. A path may lead into JSON in a string.
    """
    if INSIDE in path:
        return _find_inside(raw, path, on_key, strict)
    if strict or is_json(raw):
        return _walk(raw, path, on_key)
    repaired = repaired_text(raw)
    if repaired.ok and len(repaired.values) == 1:
        return repaired.original(_walk(repaired.text, path, on_key))
    if repaired.ok and repaired.values:
        first = repaired.values[0]
        found = find_span(raw[first.start : first.end], path, on_key=on_key)
        return Span(found.start + first.start, found.end + first.start)
    start = len(raw) - len(raw.removeprefix(BOM).lstrip())
    return Span(min(start, len(raw)), max(start, len(raw.rstrip())))


def find_text_span(raw: bytes, path: Path, start: int, end: int, *, strict: bool = False) -> Span:
    """Span of the characters `start` to `end` of the decoded string at `path`, also where that stands in JSON
    in a string.
    """
    if INSIDE not in path:
        return text_span(raw, find_span(raw, path, strict=strict), start, end)
    string, inner, rest = _enter(raw, path, strict)
    return _outward(raw, string, inner, find_text_span(inner, rest, start, end))


def _find_inside(raw: bytes, path: Path, on_key: bool, strict: bool) -> Span:
    """The span of a path that leads into a string of JSON; the string's own where it holds none."""
    string, inner, rest = _enter(raw, path, strict)
    if not rest or raw[string.start : string.start + 1] != b'"':
        return string
    return _outward(raw, string, inner, find_span(inner, rest, on_key=on_key))


def _enter(raw: bytes, path: Path, strict: bool) -> tuple[Span, bytes, Path]:
    """The string that a path leads into, the text it means, and the rest of the path."""
    at = path.index(INSIDE)
    string = find_span(raw, path[:at], strict=strict)
    first, last = string_body(raw, string)
    return string, decode(raw[first:last]).encode("utf-8", "surrogatepass"), path[at + 1 :]


def _outward(raw: bytes, string: Span, inner: bytes, span: Span) -> Span:
    """The bytes of the string that mean `span` of the text in it."""
    start = len(inner[: span.start].decode("utf-8", "surrogatepass"))
    length = len(inner[span.start : span.end].decode("utf-8", "surrogatepass"))
    return text_span(raw, string, start, start + length)


def text_span(raw: bytes, string: Span, start: int, end: int) -> Span:
    """Span of the characters `start` to `end` (code points) of the string literal at `string` (quotes
    included).

    An escape is one character, and so are the two escapes of a surrogate pair, half a pair, and a byte that
    is not UTF-8. Offsets beyond the string mean its end.
    """
    first, last = string_body(raw, string)
    body = raw[first:last]
    foreign = raw[string.start : first] != b'"'
    if b"\\" not in body and body.isascii():
        at = min(start, len(body))
        return Span(first + at, first + max(at, min(end, len(body))))
    if len(body) > PIECE:
        pieces = Pieces(body, foreign=foreign)
        at = pieces.offset(start)
        return Span(first + at, first + max(at, pieces.offset(end)))
    text = characters(body)
    if b"\\" in body:
        start, end = _written(text, FOREIGN_ESCAPE if foreign else ESCAPE, start, end)
    at = first + width(text[:start])
    return Span(at, at + width(text[start:end]))


def is_json(raw: bytes) -> bool:
    """Whether a text is JSON to the letter."""
    try:
        orjson.loads(raw)
    except orjson.JSONDecodeError:
        return False
    return True


def _walk(text: bytes, path: Path, on_key: bool) -> Span:
    """The span in a text that is JSON."""
    return _walker(text).find(path, on_key)


def beginning(text: bytes) -> int:
    """Where the first value of a text begins."""
    return skip(text, len(BOM) if text.startswith(BOM) else 0)


def skip(text: bytes, at: int) -> int:
    """The first byte from `at` on that is not white space."""
    match = SPACE.match(text, at)
    return match.end() if match else at


class _Walker:
    """Finds values in a text that is JSON. Where items of lists begin, and where lists and objects end, is
    kept: a record may have thousands of findings, each at an item of one list.
    """

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._mask = masked(text) if len(text) > _LONG else text
        self._starts: dict[int, list[int]] = {}
        self._ends: dict[int, int] = {}

    def find(self, path: Path, on_key: bool) -> Span:
        """The span of the value at a path, or of its key; the last value's on the way if it leads nowhere."""
        at = beginning(self._text)
        key: Span | None = None
        for step in path:
            key, found = self._member(at, step) if isinstance(step, str) else (None, self._item(at, step))
            if found < 0:
                key = None
                break
            at = found
        return key if on_key and key is not None else Span(at, self._end(at))

    def _member(self, at: int, wanted: str) -> tuple[Span | None, int]:
        """Span of the key and start of its value in the object at `at`; -1 where there is none."""
        found: tuple[Span | None, int] = (None, -1)
        if self._text[at : at + 1] != b"{":
            return found
        plain = wanted.encode("utf-8", "replace")
        at += 1
        while (match := _KEY.match(self._text, at)) is not None:
            key = match[1][1:-1]
            if key == plain or (b"\\" in key and decode(key) == wanted):
                found = Span(*match.span(1)), match.end()
            following = _NEXT.match(self._text, self._end(match.end()))
            if following is None:
                break
            at = following.end()
        return found

    def _item(self, at: int, index: int) -> int:
        """Start of an item in the array at `at`; -1 where there is none."""
        if self._text[at : at + 1] != b"[" or index < 0:
            return -1
        known = self._starts.setdefault(at, [])
        if not known:
            first = skip(self._text, at + 1)
            if self._text[first : first + 1] == b"]":
                return -1
            known.append(first)
        while len(known) <= index:
            following = _NEXT.match(self._text, self._end(known[-1]))
            if following is None:
                return -1
            known.append(following.end())
        return known[index]

    def _end(self, at: int) -> int:
        """Where the value at `at` ends."""
        text = self._mask
        byte = text[at : at + 1]
        if byte == b'"':
            quote = text.find(b'"', at + 1)
            if text[quote - 1] != _BACKSLASH:
                return quote + 1
            match = STRING.match(text, at)
        elif byte in (b"{", b"["):
            end = self._ends.get(at)
            if end is None:
                end = self._ends[at] = _end_of_brackets(text, at)
            return end
        else:
            match = _SCALAR.match(text, at)
        return match.end() if match else at


_walker = lru_cache(maxsize=2)(_Walker)


def _end_of_brackets(text: bytes, at: int) -> int:
    depth = 0
    while (match := _BRACKET.match(text, at)) is not None:
        at = match.end()
        depth += 1 if match[1] in b"{[" else -1
        if depth == 0:
            break
    return at


def string_body(raw: bytes, string: Span) -> tuple[int, int]:
    """The bytes between the quotes of a string, either of which may be missing in a broken record."""
    start, end = string
    opening = _OPENING_QUOTE.match(raw, start, end)
    if opening is not None:
        start = opening.end()
    closing = _CLOSING_QUOTE.search(raw[max(start, end - 3) : end])
    if closing is not None and opening is not None and (closing[0] == b"'") == opening[0].endswith(b"'"):
        before = end - len(closing[0])
        slashes = _BACKSLASHES.search(raw, max(start, before - 64), before)
        if slashes is None or len(slashes[0]) % 2 == 0:
            end = before
    return start, end


def _written(text: str, escape: re.Pattern[str], start: int, end: int) -> tuple[int, int]:
    """Offsets in the text as written of two offsets in the text as meant."""
    places = [len(text), len(text)]
    wanted = (start, end)
    index = 0
    behind = 0  # written minus meant, so far
    for match in escape.finditer(text):
        while index < 2 and wanted[index] <= match.start() - behind:
            places[index] = wanted[index] + behind
            index += 1
        if index == 2:
            break
        behind += match.end() - match.start() - 1
    while index < 2:
        places[index] = min(wanted[index] + behind, len(text))
        index += 1
    return places[0], max(places)
