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
from enum import Enum, auto
from typing import Final

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


def characters(body: bytes) -> str:
    """The bytes between a string's quotes as characters, escapes still as written; one U+DC80–U+DCFF per
    invalid byte."""
    return body.decode("utf-8", "surrogateescape")


def width(text: str) -> int:
    """How many bytes `characters` made these characters from."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogateescape"))


def decode(body: bytes, *, foreign: bool = False) -> str:
    """What the bytes between a string's quotes mean; `foreign` for quotes that are not JSON's."""
    if b"\\" not in body and body.isascii():
        return body.decode("ascii")
    text = characters(body)
    if b"\\" in body:
        text = (FOREIGN_ESCAPE if foreign else ESCAPE).sub(_meaning, text)
    return _NOT_UTF8.sub(REPLACEMENT, text)


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
