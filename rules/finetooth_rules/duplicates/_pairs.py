"""Which records may be near copies of each other, found without comparing all with all.

Two records are candidates if they have bins in common (see `_sketch`). A bin that many records have in common
is scaffold – an instruction, a template – and says nothing: it is left out on both sides before the shares
are counted. The order of records decides ties and nothing else, so any way to put the columns together gives
the same pairs.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Final, NamedTuple

from finetooth_rules.duplicates import _prints
from finetooth_rules.duplicates._answers import on_purpose
from finetooth_rules.grouping import grouping
from finetooth_rules.rule import Columns, Pair

BINS: Final = 16
SCAFFOLD: Final = 12
"""A bin that more records than this have in common is taken for scaffold."""
LEAST: Final = 2
"""Bins in common without which two records are no candidates: one is chance in a large file."""
SHARE: Final = 5
"""One in so many of the bins that are no scaffold must be common. Copies with every tenth word exchanged
share about two in five."""
BEST: Final = 3
"""Candidates for one record: those it shares most with."""
COMPARED: Final = 5_000
PER_RECORD: Final = 0.05
"""At most `COMPARED` candidates, and this many a record more, are looked at: those that share most."""
ASKED: Final = 5
"""A prompt that more training records share leaks nothing: "Tell me a joke"."""
_SMALL: Final = 200
_ROW_BITS: Final = 28
_ROW_MASK: Final = (1 << _ROW_BITS) - 1


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
    said, asked = columns[_prints.SAID], columns[_prints.ASKED]
    sampled = on_purpose(grouping(asked, columns[_prints.ANSWER]))
    few = len(said) <= _SMALL
    sure, rest = (_equal_few if few else _equal_many)(said, columns[_prints.WHOLE], held_out)
    found = {Pair(one, other, True) for one, other in sure}
    for shared in _best((_few if few else _many)(columns, rest), rest, held_out):
        one, other = rest[shared.first], rest[shared.second]
        if sampled and asked[one] and asked[one] == asked[other] and held_out[one] == held_out[other]:
            continue
        if said[one] != said[other]:
            found.add(Pair(one, other, False))
    if any(held_out) and not all(held_out):
        found.update(_same_question(columns[_prints.PROMPT], said, held_out))
    return sorted(found)


def _equal_few(
    said: array[int], whole: array[int], held_out: Sequence[bool]
) -> tuple[list[tuple[int, int]], list[int]]:
    """The rows of either side that say the same as an earlier one and are another record, each behind the
    first that says it; and the first rows of all that is said.
    """
    first: dict[tuple[int, bool], int] = {}
    seen: set[tuple[int, bool]] = set()
    sure: list[tuple[int, int]] = []
    for row, (digest, record, out) in enumerate(zip(said, whole, held_out, strict=True)):
        if not digest or (record, out) in seen:
            continue
        seen.add((record, out))
        before = first.setdefault((digest, out), row)
        if before != row:
            sure.append((before, row))
    return sure, [*first.values()]


def _equal_many(
    said: array[int], whole: array[int], held_out: Sequence[bool]
) -> tuple[list[tuple[int, int]], list[int]]:
    """The same among any number of rows."""
    import numpy as np

    # The sides are kept apart by another digest.
    side = np.where(np.fromiter(held_out, bool, len(said)), np.uint64(_ROW_MASK), np.uint64(0))
    digests = np.frombuffer(said, np.uint64) ^ side
    records = np.frombuffer(whole, np.uint64) ^ side
    _, firsts, of = np.unique(digests, return_index=True, return_inverse=True)
    new = np.zeros(len(digests), bool)
    new[np.unique(records, return_index=True)[1]] = True
    before = firsts[of]
    there = digests != side
    again = np.flatnonzero(new & there & (before != np.arange(len(digests))))
    sure = [*zip(before[again].tolist(), again.tolist(), strict=True)]
    rest: list[int] = np.sort(firsts[there[firsts]]).tolist()
    return sure, rest


def _same_question(prompt: Sequence[int], said: Sequence[int], held_out: Sequence[bool]) -> Iterator[Pair]:
    """Rows of the two sides that ask the same, where that is no question asked over and over again."""
    trained: defaultdict[int, list[int]] = defaultdict(list)
    for row, (digest, out) in enumerate(zip(prompt, held_out, strict=True)):
        if digest and not out:
            trained[digest].append(row)
    for row, (digest, out) in enumerate(zip(prompt, held_out, strict=True)):
        if digest and out and 0 < len(trained.get(digest, ())) <= ASKED:
            other = trained[digest][0]
            if said[row] != said[other]:
                yield Pair(min(row, other), max(row, other), False)


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
    sketches = np.frombuffer(columns[_prints.SKETCH], np.uint32).reshape(-1, BINS)
    figures = np.frombuffer(columns[_prints.NUMBERS], np.uint64)[where]
    own = np.zeros(len(rows), np.int64)
    met = []
    for place in range(BINS):  # one after the other: what they take of memory is taken once
        packed = sketches[where, place].astype(np.uint64) << np.uint64(_ROW_BITS)
        packed |= np.arange(len(rows), dtype=np.uint64)
        packed.sort()
        value = packed >> np.uint64(_ROW_BITS)
        row = (packed & np.uint64(_ROW_MASK)).astype(np.int64)
        begins = np.flatnonzero(np.concatenate(([True], value[1:] != value[:-1])))
        length = np.diff(np.append(begins, len(value)))
        holders = np.repeat(length, length)
        holders[value == 0] = 0  # no shingle
        own[row[(holders > 0) & (holders <= SCAFFOLD)]] += 1
        several = (holders > 1) & (holders <= SCAFFOLD)
        value, row = value[several], row[several]
        for step in range(1, SCAFFOLD):
            same = np.flatnonzero(value[step:] == value[:-step])
            one, other = row[same], row[same + step]
            equal = figures[one] == figures[other]
            met.append(one[equal] << np.int64(_ROW_BITS) | other[equal])
    both, count = np.unique(np.concatenate(met), return_counts=True)
    one, other = both >> _ROW_BITS, both & _ROW_MASK
    enough = (count >= LEAST) & (count * SHARE >= np.maximum(own[one], own[other]))
    for shared in zip(count[enough].tolist(), one[enough].tolist(), other[enough].tolist(), strict=True):
        yield _Shared(*shared)
