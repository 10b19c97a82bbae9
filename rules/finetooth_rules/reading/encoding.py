"""Bytes that are not UTF-8: where they are, and which encoding the text looks like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from finetooth_rules.finding import Edit, Span
from finetooth_rules.patterns import lazy
from finetooth_rules.reading.spots import Cause, Spot

_VALID: Final = lazy(
    rb"(?:[\x00-\x7f]++|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}"
    rb"|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}"
    rb"|\xf4[\x80-\x8f][\x80-\xbf]{2})*+"
)
_CUT: Final = lazy(rb"[\xe0-\xef][\x80-\xbf]\"|[\xf0-\xf4][\x80-\xbf]{1,2}\"|[\xc2-\xf4][\x80-\xbf]{0,2}\Z")
"""The beginning of a UTF-8 sequence at the end of a string or of the text; one byte before a quote may be
Latin-1's é."""
_SURROGATE: Final = lazy(rb"\xed[\xa0-\xbf][\x80-\xbf]")
_HIGH_PAIR: Final = lazy(rb"[\x80-\xff]{2}")
_UNUSED_IN_CP1252: Final = lazy(rb"[\x81\x8d\x8f\x90\x9d]")
_CONTROLS: Final = lazy(rb"[\x80-\x9f]")
_REPLACEMENT: Final = "\ufffd".encode()
_FEW: Final = 64
_MOST_RUNS: Final = 50_000


def is_utf16(raw: bytes) -> bool:
    """Every other byte (or more) is NUL: text in UTF-16 or UTF-32."""
    return raw.count(0) * 3 > len(raw) >= 4


def utf8_spots(raw: bytes) -> list[Spot]:
    """A spot for each run of bytes that belong to no UTF-8 sequence (at most 50,000).

    Parsing goes on as if each byte were U+FFFD; that is no repair.
    """
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        runs = _bad_runs(raw, error.start)
    else:
        return []
    guess = looks_like(raw, runs)
    return [
        Spot(run, Cause.INVALID_UTF8, (Edit(run, _REPLACEMENT * (run.end - run.start)),), False, guess)
        for run in runs
    ]


def _bad_runs(raw: bytes, at: int) -> list[Span]:
    runs: list[Span] = []
    while at < len(raw) and len(runs) < _MOST_RUNS:
        start = at
        following = _end_of_valid(raw, at + 1)
        while following == at + 1 < len(raw):
            at = following
            following = _end_of_valid(raw, at + 1)
        runs.append(Span(start, at + 1))
        at = following
    return runs


def _end_of_valid(raw: bytes, start: int) -> int:
    match = _VALID.match(raw, start)
    return match.end() if match else start


def looks_like(raw: bytes, runs: Sequence[Span]) -> str:
    """What the text seems to be encoded in, by the bytes that are not UTF-8; for a message."""
    near = b" ".join(raw[max(0, run.start - 2) : run.end + 2] for run in runs[:_FEW])
    bad = b"".join(raw[run.start : run.end] for run in runs[:_FEW])
    if _SURROGATE.search(near):
        return "surrogates written as UTF-8 (CESU-8)"
    if len(runs) == 1 and _CUT.match(raw, runs[0].start):
        return "a character cut in half"
    region = runs[min(len(runs), _FEW) - 1].end - runs[0].start
    paired = len(_HIGH_PAIR.findall(near)) * 3 > len(bad)
    if len(bad) > 3 and (paired or len(bad) * 2 > region > 8):
        return "a multi-byte encoding such as GBK or Shift-JIS"
    if not _CONTROLS.search(bad):
        return "Latin-1 or Windows-1252"
    return "an unknown encoding" if _UNUSED_IN_CP1252.search(bad) else "Windows-1252"
