"""Running the rules that look at more than one record: what is known of each, and what all of it says.

Pure bookkeeping: whoever holds the records (a file, its shards, several files, an open document) gathers
facts and keys where the records are, and judges where these come together.
"""

from __future__ import annotations

import dataclasses
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from finetooth_rules.example import Example
from finetooth_rules.features import Features
from finetooth_rules.finding import Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import AnyRule, GroupRule, Headed, Member, NoOptions, StatisticRule
from finetooth_rules.running import Running

NO_KEYS: Final[tuple[bytes, ...]] = ()


class DatasetRules(Running):
    """The statistic and group rules of one profile."""

    def __init__(self, profile: Profile, rules: tuple[AnyRule, ...]) -> None:
        super().__init__(profile, rules)
        self.statistics = [rule for rule in self.rules if isinstance(rule, StatisticRule)]
        self.groups = [rule for rule in self.rules if isinstance(rule, GroupRule)]

    def gather(
        self, examples: Sequence[Example | None], features: Features, *, at_most: int | None = None
    ) -> dict[str, list[Any]]:
        """Facts of the statistic rules: code → a fact (or None) per example.

        `at_most`: the dataset has no more records than that, so rules that need more are left out.
        """
        there = [(index, example) for index, example in enumerate(examples) if example is not None]
        facts: dict[str, list[Any]] = {}
        shared: dict[tuple[Any, int], list[Any]] = {}
        for rule in self.statistics:
            options = self.options(rule.code)
            if rule.needs_embedder and features.embedder is None:
                continue
            if at_most is not None and at_most < rule.min_records(self.profile, options):
                continue
            own = rule.facts_read_options and dataclasses.fields(options)
            key = (rule.gather, id(options) if own else 0)
            if key in shared:
                facts[rule.code] = shared[key]
                continue
            column: list[Any] = [None] * len(examples)
            asked = [example for _, example in there]
            lost = len(self._lost)
            given = self.listed(rule, rule.gather, asked, self._left(features), self.profile, options)
            if len(self._lost) != lost:
                given = self.listed(rule, rule.gather, asked, self._left(features), self.profile, options)
            if rule.code in self.broken or len(given) != len(there):
                continue
            for (index, _), fact in zip(there, given, strict=True):
                column[index] = fact
            facts[rule.code] = shared[key] = column
        return facts

    def keys(self, examples: Sequence[Example | None]) -> dict[str, list[tuple[bytes, ...]]]:
        """Keys of the group rules: code → the digests of each example."""
        return {
            rule.code: [
                NO_KEYS
                if example is None
                else tuple(self.listed(rule, rule.keys, example, self.profile, self.options(rule.code)))
                for example in examples
            ]
            for rule in self.groups
        }

    def verdict(
        self,
        rule: StatisticRule[Any, Any, Any],
        summaries: Sequence[Any],
        features: Features,
        heads: Sequence[Any] = (),
    ) -> Any:
        """The verdict over the summaries of all parts of a dataset; None when the rule failed. `heads`: for a
        rule with `head_bytes`, of each part what belongs to the head; the summary itself where that is all.
        """
        total = _merged(rule, summaries)
        if rule.head_bytes is not None:
            all_of_it = all(head is summary for head, summary in zip(heads, summaries, strict=True))
            total = Headed(total if all_of_it else _merged(rule, heads), total)
        return self._called(rule, rule.fit, total, features, self.profile, self.options(rule.code))

    def heads(
        self, facts: Mapping[str, Sequence[Any]], summaries: Mapping[str, Any], offsets: Sequence[int]
    ) -> dict[str, Any]:
        """Of one part, the summaries of the records in the head of the file, for the rules that ask for it;
        `summaries` are those of all its records, `offsets` where in the file each begins, ascending.
        """
        found: dict[str, Any] = {}
        for rule in self.statistics:
            if rule.head_bytes is not None and rule.code in facts:
                count = bisect_right(offsets, rule.head_bytes(self.options(rule.code)))
                found[rule.code] = (
                    summaries[rule.code]
                    if count == len(offsets)
                    else summarise(rule, facts[rule.code][:count])
                )
        return found

    def judge(self, rule: StatisticRule[Any, Any, Any], fact: Any, verdict: Any) -> list[Finding]:
        """Findings of one record by its own fact and the verdict."""
        return self.listed(rule, rule.judge, fact, verdict, self.profile, self.options(rule.code))

    def picks(self, rule: StatisticRule[Any, Any, Any], fact: Any, verdict: Any) -> list[str]:
        """What one record is an example of, by its own fact and the verdict."""
        if rule.picks is None or verdict is None:
            return []
        return self.listed(rule, rule.picks, fact, verdict)

    def conclude(
        self, rule: StatisticRule[Any, Any, Any], verdict: Any, picked: Mapping[str, Any] | None = None
    ) -> list[Finding]:
        """Findings of the file as a whole; `picked` are the addresses of the first record of each pick."""
        options = self.options(rule.code)
        found = self.listed(rule, rule.conclude, verdict, self.profile, options)
        if rule.conclude_at is not None and verdict is not None:
            found += self.listed(rule, rule.conclude_at, verdict, picked or {}, self.profile, options)
        return found

    def judge_groups(
        self,
        rule: GroupRule,
        members: Mapping[bytes, Sequence[Any]],
        split_of: Callable[[Any], str] | None = None,
    ) -> Iterator[tuple[Any, Finding]]:
        """Judge groups, given as digest → addresses. Yields (address, finding). `split_of` gives the
        split of an address; without it all are of the profile's.
        """
        own = self.profile.split
        options = self.options(rule.code)
        for key, addresses in members.items():
            if len(addresses) > 1:
                group = [
                    Member(address, key, split_of(address) if split_of else own)
                    for address in sorted(addresses)
                ]
                for member, finding in self.listed(rule, rule.judge, group, self.profile, options):
                    yield member.address, finding


def _merged(rule: StatisticRule[Any, Any, Any], summaries: Iterable[Any]) -> Any:
    total = rule.empty()
    for summary in summaries:
        total = rule.merge(total, summary)
    return total


def summaries(
    rules: Iterable[StatisticRule[Any, Any, Any]], facts: Mapping[str, Iterable[Any]]
) -> dict[str, Any]:
    """The summaries of one part's facts by rule code; rules that share facts and `add` share theirs."""
    found: dict[str, Any] = {}
    shared: dict[tuple[Any, Any], Any] = {}
    for rule in rules:
        if rule.code in facts:
            own = rule.facts_read_options and rule.options is not NoOptions
            key = (rule.code, None) if own else (rule.gather, rule.add)
            if key not in shared:
                shared[key] = summarise(rule, facts[rule.code])
            found[rule.code] = shared[key]
    return found


def summarise(rule: StatisticRule[Any, Any, Any], facts: Iterable[Any]) -> Any:
    """The summary of one part's facts."""
    total = rule.empty()
    for fact in facts:
        if fact is not None:
            total = rule.add(total, fact)
    return total
