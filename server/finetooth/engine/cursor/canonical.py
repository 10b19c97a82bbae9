"""The one way to write a record: on one line, a space behind every comma and colon and none elsewhere.

Only white space between the tokens changes. Strings keep their escapes and numbers their digits, keys their
order and their repetitions, so that the record means the same to any reader.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from finetooth_rules.patterns import lazy
from finetooth_rules.record import Record

_TEXT: Final = rb'"(?:[^"\\]++|\\.)*+"'
_CANONICAL: Final = lazy(rb'(?:[^" \t\r\n,:]++|' + _TEXT + rb"|[,:] (?![ \t\r\n,:]))*+", re.DOTALL)
_TOKEN: Final = lazy(b"(" + _TEXT + rb")|[ \t\r\n]*+([,:])[ \t\r\n]*+|[ \t\r\n]++", re.DOTALL)


def is_canonical(raw: bytes) -> bool:
    """Whether a record that is JSON is written so already. Quick, and needs no parsing."""
    return _CANONICAL.fullmatch(raw) is not None


def canonical(raw: bytes) -> bytes | None:
    """A record in canonical form; None where it is not JSON to the letter, and nothing is to be touched."""
    if not Record(raw).strict:
        return None
    return _TOKEN.sub(_written, raw)


def _written(match: re.Match[bytes]) -> bytes:
    text, mark = match.groups()
    if text is not None:
        return text
    return b"" if mark is None else mark + b" "


class Change(NamedTuple):
    """Replace the bytes from `start` to `end` of a text."""

    start: int
    end: int
    content: bytes


def change(before: bytes, after: bytes) -> Change:
    """What of a text changes: from the first difference to the last."""
    common = min(len(before), len(after))
    start = _same(before, after, common)
    rest = common - start
    end = _same(before[len(before) - rest :][::-1], after[len(after) - rest :][::-1], rest)
    return Change(start, len(before) - end, after[start : len(after) - end])


def _same(one: bytes, other: bytes, length: int) -> int:
    """How many bytes are the same from the start on."""
    low, high = 0, length
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
