"""Statistic rules whose facts cost much: judged by some records, drawn from all, and only where these show
something, by all others too.

What is known of each record is a key (`Draw.keys`). The records with the least keys are read again for their
facts, whatever the order in which files and shards were looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from finetooth.engine.groups import Table, Tables
from finetooth.engine.providers import FeatureSpec, provide
from finetooth.engine.records import Address, JudgedFile, Readers
from finetooth.engine.settings.plugins import linter_for
from finetooth.engine.shards import SHARD_BYTES, Shard, examples_of, plan
from finetooth_rules.dataset import KEY, drawn_by, summarise
from finetooth_rules.finding import Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import StatisticRule, silent

if TYPE_CHECKING:
    from concurrent.futures import Executor

AnyStatistic: TypeAlias = StatisticRule[Any, Any, Any]

_SMALL: Final = 10_000
"""Keys up to which they are sorted sooner than numpy is loaded."""


@dataclass(slots=True)
class Drawn:
    """What one rule says: its verdict, findings of records, and the first record of each pick."""

    rule: AnyStatistic
    verdict: Any
    of_records: list[tuple[Address, Finding]] = field(default_factory=list)
    picked: dict[str, Address] = field(default_factory=dict)


class _Found(NamedTuple):
    """What the rule number `rule` says of a record."""

    offset: int
    rule: int
    findings: tuple[Finding, ...]
    picks: tuple[str, ...]


class Drawing:
    """Those of the rules for which keys were gathered, over the files of one split. On an executor the
    verdicts are begun at once, so that something else can be done meanwhile. Raises OSError.
    """

    def __init__(
        self,
        rules: Iterable[AnyStatistic],
        files: Sequence[JudgedFile],
        numbers: Sequence[int],
        tables: Tables,
        executor: Executor | None,
    ) -> None:
        self._files, self._numbers, self._executor = files, numbers, executor
        first = files[numbers[0]]
        self._linter, self._features = first.linter, first.features
        facts: dict[Any, list[Any] | None] = {}
        self._asked: dict[str, tuple[AnyStatistic, list[Any]]] = {}
        for rule in rules:
            table = tables.named(drawn_by(rule), rule.code, numbers) if rule.draw is not None else None
            if table is None:
                continue
            key = (rule.gather, rule.draw)
            if key not in facts:
                facts[key] = _facts_drawn(rule, table, first)
            drawn = facts[key]
            if drawn is not None:
                self._asked[rule.code] = rule, drawn
        self._begun: Iterator[_Judged] | None = None
        if executor is not None and len(self._asked) > 1:
            from finetooth.engine.executors import spread

            work = partial(_verdict_of, self._linter.profile, FeatureSpec.of(self._features))
            items = [(code, drawn) for code, (_, drawn) in self._asked.items()]
            self._begun = spread(executor, work, items, ahead=0)

    def judged(self) -> list[Drawn]:
        """What they say. Raises OSError."""
        results = [Drawn(rule, verdict) for rule, verdict in self._verdicts()]
        speaking = [
            result
            for result in results
            if result.verdict is not None
            and (result.rule.judge is not silent or result.rule.picks is not None)
        ]
        if speaking:
            for number in self._numbers:
                _judge_all(speaking, number, self._files[number], self._executor)
        return results

    def _verdicts(self) -> Iterator[tuple[AnyStatistic, Any]]:
        found: dict[str, Any] = {}
        for code, verdict, broken in self._begun or ():
            found[code] = verdict
            self._linter.broken.update(broken)
        for code, (rule, facts) in self._asked.items():
            if code in found:
                yield rule, found[code]
            else:
                yield rule, self._linter.verdict(rule, [summarise(rule, facts)], self._features)


class _Judged(NamedTuple):
    """The verdict of a rule, and which rules raised."""

    code: str
    verdict: Any
    broken: Mapping[str, str]


def _verdict_of(profile: Profile, spec: FeatureSpec, asked: tuple[str, list[Any]]) -> _Judged:
    """The verdict of the rule of a code over the facts of all records drawn."""
    linter, (code, facts) = linter_for(profile), asked
    rule = next(rule for rule in linter.statistics if rule.code == code)
    return _Judged(code, linter.verdict(rule, [summarise(rule, facts)], provide(spec)), linter.broken)


def _facts_drawn(rule: AnyStatistic, table: Table, file: JudgedFile) -> list[Any] | None:
    """The facts of the records drawn; None where the rule raised."""
    assert rule.draw is not None
    readers = Readers(table.files)
    rows = iter(_by_key(table.columns[KEY]))
    facts: list[Any] = []
    while True:
        # A record without a fact is none of those that count: another comes in its place.
        wanted = rule.draw.size - len(facts)
        examples = []
        for _, row in zip(range(wanted), rows, strict=False):
            found = readers.at(table.address(row))
            example = found and file.linter.example(found.record)
            if example is not None:
                examples.append(example)
        if not examples:
            return facts
        given = file.linter.facts_of(rule, examples, file.features)
        if given is None:
            return None
        facts += [fact for fact in given if fact is not None]


def _by_key(keys: Sequence[int]) -> list[int]:
    """The first row of each key but 0, in order of the keys."""
    if len(keys) <= _SMALL:
        first: dict[int, int] = {}
        for row, key in enumerate(keys):
            first.setdefault(key, row)
        first.pop(0, None)
        return [first[key] for key in sorted(first)]
    import numpy as np

    values, rows = np.unique(np.asarray(keys, np.uint64), return_index=True)
    found: list[int] = rows[values > 0].tolist()
    return found


def _judge_all(results: Sequence[Drawn], number: int, file: JudgedFile, executor: Executor | None) -> None:
    """Gather the facts of all records of a file, and judge them."""
    verdicts = {result.rule.code: result.verdict for result in results}
    work = partial(_judge_shard, file.linter.profile, FeatureSpec.of(file.features), verdicts)
    shards = plan(file.source, file.source.size(), SHARD_BYTES)
    done: Iterator[tuple[list[_Found], Mapping[str, str]]]
    if executor is None or len(shards) == 1:
        done = map(work, shards)
    else:
        from finetooth.engine.executors import spread

        done = spread(executor, work, shards)
    for found, broken in done:
        file.linter.broken.update(broken)
        for offset, at, findings, picks in found:
            address = Address(number, offset)
            result = results[at]
            result.of_records += [(address, finding) for finding in findings]
            for label in picks:
                result.picked[label] = min(result.picked.get(label, address), address)


def _judge_shard(
    profile: Profile, spec: FeatureSpec, verdicts: Mapping[str, Any], shard: Shard
) -> tuple[list[_Found], Mapping[str, str]]:
    """What the rules say of the records of a shard; and those that raised."""
    linter, features = linter_for(profile), provide(spec)
    rules = {rule.code: rule for rule in linter.statistics}
    found: list[_Found] = []
    for offsets, examples in examples_of(linter, shard, profile):
        there = [(offset, example) for offset, example in zip(offsets, examples, strict=True) if example]
        facts: dict[Any, list[Any] | None] = {}
        for at, (code, verdict) in enumerate(verdicts.items()):
            rule = rules[code]
            if rule.gather not in facts:
                facts[rule.gather] = linter.facts_of(rule, [example for _, example in there], features)
            for (offset, _), fact in zip(there, facts[rule.gather] or (), strict=False):
                if fact is not None:
                    findings = tuple(linter.judge(rule, fact, verdict))
                    picks = tuple(linter.picks(rule, fact, verdict))
                    if findings or picks:
                        found.append(_Found(offset, at, findings, picks))
    return found, dict(linter.broken)
