"""What all records together say: the statistic and group rules over the files of a dataset.

Files and their shards are looked at one by one (`shards`); here their facts and keys come together.
Statistic rules judge a *unit*, the files that make up one split; group rules with the scope `dataset` all
files, the training split first. The order in which files and shards were looked at changes
nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from finetooth.engine.locate import Found
from finetooth.engine.shards import Merged
from finetooth.engine.source import Source
from finetooth_rules.array import Framing
from finetooth_rules.features import Features
from finetooth_rules.finding import Finding
from finetooth_rules.lint import Linter
from finetooth_rules.record import Element, Record
from finetooth_rules.rule import GroupRule, StatisticRule


class Address(NamedTuple):
    """A record of a dataset: number of its file, and byte offset in it."""

    file: int
    offset: int


class JudgedFile(Protocol):
    """What judging reads of one file. Files with equal `unit` and profile make up one split."""

    @property
    def source(self) -> Source:
        """What records are read from again."""

    @property
    def linter(self) -> Linter:
        """The rules of its profile."""

    @property
    def features(self) -> Features:
        """The features its records were looked at with."""

    @property
    def merged(self) -> Merged:
        """What is known of its records."""

    @property
    def unit(self) -> str:
        """The files that are judged as one."""


@dataclass(slots=True)
class Verdicts:
    """Findings of one file: (byte offset, finding) of records, and those of the file as a whole."""

    of_records: list[tuple[int, Finding]] = field(default_factory=list)
    of_file: list[Finding] = field(default_factory=list)


def judged(files: Sequence[JudgedFile]) -> list[Verdicts]:
    """The findings of each file of one dataset, its files in order."""
    found = [Verdicts() for _ in files]
    units: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for number, file in enumerate(files):
        units[file.unit, file.linter.profile.fingerprint].append(number)
    for numbers in units.values():
        for rule in files[numbers[0]].linter.statistics:
            _judge_statistic(rule, files, numbers, found)
    for group, having in _groups_of(files, [*units.values()]):
        for address, finding in _judge_groups(group, files, having):
            found[address.file].of_records.append((address.offset, finding))
    return found


def _judge_statistic(
    rule: StatisticRule[Any, Any, Any],
    files: Sequence[JudgedFile],
    numbers: Sequence[int],
    found: Sequence[Verdicts],
) -> None:
    """One rule over the files of one split; what it says of all of them is put to the first."""
    first = files[numbers[0]]
    linter, code = first.linter, rule.code
    parts = [(number, part) for number in numbers for part in files[number].merged.parts]
    if any(code in part.broken for _, part in parts):
        return
    parts = [(number, part) for number, part in parts if code in part.facts]
    if not parts:
        return
    heads: list[Any] = []
    if rule.head_bytes is not None:
        # Only the first file has a head: what comes with another comes late.
        heads = [part.heads[code] if number == numbers[0] else rule.empty() for number, part in parts]
    verdict = linter.verdict(rule, [part.summaries[code] for _, part in parts], first.features, heads)
    picked: dict[str, Address] = {}
    if verdict is not None:
        for number, part in parts:
            of_records = found[number].of_records
            for offset, fact in zip(part.offsets, part.facts[code], strict=True):
                if fact is not None:
                    of_records += [(offset, finding) for finding in linter.judge(rule, fact, verdict)]
                    for label in linter.picks(rule, fact, verdict):
                        address = Address(number, offset)
                        picked[label] = min(picked.get(label, address), address)
    found[numbers[0]].of_file += linter.conclude(rule, verdict, picked)


def _groups_of(
    files: Sequence[JudgedFile], units: Sequence[Sequence[int]]
) -> Iterator[tuple[GroupRule, Sequence[int]]]:
    """The group rules, each with the files that it judges together."""
    rules = {rule.code: rule for file in files for rule in file.linter.groups}
    for code, rule in rules.items():
        has = [number for number, file in enumerate(files) if any(r.code == code for r in file.linter.groups)]
        if rule.scope == "dataset":
            yield rule, has
        else:
            for unit in units:
                yield rule, [number for number in unit if number in has]


def _judge_groups(
    rule: GroupRule, files: Sequence[JudgedFile], numbers: Sequence[int]
) -> Iterator[tuple[Address, Finding]]:
    members: dict[bytes, list[Address]] = {}
    for number in numbers:
        for part in files[number].merged.parts:
            for offset, several in zip(part.offsets, part.keys.get(rule.code, ()), strict=False):
                for key in several:
                    members.setdefault(key, []).append(Address(number, offset))
    if members:
        linter = files[numbers[0]].linter
        yield from linter.judge_groups(
            rule, members, lambda address: files[address.file].linter.profile.split
        )


class Reader:
    """Reads records of a merged file again, by address, for those findings that are shown."""

    def __init__(self, source: Source, merged: Merged) -> None:
        self._source = source
        self._parts = merged.parts
        self._starts = [part.start for part in merged.parts]
        self._bases = merged.bases()

    def record(
        self, offset: int, size: int, *, oversize: bool = False, column: int = 0, glue: bool = False
    ) -> Record:
        """The record whose slice is `size` bytes from `offset` on. Raises OSError."""
        raw = self._source.slice(offset, size)
        if self._source.framing is not Framing.ARRAY:
            return Record(raw, len(raw.splitlines()) or 1, oversize=oversize)
        element = Element(raw, len(raw.splitlines()) or 1, oversize=oversize)
        element.column, element.glue = column, glue
        return element

    def at(self, offset: int) -> tuple[int, Record] | None:
        """First line (from 0, in the file) and record at an offset."""
        number = bisect_right(self._starts, offset) - 1
        part = self._parts[number]
        index = bisect_right(part.offsets, offset) - 1
        if index < 0 or part.offsets[index] != offset:
            return None
        column = part.columns[index] if part.columns else 0
        return self._bases[number] + part.lines[index], self.record(offset, part.sizes[index], column=column)


class Readers:
    """Reads records of a dataset again, by their address."""

    def __init__(self, files: Sequence[JudgedFile]) -> None:
        self._files = files
        self._readers: dict[int, Reader] = {}

    def of(self, number: int) -> Reader:
        """The reader of one file."""
        if number not in self._readers:
            self._readers[number] = Reader(self._files[number].source, self._files[number].merged)
        return self._readers[number]

    def at(self, address: object) -> Found | None:
        """The record at an address; None where none begins there. Raises OSError."""
        assert isinstance(address, Address)
        found = self.of(address.file).at(address.offset)
        return found and Found(self._files[address.file].source.name, *found)
