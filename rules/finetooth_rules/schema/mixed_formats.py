r"""A record is of another format than the rest of its file.

## What it does
Recognises the format of each record by its keys, and reports those of another known format than most of the
file has, or than the settings ask for. Where the settings ask for one format and most of the file has
another, it says so once.

## Why it matters
A trainer reads the whole file one way. Together: `Found multiple dataset formats in the input file.` The
loaders of open trainers fill the columns that a record lacks with null, or stop at the first new column.

## Example
```jsonl
{"messages": [{"role": "user", "content": "What is 2 + 2?"}, {"role": "assistant", "content": "4"}]}
{"messages": [{"role": "user", "content": "What is 2 + 3?"}, {"role": "assistant", "content": "5"}]}
{"prompt": "What is 2 + 4?", "completion": "6"}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "What is 2 + 2?"}, {"role": "assistant", "content": "4"}]}
{"messages": [{"role": "user", "content": "What is 2 + 3?"}, {"role": "assistant", "content": "5"}]}
{"messages": [{"role": "user", "content": "What is 2 + 4?"}, {"role": "assistant", "content": "6"}]}
```

## Fix
None.

## Options
None.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from finetooth_rules.example import Example
from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.formats import FORMATS
from finetooth_rules.formats.custom import NAME as CUSTOM
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, StatisticRule

CODE: Final = "FMT002"


class Verdict(NamedTuple):
    """`expected`: the format of every record. `prevailing`: what most have instead, against the settings."""

    expected: str | None
    prevailing: str | None = None


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: NoOptions
) -> Sequence[str | None]:
    """The name of the format that each record is recognised as; None where it is none of them."""
    return [_recognised(example, profile) for example in examples]


def _recognised(example: Example, profile: Profile) -> str | None:
    fmt = profile.format_named(example.format)
    return example.format if fmt is not None and fmt.recognise(example.record.value) else None


def add(summary: Counter[str], name: str) -> Counter[str]:
    """Count one record."""
    summary[name] += 1
    return summary


def merge(one: Counter[str], other: Counter[str]) -> Counter[str]:
    """The counts of both."""
    one.update(other)
    return one


def fit(summary: Counter[str], features: Features, profile: Profile, options: NoOptions) -> Verdict:
    """The configured format, or else the one that most records have; at a tie that of the first records."""
    most = (
        max((*FORMATS, CUSTOM), key=lambda name: (summary[name], name == profile.format)) if summary else None
    )
    if not profile.configured_format or profile.format is None:
        return Verdict(most)
    against = most is not None and summary[most] > summary[profile.format]
    return Verdict(profile.format, most if against else None)


def judge(name: str, verdict: Verdict, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """A record of another format; not where most of the file is like it, which is said once."""
    if verdict.expected is None or name in (verdict.expected, verdict.prevailing):
        return
    rest = (
        f"`{verdict.expected}` is configured"
        if profile.configured_format
        else f"the file is `{verdict.expected}`"
    )
    yield Finding(CODE, f"this record is `{name}`; {rest}", Consequence.REJECTED)


def conclude(verdict: Verdict, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """The file as a whole is of another format than configured."""
    if verdict.prevailing is not None:
        message = f"most records are `{verdict.prevailing}`; `{verdict.expected}` is configured"
        yield Finding(CODE, message, Consequence.REJECTED)


RULE: StatisticRule[str, Counter[str], Verdict] = StatisticRule(
    code=CODE,
    name="mixed-formats",
    summary="A record is of another format than the rest of its file.",
    consequence=Consequence.REJECTED,
    gather=gather,
    empty=Counter,
    add=add,
    merge=merge,
    fit=fit,
    judge=judge,
    conclude=conclude,
)
