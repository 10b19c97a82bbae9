r"""The file has more examples than the target takes.

## What it does
Compares the number of records with the most that the target takes, and the number of records with images with
the most of those. One finding each for the file.

## Why it matters
The job is refused, often only after the upload. OpenAI and Azure take 50,000 records with images, Fireworks
3,000,000 records, Gemini on Vertex AI 1,000,000 (300,000 with images, video or audio), mistral-finetune's
checker 10,000,000.

## Example
```toml
target = "fireworks"
rules.too-many-examples.maximum = 1
```
```jsonl
{"messages": [{"role": "user", "content": "2 + 2?"}, {"role": "assistant", "content": "4"}]}
{"messages": [{"role": "user", "content": "2 + 3?"}, {"role": "assistant", "content": "5"}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "2 + 2?"}, {"role": "assistant", "content": "4"}]}
```

## Fix
None: which records to leave out is for a person to say.

## Options
- `maximum`: the most examples. Default: what the target takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from finetooth_rules.example import Example
from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import StatisticRule

CODE: Final = "SIZ002"


@dataclass(frozen=True, slots=True)
class Options:
    """`maximum`: the most examples; None takes the target's."""

    maximum: int | None = None


class Count(NamedTuple):
    """Records, and those of them with media."""

    records: int = 0
    with_media: int = 0


ONE: Final = Count(1, 0)
ONE_WITH_MEDIA: Final = Count(1, 1)


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: Options
) -> Sequence[Count | None]:
    """Each example counts one; nothing is counted where nothing is limited."""
    if _most(profile, options) == (None, None):
        return [None] * len(examples)
    return [ONE_WITH_MEDIA if _has_media(example) else ONE for example in examples]


def _has_media(example: Example) -> bool:
    return bool(example.media) or any(turn.media for turn in example.turns)


def _most(profile: Profile, options: Options) -> tuple[int | None, int | None]:
    target = profile.target
    return (
        target.max_examples if options.maximum is None else options.maximum,
        target.images.most_examples,
    )


def add(total: Count, fact: Count) -> Count:
    """Sum up."""
    return Count(total.records + fact.records, total.with_media + fact.with_media)


def fit(total: Count, features: Features, profile: Profile, options: Options) -> Count:
    """The counts that are too high; 0 for the others, so that the verdict seldom changes."""
    most, most_media = _most(profile, options)
    return Count(
        total.records if most is not None and total.records > most else 0,
        total.with_media if most_media is not None and total.with_media > most_media else 0,
    )


def conclude(verdict: Count, profile: Profile, options: Options) -> Iterator[Finding]:
    """One finding for the file, or two."""
    most, most_media = _most(profile, options)
    title = profile.target.title
    if verdict.records:
        message = f"{verdict.records:,} examples; {title} takes at most {most:,}"
        yield Finding(CODE, message, Consequence.REJECTED)
    if verdict.with_media:
        message = f"{verdict.with_media:,} examples with media; {title} takes at most {most_media:,} of them"
        yield Finding(CODE, message, Consequence.REJECTED)


RULE: StatisticRule[Count, Count, Count] = StatisticRule(
    code=CODE,
    name="too-many-examples",
    summary="The file has more examples than the target takes.",
    consequence=Consequence.REJECTED,
    options=Options,
    gather=gather,
    empty=Count,
    add=add,
    merge=add,
    fit=fit,
    conclude=conclude,
)
