"""Strings that end too early or not at all: which quote is missing, or belongs to the text.

Each function gives the offset where reading goes on and the spots, or None where it knows no sensible reading. All are guesses
at where a text ends, so no repair here is safe.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from finetooth_rules.finding import Span
from finetooth_rules.reading.grammar import (
    ENDS_ITEM,
    ENDS_MEMBER,
    QUOTE,
    QUOTED_ITEM,
    QUOTED_KEY,
    SMART_CLOSER,
)
from finetooth_rules.reading.spots import Cause, Spot, insert, replace
from finetooth_rules.reading.strings import body_spots, separator_spots

_WHITE: Final = b" \t\r\n"
_STRUCTURE: Final = b" \t\r\n,:{}[]"


class Mended(NamedTuple):
    """Where reading goes on, and what was wrong."""

    at: int
    spots: tuple[Spot, ...]


def never_closed(raw: bytes, start: int, closers: Sequence[int]) -> Mended | None:
    """The string from `start` runs to the end of the text. If the text ends in exactly the brackets that are open (`closers`,
    the outermost first), the quote is missing before them."""
    end = len(raw)
    for closer in closers:
        end = unskip(raw, end)
        if end <= start + 1 or raw[end - 1] != closer:
            return None
        end -= 1
    if not closers:
        return None
    return Mended(end, (*_inside(raw, start + 1, end), _missing(end)))


def misquoted_key(raw: bytes, start: int, end: int) -> Mended | None:
    """The key from `start` to `end` has no colon. If it ends in one, its closing quote is missing and it ran on to the
    opening one of the value: `{"role:"user"}`."""
    kept = _kept(raw, start, end)
    if raw[kept : end - 1].strip(_WHITE) != b":" or QUOTED_ITEM.match(raw, end - 1) is None:
        return None
    smart = SMART_CLOSER.search(raw, start, end)
    if smart is not None and smart.end() == kept:
        return Mended(end - 1, (_smart(smart.span()),))
    return Mended(end - 1, (_missing(kept),))


def misquoted_text(raw: bytes, start: int, end: int, closer: int) -> Mended | None:
    """The string from `start` to `end`, in the object or array that `closer` closes, is followed by what cannot follow it.
    Either its closing quote is missing and it ran on to the next string's opening one, or the quote it ended at
    belongs to its text."""
    in_array = closer == ord("]")
    kept = _kept(raw, start, end)
    rest = raw[kept : end - 1].strip(_WHITE)
    follows = QUOTED_KEY.match(raw, end - 1) or (
        in_array and rest == b"," and QUOTED_ITEM.match(raw, end - 1)
    )
    if follows and rest[:1] in (b",", bytes((closer,))):
        return Mended(kept, (_missing(kept),))
    smart = SMART_CLOSER.search(raw, start, end)
    if smart is not None:
        return Mended(smart.end(), (_smart(smart.span()),))
    closes = ENDS_ITEM if in_array else ENDS_MEMBER
    inner = [end - 1]
    for quote in QUOTE.finditer(raw, end):
        if len(quote[0]) > 1:
            continue
        at = quote.start()
        if closes.match(raw, at):
            edits = tuple(insert(place, b"\\") for place in inner)
            spot = Spot(Span(end - 1, end), Cause.INNER_QUOTE, edits, safe=False)
            return Mended(at + 1, (spot, *_inside(raw, end, at)))
        inner.append(at)
    return None


def unskip(raw: bytes, end: int) -> int:
    """Where the white space before `end` begins."""
    while end > 0 and raw[end - 1] in _WHITE:
        end -= 1
    return end


def _kept(raw: bytes, start: int, end: int) -> int:
    """Where a string ends if the punctuation at its end is not its own."""
    return start + 1 + len(raw[start + 1 : end - 1].rstrip(_STRUCTURE))


def _inside(raw: bytes, start: int, end: int) -> tuple[Spot, ...]:
    return (*body_spots(raw, start, end), *separator_spots(raw, start, end))


def _missing(at: int) -> Spot:
    return Spot(Span(at, at), Cause.MISSING_QUOTE, (insert(at, b'"'),), safe=False, detail="closing")


def _smart(place: tuple[int, int]) -> Spot:
    return Spot(Span(*place), Cause.SMART_QUOTES, (replace(*place, b'"'),))
