"""Nearly equal records of an open dataset.

Near copies are looked for among all records in the worker, once for every pause; it is sent the blocks of
records that changed. How alike two records are is remembered for as long as both stay as they are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future
from itertools import accumulate, count
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from finetooth.engine.live.addresses import Address, FarAddress, ShutFile, locate
from finetooth.engine.live.blocks import Entry
from finetooth.engine.live.compare import Paired, Segment, Side, likeness, pairs
from finetooth_rules.dataset import gathered_by
from finetooth_rules.finding import Finding
from finetooth_rules.rule import Match, Member, NearRule
from finetooth_rules.splits import TRAIN

if TYPE_CHECKING:
    from finetooth.engine.live.document import Encoding
    from finetooth.engine.live.groups import Put
    from finetooth.engine.live.judge import Judge
    from finetooth.engine.live.records import Layout

_AT_ONCE: Final = 64
_COMPARED_AT_ONCE: Final = 32
_NUMBERS: Final = count(1)
"""Numbers for what is sent to a worker, never given twice in this process."""

Handle: TypeAlias = "Entry | tuple[str, int]"
"""A record: an entry, or the row of a file that is not open."""


class _Members:
    """The records that the rows of some files are, one file after the other."""

    def __init__(
        self, files: Sequence[Judge | ShutFile], entries: Sequence[Sequence[Entry]], sizes: Sequence[int]
    ) -> None:
        self._files = files
        self._entries = entries
        self._begins = [0, *accumulate(sizes)]

    def _find(self, row: int) -> tuple[int, int]:
        number = bisect_right(self._begins, row) - 1
        return number, row - self._begins[number]

    def handle(self, row: int) -> Handle:
        """What stands for a record."""
        number, row = self._find(row)
        file = self._files[number]
        return (file.token, row) if isinstance(file, ShutFile) else self._entries[number][row]

    def at(self, row: int) -> Member:
        """A record as rules see it."""
        number, row = self._find(row)
        file = self._files[number]
        # The row is as good a rank as the place.
        if isinstance(file, ShutFile):
            return Member(FarAddress((number, row, 0), file, row), b"", file.listed.membership.split)
        return Member(Address((number, row, 0), self._entries[number][row], file.index), b"", file.split)

    def side(self, row: int) -> Side:
        """A record as the worker reads it."""
        number, row = self._find(row)
        file = self._files[number]
        if isinstance(file, ShutFile):
            return file.token, row
        entry = self._entries[number][row]
        return file.index.raw_record(entry, file.index.blocks.place(entry)[2])


class LiveNear:
    """The near rules that share how they look for copies."""

    def __init__(self, rules: Sequence[NearRule], put: Put) -> None:
        self._rules = rules
        self._name = gathered_by(rules[0])
        self._put = put
        self._files: Sequence[Judge | ShutFile] = ()
        self._likeness: dict[tuple[Handle, Handle], float | None] = {}
        self._told: dict[str, set[Entry]] = {rule.code: set() for rule in rules}
        self._number = next(_NUMBERS)
        self._sent: frozenset[int] = frozenset()
        self._seen = -1
        self.lost = False
        """Whether files that are not open have to be read again."""

    def set(self, files: Sequence[Judge | ShutFile]) -> None:
        """Which files take part, in order."""
        self._files = files
        self._seen = -1
        self.lost = False

    def forget(self) -> None:
        """Say nothing any more."""
        for rule in self._rules:
            for entry in self._told[rule.code]:
                self._put(entry, rule.code, ())

    def steps(
        self, version: int, layouts: Mapping[str, Layout], encoding: Encoding
    ) -> Iterator[Future[Any] | None]:
        """Look for near copies, if the records are not those of this version."""
        layout = layouts.get(self._name)
        judges = [file for file in self._files if not isinstance(file, ShutFile)]
        if self._seen == version or layout is None or not judges:
            return
        first = judges[0]
        rows: list[list[Entry]] = []
        paired: Paired | None = None
        for _ in range(2):  # once more, where the worker knows nothing of what was sent
            rows.clear()
            segments: list[Segment] = []
            for file in self._files:
                entries, segment = yield from self._segment(file)
                rows.append(entries)
                segments.append(segment)
            asked = first.gatherer.ask(pairs, self._rules[0].code, layout, self._number, segments)
            yield asked
            paired = asked.result()
            if paired is not None:
                break
            self._sent = frozenset()
        self.lost = paired is None
        if paired is None:
            return
        self._sent = frozenset(block for segment in segments for block, _ in segment.blocks)
        members = _Members(self._files, rows, paired.sizes)
        yield from self._compare(
            members, [(one, other) for one, other, sure in paired.pairs if not sure], first
        )
        known = {}
        matches: list[Match] = []
        for number, (one, other, sure) in enumerate(paired.pairs):
            pair = members.handle(one), members.handle(other)
            alike = 1.0 if sure else self._likeness.get(pair)
            known[pair] = alike
            if alike is not None:
                matches.append(Match(members.at(one), members.at(other), alike))
            if number % _AT_ONCE == _AT_ONCE - 1:
                yield None
        self._likeness = known
        for rule in self._rules:
            yield from self._tell(rule, matches, first, encoding)
        self._seen = version

    def _segment(self, file: Judge | ShutFile) -> Generator[None, None, tuple[list[Entry], Segment]]:
        """The entries of a file that have rows, and what is sent of it."""
        if isinstance(file, ShutFile):
            return [], Segment(file.listed.membership.split != TRAIN, file.token)
        entries: list[Entry] = []
        blocks: list[tuple[int, bytes | None]] = []
        for block in file.index.blocks:
            there = [
                (entry, entry.rows[self._name])
                for entry in block.entries
                if entry.rows is not None and self._name in entry.rows
            ]
            if there:
                entries += (entry for entry, _ in there)
                if block.rows_id is None:
                    block.rows_id = next(_NUMBERS)
                known = block.rows_id in self._sent
                data = None if known else b"".join([row for _, row in there])
                blocks.append((block.rows_id, data))
            yield None
        return entries, Segment(file.split != TRAIN, "", tuple(blocks))

    def _compare(
        self, members: _Members, asked_of: Sequence[tuple[int, int]], first: Judge
    ) -> Iterator[Future[Any] | None]:
        """Ask how alike the records of these pairs are, where that is not known."""
        new = {(members.handle(one), members.handle(other)): (one, other) for one, other in asked_of}
        new = {pair: rows for pair, rows in new.items() if pair not in self._likeness}
        left = [*new.items()]
        for start in range(0, len(left), _COMPARED_AT_ONCE):
            some = left[start : start + _COMPARED_AT_ONCE]
            sides = [(members.side(one), members.side(other)) for _, (one, other) in some]
            asked = first.gatherer.ask(likeness, self._rules[0].code, sides)
            yield asked
            self._likeness.update(zip((pair for pair, _ in some), asked.result(), strict=True))

    def _tell(
        self, rule: NearRule, matches: Sequence[Match], first: Judge, encoding: Encoding
    ) -> Iterator[Future[Any] | None]:
        found: dict[Entry, list[Finding]] = {}
        for address, finding in first.linter.judge_matches(rule, matches):
            if address.entry is not None:
                found.setdefault(address.entry, []).append(finding)
        yield from locate((f for several in found.values() for f in several), first.gatherer, encoding)
        before = self._told[rule.code]
        for number, entry in enumerate({*before, *found}):
            self._put(entry, rule.code, tuple(found.get(entry, ())))
            if number % _AT_ONCE == _AT_ONCE - 1:
                yield None
        self._told[rule.code] = set(found)
        yield None
