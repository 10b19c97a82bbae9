"""Equal records of an open dataset.

Groups of equal records are kept as entries come and go, and only those that changed are judged anew. Each
document keeps its own; what the documents of a dataset have in common, and the files that are not open, is
judged in one place (`JointGroups`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from finetooth.engine.live.addresses import Address, FarAddress, ShutFile, locate
from finetooth.engine.live.blocks import Entry
from finetooth.engine.live.compare import Column, column
from finetooth_rules.finding import Finding
from finetooth_rules.lint import Linter
from finetooth_rules.rule import Grouping, GroupRule, Member

if TYPE_CHECKING:
    from finetooth.engine.live.document import Encoding
    from finetooth.engine.live.gather import Gatherer
    from finetooth.engine.live.index import LiveIndex

Put = Callable[[Entry, object, "tuple[Finding, ...]"], None]
"""Set what one origin says of an entry."""

_AT_ONCE: Final = 64
_LARGE: Final = 256
_NO_COLUMN: Final = Column((), (), (), Grouping(0, 0, 0))


class _Group:
    """The entries that share a key, each with its value. Nearly all groups are of one."""

    __slots__ = ("_counts", "values")

    def __init__(self) -> None:
        self.values: dict[Entry, int] = {}
        self._counts: Counter[int] | None = None

    def put(self, entry: Entry, value: int) -> None:
        self.values[entry] = value
        if self._counts is not None:
            self._counts[value] += 1
        elif len(self.values) > 1:
            self._counts = Counter(self.values.values())

    def take(self, entry: Entry) -> None:
        value = self.values.pop(entry)
        if self._counts is not None:
            self._counts[value] -= 1
            if not self._counts[value]:
                del self._counts[value]

    @property
    def value(self) -> int:
        """One of the values."""
        return next(iter(self.values.values()))

    @property
    def contested(self) -> bool:
        """Whether there are several."""
        return self._counts is not None and len(self._counts) > 1


class LiveGroups:
    """The groups of one rule in one document."""

    def __init__(self, rule: GroupRule, index: LiveIndex, split: str) -> None:
        self.rule = rule
        self.index = index
        self.split = split
        self.groups: dict[bytes, _Group] = {}
        self.joint: JointGroups | None = None

    def add(self, entry: Entry, key: bytes, value: int) -> None:
        """An entry has this key."""
        if self.joint is not None:
            self.joint.count(key, -1)
        group = self.groups.get(key)
        if group is None:
            group = self.groups[key] = _Group()
        group.put(entry, value)
        if self.joint is not None:
            self.joint.count(key, 1)
            self.joint.changed(key)

    def remove(self, entry: Entry, key: bytes) -> None:
        """It has it no longer."""
        if self.joint is not None:
            self.joint.count(key, -1)
        group = self.groups[key]
        group.take(entry)
        if not group.values:
            del self.groups[key]
        if self.joint is not None:
            self.joint.count(key, 1)
            self.joint.left(key)


class _Size(NamedTuple):
    """How many records a group has, and whether they have several values."""

    members: int
    contested: bool


class JointGroups:
    """The groups of one rule over the files of a dataset (of a split, where the rule judges files)."""

    def __init__(self, rule: GroupRule, put: Put) -> None:
        self._rule = rule
        self._put = put
        self._parts: Sequence[tuple[int, LiveGroups]] = ()
        self._shut: Sequence[tuple[int, ShutFile]] = ()
        self._begins: list[int] = [0]
        self._column = _NO_COLUMN
        self._unjudged: dict[bytes, None] = {}
        self._records = self._contested = self._contested_groups = 0
        self._spoke = True
        self._synced = True
        self.lost = False
        """Whether files that are not open have to be read again."""

    def set(
        self, parts: Sequence[tuple[int, LiveGroups]], shut: Sequence[tuple[int, ShutFile]], linter: Linter
    ) -> None:
        """Which files take part, each with its number in the dataset; `linter` is that of the first."""
        self._linter = linter
        same = [groups for _, groups in parts] == [groups for _, groups in self._parts]
        same = same and [file for _, file in shut] == [file for _, file in self._shut]
        self._parts, self._shut = parts, shut
        self._begins = [0, *accumulate(file.loaded.rows for _, file in shut)]
        for _, groups in parts:
            groups.joint = self
        if not same:
            self._synced = len(parts) == 1 and not shut and not parts[0][1].groups
            self._column = _NO_COLUMN
            self._records = self._contested = self._contested_groups = 0
            self.lost = False

    # -- counting -----------------------------------------------------------------------------------------

    def count(self, key: bytes, sign: int) -> None:
        """Count a group in, or out, for the rule that looks at how all records are grouped."""
        if self._rule.speaks is not None and self._synced:
            self._tally(self._size(key), sign)

    def _tally(self, size: _Size, sign: int) -> None:
        self._records += sign * size.members
        if size.contested:
            self._contested += sign * size.members
            self._contested_groups += sign

    def _size(self, key: bytes) -> _Size:
        first, last = self._shut_rows(key)
        size = self._alone(first, last)
        members, contested = size.members, size.contested
        value = self._column.values[first] if members else None
        for _, part in self._parts:
            group = part.groups.get(key)
            if group is not None:
                members += len(group.values)
                own = group.value
                contested = contested or group.contested or (value is not None and value != own)
                value = own
        return _Size(members, contested)

    def _alone(self, first: int, last: int) -> _Size:
        values = self._column.values
        contested = last - first > 1 and any(values[at] != values[first] for at in range(first, last))
        return _Size(last - first, contested)

    def _shut_rows(self, key: bytes) -> tuple[int, int]:
        """The rows of files that are not open which have this key: where in the column they are."""
        keys: Any = self._column.keys
        if not keys:
            return 0, 0
        wanted = key if isinstance(keys, list) else int.from_bytes(key, "little")
        first = bisect_left(keys, wanted)
        if first == len(keys) or keys[first] != wanted:
            return 0, 0
        return first, bisect_right(keys, wanted, first)

    def changed(self, key: bytes) -> None:
        """A group has one more."""
        if self._synced and (key in self._unjudged or self._is_group(key)):
            self._unjudged[key] = None

    def left(self, key: bytes) -> None:
        """A group has one less."""
        self._unjudged[key] = None

    def _is_group(self, key: bytes) -> bool:
        if len(self._parts) == 1 and not self._shut:
            group = self._parts[0][1].groups.get(key)
            return group is not None and len(group.values) > 1
        return self._size(key).members > 1

    # -- judging ------------------------------------------------------------------------------------------

    def steps(self, gatherer: Gatherer, encoding: Encoding) -> Iterator[Future[Any] | None]:
        """Judge the groups that changed; all of them, where the rule has begun to speak or fallen silent."""
        if not self._synced:
            yield from self._sync(gatherer)
        speaks = self._rule.speaks is None or self._rule.speaks(
            Grouping(self._records, self._contested, self._contested_groups)
        )
        if speaks is not self._spoke:
            for number, key in enumerate(self._keys()):
                if self._is_group(key):
                    self._unjudged[key] = None
                if number % _AT_ONCE == 0:
                    yield None
            self._spoke = speaks
        while self._unjudged:
            key, _ = self._unjudged.popitem()
            done = False
            try:
                yield from self._judge(key, speaks, gatherer, encoding)
                done = True
            finally:  # a pass may be dropped here
                if not done:
                    self._unjudged[key] = None

    def _keys(self) -> Iterator[bytes]:
        """The keys of all open documents, each once."""
        for number, (_, part) in enumerate(self._parts):
            before = [other.groups for _, other in self._parts[:number]]
            for key in part.groups:
                if not any(key in groups for groups in before):
                    yield key

    def _sync(self, gatherer: Gatherer) -> Iterator[Future[Any] | None]:
        """Count all anew after files came or went, and note what has to be judged."""
        self._column = _NO_COLUMN
        if self._shut:
            asked = gatherer.ask(column, self._rule.code, [file.token for _, file in self._shut])
            yield asked
            self._column = asked.result() or _NO_COLUMN
            self.lost = asked.result() is None
        self._records, self._contested, self._contested_groups = self._column.alone
        for number, key in enumerate(self._keys()):
            size = self._size(key)
            if self._rule.speaks is not None:
                self._tally(self._alone(*self._shut_rows(key)), -1)
                self._tally(size, 1)
            if size.members > 1 or self._is_told(key):
                self._unjudged[key] = None
            if number % _AT_ONCE == 0:
                yield None
        self._synced = True

    def _is_told(self, key: bytes) -> bool:
        """Whether something is said of a record of a group of one."""
        origin = (self._rule.code, key)
        groups = [part.groups[key] for _, part in self._parts if key in part.groups]
        return any(entry.judged and origin in entry.judged for group in groups for entry in group.values)

    def _judge(
        self, key: bytes, speaks: bool, gatherer: Gatherer, encoding: Encoding
    ) -> Iterator[Future[Any] | None]:
        groups = [(rank, part, part.groups[key]) for rank, part in self._parts if key in part.groups]
        if not groups:
            yield None
            return
        found: dict[Entry, list[Finding]] = {}
        size = self._size(key).members
        if speaks and size > 1:
            members: list[Member] = []
            for member in self._members(key, groups):
                if member is None:
                    yield None
                else:
                    members.append(member)
            if len(members) <= _LARGE or len(groups) + len(self._shut) > 1:  # else they come in order
                members.sort(key=lambda member: member.address)
            for number, (address, finding) in enumerate(self._linter.judge_group(self._rule, members)):
                if address.entry is not None:
                    found.setdefault(address.entry, []).append(finding)
                if number % _AT_ONCE == _AT_ONCE - 1:
                    yield None
        if self._rule.code in self._linter.broken:
            found = {}
        if self._shut:
            yield from locate((f for several in found.values() for f in several), gatherer, encoding)
        for _, _, group in groups:
            for number, entry in enumerate(list(group.values)):
                self._put(entry, (self._rule.code, key), tuple(found.get(entry, ())))
                if number % _AT_ONCE == _AT_ONCE - 1:
                    yield None
        yield None

    def told_with(self, entry: Entry, key: bytes) -> Iterator[tuple[Address, Finding] | None]:
        """What the rule says of the group of an entry, in all files; None where others may have their turn.
        Nothing of it is kept."""
        groups = [(rank, part, part.groups[key]) for rank, part in self._parts if key in part.groups]
        if not self._synced or not self._spoke or not any(entry in group.values for _, _, group in groups):
            return
        members: list[Member] = []
        for member in self._members(key, groups):
            if member is None:
                yield None
            else:
                members.append(member)
        members.sort(key=lambda member: member.address)
        yield from self._linter.judge_group(self._rule, members)

    def _members(
        self, key: bytes, groups: Sequence[tuple[int, LiveGroups, _Group]]
    ) -> Iterator[Member | None]:
        """The members of a group; None where others may have their turn."""
        for rank, part, group in groups:
            for address in _addresses(rank, part, group):
                if address is None:
                    yield None
                else:
                    assert address.entry is not None
                    yield Member(address, key, part.split, group.values[address.entry])
        for number, at in enumerate(range(*self._shut_rows(key))):
            row = self._column.rows[at]
            file_number = bisect_right(self._begins, row) - 1
            rank, file = self._shut[file_number]
            row -= self._begins[file_number]
            address = FarAddress((rank, row, 0), file, row)
            yield Member(address, key, file.listed.membership.split, self._column.values[at])
            if number % _AT_ONCE == _AT_ONCE - 1:
                yield None


def _addresses(rank: int, part: LiveGroups, group: _Group) -> Iterator[Address | None]:
    """The places of the entries of a group in one document; None where others may have their turn."""
    index = part.index
    if len(group.values) <= _LARGE:
        for number, entry in enumerate(group.values):
            yield Address((rank, *index.blocks.place(entry)[:2]), entry, index)
            if number % _AT_ONCE == _AT_ONCE - 1:
                yield None
        return
    for block_number, block in enumerate(index.blocks):
        for at, entry in enumerate(block.entries):
            if entry in group.values:
                yield Address((rank, block_number, at), entry, index)
        yield None
