"""A string as it is written in a record, and the characters it means: from a byte to a character and back."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from finetooth_rules.finding import Span
from finetooth_rules.reading.literals import decode
from finetooth_rules.reading.pieces import Pieces
from finetooth_rules.spans import string_body

DEEPEST: Final = 4
"""JSON in a string of JSON in a string …"""


class Literal:
    """A string as it is written, and the characters it means, counted as `spans.text_span` counts them."""

    def __init__(self, raw: bytes, span: Span) -> None:
        first, last = string_body(raw, span)
        self.span = span
        self.body = Span(first, last)
        self._raw = raw[first:last]
        self._foreign = raw[span.start : first] != b'"'
        self._pieces = Pieces(self._raw, foreign=self._foreign)

    @cached_property
    def text(self) -> str:
        """What it means."""
        return decode(self._raw, foreign=self._foreign)

    @cached_property
    def encoded(self) -> bytes:
        """The text in UTF-8."""
        return self.text.encode("utf-8", "surrogatepass")

    def part(self, char: int) -> tuple[int, str]:
        """Some of the text around a character, and how many characters stand before that: enough to know a
        word by, where it would take long to decode it all."""
        return self._pieces.part(char)

    def char(self, offset: int) -> int:
        """How many characters stand before a byte of the record; in the middle of an escape or a character
        those before it."""
        return self._pieces.char(min(max(offset, self.body.start), self.body.end) - self.body.start)

    def offset(self, char: int) -> int:
        """The byte of the record at which a character begins; behind the last one the end of the text."""
        return self.body.start + self._pieces.offset(char)

    def outward(self, span: Span) -> Span:
        """The bytes of the record that mean these bytes of the text."""
        inner = self.encoded
        start = len(inner[: span.start].decode("utf-8", "surrogatepass"))
        length = len(inner[span.start : span.end].decode("utf-8", "surrogatepass"))
        return Span(self.offset(start), self.offset(start + length))
