r"""All answers of unpaired preference data are labelled good, or all bad, or nearly all.

## What it does
Counts the labels (`label`, `kto_tag`) of a file. All of one kind is a warning. Where there are at least
`ratio` times as many of one kind as of the other, it says what weight makes up for that; training settings
may have it already, so that is only noted.

## Why it matters
KTO learns from the contrast. TRL: "In theory, the dataset should contain at least one chosen and one rejected
completion." Mostly the other half is in a file of its own that was forgotten, or the labels were written as
text once and all read as true. Of unequal halves the larger one decides what is learnt, unless it is
weighted. TRL says then: `You have different amounts of desirable/positive and undesirable/negative examples
but the weights on the desirable and undesirable losses don't seem to be in an ideal range.`

## Example
```toml
rules.one-sided-labels.min-records = 3
rules.too-few-examples.advised = 1
```
```jsonl
{"prompt": "What is 2 + 2?", "completion": "4", "label": true}
{"prompt": "What is 2 + 3?", "completion": "5", "label": true}
{"prompt": "What is 2 + 4?", "completion": "6", "label": true}
```

## Use instead
```jsonl
{"prompt": "What is 2 + 2?", "completion": "4", "label": true}
{"prompt": "What is 2 + 3?", "completion": "7", "label": false}
{"prompt": "What is 2 + 4?", "completion": "6", "label": true}
```

## Fix
None. Add answers of the other kind, or set the weights (TRL: `desirable_weight`, `undesirable_weight`;
LLaMA-Factory: `kto_chosen_weight`, `kto_rejected_weight`), so that the good answers count 1 to 1.33 times as
much as the bad ones (KTO's paper, equation 8).

## Options
- `min-records` (default 10): the fewest labels of which anything is said.
- `ratio` (default 5): how many times as many of one kind there are to be noted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from finetooth_rules.example import Example
from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import StatisticRule

CODE: Final = "PRF005"

IDEAL: Final = (1.0, 1.33)
"""How many times as much all good answers should count as all bad ones (TRL, kto_trainer.py)."""


@dataclass(frozen=True, slots=True)
class Options:
    """`min_records`: labels needed to say anything; `ratio`: how unequal they are to be noted."""

    min_records: int = field(default=10, metadata={"minimum": 1})
    ratio: float = field(default=5.0, metadata={"minimum": 1})


class Count(NamedTuple):
    """Answers labelled good, and bad."""

    good: int = 0
    bad: int = 0


GOOD: Final = Count(1, 0)
BAD: Final = Count(0, 1)


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: Options
) -> Sequence[Count | None]:
    """The label of each record that has one."""
    return [None if example.label is None else GOOD if example.label else BAD for example in examples]


def add(total: Count, fact: Count) -> Count:
    """Sum up."""
    return Count(total.good + fact.good, total.bad + fact.bad)


def fit(total: Count, features: Features, profile: Profile, options: Options) -> Count | None:
    """The counts, where they are too unequal."""
    if sum(total) < options.min_records or max(total) < options.ratio * min(total):
        return None
    return total


def conclude(verdict: Count | None, profile: Profile, options: Options) -> Iterator[Finding]:
    """One finding for the file."""
    if verdict is None:
        return
    more, fewer = ("true", "false") if verdict.good > verdict.bad else ("false", "true")
    if not min(verdict):
        message = f"all {max(verdict):,} labels are {more}; expected both, to learn from the contrast"
        yield Finding(CODE, message, Consequence.DEGRADED)
        return
    low, high = _weights(verdict)
    found = f"{max(verdict):,} labels are {more} and {min(verdict):,} {fewer}"
    message = f"{found}; expected a weight of {low:.1f} to {high:.1f} for the {fewer} ones"
    yield Finding(CODE, message, Consequence.NOTE)


def _weights(count: Count) -> tuple[float, float]:
    """The weights of the rarer kind, that of the other being 1, that TRL advises."""
    least, most = IDEAL
    if count.good > count.bad:
        return count.good / count.bad / most, count.good / count.bad / least
    return count.bad / count.good * least, count.bad / count.good * most


RULE: StatisticRule[Count, Count, Count | None] = StatisticRule(
    code=CODE,
    name="one-sided-labels",
    summary="All answers of unpaired preference data are labelled good, or all bad, or nearly all.",
    consequence=Consequence.DEGRADED,
    options=Options,
    gather=gather,
    empty=Count,
    add=add,
    merge=add,
    fit=fit,
    conclude=conclude,
    facts_read_options=False,
    min_records=lambda profile, options: int(options.min_records),
)
