"""Equal and nearly equal records of an open document.

Groups of equal records are kept as entries come and go, and only those that changed are judged anew. Near
copies are looked for among all records in the worker, once for every pause; how alike two records are is
remembered for as long as both stay as they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from functools import total_ordering
from typing import TYPE_CHECKING, Any, Final

from finetooth.engine.live_blocks import Entry
from finetooth.engine.live_gather import Gathered, Gatherer, Layout, RawRecord
from finetooth_rules.dataset import gathered_by
from finetooth_rules.finding import Finding
from finetooth_rules.lint import Linter
from finetooth_rules.rule import Grouping, GroupRule, Match, Member, NearRule, Pair

if TYPE_CHECKING:
    from finetooth.engine.live import LiveIndex

Put = Callable[[Entry, object, "tuple[Finding, ...]"], None]
"""Set what one origin says of an entry."""

_AT_ONCE: Final = 64
_LARGE: Final = 256
_COMPARED_AT_ONCE: Final = 32


@total_ordering
class Address:
    """A record as group rules see it: ordered by its place when judged, and good for finding it later."""

    __slots__ = ("_rank", "entry")

    def __init__(self, rank: tuple[int, int], entry: Entry) -> None:
        self._rank = rank
        self.entry = entry

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Address) and other.entry is self.entry

    def __lt__(self, other: Address) -> bool:
        return self._rank < other._rank

    def __hash__(self) -> int:
        return id(self.entry)


class _Group:
    """The entries that share a key, each with its value."""

    __slots__ = ("counts", "values")

    def __init__(self) -> None:
        self.values: dict[Entry, int] = {}
        self.counts: Counter[int] = Counter()


class LiveGroups:
    """The groups of one rule."""

    def __init__(self, rule: GroupRule, index: LiveIndex, linter: Linter, put: Put) -> None:
        self._rule = rule
        self._index = index
        self._linter = linter
        self._put = put
        self._groups: dict[bytes, _Group] = {}
        self._unjudged: dict[bytes, None] = {}
        self._records = self._contested = self._contested_groups = 0
        self._spoke = True

    def add(self, entry: Entry, key: bytes, value: int) -> None:
        """An entry has this key."""
        group = self._groups.setdefault(key, _Group())
        self._count(group, -1)
        group.values[entry] = value
        group.counts[value] += 1
        self._count(group, 1)
        if len(group.values) > 1:
            self._unjudged[key] = None

    def remove(self, entry: Entry, key: bytes) -> None:
        """It has it no longer."""
        group = self._groups[key]
        self._count(group, -1)
        value = group.values.pop(entry)
        group.counts[value] -= 1
        group.counts += Counter()  # without what is zero now
        self._count(group, 1)
        if not group.values:
            del self._groups[key]
        self._unjudged[key] = None

    def _count(self, group: _Group, sign: int) -> None:
        members = len(group.values)
        self._records += sign * members
        if len(group.counts) > 1:
            self._contested += sign * members
            self._contested_groups += sign

    def steps(self) -> Iterator[None]:
        """Judge the groups that changed; all of them, where the rule has begun to speak or fallen silent."""
        speaks = self._rule.speaks is None or self._rule.speaks(
            Grouping(self._records, self._contested, self._contested_groups)
        )
        if speaks is not self._spoke:
            self._unjudged.update((key, None) for key, group in self._groups.items() if len(group.values) > 1)
            self._spoke = speaks
        while self._unjudged:
            key, _ = self._unjudged.popitem()
            done = False
            try:
                yield from self._judge(key, speaks)
                done = True
            finally:  # a pass may be dropped here
                if not done:
                    self._unjudged[key] = None

    def _judge(self, key: bytes, speaks: bool) -> Iterator[None]:
        group = self._groups.get(key)
        if group is None:
            yield
            return
        found: dict[Entry, list[Finding]] = {}
        if speaks and len(group.values) > 1:
            members: list[Member] = []
            for address in self._addresses(group):
                if address is None:
                    yield
                else:
                    split = self._linter.profile.split
                    members.append(Member(address, key, split, group.values[address.entry]))
            if len(members) <= _LARGE:  # else they come in order
                members.sort(key=lambda member: member.address)
            for number, (address, finding) in enumerate(self._linter.judge_group(self._rule, members)):
                found.setdefault(address.entry, []).append(finding)
                if number % _AT_ONCE == _AT_ONCE - 1:
                    yield
        if self._rule.code in self._linter.broken:
            found = {}
        for number, entry in enumerate(list(group.values)):
            self._put(entry, (self._rule.code, key), tuple(found.get(entry, ())))
            if number % _AT_ONCE == _AT_ONCE - 1:
                yield
        yield

    def _addresses(self, group: _Group) -> Iterator[Address | None]:
        """The places of the entries of a group; None where others may have their turn."""
        blocks = self._index.blocks
        if len(group.values) <= _LARGE:
            for number, entry in enumerate(group.values):
                yield Address(blocks.place(entry)[:2], entry)
                if number % _AT_ONCE == _AT_ONCE - 1:
                    yield None
            return
        for number, block in enumerate(blocks):
            for at, entry in enumerate(block.entries):
                if entry in group.values:
                    yield Address((number, at), entry)
            yield None


class LiveNear:
    """The near rules that share how they look for copies."""

    def __init__(
        self, rules: Sequence[NearRule], index: LiveIndex, linter: Linter, gatherer: Gatherer, put: Put
    ) -> None:
        self._rules = rules
        self._name = gathered_by(rules[0])
        self._index = index
        self._linter = linter
        self._gatherer = gatherer
        self._put = put
        self._likeness: dict[tuple[Entry, Entry], float | None] = {}
        self._told: dict[str, set[Entry]] = {rule.code: set() for rule in rules}
        self.stale = False
        """Whether a record came or went since they were last looked for."""
        self._layout: Layout = ()

    def received(self, gathered: Gathered) -> None:
        """More is known of some records."""
        if self._name in gathered.rows:
            self._layout = gathered.rows[self._name][0]
            self.stale = True

    def steps(self) -> Iterator[Future[Any] | None]:
        """Look for near copies, if anything changed."""
        if not self.stale:
            return
        entries: list[Entry] = []
        rows: list[bytes] = []
        for block in self._index.blocks:
            for entry in block.entries:
                if entry.rows is not None and self._name in entry.rows:
                    entries.append(entry)
                    rows.append(entry.rows[self._name])
            yield None
        asked = self._gatherer.pairs(self._rules[0].code, self._layout, rows)
        yield asked
        pairs: list[Pair] = asked.result()
        yield from self._compare([(entries[p.first], entries[p.second]) for p in pairs if not p.sure])
        known = {}
        matches: list[Match] = []
        split = self._linter.profile.split
        for number, pair in enumerate(pairs):
            one, other = entries[pair.first], entries[pair.second]
            likeness = 1.0 if pair.sure else self._likeness.get((one, other))
            known[one, other] = likeness
            if likeness is not None:
                # The row is as good a rank as the place.
                first = Member(Address((0, pair.first), one), b"", split)
                second = Member(Address((0, pair.second), other), b"", split)
                matches.append(Match(first, second, likeness))
            if number % _AT_ONCE == _AT_ONCE - 1:
                yield None
        self._likeness = known
        for rule in self._rules:
            yield from self._tell(rule, matches)
        self.stale = False

    def _compare(self, pairs: Sequence[tuple[Entry, Entry]]) -> Iterator[Future[Any] | None]:
        """Ask how alike the records of these pairs are, where that is not known."""
        new = [pair for pair in pairs if pair not in self._likeness]
        for start in range(0, len(new), _COMPARED_AT_ONCE):
            some = new[start : start + _COMPARED_AT_ONCE]
            asked = self._gatherer.likeness(
                self._rules[0].code, [(self._raw(one), self._raw(other)) for one, other in some]
            )
            yield asked
            self._likeness.update(zip(some, asked.result(), strict=True))

    def _raw(self, entry: Entry) -> RawRecord:
        return self._index.raw_record(entry, self._index.blocks.place(entry)[2])

    def _tell(self, rule: NearRule, matches: Sequence[Match]) -> Iterator[None]:
        found: dict[Entry, list[Finding]] = {}
        for address, finding in self._linter.judge_matches(rule, matches):
            found.setdefault(address.entry, []).append(finding)
        before = self._told[rule.code]
        for number, entry in enumerate({*before, *found}):
            self._put(entry, rule.code, tuple(found.get(entry, ())))
            if number % _AT_ONCE == _AT_ONCE - 1:
                yield
        self._told[rule.code] = set(found)
        yield
