"""The body of a long string in pieces: from a byte of it to a character of what it means, and back.

A text of some megabytes may hold hundreds of thousands of escapes. Each piece ends between two characters, so
orjson can tell how many it has; only the piece that holds the place is looked at escape by escape.
"""

from __future__ import annotations

from bisect import bisect_right
from operator import itemgetter

from finetooth_rules.reading.literals import (
    ESCAPE,
    FOREIGN_ESCAPE,
    boundary,
    characters,
    decode,
    part_end,
    width,
)


class Pieces:
    """The bytes between the quotes of a string, counted as `literals.decode` counts them."""

    __slots__ = ("_body", "_escape", "_foreign", "_pieces")

    def __init__(self, body: bytes, *, foreign: bool = False) -> None:
        self._body = body
        self._foreign = foreign
        self._escape = FOREIGN_ESCAPE if foreign else ESCAPE
        self._pieces = [(0, 0)]  # where each begins: in bytes, and in characters of what it means

    def char(self, at: int) -> int:
        """How many characters stand before a byte; in the middle of one those before it."""
        at = boundary(self._body, min(max(at, 0), len(self._body)), foreign=self._foreign)
        begins, before, _ = self._piece(at, meant=False)
        return before + self._count(begins, at)

    def offset(self, char: int) -> int:
        """The byte at which a character begins; behind the last one the end of the body."""
        char = max(char, 0)
        begins, before, end = self._piece(char, meant=True)
        text = characters(self._body[begins:end])
        at = char - before
        if "\\" in text:
            for match in self._escape.finditer(text):
                if match.start() >= at:
                    break
                at += match.end() - match.start() - 1
        return begins + width(text[:at])

    def part(self, char: int) -> tuple[int, str]:
        """The piece of the text around a character, and how many characters stand before that piece."""
        begins, before, end = self._piece(max(char, 0), meant=True)
        return before, decode(self._body[begins:end], foreign=self._foreign)

    def _count(self, start: int, end: int) -> int:
        part = self._body[start:end]
        return len(part) if b"\\" not in part and part.isascii() else len(decode(part, foreign=self._foreign))

    def _piece(self, place: int, *, meant: bool) -> tuple[int, int, int]:
        """The piece that a place is in (for the end the last one): its first byte, how many characters stand
        before, and where it ends. Counted only as far as anybody asks."""
        pieces, size = self._pieces, len(self._body)
        which = itemgetter(1 if meant else 0)
        while which(pieces[-1]) <= place and pieces[-1][0] < size:
            begins, before = pieces[-1]
            end = part_end(self._body, begins, foreign=self._foreign)
            pieces.append((end, before + self._count(begins, end)))
        number = min(max(bisect_right(pieces, place, key=which) - 1, 0), max(len(pieces) - 2, 0))
        begins, before = pieces[number]
        return begins, before, pieces[number + 1][0] if number + 1 < len(pieces) else begins
