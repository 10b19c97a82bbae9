"""The rules that look at more than one record, or need features, over the entries of an open document.

Everything is kept where an edit can drop it alone: facts and keys with the entry, summaries with the block.
A pass (see `live_dataset`) gathers what is missing, summarises the blocks that changed, fits, and judges anew
only where a verdict or a group changed. A pass may be dropped at any yield and begun again: what is done
stays done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from finetooth.engine.live.addresses import Address, FarAddress, ShutFile, locate
from finetooth.engine.live.blocks import CARRIED, Block, Entry
from finetooth.engine.live.compare import pick
from finetooth.engine.live.dataset import LiveDataset, put
from finetooth.engine.live.files import Order
from finetooth.engine.live.gather import Gathered, Gatherer, facts
from finetooth.engine.live.groups import LiveGroups
from finetooth.engine.live.records import RawRecord
from finetooth_rules.finding import Finding
from finetooth_rules.lint import Linter
from finetooth_rules.rule import StatisticRule

if TYPE_CHECKING:
    from finetooth.engine.live.index import LiveIndex

_ADDED_AT_ONCE: Final = 32
_JUDGED_AT_ONCE: Final = 32
_FILLED_AT_ONCE: Final = 16
_MEASURED: Final = "measured"
NO_RECORD: Final = RawRecord(b"", 1, False)


class Standing(NamedTuple):
    """What a document is in its dataset: its place, the files that statistic rules judge as one with it, and
    its path without links.
    """

    order: Order = (0, "")
    unit: str = ""
    real: str = ""


class Judge:
    """State of the rules beyond a single keystroke. `judged` is the version of the dataset that was."""

    def __init__(self, index: LiveIndex, linter: Linter, gatherer: Gatherer) -> None:
        self.index = index
        self.linter = linter
        self.gatherer = gatherer
        self.split = linter.profile.split
        self.standing = Standing()
        self.changes = 0
        """Counts up whenever a record came, went, or more is known of one."""
        self.judged = -1
        self._carried: list[Entry] = []
        self._codes = tuple(rule.code for rule in linter.statistics)
        self._verdicts: dict[str, Any] = {}
        self._concluded: dict[str, tuple[Finding, ...]] = {}
        self._judged_with: tuple[tuple[object, object], ...] = ()
        self.groups = {rule.code: LiveGroups(rule, index, self.split) for rule in linter.groups}
        self.dataset = LiveDataset()
        self.dataset.join(self)

    @property
    def settled(self) -> bool:
        """Whether a pass ended and nothing changed since."""
        return self.judged == self.dataset.version and not self.dataset.reading

    def stand(self, dataset: LiveDataset, standing: Standing) -> None:
        """Become a part of a dataset."""
        self.dataset.leave(self)
        self.standing = standing
        dataset.join(self)

    def part(self) -> None:
        """Belong to no dataset any more."""
        for groups in self.groups.values():
            groups.joint = None

    def unsettle(self) -> None:
        """The document was edited: another pass is needed."""
        self.changes += 1
        self.dataset.version += 1

    def carry(self, entry: Entry, findings: tuple[Finding, ...]) -> None:
        """Show of a record that was edited what was said before, until the next pass ends."""
        put(entry, CARRIED, findings)
        self._carried.append(entry)

    def conclude(self, version: int) -> None:
        """A pass over this version of the dataset ended."""
        self.judged = version
        for entry in self._carried:
            put(entry, CARRIED, ())
        self._carried.clear()

    def of_file(self) -> list[Finding]:
        """Findings of the file as a whole."""
        selected = self.linter.profile.selected
        return [f for several in self._concluded.values() for f in several if f.code in selected]

    def forget(self, entry: Entry) -> None:
        """An entry that has keys or rows leaves the document."""
        for code, key in entry.keys:
            self.groups[code].remove(entry, key)
        entry.keys = ()
        if entry.rows is not None:
            entry.rows = None
            self.dataset.rows_version += 1

    # -- gathering ----------------------------------------------------------------------------------------

    def gather_steps(self) -> Iterator[Future[Any] | None]:
        """Ask for what is missing; one batch is worked on while the next is put together."""
        asked: deque[tuple[list[Entry], Future[Gathered]]] = deque()
        for entries, records in self._missing():
            asked.append((entries, self.gatherer.gather(records)))
            yield None
            if len(asked) > 1:
                yield from self._receive(*asked.popleft())
        while asked:
            yield from self._receive(*asked.popleft())
        for block in self.index.blocks:
            block.stale = any(entry.pending for entry in block.entries) if block.stale else False

    def _missing(self) -> Iterator[tuple[list[Entry], list[RawRecord]]]:
        """The settled entries that have no facts yet, and their records, in batches."""
        entries: list[Entry] = []
        records: list[RawRecord] = []
        size = 0
        for block in self.index.blocks:
            if not block.stale:
                continue
            line = self.index.blocks.start(block)
            for entry in block.entries:
                if entry.facts is None and not entry.pending:
                    record = NO_RECORD if entry.glue else self.index.raw_record(entry, line)
                    entries.append(entry)
                    records.append(record)
                    size += len(record.raw)
                    if len(entries) == self.gatherer.batch_records or size > self.gatherer.batch_bytes:
                        yield entries, records
                        entries, records, size = [], [], 0
                line += entry.lines
        if entries:
            yield entries, records

    def _receive(self, entries: list[Entry], asked: Future[Gathered]) -> Iterator[Future[Any] | None]:
        yield asked
        gathered = asked.result()
        facts_of, keys = gathered.facts, gathered.keys
        self.linter.broken.update(gathered.broken)
        self.changes += 1
        for name, (layout, _) in gathered.rows.items():
            self.dataset.layouts[name] = layout
            self.dataset.rows_version += 1
        for number, entry in enumerate(entries):
            entry.facts = tuple(facts_of[code][number] if code in facts_of else None for code in self._codes)
            keys_of = [(code, key, value) for code, column in keys.items() for key, value in column[number]]
            entry.keys = tuple((code, key) for code, key, _ in keys_of)
            for code, key, value in keys_of:
                self.groups[code].add(entry, key, value)
            entry.rows = {name: rows[number] for name, (_, rows) in gathered.rows.items()}
            if entry.block is not None:
                entry.block.rows_id = None
            put(entry, _MEASURED, gathered.measured[number])
            if number % _ADDED_AT_ONCE == 0:
                yield None

    # -- statistic rules ----------------------------------------------------------------------------------

    def statistic_steps(self) -> Iterator[Future[Any] | None]:
        """Judge by all records of the split, where one of its files changed."""
        unit = self.dataset.unit(self)
        state = tuple((file, file.token if isinstance(file, ShutFile) else file.changes) for file in unit)
        if state == self._judged_with:
            return
        for number, rule in enumerate(self.linter.statistics):
            yield from self._judge_statistic(number, rule, unit)
        for block in self.index.blocks:
            for entry in block.entries:
                entry.fresh = False
            yield None
        self._judged_with = state

    def _judge_statistic(
        self, number: int, rule: StatisticRule[Any, Any, Any], unit: Sequence[Judge | ShutFile]
    ) -> Iterator[Future[Any] | None]:
        code = rule.code
        own, total = yield from self._totals(number, rule, unit)
        if rule.lacks is not None and total is not None and rule.lacks(total):
            for file in unit:
                if not isinstance(file, ShutFile):
                    yield from file._fill(number, rule)
            own, total = yield from self._totals(number, rule, unit)
        verdict = None
        if code not in self.linter.broken:
            head = None
            if rule.head_bytes is not None:
                head = yield from self._head_of(unit[0], number, rule, own)
            fitted = self.gatherer.fit(code, total, head)
            yield fitted
            verdict = fitted.result()
        fresh_only = code in self._verdicts and _same(self._verdicts[code], verdict)
        if not fresh_only:
            self._verdicts.pop(code, None)  # until every record is judged by the new one
        for block in self.index.blocks:
            for at, entry in enumerate(block.entries):
                if entry.facts is None or (fresh_only and not entry.fresh):
                    continue
                fact = entry.facts[number]
                put(entry, code, () if fact is None else tuple(self.linter.judge(rule, fact, verdict)))
                if at % _JUDGED_AT_ONCE == 0:
                    yield None
            yield None
        concluded: tuple[Finding, ...] = ()
        if unit[0] is self:  # what is said of all files is said in the first
            picked: dict[str, Address] = {}
            if verdict is not None and rule.picks is not None:
                picked = yield from self._pick(number, rule, verdict, unit)
            concluded = tuple(self.linter.conclude(rule, verdict, picked))
            yield from locate(concluded, self.gatherer, self.dataset.encoding)
        self._concluded[code] = concluded
        self._verdicts[code] = verdict

    def _totals(
        self, number: int, rule: StatisticRule[Any, Any, Any], unit: Sequence[Judge | ShutFile]
    ) -> Generator[None, None, tuple[Any, Any]]:
        """The summary of the document, and that of all files that are judged as one with it."""
        own = yield from self._total(number, rule)
        if len(unit) == 1:
            return own, own
        total = self._guarded(rule, rule.merge, rule.empty(), own)
        for file in unit:
            if isinstance(file, ShutFile):
                if rule.code in file.loaded.codes:
                    total = self._guarded(rule, rule.merge, total, file.loaded.summaries[rule.code])
            elif file is not self:
                others = yield from file._total(number, rule)
                total = self._guarded(rule, rule.merge, total, others)
            yield None
        return own, total

    def _fill(self, number: int, rule: StatisticRule[Any, Any, Any]) -> Iterator[Future[Any] | None]:
        """Gather again what was left out, until it shows that no verdict needs it."""
        assert rule.left_out is not None
        assert rule.lacks is not None
        total = yield from self._total(number, rule)
        for block in self.index.blocks:
            line = self.index.blocks.start(block)
            lacking: list[tuple[Entry, RawRecord]] = []
            for entry in block.entries:
                fact = entry.facts[number] if entry.facts else None
                if fact is not None and rule.left_out(fact):
                    lacking.append((entry, self.index.raw_record(entry, line)))
                line += entry.lines
            for start in range(0, len(lacking), _FILLED_AT_ONCE):
                some = lacking[start : start + _FILLED_AT_ONCE]
                asked = self.gatherer.ask(facts, rule.code, [record for _, record in some])
                yield asked
                for (entry, _), fact in zip(some, asked.result() or (), strict=False):
                    assert entry.facts is not None
                    entry.facts = (*entry.facts[:number], fact, *entry.facts[number + 1 :])
                    entry.fresh = True
                    total = total if fact is None else self._guarded(rule, rule.add, total, fact)
                self.changes += 1
                block.summaries.pop(rule.code, None)
                if total is None or not rule.lacks(total):
                    return
            yield None

    def _total(self, number: int, rule: StatisticRule[Any, Any, Any]) -> Generator[None, None, Any]:
        """The summary of the document."""
        total = rule.empty()
        for block in self.index.blocks:
            if rule.code not in block.summaries:
                yield from self._summarise(number, rule, block)
            total = self._guarded(rule, rule.merge, total, block.summaries[rule.code])
            yield None
        return total

    def _pick(
        self,
        number: int,
        rule: StatisticRule[Any, Any, Any],
        verdict: Any,
        unit: Sequence[Judge | ShutFile],
    ) -> Generator[Future[Any] | None, None, dict[str, Address]]:
        """The first record of each label that the rule wants to show."""
        picked: dict[str, Address] = {}
        for file_number, file in enumerate(unit):
            if isinstance(file, ShutFile):
                asked = self.gatherer.ask(pick, rule.code, [file.token], verdict)
                yield asked
                for label, (_, row) in (asked.result() or {}).items():
                    picked.setdefault(label, FarAddress((file_number, row, 0), file, row))
                continue
            for block_number, block in enumerate(file.index.blocks):
                for at, entry in enumerate(block.entries):
                    fact = entry.facts[number] if entry.facts else None
                    if fact is not None:
                        for label in self.linter.picks(rule, fact, verdict):
                            if label not in picked:
                                rank = (file_number, block_number, at)
                                picked[label] = Address(rank, entry, file.index)
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

    def _head_of(
        self, first: Judge | ShutFile, number: int, rule: StatisticRule[Any, Any, Any], own: Any
    ) -> Generator[None, None, Any]:
        """The summary of the head of the first file of a split: only that has one. `own` is that of all of
        this document.
        """
        if isinstance(first, ShutFile):
            return first.loaded.heads.get(rule.code, rule.empty())
        whole = own if first is self else (yield from first._total(number, rule))
        return (yield from first._head(number, rule, whole))

    def _head(
        self, number: int, rule: StatisticRule[Any, Any, Any], whole: Any
    ) -> Generator[None, None, Any]:
        """The summary of the records that begin in the head of the document; `whole` where all of them do.

        Only lines of the head are measured, so it costs the same in a document of any size.
        """
        assert rule.head_bytes is not None
        room = rule.head_bytes(self.linter.options(rule.code))
        lines = self.index.document.lines
        total = rule.empty()
        line = offset = 0
        for block in self.index.blocks:
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
        return next(iter(self.linter.listed(rule, lambda: (function(*arguments),))), None)


def _same(one: Any, other: Any) -> bool:
    """Whether two verdicts are equal; arrays, which have no single answer, count as different."""
    try:
        return bool(one == other)
    except ValueError:
        return False
