"""The rules that look at more than one record, or need features, over the entries of an open document.

Everything is kept where an edit can drop it alone: facts and keys with the entry, summaries with the block.
A pass gathers what is missing, summarises the blocks that changed, fits, and judges anew only where a
verdict or a group changed. A pass may be dropped at any yield and begun again: what is done stays done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from functools import total_ordering
from typing import TYPE_CHECKING, Any, Final

from finetooth.engine.live_blocks import Block, Entry
from finetooth.engine.live_gather import Gathered, Gatherer, RawRecord
from finetooth_rules.finding import Finding
from finetooth_rules.lint import Linter
from finetooth_rules.rule import GroupRule, StatisticRule

if TYPE_CHECKING:
    from finetooth.engine.live import LiveIndex

_ADDED_AT_ONCE: Final = 32
_JUDGED_AT_ONCE: Final = 32
_MEASURED: Final = "measured"
NO_RECORD: Final = RawRecord(b"", 1, False)


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


class Judge:
    """State of the rules beyond a single keystroke."""

    def __init__(self, index: LiveIndex, linter: Linter, gatherer: Gatherer) -> None:
        self._index = index
        self._linter = linter
        self._gatherer = gatherer
        self._codes = tuple(rule.code for rule in linter.statistics)
        self._verdicts: dict[str, Any] = {}
        self._concluded: dict[str, tuple[Finding, ...]] = {}
        self._members: dict[str, dict[bytes, list[Entry]]] = {rule.code: {} for rule in linter.groups}
        self._unjudged: dict[str, dict[bytes, None]] = {rule.code: {} for rule in linter.groups}
        self._done = False

    @property
    def settled(self) -> bool:
        """Whether a pass ended and nothing changed since."""
        return self._done

    def unsettle(self) -> None:
        """The document was edited: another pass is needed."""
        self._done = False

    def of_file(self) -> list[Finding]:
        """Findings of the file as a whole."""
        selected = self._linter.profile.selected
        return [f for several in self._concluded.values() for f in several if f.code in selected]

    def forget(self, entry: Entry) -> None:
        """An entry that has keys leaves the document."""
        for code, key in entry.keys:
            members = self._members[code][key]
            members.remove(entry)
            if not members:
                del self._members[code][key]
            self._unjudged[code][key] = None
        entry.keys = ()

    def steps(self) -> Iterator[Future[Any] | None]:
        """One pass."""
        self._done = False
        yield from self._gather()
        for number, rule in enumerate(self._linter.statistics):
            yield from self._judge_statistic(number, rule)
        for block in self._index.blocks:
            for entry in block.entries:
                entry.fresh = False
            yield None
        for group in self._linter.groups:
            yield from self._judge_groups(group)
        self._done = True

    # -- gathering ----------------------------------------------------------------------------------------

    def _gather(self) -> Iterator[Future[Any] | None]:
        """Ask for what is missing; one batch is worked on while the next is put together."""
        asked: deque[tuple[list[Entry], Future[Gathered]]] = deque()
        for entries, records in self._missing():
            asked.append((entries, self._gatherer.gather(records)))
            yield None
            if len(asked) > 1:
                yield from self._receive(*asked.popleft())
        while asked:
            yield from self._receive(*asked.popleft())
        for block in self._index.blocks:
            block.stale = any(entry.pending for entry in block.entries) if block.stale else False

    def _missing(self) -> Iterator[tuple[list[Entry], list[RawRecord]]]:
        """The settled entries that have no facts yet, and their records, in batches."""
        entries: list[Entry] = []
        records: list[RawRecord] = []
        size = 0
        for block in self._index.blocks:
            if not block.stale:
                continue
            line = self._index.blocks.start(block)
            for entry in block.entries:
                if entry.facts is None and not entry.pending:
                    record = NO_RECORD if entry.glue else self._index.raw_record(entry, line)
                    entries.append(entry)
                    records.append(record)
                    size += len(record.raw)
                    if len(entries) == self._gatherer.batch_records or size > self._gatherer.batch_bytes:
                        yield entries, records
                        entries, records, size = [], [], 0
                line += entry.lines
        if entries:
            yield entries, records

    def _receive(self, entries: list[Entry], asked: Future[Gathered]) -> Iterator[Future[Any] | None]:
        yield asked
        gathered = asked.result()
        facts, keys = gathered.facts, gathered.keys
        self._linter.broken.update(gathered.broken)
        for number, entry in enumerate(entries):
            entry.facts = tuple(facts[code][number] if code in facts else None for code in self._codes)
            entry.keys = tuple(
                (code, key) for code, column in keys.items() for key in dict.fromkeys(column[number])
            )
            for code, key in entry.keys:
                members = self._members[code].setdefault(key, [])
                members.append(entry)
                if len(members) > 1:
                    self._unjudged[code][key] = None
            self._put(entry, _MEASURED, gathered.measured[number])
            if number % _ADDED_AT_ONCE == 0:
                yield None

    # -- statistic rules ----------------------------------------------------------------------------------

    def _judge_statistic(
        self, number: int, rule: StatisticRule[Any, Any, Any]
    ) -> Iterator[Future[Any] | None]:
        code = rule.code
        total = rule.empty()
        for block in self._index.blocks:
            if code not in block.summaries:
                yield from self._summarise(number, rule, block)
            total = self._guarded(rule, rule.merge, total, block.summaries[code])
            yield None
        verdict = None
        if code not in self._linter.broken:
            head = None if rule.head_bytes is None else (yield from self._head(number, rule, total))
            fitted = self._gatherer.fit(code, total, head)
            yield fitted
            verdict = fitted.result()
        fresh_only = code in self._verdicts and _same(self._verdicts[code], verdict)
        if not fresh_only:
            self._verdicts.pop(code, None)  # until every record is judged by the new one
        for block in self._index.blocks:
            for at, entry in enumerate(block.entries):
                if entry.facts is None or (fresh_only and not entry.fresh):
                    continue
                fact = entry.facts[number]
                self._put(entry, code, () if fact is None else tuple(self._linter.judge(rule, fact, verdict)))
                if at % _JUDGED_AT_ONCE == 0:
                    yield None
            yield None
        picked: dict[str, Address] = {}
        if verdict is not None and rule.picks is not None:
            picked = yield from self._pick(number, rule, verdict)
        self._concluded[code] = tuple(self._linter.conclude(rule, verdict, picked))
        self._verdicts[code] = verdict

    def _pick(
        self, number: int, rule: StatisticRule[Any, Any, Any], verdict: Any
    ) -> Generator[None, None, dict[str, Address]]:
        """The first record of each label that the rule wants to show."""
        picked: dict[str, Address] = {}
        for block_number, block in enumerate(self._index.blocks):
            for at, entry in enumerate(block.entries):
                fact = entry.facts[number] if entry.facts else None
                if fact is not None:
                    for label in self._linter.picks(rule, fact, verdict):
                        if label not in picked:
                            picked[label] = Address((block_number, at), entry)
                if at % _JUDGED_AT_ONCE == 0:
                    yield None
        return picked

    def _summarise(self, number: int, rule: StatisticRule[Any, Any, Any], block: Block) -> Iterator[None]:
        summary = rule.empty()
        for at, entry in enumerate(block.entries):
            fact = entry.facts[number] if entry.facts else None
            if fact is not None:
                summary = self._guarded(rule, rule.add, summary, fact)
                if at % _ADDED_AT_ONCE == 0:
                    yield None
        block.summaries[rule.code] = summary

    def _head(
        self, number: int, rule: StatisticRule[Any, Any, Any], whole: Any
    ) -> Generator[None, None, Any]:
        """The summary of the records that begin in the head of the document; `whole` where all of them do.

        Only lines of the head are measured, so it costs the same in a document of any size.
        """
        assert rule.head_bytes is not None
        room = rule.head_bytes(self._linter.options(rule.code))
        lines = self._index.document.lines
        total = rule.empty()
        line = offset = 0
        for block in self._index.blocks:
            size = sum(map(len, lines[line : line + block.lines]))
            if offset + size <= room:
                total = self._guarded(rule, rule.merge, total, block.summaries[rule.code])
                offset += size
                line += block.lines
                yield None
                continue
            for at, entry in enumerate(block.entries):
                if offset + entry.at > room:
                    return total
                fact = entry.facts[number] if entry.facts else None
                if fact is not None:
                    total = self._guarded(rule, rule.add, total, fact)
                offset += sum(map(len, lines[line : line + entry.lines]))
                line += entry.lines
                if at % _ADDED_AT_ONCE == 0:
                    yield None
        return whole

    def _guarded(
        self, rule: StatisticRule[Any, Any, Any], function: Callable[..., Any], *arguments: Any
    ) -> Any:
        """What a rule's function returns; None once it has raised (its rule is switched off then)."""
        return next(iter(self._linter.listed(rule, lambda: (function(*arguments),))), None)

    # -- group rules --------------------------------------------------------------------------------------

    def _judge_groups(self, rule: GroupRule) -> Iterator[None]:
        unjudged = self._unjudged[rule.code]
        while unjudged:
            key = next(iter(unjudged))
            members = self._members[rule.code].get(key, ())
            found: dict[Entry, list[Finding]] = {}
            if len(members) > 1:
                addresses = [self._address(entry) for entry in members]
                for address, finding in self._linter.judge_groups(rule, {key: addresses}):
                    found.setdefault(address.entry, []).append(finding)
            for entry in members:
                self._put(entry, (rule.code, key), tuple(found.get(entry, ())))
            del unjudged[key]
            yield None

    def _address(self, entry: Entry) -> Address:
        number, index, _ = self._index.blocks.place(entry)
        return Address((number, index), entry)

    @staticmethod
    def _put(entry: Entry, origin: object, findings: tuple[Finding, ...]) -> None:
        """Set what one origin says of an entry; only a change drops what is drawn."""
        before = entry.judged.get(origin, ()) if entry.judged else ()
        if before == findings:
            return
        if entry.judged is None:
            entry.judged = {}
        if findings:
            entry.judged[origin] = findings
        else:
            del entry.judged[origin]
        entry.merged = entry.rendered = None
        if entry.block is not None:
            entry.block.flagged = None


def _same(one: Any, other: Any) -> bool:
    """Whether two verdicts are equal; arrays, which have no single answer, count as different."""
    try:
        return bool(one == other)
    except ValueError:
        return False
