"""Records that are equal, or nearly: the group rules and the near rules over the files of a dataset.

What is known of each record is a row of numbers (`Part.numbers`) or a few digests (`Part.keys`). Rows come in
the order of their addresses, whatever the order in which files and shards were looked at.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from finetooth.engine.files.spool import Joined
from finetooth.engine.records import Address, JudgedFile, Readers
from finetooth_rules.dataset import gathered_by
from finetooth_rules.example import Example
from finetooth_rules.finding import Finding
from finetooth_rules.grouping import grouping
from finetooth_rules.rule import Columns, GroupRule, Match, Member, NearRule
from finetooth_rules.splits import TRAIN

_SMALL: Final = 10_000
"""Rows up to which a dictionary finds equal keys sooner than numpy is loaded."""
_KEPT: Final = 4_096


class Table(NamedTuple):
    """The rows of some files, and where each record is."""

    files: Sequence[JudgedFile]
    columns: Columns
    begins: Sequence[int]
    parts: Sequence[tuple[int, Sequence[int]]]
    """Of each part the number of its file, and the offsets of its records; its first row is in `begins`."""

    def address(self, row: int) -> Address:
        """Where the record of a row is."""
        at = bisect_right(self.begins, row) - 1
        number, offsets = self.parts[at]
        return Address(number, offsets[row - self.begins[at]])

    def member(self, row: int, key: int = 0, value: int = 0) -> Member:
        """A row as rules see it."""
        address = self.address(row)
        split = self.files[address.file].linter.profile.split
        return Member(address, key.to_bytes(8, "little"), split, value)

    def held_out(self) -> list[bool]:
        """Of each row, whether it is not there to train."""
        found: list[bool] = []
        for number, offsets in self.parts:
            found += [self.files[number].linter.profile.split != TRAIN] * len(offsets)
        return found


class Tables:
    """The tables of some files, each put together once."""

    def __init__(self, files: Sequence[JudgedFile]) -> None:
        self._files = files
        self._made: dict[tuple[str, tuple[int, ...]], Table | None] = {}

    def of(self, rule: GroupRule | NearRule, numbers: Sequence[int]) -> Table | None:
        """The rows of the files of these numbers; None where there are none, or the rule failed for one."""
        return self.named(gathered_by(rule), rule.code, numbers)

    def named(self, name: str, code: str, numbers: Sequence[int]) -> Table | None:
        """The same by the name of what gathered the rows, and the code of the rule that asks for them."""
        parts = [part for number in numbers for part in self._files[number].merged.parts]
        if any(code in part.broken for part in parts):
            return None
        asked = (name, tuple(numbers))
        if asked not in self._made:
            self._made[asked] = self._make(*asked)
        return self._made[asked]

    def _make(self, name: str, numbers: Sequence[int]) -> Table | None:
        joined = Joined(min(self._files[number].linter.profile.max_index_bytes for number in numbers))
        begins: list[int] = []
        parts: list[tuple[int, Sequence[int]]] = []
        rows = 0
        for number in numbers:
            for part in self._files[number].merged.parts:
                if not part.offsets:
                    continue
                if name not in part.numbers:
                    return None
                joined.add(part.numbers[name])
                begins.append(rows)
                parts.append((number, part.offsets))
                rows += len(part.offsets)
        return Table(self._files, joined.columns(), begins, parts) if rows else None


def grouped(
    files: Sequence[JudgedFile], units: Sequence[Sequence[int]], tables: Tables
) -> Iterator[tuple[Address, Finding]]:
    """The findings of the group and near rules on the files of one dataset, in order; `units` are the numbers
    of those that are judged as one file.
    """
    for rule, numbers in _groups_of(files, units):
        if rule.gather is None:
            yield from _by_digests(rule, files, numbers)
        else:
            yield from _by_columns(rule, tables, numbers)
    yield from _near(files, tables)


def _groups_of(
    files: Sequence[JudgedFile], units: Sequence[Sequence[int]]
) -> Iterator[tuple[GroupRule, Sequence[int]]]:
    """The group rules, each with the files that it judges together."""
    rules = {rule.code: rule for file in files for rule in file.linter.groups}
    for code, rule in rules.items():
        has = [number for number, file in enumerate(files) if any(r.code == code for r in file.linter.groups)]
        for numbers in [has] if rule.scope == "dataset" else units:
            if having := [number for number in numbers if number in has]:
                yield rule, having


def _by_digests(
    rule: GroupRule, files: Sequence[JudgedFile], numbers: Sequence[int]
) -> Iterator[tuple[Address, Finding]]:
    members: dict[bytes, list[Address]] = {}
    for number in numbers:
        for part in files[number].merged.parts:
            for offset, several in zip(part.offsets, part.keys.get(rule.code, ()), strict=False):
                for key in several:
                    members.setdefault(key, []).append(Address(number, offset))
    yield from files[numbers[0]].linter.judge_groups(
        rule, members, lambda address: files[address.file].linter.profile.split
    )


def _by_columns(rule: GroupRule, tables: Tables, numbers: Sequence[int]) -> Iterator[tuple[Address, Finding]]:
    table = tables.of(rule, numbers)
    if table is None:
        return
    linter = table.files[numbers[0]].linter
    keys = table.columns[rule.key]
    values = table.columns[rule.value] if rule.value else None
    if rule.speaks is not None and values is not None and not rule.speaks(grouping(keys, values)):
        return
    for rows in equal(keys):
        group = [table.member(row, keys[row], values[row] if values else 0) for row in rows]
        yield from linter.judge_group(rule, group)


def equal(keys: array[int]) -> Iterator[list[int]]:
    """The rows of each key (0 is none) that more than one row has, in order of their first."""
    if len(keys) <= _SMALL:
        rows_of: dict[int, list[int]] = {}
        for row, key in enumerate(keys):
            if key:
                rows_of.setdefault(key, []).append(row)
        yield from (rows for rows in rows_of.values() if len(rows) > 1)
        return
    import numpy as np

    values = np.frombuffer(keys, np.uint64)
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    begins = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    ends = np.append(begins[1:], len(ordered))
    several = (ends - begins > 1) & (ordered[begins] != 0)
    begins, ends = begins[several], ends[several]
    for at in np.argsort(order[begins], kind="stable"):
        rows: list[int] = order[begins[at] : ends[at]].tolist()
        yield rows


def _near(files: Sequence[JudgedFile], tables: Tables) -> Iterator[tuple[Address, Finding]]:
    """The near rules; those that ask the same share the answer."""
    rules = {rule.code: rule for file in files for rule in file.linter.nears}
    found: dict[tuple[Any, ...], list[Match]] = {}
    for code, rule in rules.items():
        has = [number for number, file in enumerate(files) if any(r.code == code for r in file.linter.nears)]
        asks = (rule.gather, rule.pairs, rule.likeness, tuple(has))
        if asks not in found:
            found[asks] = list(_matches(rule, tables, has))
        yield from files[has[0]].linter.judge_matches(rule, found[asks])


def _matches(rule: NearRule, tables: Tables, numbers: Sequence[int]) -> Iterator[Match]:
    table = tables.of(rule, numbers)
    if table is None:
        return
    files = table.files
    linter = files[numbers[0]].linter
    readers = Readers(files)

    @lru_cache(maxsize=_KEPT)
    def example(row: int) -> Example | None:
        address = table.address(row)
        found = readers.at(address)
        return found and files[address.file].linter.example(found.record)

    for pair in linter.pairs(rule, table.columns, table.held_out()):
        likeness: float | None = 1.0
        if not pair.sure:
            one, other = example(pair.first), example(pair.second)
            likeness = None if one is None or other is None else linter.likeness(rule, one, other)
        if likeness is not None:
            yield Match(table.member(pair.first), table.member(pair.second), likeness)
