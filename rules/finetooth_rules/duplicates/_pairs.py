"""Which records may be near copies of each other, found without comparing all with all.

Two records are candidates if they have bins in common (see `_sketch`). A bin that many records have in common
is scaffold – an instruction, a template – and says nothing: it is left out on both sides before the shares
are counted. The order of records decides ties and nothing else, so any way to put the columns together gives
the same pairs.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final, NamedTuple, TypeAlias

from finetooth_rules.duplicates import _prints

Columns: TypeAlias = Mapping[str, "array[int]"]

BINS: Final = 16
SCAFFOLD: Final = 12
"""A bin that more records than this have in common is taken for scaffold."""
LEAST: Final = 2
"""Bins in common without which two records are no candidates: one is chance in a large file."""
SHARE: Final = 5
"""One in so many of the bins that are no scaffold must be common. Copies with every tenth word exchanged share
about two in five."""
BEST: Final = 3
"""Candidates for one record: those it shares most with."""
COMPARED: Final = 5_000
PER_RECORD: Final = 0.05
"""At most `COMPARED` candidates, and this many a record more, are looked at: those that share most."""
_SMALL: Final = 200
_ROW_BITS: Final = 28


class Pair(NamedTuple):
    """Two rows, the earlier first. `sure`: they say the same, after folding."""

    first: int
    second: int
    sure: bool


class _Shared(NamedTuple):
    """Two rows (by their place among those that are compared), and how many bins they have in common."""

    common: int
    first: int
    second: int


def pairs(columns: Columns, held_out: Sequence[bool]) -> list[Pair]:
    """The candidates among the rows, in order. `held_out` says of each whether it is there to measure and
    not to train. Rows that are equal as a whole, and those of the two sides that say the same, are no
    candidates: they are told otherwise.
    """
    first: dict[tuple[int, bool], int] = {}
    seen: set[tuple[int, bool]] = set()
    found: list[Pair] = []
    rest: list[int] = []
    for row, (digest, value, out) in enumerate(
        zip(columns[_prints.SAID], columns[_prints.WHOLE], held_out, strict=True)
    ):
        if not digest or (value, out) in seen:
            continue
        seen.add((value, out))
        before = first.setdefault((digest, out), row)
        if before != row:
            found.append(Pair(before, row, True))
        else:
            rest.append(row)
    for shared in _best(_few(columns, rest) if len(rest) <= _SMALL else _many(columns, rest), rest, held_out):
        pair = Pair(rest[shared.first], rest[shared.second], False)
        if columns[_prints.SAID][pair.first] != columns[_prints.SAID][pair.second]:
            found.append(pair)
    return sorted(found)


def _best(found: Iterable[_Shared], rows: Sequence[int], held_out: Sequence[bool]) -> Iterator[_Shared]:
    """Of all candidates those that share most, a few for each record that might be reported."""
    taken: Counter[tuple[int, bool]] = Counter()
    left = COMPARED + int(len(rows) * PER_RECORD)
    for shared in sorted(found, key=lambda item: (-item.common, item.first, item.second)):
        across = held_out[rows[shared.first]] != held_out[rows[shared.second]]
        told = shared.first if across and held_out[rows[shared.first]] else shared.second
        if taken[told, across] < BEST:
            taken[told, across] += 1
            left -= 1
            yield shared
        if not left:
            return


def _few(columns: Columns, rows: Sequence[int]) -> Iterator[_Shared]:
    """The candidates among a few rows, without numpy."""
    sketches = memoryview(columns[_prints.SKETCH]).cast("B").cast("I")
    holders: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        for bin_number, value in enumerate(sketches[row * BINS : (row + 1) * BINS]):
            if value:
                holders[bin_number, value].append(number)
    own: Counter[int] = Counter()
    common: Counter[tuple[int, int]] = Counter()
    for several in holders.values():
        if len(several) <= SCAFFOLD:
            own.update(several)
            common.update(combinations(several, 2))
    figures = columns[_prints.NUMBERS]
    for (one, other), count in common.items():
        if figures[rows[one]] == figures[rows[other]] and _enough(count, max(own[one], own[other])):
            yield _Shared(count, one, other)


def _enough(common: int, own: int) -> bool:
    return common >= LEAST and common * SHARE >= own


def _many(columns: Columns, rows: Sequence[int]) -> Iterator[_Shared]:
    """The same among any number of rows."""
    import numpy as np

    where = np.array(rows)
    sketches = np.frombuffer(columns[_prints.SKETCH], np.uint32).reshape(-1, BINS)[where]
    row, place = np.nonzero(sketches)
    packed = sketches[row, place].astype(np.uint64)
    packed |= place.astype(np.uint64) << np.uint64(32)
    packed <<= np.uint64(_ROW_BITS)
    packed |= row.astype(np.uint64)
    packed.sort()
    value = packed >> np.uint64(_ROW_BITS)
    row = (packed & np.uint64((1 << _ROW_BITS) - 1)).astype(np.int64)
    begins = np.flatnonzero(np.concatenate(([True], value[1:] != value[:-1])))
    length = np.diff(np.append(begins, len(value)))
    holders = np.repeat(length, length)
    own = np.bincount(row[holders <= SCAFFOLD], minlength=len(rows))
    several = (holders > 1) & (holders <= SCAFFOLD)
    value, row = value[several], row[several]
    figures = np.frombuffer(columns[_prints.NUMBERS], np.uint64)[where]
    met = []
    for step in range(1, SCAFFOLD):
        same = np.flatnonzero(value[step:] == value[:-step])
        one, other = row[same], row[same + step]
        equal = figures[one] == figures[other]
        met.append(one[equal] << np.int64(_ROW_BITS) | other[equal])
    both, count = np.unique(np.concatenate(met), return_counts=True)
    one, other = both >> _ROW_BITS, both & ((1 << _ROW_BITS) - 1)
    enough = (count >= LEAST) & (count * SHARE >= np.maximum(own[one], own[other]))
    for shared in zip(count[enough].tolist(), one[enough].tolist(), other[enough].tolist(), strict=True):
        yield _Shared(*shared)
