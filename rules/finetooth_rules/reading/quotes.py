"""Strings that end too early or not at all: which quote is missing, or belongs to the text.

Each function gives the offset where reading goes on and the spots, or None where it knows no sensible
reading. All are guesses at where a text ends, so no repair here is safe.
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
_COMMA: Final = 0x2C
_CLOSE_ARRAY: Final = 0x5D
_CLOSE_OBJECT: Final = 0x7D
_CLOSERS: Final = frozenset(b"]}")
_OPENERS: Final = {0x5B: _CLOSE_ARRAY, 0x7B: _CLOSE_OBJECT}
_LONGEST_TAIL: Final = 60


class Mended(NamedTuple):
    """Where reading goes on, and what was wrong."""

    at: int
    spots: tuple[Spot, ...]


def never_closed(raw: bytes, start: int, closers: Sequence[int]) -> Mended | None:
    """The string from `start` runs to the end of the text. If the text ends in exactly the brackets that
    are open (`closers`, the outermost first), the quote is missing before them."""
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
    """The key from `start` to `end` has no colon. If it ends in one, its closing quote is missing and it
    ran on to the opening one of the next string: `{"role:"user"}`, `{"messages: [{"role"`."""
    kept = _kept(raw, start, end)
    rest = raw[kept : end - 1].translate(None, _WHITE)
    next_string = QUOTED_KEY if rest.endswith(b"{") else QUOTED_ITEM
    if rest not in (b":", b":[", b":[{", b":{") or next_string.match(raw, end - 1) is None:
        return None
    smart = SMART_CLOSER.search(raw, start, end)
    if smart is not None and smart.end() == kept:
        return Mended(smart.end(), (_smart(smart.span()),))
    return Mended(kept, (_missing(kept),))


def misquoted_text(raw: bytes, start: int, end: int, closers: Sequence[int]) -> Mended | None:
    """The string from `start` to `end` is followed by what cannot follow it (`closers` of the brackets
    that are open, the outermost first). Either its closing quote is missing and it ran on to the next
    string's opening one, or the quote it ended at belongs to its text."""
    ran_on = _ran_on(raw, start, end, closers)
    if ran_on is not None:
        return ran_on
    smart = SMART_CLOSER.search(raw, start, end)
    if smart is not None:
        return Mended(smart.end(), (_smart(smart.span()),))
    closes = ENDS_ITEM if closers[-1] == _CLOSE_ARRAY else ENDS_MEMBER
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


def _ran_on(raw: bytes, start: int, end: int, closers: Sequence[int]) -> Mended | None:
    """The punctuation at the end of the string's text is JSON's own: brackets that close what is open, a
    comma, and brackets that open what comes next, as that calls for."""
    if QUOTED_KEY.match(raw, end - 1):
        wanted = _CLOSE_OBJECT
    elif QUOTED_ITEM.match(raw, end - 1):
        wanted = _CLOSE_ARRAY
    else:
        return None
    for at in range(max(_kept(raw, start, end), end - _LONGEST_TAIL), end - 1):
        if raw[at] not in _WHITE and _leads_to(raw[at : end - 1].translate(None, _WHITE), closers, wanted):
            at = max(unskip(raw, at), start + 1)
            return Mended(at, (_missing(at),))
    return None


def _leads_to(punctuation: bytes, closers: Sequence[int], wanted: int) -> bool:
    """Whether after a value, inside the brackets that `closers` close, this punctuation leads to a new
    member of an object or item of an array (`wanted`: what closes it)."""
    open_now = list(closers[-_LONGEST_TAIL:])
    fresh = False
    for byte in punctuation:
        if byte in _CLOSERS:
            if fresh or not open_now or open_now.pop() != byte:
                return False
        elif byte == _COMMA:
            if fresh or not open_now:
                return False
            fresh = True
        elif byte in _OPENERS and fresh and open_now[-1] == _CLOSE_ARRAY:
            open_now.append(_OPENERS[byte])
        else:
            return False
    return fresh and bool(open_now) and open_now[-1] == wanted


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
