r"""Hardly any completion shows a skill that the task requires.

## What it does
Counts the records that show each skill of `[task] requires` (`skill-not-shown` says what shows which). One
that fewer than `min-examples` records show, or less than the share `min-share` of all, is noted once for the
training files, with the first record that does show it. A skill that more than half of the records show is
not rare, however few they are. Records whose code could not be read count as showing it.

## Why it matters
One example of a loop among hundreds without teaches the model that answers have no loops. Where the task
requires a skill, several records should show it, in different ways.

## Example
```toml
[task]
requires = ["loop"]
```
```jsonl
{"prompt": "Print three integers.", "completion": "```python\nfor i in range(3):\n    print(i)\n```"}
{"prompt": "Add two numbers.", "completion": "```python\ndef add(a, b):\n    return a + b\n```"}
```

## Use instead
```jsonl
{"prompt": "Print three integers.", "completion": "```python\nfor i in range(3):\n    print(i)\n```"}
{"prompt": "Add up a list.", "completion": "```python\ntotal = 0\nfor n in numbers:\n    total += n\n```"}
{"prompt": "Count down from 3.", "completion": "```python\nn = 3\nwhile n:\n    print(n)\n    n -= 1\n```"}
{"prompt": "Add two numbers.", "completion": "```python\ndef add(a, b):\n    return a + b\n```"}
```

## Fix
None: write more examples that show it.

## Options
- `min-examples` (default 3): records that should show each skill.
- `min-share` (0 to 1, default 0.01): their least share of all records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Final, NamedTuple

from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding, Related
from finetooth_rules.profile import Profile
from finetooth_rules.rule import StatisticRule
from finetooth_rules.splits import TRAIN
from finetooth_rules.task._skills import Counts, Fact, gather, named

CODE: Final = "TSK005"


@dataclass(frozen=True, slots=True)
class Options:
    """`min_examples`: records that should show each skill; `min_share`: their least share of all."""

    min_examples: int = field(default=3, metadata={"minimum": 1})
    min_share: float = field(default=0.01, metadata={"minimum": 0, "maximum": 1})


class Rare(NamedTuple):
    """The task's skill number `number`, that `shown` of `records` show, fewer than `expected`."""

    number: int
    skill: str
    shown: int
    records: int
    expected: int


def fit(total: Counts, features: Features, profile: Profile, options: Options) -> tuple[Rare, ...]:
    """The skills that few records show. A split to measure with need not show much of each."""
    if profile.split != TRAIN:
        return ()
    expected = max(options.min_examples, ceil(options.min_share * total.records - 1e-9))
    return tuple(
        Rare(number, skill, count, total.records, expected)
        for number, skill in enumerate(profile.task.requires)
        if (count := total.shown[number])
        and count + total.maybe[number] < expected
        and 2 * count <= total.records
    )


def picks(fact: Fact, rare: tuple[Rare, ...]) -> Iterator[str]:
    """The rare skills that a record shows."""
    return (one.skill for one in rare if fact.shown >> one.number & 1)


def conclude(
    rare: tuple[Rare, ...], shown_at: Mapping[str, Any], profile: Profile, options: Options
) -> Iterator[Finding]:
    """One finding for each skill."""
    for _, skill, count, records, expected in rare:
        name = named(skill)
        shown = f"{count:,} of {records:,} records show{'s' * (count == 1)} `{name}`"
        first = shown_at.get(skill)
        yield Finding(
            CODE,
            f"{shown}, which the task requires; expected at least {expected:,}",
            Consequence.NOTE,
            related=() if first is None else (Related(f"the first that shows `{name}`", first),),
        )


RULE: Final[StatisticRule[Fact, Counts, tuple[Rare, ...]]] = StatisticRule(
    code=CODE,
    name="skill-rarely-shown",
    summary="Hardly any completion shows a skill that the task requires.",
    consequence=Consequence.NOTE,
    options=Options,
    gather=gather,
    empty=Counts,
    add=Counts.add,
    merge=Counts.merge,
    fit=fit,
    picks=picks,
    conclude_at=conclude,
    facts_read_options=False,
)
