"""A few numbers of a text by which near copies find each other.

Where a text has an *anchor* – three bytes whose hash is small, about every eighth place – the 16 bytes from
there on are a shingle. Anchors hang on the text around them alone, so near copies have theirs at the same
words, whatever was inserted before. Of the shingles' hashes the least in each of eight bins is kept (MinHash
by one permutation): the share of equal bins estimates the share of shingles in common.

`bins` reads a small batch without numpy, so that checking a few records does not load it; both ways give the
very same numbers.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BINS: Final = 8
SHINGLE: Final = 16
_SMALL: Final = 24 * 1024
"""Bytes up to which the plain way is quicker than to load numpy."""
_ANCHOR: Final = 0x9E3779B1
_BOUND: Final = 1 << 29
_FIRST: Final = 0x9E3779B97F4A7C15
_SECOND: Final = 0xC2B2AE3D27D4EB4F
_LAST: Final = 0xD6E8FEB86659FD93
_ALL: Final = (1 << 64) - 1
_NONE: Final = 0xFFFFFFFF


def bins(texts: Sequence[bytes]) -> array[int]:
    """Of each (folded) text the least hash in each bin, 32 bits each, 0 in one without a shingle: `BINS`
    numbers a text.
    """
    if sum(map(len, texts)) <= _SMALL:
        return _plain(texts)
    return _fast(texts)


def _plain(texts: Sequence[bytes]) -> array[int]:
    found = array("I")
    for text in texts:
        least = [_NONE] * BINS
        for at in range(len(text) - SHINGLE + 1):
            if _is_anchor(text[at : at + 3]):
                one, two = struct.unpack_from("<QQ", text, at)
                mixed = (one * _FIRST & _ALL) ^ (two * _SECOND & _ALL)
                mixed = (mixed ^ mixed >> 32) * _LAST & _ALL
                number, value = mixed >> 61, mixed >> 29 & _NONE
                if value < least[number]:
                    least[number] = value
        found.extend(0 if value == _NONE else value or 1 for value in least)
    return found


@lru_cache(maxsize=1 << 14)
def _is_anchor(three: bytes) -> bool:
    return int.from_bytes(three, "little") * _ANCHOR & 0xFFFFFFFF < _BOUND


def _fast(texts: Sequence[bytes]) -> array[int]:
    import numpy as np

    mixed, of = shingles(texts)
    place = of * BINS + (mixed >> np.uint64(61)).astype(np.int64)
    values = ((mixed >> np.uint64(29)) & np.uint64(_NONE)).astype(np.uint32)
    least = np.full(len(texts) * BINS, _NONE, np.uint32)
    np.minimum.at(least, place, values)
    least[least == 0] = 1
    least[least == _NONE] = 0
    return array("I", least.tobytes())


def shingles(texts: Sequence[bytes]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The hashes of all shingles of some texts, and the number of the text that each is of."""
    import numpy as np

    data = b"".join((*texts, bytes(SHINGLE)))
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)))
    # Three bytes from each place on, as one number.
    three = np.ndarray((len(data) - 3,), "<u4", buffer=data, strides=(1,)) & np.uint32(0xFFFFFF)
    three *= np.uint32(_ANCHOR)
    anchors = np.flatnonzero(three < np.uint32(_BOUND))
    each = np.diff(np.searchsorted(anchors, ends), prepend=0)
    of = np.repeat(np.arange(len(texts)), each)
    anchors = anchors[: len(of)]
    inside = anchors + SHINGLE <= np.repeat(ends, each)
    anchors, of = anchors[inside], of[inside]
    # Eight bytes from each place on, as one number.
    eight = np.ndarray((len(data) - 7,), "<u8", buffer=data, strides=(1,))
    mixed = eight[anchors] * np.uint64(_FIRST)
    mixed ^= eight[anchors + 8] * np.uint64(_SECOND)
    mixed ^= mixed >> np.uint64(32)
    mixed *= np.uint64(_LAST)
    return mixed, of
