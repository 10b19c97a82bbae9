r"""The dataset has records to train on and none to measure with.

## What it does
Where a dataset is known – by `[dataset]` in the settings, or because its files are named after splits
(`train.jsonl`, `train-00000-of-00002.jsonl`) – notes that it has no validation and no test split, though its
training split has at least `min-records` records. A file that stands for itself is never told. Where the
target refuses a job without a validation file (OpenAI and Azure, reinforcement fine-tuning) it is a warning,
and holds whatever the number of records.

## Why it matters
The loss on the training records goes down in any case. Only records that are not trained on show when the
model begins to learn its data by heart, and which of two runs is the better one.

## Example
```toml
dataset.train = ["*.jsonl"]
rules.no-validation-set.min-records = 2
rules.too-few-examples.advised = 1
```
```jsonl
{"prompt": "What is 2 + 2?", "completion": "4"}
{"prompt": "What is 2 + 3?", "completion": "5"}
```

## Use instead
```toml
dataset.train = ["train.jsonl"]
dataset.validation = ["valid.jsonl"]
rules.no-validation-set.min-records = 2
rules.too-few-examples.advised = 1
```
```jsonl
{"prompt": "What is 2 + 2?", "completion": "4"}
{"prompt": "What is 2 + 3?", "completion": "5"}
```
Or let the trainer set records aside (LLaMA-Factory: `val_size`; Axolotl: `val_set_size`; both none by
default), and ignore this rule.

## Fix
None: which records to set aside is for a person to say. A few per cent are enough, and no near copies of
those that are trained on.

## Options
- `min-records` (default 200): the fewest training records of which anything is said.
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
from finetooth_rules.splits import TRAIN

CODE: Final = "SIZ004"


@dataclass(frozen=True, slots=True)
class Options:
    """`min_records`: training records needed to say anything."""

    min_records: int = field(default=200, metadata={"minimum": 1})


class Verdict(NamedTuple):
    """`records`: how many there are, rounded down so that it seldom changes; `required`: the target needs
    others.
    """

    records: int
    required: bool


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: Options
) -> Sequence[int | None]:
    """Each example counts one, where nothing to measure with is known."""
    return [1 if _lacks_one(profile) else None] * len(examples)


def _lacks_one(profile: Profile) -> bool:
    """Whether the file is the training split of a dataset that has no other."""
    return profile.splits == {TRAIN} and profile.split == TRAIN


def add(total: int, fact: int) -> int:
    """Count."""
    return total + fact


def fit(total: int, features: Features, profile: Profile, options: Options) -> Verdict | None:
    """How many records there are, where that is enough."""
    required = profile.format in profile.target.needs_validation
    if not total or (total < options.min_records and not required):
        return None
    unit = 10 ** max(len(str(total)) - 2, 0)
    return Verdict(total // unit * unit, required)


def conclude(verdict: Verdict | None, profile: Profile, options: Options) -> Iterator[Finding]:
    """One finding for the split."""
    if verdict is None:
        return
    if verdict.required:
        message = f"the dataset has no validation split; {profile.target.title} needs one for this format"
        yield Finding(CODE, message, Consequence.DEGRADED)
        return
    setting = profile.target.validation_setting
    how = f"a few per cent in one, or `{setting}`" if setting else "a few per cent in one, to see overfitting"
    message = f"{verdict.records:,} or more training records and no validation split; expected {how}"
    yield Finding(CODE, message, Consequence.NOTE)


RULE: StatisticRule[int, int, Verdict | None] = StatisticRule(
    code=CODE,
    name="no-validation-set",
    summary="The dataset has records to train on and none to measure with.",
    consequence=Consequence.NOTE,
    options=Options,
    gather=gather,
    empty=int,
    add=add,
    merge=add,
    fit=fit,
    conclude=conclude,
    facts_read_options=False,
)
