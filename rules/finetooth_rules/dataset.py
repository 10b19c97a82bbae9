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
from finetooth_rules.rule import (
    AnyRule,
    Columns,
    GroupRule,
    Headed,
    Match,
    Member,
    NearRule,
    NoOptions,
    Pair,
    StatisticRule,
)
from finetooth_rules.running import Running

KEY: Final = "key"
"""The column of what `draws` gives."""
NO_KEYS: Final[tuple[bytes, ...]] = ()


class DatasetRules(Running):
    """The statistic, group and near rules of one profile."""

    def __init__(self, profile: Profile, rules: tuple[AnyRule, ...]) -> None:
        super().__init__(profile, rules)
        self.statistics = [rule for rule in self.rules if isinstance(rule, StatisticRule)]
        self.groups = [rule for rule in self.rules if isinstance(rule, GroupRule)]
        self.nears = [rule for rule in self.rules if isinstance(rule, NearRule)]
        self.gathering: dict[str, GroupRule | NearRule] = {}
        """A rule for each function that gathers numbers, by the function's name."""
        together: list[GroupRule | NearRule] = [*self.groups, *self.nears]
        for rule in together:
            if rule.gather is not None:
                self.gathering.setdefault(gathered_by(rule), rule)

    def gather(
        self,
        examples: Sequence[Example | None],
        features: Features,
        *,
        at_most: int | None = None,
        sparing: bool = False,
    ) -> dict[str, list[Any]]:
        """Facts of the statistic rules: code → a fact (or None) per example.

        `at_most`: the dataset has no more records than that, so rules that need more are left out. `sparing`:
        so are those that are satisfied with fewer (see `draws`).
        """
        there = [(index, example) for index, example in enumerate(examples) if example is not None]
        asked = [example for _, example in there]
        facts: dict[str, list[Any]] = {}
        shared: dict[tuple[Any, int], list[Any]] = {}
        for rule in self._asked(features, at_most):
            if sparing and _is_drawn(rule, at_most):
                continue
            options = self.options(rule.code)
            own = rule.facts_read_options and dataclasses.fields(options)
            key = (rule.gather, id(options) if own else 0)
            if key in shared:
                facts[rule.code] = shared[key]
                continue
            given = self.facts_of(rule, asked, features)
            if given is None:
                continue
            column: list[Any] = given
            if len(there) < len(examples):
                column = [None] * len(examples)
                for (index, _), fact in zip(there, given, strict=True):
                    column[index] = fact
            facts[rule.code] = shared[key] = column
        return facts

    def _asked(self, features: Features, at_most: int | None) -> Iterator[StatisticRule[Any, Any, Any]]:
        """The statistic rules that may have something to say."""
        for rule in self.statistics:
            if rule.needs_embedder and features.embedder is None:
                continue
            if at_most is None or at_most >= rule.min_records(self.profile, self.options(rule.code)):
                yield rule

    def facts_of(
        self, rule: StatisticRule[Any, Any, Any], examples: Sequence[Example], features: Features
    ) -> list[Any] | None:
        """Facts of one rule; None where it raised."""
        options = self.options(rule.code)
        lost = len(self._lost)
        given = self.listed(rule, rule.gather, examples, self._left(features), self.profile, options)
        if len(self._lost) != lost:
            given = self.listed(rule, rule.gather, examples, self._left(features), self.profile, options)
        return None if rule.code in self.broken or len(given) != len(examples) else given

    def draws(
        self, examples: Sequence[Example | None], features: Features, at_most: int | None = None
    ) -> dict[str, Columns]:
        """The keys by which the rules that `gather` left out, being sparing, choose records: by the name of
        the function that made them.
        """
        found: dict[str, Columns] = {}
        for rule in self._asked(features, at_most):
            if _is_drawn(rule, at_most) and rule.draw is not None and drawn_by(rule) not in found:
                keys = self._called(rule, rule.draw.keys, examples)
                if keys is not None:
                    found[drawn_by(rule)] = {KEY: keys}
        return found

    def keys(self, examples: Sequence[Example | None]) -> dict[str, list[tuple[bytes, ...]]]:
        """Keys of the group rules that read them one by one: code → the digests of each example."""
        return {
            rule.code: [
                NO_KEYS
                if example is None
                else tuple(self.listed(rule, rule.keys, example, self.profile, self.options(rule.code)))
                for example in examples
            ]
            for rule in self.groups
            if rule.keys is not None
        }

    def columns(self, examples: Sequence[Example | None]) -> dict[str, Columns]:
        """What the other group rules and the near rules know of the examples: by the name of the function
        that gathered it.
        """
        found: dict[str, Columns] = {}
        for name, rule in self.gathering.items():
            assert rule.gather is not None
            gathered = self._called(rule, rule.gather, examples, self.profile)
            if gathered is not None:
                found[name] = gathered
        return found

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
        for key, addresses in members.items():
            if len(addresses) > 1:
                group = [
                    Member(address, key, split_of(address) if split_of else own)
                    for address in sorted(addresses)
                ]
                yield from self.judge_group(rule, group)

    def judge_group(self, rule: GroupRule, group: Sequence[Member]) -> Iterator[tuple[Any, Finding]]:
        """Judge the members of one group, in order of their addresses. Yields (address, finding), one by one:
        a group may be large. Where the rule raises, what came before is void (`broken` says so).
        """
        if rule.code in self.broken:
            return
        try:
            for member, finding in rule.judge(group, self.profile, self.options(rule.code)):
                yield member.address, finding
        except Exception as error:
            self.broken[rule.code] = f"{type(error).__name__}: {error}"

    def pairs(self, rule: NearRule, columns: Columns, held_out: Sequence[bool]) -> list[Pair]:
        """The candidates of a near rule."""
        return self.listed(rule, rule.pairs, columns, held_out, self.profile)

    def likeness(self, rule: NearRule, one: Example, other: Example) -> float | None:
        """How alike the two records of a candidate are."""
        return self._called(rule, rule.likeness, one, other, self.profile)

    def judge_matches(self, rule: NearRule, matches: Sequence[Match]) -> list[tuple[Any, Finding]]:
        """What a near rule says of the records that are alike: (address, finding)."""
        found = self.listed(rule, rule.judge, matches, self.profile, self.options(rule.code))
        return [(member.address, finding) for member, finding in found]


def gathered_by(rule: GroupRule | NearRule) -> str:
    """The name under which the columns of a rule are found; empty where it has none."""
    return "" if rule.gather is None else f"{rule.gather.__module__}.{rule.gather.__qualname__}"


def drawn_by(rule: StatisticRule[Any, Any, Any]) -> str:
    """The name under which the keys of a rule that draws are found; empty where it does not."""
    return "" if rule.draw is None else f"{rule.draw.keys.__module__}.{rule.draw.keys.__qualname__}"


def _is_drawn(rule: StatisticRule[Any, Any, Any], at_most: int | None) -> bool:
    """Whether there may be more records than a rule needs."""
    return rule.draw is not None and (at_most is None or at_most > rule.draw.size)


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
