"""JSON's strings and numbers on raw bytes: what a string's escapes mean, and what a number loses when it
is read.

The escapes are JSON's and `\\'`; in quotes that are not JSON's also Python's `\\x41` and `\\U0001f600`.
Any other backslash stands for itself. A byte that is not UTF-8 is one character, U+FFFD (as in
`bytes.decode(errors="surrogateescape")`, not "replace", which makes one of several bytes), and so is half
a surrogate pair. `decode` and `spans.text_span` count alike.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import Final

import orjson

from finetooth_rules.patterns import lazy

_HEX: Final = "[0-9a-fA-F]"
_JSON: Final = rf"""
        u(?P<high>[dD][89abAB]{_HEX}{{2}})\\u(?P<low>[dD][c-fC-F]{_HEX}{{2}})
      | u(?P<code>{_HEX}{{4}})
      | (?P<short>["\\/bfnrt'])"""
_MORE: Final = rf"""
      | x(?P<byte>{_HEX}{{2}})
      | U(?P<long>00(?:0{_HEX}|10){_HEX}{{4}})"""
ESCAPE: Final = lazy(rf"\\(?:{_JSON})", re.VERBOSE)
"""One escape in double quotes: one character."""
FOREIGN_ESCAPE: Final = lazy(rf"\\(?:{_JSON}{_MORE})", re.VERBOSE)
"""One escape in other quotes."""

_SHORT: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_NOT_UTF8: Final = lazy("[\udc80-\udcff]")
_SURROGATE: Final = range(0xD800, 0xE000)
REPLACEMENT: Final = "\ufffd"
PIECE: Final = 16 * 1024
"""Bytes of a part of a long body that is looked at as one."""
_LONGEST: Final = 12
"""Bytes of the longest escape, a surrogate pair."""
_BACKSLASH: Final = 0x5C
_RUN: Final = b"\\" * 4096
_LONG: Final = 256
"""Bytes of a body that orjson is asked about first: it reads an escape a hundred times as fast."""


def characters(body: bytes) -> str:
    """The bytes between a string's quotes as characters, escapes still as written; one U+DC80–U+DCFF per
    invalid byte."""
    return body.decode("utf-8", "surrogateescape")


def width(text: str) -> int:
    """How many bytes `characters` made these characters from."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogateescape"))


def masked(text: bytes) -> bytes:
    """JSON without its backslashes and the quotes they escape, each byte at its place: what is left of quotes
    begins or ends a string, so that its structure is found without a look at each escape."""
    if b"\\" not in text:
        return text
    return text.replace(rb"\\", b"__").replace(rb"\"", b"__").replace(b"\\", b"_")


def decode(body: bytes, *, foreign: bool = False) -> str:
    """What the bytes between a string's quotes mean; `foreign` for quotes that are not JSON's."""
    if b"\\" not in body and body.isascii():
        return body.decode("ascii")
    if len(body) > _LONG:
        try:
            meant: str = orjson.loads(b'"%b"' % body)
        except orjson.JSONDecodeError:
            # Half a surrogate pair, an escape that JSON has not, a byte that is not UTF-8: somewhere.
            if len(body) > 2 * PIECE:
                return "".join(decode(part, foreign=foreign) for part in _parts(body, foreign))
        else:
            return meant
    text = characters(body)
    if b"\\" in body:
        text = (FOREIGN_ESCAPE if foreign else ESCAPE).sub(_meaning, text)
    return _NOT_UTF8.sub(REPLACEMENT, text)


def _parts(body: bytes, foreign: bool) -> Iterator[bytes]:
    start = 0
    while start < len(body):
        end = part_end(body, start, foreign=foreign)
        yield body[start:end]
        start = end


def part_end(body: bytes, start: int, *, foreign: bool = False) -> int:
    """The end of a part of a body that begins at `start`: whole characters of no more than `PIECE` bytes."""
    end = min(start + PIECE, len(body))
    cut = boundary(body, end, foreign=foreign)
    return cut if cut > start else end  # bytes that are not UTF-8


def boundary(body: bytes, at: int, *, foreign: bool = False) -> int:
    """The nearest place at or before a byte of a body that is not inside an escape or a character."""
    if not 0 < at < len(body):
        return at
    for lead in range(at - 1, max(at - 4, -1), -1):
        if not 0x80 <= body[lead + 1] < 0xC0:
            break
        if width(characters(body[lead : lead + 4])[0]) > at - lead:
            at = lead
            break
    escape = FOREIGN_ESCAPE if foreign else ESCAPE
    first = body.find(b"\\", _in_step(body, at), at)
    while first >= 0:
        # Latin-1, as only the ASCII of an escape is looked at.
        match = escape.match(body[first : first + _LONGEST].decode("latin-1"))
        end = first + (match.end() if match else 1)
        if end > at:
            return first
        first = body.find(b"\\", end, at)
    return at


def _in_step(body: bytes, at: int) -> int:
    """A place a little before a byte from which on escapes are read as from the beginning: no backslash
    before it takes one behind it along. It may be within an escape that ends before the byte."""
    start = max(at - _LONGEST - 1, 0)
    run = start
    while run >= len(_RUN) and body.startswith(_RUN, run - len(_RUN)):
        run -= len(_RUN)
    while run and body[run - 1] == _BACKSLASH:
        run -= 1
    return start - (start - run) % 2


def _meaning(match: re.Match[str]) -> str:
    short = match["short"]
    if short:
        return _SHORT.get(short, short)
    if match["high"]:
        return chr(0x10000 + ((int(match["high"], 16) - 0xD800) << 10) + (int(match["low"], 16) - 0xDC00))
    given = match.groupdict()
    code = int(given["code"] or given["byte"] or given["long"], 16)
    return REPLACEMENT if code in _SURROGATE else chr(code)


class Loss(Enum):
    """What reading a number as 64 bits changes."""

    NONE = auto()
    INFINITE = auto()
    """Larger than any double: parsers refuse it or read infinity."""
    BEYOND_64_BITS = auto()
    """An integer outside int64 that is not a double either."""
    BEYOND_DOUBLE = auto()
    """An int64 beyond 2^53 that no double holds: exact in Python, rounded by readers that know only
    doubles."""
    DIGITS = auto()
    """A fraction written with more digits than a double holds."""


_INT64: Final = range(-(2**63), 2**63)
_EXACT: Final = range(-(2**53), 2**53 + 1)
_DOUBLE_DIGITS: Final = 17
_PRECISION: Final = 2500  # digits
_EXACT_DIGITS: Final = 800  # the longest exact decimal form of a double has 767


def loss(token: bytes) -> Loss:
    """What a number as JSON writes it loses."""
    held = float(token)
    if held in (math.inf, -math.inf):
        return Loss.INFINITE
    if token.isdigit() or token[1:].isdigit():
        return _integer_loss(token)
    mantissa = re.split(rb"[eE]", token, maxsplit=1)[0]
    if len(mantissa) <= _DOUBLE_DIGITS:
        return Loss.NONE
    digits = len(mantissa.replace(b".", b"").strip(b"-0"))
    if digits <= _DOUBLE_DIGITS or held == 0.0:
        return Loss.NONE
    if digits > _EXACT_DIGITS:
        return Loss.DIGITS
    from decimal import Context, Decimal

    # A double printed with many digits ("%.20f") loses nothing: they are the double's own, the last one
    # rounded or cut.
    written = Decimal(token.decode())
    exponent = written.as_tuple().exponent
    unit = Decimal((0, (1,), exponent if isinstance(exponent, int) else 0))
    return Loss.NONE if abs(Context(prec=_PRECISION).subtract(written, Decimal(held))) < unit else Loss.DIGITS


def _integer_loss(token: bytes) -> Loss:
    value = int(token)  # at most 309 digits: more would be infinite
    if value in _EXACT or int(float(value)) == value:
        return Loss.NONE
    return Loss.BEYOND_DOUBLE if value in _INT64 else Loss.BEYOND_64_BITS
