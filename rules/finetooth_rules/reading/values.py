"""Values and keys that are written otherwise than JSON writes them, and can still be read.

Each function takes the raw text and an offset, and gives an `Odd` value or None where there is no such thing.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from finetooth_rules.finding import Span
from finetooth_rules.reading.grammar import (
    BARE_KEY,
    BARE_TEXT,
    HEXADECIMAL,
    NON_FINITE,
    NUMBER,
    NUMBER_LIKE,
    SINGLE_QUOTED,
    SMART_QUOTED,
    UNOPENED_KEY,
    UNOPENED_TEXT,
    WORD,
)
from finetooth_rules.reading.spots import Cause, Spot, insert, replace, stop
from finetooth_rules.reading.strings import foreign_edits, foreign_spots

_WORDS: Final = {
    b"true": b"true",
    b"false": b"false",
    b"null": b"null",
    b"none": b"null",
    b"nil": b"null",
    b"undefined": b"null",
}
_PYTHON: Final = frozenset({b"True", b"False", b"None"})
_NOT_NUMBERS: Final = frozenset({b"nan", b"inf", b"infinity"})
PLACEHOLDER: Final = b"0.0"
"""Stands for a number that is none, so that the rest of the record can be parsed."""


class Odd(NamedTuple):
    """A value that is not JSON's: where it ends, where its text is (a string's body), and its spots."""

    end: int
    body: Span
    spots: tuple[Spot, ...]


def single_quoted(raw: bytes, at: int) -> Odd | None:
    """`'text'`, also Python 2's `u'text'`."""
    match = SINGLE_QUOTED.match(raw, at)
    if match is None:
        if raw[at : at + 1] == b"'":
            raise stop(Cause.UNTERMINATED, at, at + 1, "'")
        return None
    return _requoted(raw, match.span(1), match.span(2), (match.end(2), match.end()), Cause.SINGLE_QUOTES)


def smart_quoted(raw: bytes, at: int) -> Odd | None:
    """Text in typographic quotes."""
    match = SMART_QUOTED.match(raw, at)
    if match is None:
        return None
    return _requoted(raw, match.span(1), match.span(2), match.span(3), Cause.SMART_QUOTES)


def _requoted(
    raw: bytes, opening: tuple[int, int], body: tuple[int, int], closing: tuple[int, int], cause: Cause
) -> Odd:
    edits = (replace(*opening, b'"'), *foreign_edits(raw, *body), replace(*closing, b'"'))
    spot = Spot(Span(opening[0], closing[1]), cause, edits)
    return Odd(closing[1], Span(*body), (spot, *foreign_spots(raw, *body)))


def number(raw: bytes, at: int) -> Odd | None:
    """A number as other languages write it: `+1`, `.5`, `1.`, `0x1f`, `007`, `1_000`."""
    match = NON_FINITE.match(raw, at)
    if match is not None:
        return _one(at, match.end(), Cause.NON_FINITE, PLACEHOLDER, detail=match[0].decode())
    match = NUMBER_LIKE.match(raw, at)
    if match is None:
        return None
    token = match[0]
    hexadecimal = HEXADECIMAL.fullmatch(token)
    if hexadecimal is not None:
        decimal = str(int(hexadecimal[2], 16)).encode()
        sign = b"-" if hexadecimal[1] == b"-" else b""
        return _one(at, match.end(), Cause.NUMBER_FORM, sign + decimal, detail="hexadecimal number")
    plain, fault, safe = _plain_number(token)
    if not fault or NUMBER.fullmatch(plain) is None:
        raise stop(Cause.BAD_NUMBER, at, match.end())
    cause = Cause.NUMBER_FORM if safe else Cause.LEADING_ZERO
    return _one(at, match.end(), cause, plain, safe=safe, detail=fault)


def _plain_number(token: bytes) -> tuple[bytes, str, bool]:
    """The token as JSON writes it, what was wrong, and whether it can only mean this (`007` may be text)."""
    sign, rest, fault, safe = b"", token, "", True
    if rest[:1] in (b"+", b"-"):
        sign, rest = rest[:1].replace(b"+", b""), rest[1:]
        fault = "number with a plus sign" if not sign else ""
    if b"_" in rest:
        rest, fault = rest.replace(b"_", b""), "number with underscores"
    whole, point, after = rest.partition(b".")
    if point and not whole:
        whole, fault = b"0", "number without a digit before the point"
    if point and after[:1] in (b"", b"e", b"E"):
        after, fault = b"0" + after, "number without a digit after the point"
    if len(whole) > 1 and whole.startswith(b"0"):
        whole, fault, safe = whole.lstrip(b"0") or b"0", "number with a leading zero", False
        if not whole[:1].isdigit():
            whole = b"0" + whole
    return sign + whole + point + after, fault, safe


def word(raw: bytes, at: int) -> Odd | None:
    """Another language's constant."""
    match = WORD.match(raw, at)
    if match is None:
        return None
    if match[0].lower() in _NOT_NUMBERS:
        raise stop(Cause.BAD_NUMBER, at, match.end())
    known = _WORDS.get(match[0].lower())
    if known is not None and raw[match.end() : match.end() + 1] not in (b'"', b"(", b"."):
        name = match[0].decode()
        detail = f"`{name}`, expected `{known.decode()}`"
        cause = Cause.PYTHON_WORD if match[0] in _PYTHON else Cause.NO_SUCH_WORD
        return _one(at, match.end(), cause, known, detail=detail)
    return None


def bare_text(raw: bytes, at: int) -> Odd | None:
    """Text without quotes, or without its opening one."""
    return _unopened(raw, at) or _unquoted(raw, at)


def _unopened(raw: bytes, at: int) -> Odd | None:
    match = UNOPENED_TEXT.match(raw, at)
    if match is None:
        return None
    spot = Spot(Span(at, at), Cause.MISSING_QUOTE, (insert(at, b'"'),), safe=False, detail="opening")
    return Odd(match.end(), Span(*match.span(1)), (spot,))


def _unquoted(raw: bytes, at: int) -> Odd | None:
    match = BARE_TEXT.match(raw, at)
    if match is None:
        return None
    end = at + len(match[0].rstrip())
    edits = (insert(at, b'"'), insert(end, b'"'))
    return Odd(end, Span(at, end), (Spot(Span(at, end), Cause.UNQUOTED_TEXT, edits, safe=False),))


def bare_key(raw: bytes, at: int) -> Odd | None:
    """A key without quotes, or without its opening one."""
    match = BARE_KEY.match(raw, at)
    if match is not None:
        edits = (insert(at, b'"'), insert(match.end(), b'"'))
        return Odd(match.end(), Span(*match.span()), (Spot(Span(*match.span()), Cause.UNQUOTED_KEY, edits),))
    match = UNOPENED_KEY.match(raw, at)
    if match is None:
        return None
    spot = Spot(Span(at, at), Cause.MISSING_QUOTE, (insert(at, b'"'),), safe=False, detail="opening")
    return Odd(match.end(), Span(*match.span(1)), (spot,))


def _one(start: int, end: int, cause: Cause, content: bytes, *, safe: bool = True, detail: str = "") -> Odd:
    edits = (replace(start, end, content),)
    return Odd(end, Span(start, end), (Spot(Span(start, end), cause, edits, safe, detail),))
