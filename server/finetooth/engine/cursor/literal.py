"""A string as it is written in a record, and the characters it means: from a byte to a character and back."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from operator import itemgetter
from typing import Final

from finetooth_rules.finding import Span
from finetooth_rules.patterns import lazy
from finetooth_rules.reading.literals import ESCAPE, FOREIGN_ESCAPE, characters, decode, width
from finetooth_rules.spans import string_body

DEEPEST: Final = 4
"""JSON in a string of JSON in a string …"""
_X: Final = "[0-9a-fA-F]"
_UNITS: Final = lazy(
    rf"(?:[^\\]{{1,64}}|\\u[dD][89abAB]{_X}{{2}}\\u[dD][c-fC-F]{_X}{{2}}|\\u{_X}{{4}}|\\x{_X}{{2}}|\\U{_X}{{8}}"
    r"|\\.|\\){1,1024}+",
    re.DOTALL,
)
"""A part of a string that is looked at as one; it ends with no escape half in it."""


class Literal:
    """A string as it is written, and the characters it means, counted as `spans.text_span` counts them."""

    def __init__(self, raw: bytes, span: Span) -> None:
        first, last = string_body(raw, span)
        self.span = span
        self.body = Span(first, last)
        self._raw = raw[first:last]
        self._foreign = raw[span.start : first] != b'"'
        self._parts = [(0, 0)]

    @cached_property
    def text(self) -> str:
        """What it means."""
        return decode(self._raw, foreign=self._foreign)

    @cached_property
    def _written(self) -> str:
        return characters(self._raw)

    @property
    def _pattern(self) -> re.Pattern[str]:
        return FOREIGN_ESCAPE if self._foreign else ESCAPE

    def part(self, char: int) -> tuple[int, str]:
        """Some of the text around a character, and how many characters stand before that: enough to know a
        word by, where it would take long to decode it all."""
        _, before, part = self._part(char, meant=True)
        return before, decode(part.encode("utf-8", "surrogateescape"), foreign=self._foreign)

    def _part(self, place: int, *, meant: bool) -> tuple[int, int, str]:
        """The part of the text that a place is in (its end, for the last): where it starts as written and as
        meant, and how it is written. No escape is cut. Parts are counted without a loop over the escapes,
        of which there may be hundreds of thousands, and only as far as anybody asks."""
        parts, text = self._parts, self._written
        key = itemgetter(1 if meant else 0)
        while key(parts[-1]) <= place and parts[-1][0] < len(text):
            begins, before = parts[-1]
            units = _UNITS.match(text, begins)
            end = units.end() if units else begins + 1
            parts.append((end, before + len(self._pattern.sub("x", text[begins:end]))))
        number = min(max(bisect_right(parts, place, key=key) - 1, 0), max(len(parts) - 2, 0))
        begins, before = parts[number]
        end = parts[number + 1][0] if number + 1 < len(parts) else begins
        return begins, before, text[begins:end]

    def char(self, offset: int) -> int:
        """How many characters stand before a byte of the record; in the middle of an escape or a character
        those before it."""
        offset = min(max(offset, self.body.start), self.body.end) - self.body.start
        while 0 < offset < len(self._raw) and 0x80 <= self._raw[offset] < 0xC0:
            offset -= 1
        at = len(characters(self._raw[:offset]))
        begins, before, part = self._part(at, meant=False)
        longer = 0
        for match in self._pattern.finditer(part):
            start, end = match.start() + begins, match.end() + begins
            if end > at:
                at = min(at, start)
                break
            longer += end - start - 1
        return before + at - begins - longer

    def offset(self, char: int) -> int:
        """The byte of the record at which a character begins; behind the last one the end of the text."""
        begins, before, part = self._part(max(char, 0), meant=True)
        at = begins + max(char, 0) - before
        for match in self._pattern.finditer(part):
            if match.start() + begins >= at:
                break
            at += match.end() - match.start() - 1
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
