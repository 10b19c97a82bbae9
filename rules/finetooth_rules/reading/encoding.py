"""Bytes that are not UTF-8: where they are, and which encoding the text looks like."""

from __future__ import annotations

import re
from typing import Final

from finetooth_rules.finding import Span
from finetooth_rules.reading.spots import Cause, Spot, replace

_VALID: Final = re.compile(
    rb"(?:[\x00-\x7f]++|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}"
    rb"|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}"
    rb"|\xf4[\x80-\x8f][\x80-\xbf]{2})*+"
)
_CUT: Final = re.compile(
    rb"[\xe0-\xef][\x80-\xbf]\"|[\xf0-\xf4][\x80-\xbf]{1,2}\"|[\xc2-\xf4][\x80-\xbf]{0,2}\Z"
)
"""The beginning of a UTF-8 sequence at the end of a string or of the text; one byte before a quote may be Latin-1's é."""
_SURROGATE: Final = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
_WIDE: Final = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")
_HIGH_RUN: Final = re.compile(rb"[\x80-\xff]{2}")
_UNUSED_IN_CP1252: Final = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_CONTROLS: Final = re.compile(rb"[\x80-\x9f]")
_REPLACEMENT: Final = "\ufffd".encode()
_FEW: Final = 64


def is_utf16(raw: bytes) -> bool:
    """Every other byte (or more) is NUL: text in UTF-16 or UTF-32."""
    return raw.count(0) * 3 > len(raw) >= 4


def utf8_spots(raw: bytes) -> list[Spot]:
    """A spot for each byte that belongs to no UTF-8 sequence. Parsing goes on as if it were U+FFFD; that is no repair."""
    places: list[int] = []
    at = _end_of_valid(raw, 0)
    while at < len(raw):
        places.append(at)
        at = _end_of_valid(raw, at + 1)
    guess = looks_like(raw, places)
    return [
        Spot(Span(at, at + 1), Cause.INVALID_UTF8, (replace(at, at + 1, _REPLACEMENT),), False, guess)
        for at in places
    ]


def _end_of_valid(raw: bytes, start: int) -> int:
    match = _VALID.match(raw, start)
    return match.end() if match else start


def looks_like(raw: bytes, places: list[int]) -> str:
    """What the text seems to be encoded in, by the bytes that are not UTF-8; for a message."""
    if not places:
        return ""
    near = b" ".join(raw[max(0, at - 2) : at + 3] for at in places[:_FEW])
    bad = bytes(raw[at] for at in places)
    if _SURROGATE.search(near):
        return "surrogates written as UTF-8 (CESU-8)"
    if len(places) <= 3 and _CUT.match(raw, places[0]):
        return "a character cut in half"
    if len(_HIGH_RUN.findall(near)) * 2 > min(len(places), _FEW) and len(places) > 3:
        return "a multi-byte encoding such as GBK or Shift-JIS"
    if not _CONTROLS.search(bad):
        return "Latin-1 or Windows-1252"
    return "an unknown encoding" if _UNUSED_IN_CP1252.search(bad) else "Windows-1252"
