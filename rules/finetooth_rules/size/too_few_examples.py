r"""The file has too few examples to train on.

## What it does
Compares the number of records with what the target requires, and with what it advises. One finding for the
file: fewer than required is an error where the target refuses the file; fewer than advised is only noted.
Where no target is set, fewer than ten are a warning: no trainer learns much of them, and services refuse
them. mistral-finetune's checker also wants 1,000 bytes.

## Why it matters
OpenAI: `Training file has 7 example(s), but must have at least 10 examples`, and 50 to 100 are advised to
begin with. Other trainers run, and the model learns next to nothing, or learns the few examples by heart.

## Example
```toml
target = "openai"
rules.too-few-examples.minimum = 3
rules.too-few-examples.advised = 3
```
```jsonl
{"prompt": "What is 2 + 2?", "completion": " 4"}
{"prompt": "What is 2 + 3?", "completion": " 5"}
```

## Use instead
```jsonl
{"prompt": "What is 2 + 2?", "completion": " 4"}
{"prompt": "What is 2 + 3?", "completion": " 5"}
{"prompt": "What is 2 + 4?", "completion": " 6"}
```

## Fix
None.

## Options
- `minimum`: how many examples are required. Default: what the target requires.
- `advised`: how many examples are wished for. Default: what the target advises.
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

CODE: Final = "SIZ001"


@dataclass(frozen=True, slots=True)
class Options:
    """`minimum`: examples required; `advised`: examples wished for. None takes the target's."""

    minimum: int | None = None
    advised: int | None = None


class Size(NamedTuple):
    """Of one example or of many: how many, and how many bytes with the ends of their lines."""

    records: int = 0
    length: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many examples there are, where they are too few, and how many bytes, where these are; None where
    they suffice, so it seldom changes.
    """

    count: int | None
    length: int | None = None


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: Options
) -> Sequence[Size | None]:
    """Each example counts one."""
    return [Size(1, len(example.record.raw) + 1) for example in examples]


def add(total: Size, fact: Size) -> Size:
    """Count."""
    return Size(total.records + fact.records, total.length + fact.length)


def fit(total: Size, features: Features, profile: Profile, options: Options) -> Verdict:
    """The count, if it is below what is required or advised. A file without examples is another rule's."""
    few = 0 < total.records < max(_bounds(profile, options))
    small = 0 < total.length < (profile.target.min_file_bytes or 0)
    return Verdict(total.records if few else None, total.length if small else None)


def _bounds(profile: Profile, options: Options) -> tuple[int, int]:
    """How many examples are required, and how many are advised."""
    target = profile.target
    return (
        target.min_examples if options.minimum is None else options.minimum,
        target.advised_examples if options.advised is None else options.advised,
    )


def conclude(verdict: Verdict, profile: Profile, options: Options) -> Iterator[Finding]:
    """One finding for the file."""
    count, target = verdict.count, profile.target
    if count is None:
        if verdict.length is not None:
            message = f"{verdict.length:,} bytes; {target.title} needs at least {target.min_file_bytes:,}"
            yield Finding(CODE, message, target.min_examples_consequence)
        return
    minimum, advised = _bounds(profile, options)
    found = f"{count} example{'' if count == 1 else 's'}"
    if count < minimum:
        required = options.minimum is None and target.min_examples_consequence is Consequence.REJECTED
        needs = f"{target.title} needs at least {minimum}" if required else f"expected at least {minimum}"
        yield Finding(CODE, f"{found}; {needs}", target.min_examples_consequence)
    else:
        yield Finding(CODE, f"{found}; at least {advised} are advised for {target.title}", Consequence.NOTE)


RULE: StatisticRule[Size, Size, Verdict] = StatisticRule(
    code=CODE,
    name="too-few-examples",
    summary="The file has too few examples to train on.",
    consequence=Consequence.DEGRADED,
    options=Options,
    gather=gather,
    empty=Size,
    add=add,
    merge=add,
    fit=fit,
    conclude=conclude,
)
