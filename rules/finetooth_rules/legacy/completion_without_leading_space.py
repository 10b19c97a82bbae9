r"""A completion does not begin with a space.

## What it does
Under a target that trains base models on raw prompts and completions (OpenAI and Azure, `babbage-002` and
`davinci-002`), reports each completion that begins with a letter, a digit or a sign instead of white space.
An empty prompt, and one that ends in a space (`prompt-ends-in-space`), are left alone.

## Why it matters
Words in the middle of a text are tokens with their leading space; a completion without it begins with a rarer
token. OpenAI's data-preparation tool said: `The completion should start with a whitespace character (` `).
This tends to produce better results due to the tokenization we use.`

## Example
```toml
target = "openai"
rules.completion-without-leading-space.min-examples = 2
```
```jsonl
{"prompt": "The film was good\n\n###\n\n", "completion": "positive"}
{"prompt": "The film was bad\n\n###\n\n", "completion": " negative"}
```

## Use instead
```jsonl
{"prompt": "The film was good\n\n###\n\n", "completion": " positive"}
{"prompt": "The film was bad\n\n###\n\n", "completion": " negative"}
```

## Fix
Unsafe: puts a space before the completion.

## Options
- `min-examples`: the fewest examples of which anything is said. Default 10.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from finetooth_rules.example import Example
from finetooth_rules.features import Features
from finetooth_rules.finding import Applicability, Consequence, Edit, Finding, Fix, Span
from finetooth_rules.legacy._ends import Options, pairs
from finetooth_rules.profile import Profile
from finetooth_rules.rule import StatisticRule

CODE: Final = "LEG002"


class Start(NamedTuple):
    """Where a completion begins in its record (bytes), where it lacks the space; else None."""

    at: int | None


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: Options
) -> Sequence[Start | None]:
    """Whether and where each completion lacks its space."""
    return [
        None if pair is None else Start(_start(example) if _lacks(pair.prompt, pair.completion) else None)
        for example, pair in zip(examples, pairs(examples, profile), strict=True)
    ]


def _lacks(prompt: str, completion: str) -> bool:
    return bool(prompt and completion) and not completion[0].isspace() and not prompt.endswith(" ")


def _start(example: Example) -> int | None:
    """None in a record that is not JSON yet: its other edits wait for that."""
    return None if not example.record.strict else example.span_of(example.turns[-1].texts[0], 0, 0).start


def add(count: int, start: Start) -> int:
    """Count one."""
    return count + 1


def fit(count: int, features: Features, profile: Profile, options: Options) -> bool:
    """Whether there are enough records to say anything."""
    return count >= options.min_examples


def judge(start: Start, enough: bool, profile: Profile, options: Options) -> Iterator[Finding]:
    """A completion without its space, on its text."""
    if enough and start.at is not None:
        edit = Edit(Span(start.at, start.at), b" ")
        yield Finding(
            CODE,
            "the completion does not begin with a space, as the tokens of a base model do",
            Consequence.NOTE,
            path=("completion",),
            fixes=(Fix("Put a space before the completion", Applicability.UNSAFE, (edit,)),),
        )


def merge(one: int, other: int) -> int:
    """Both counts."""
    return one + other


RULE: StatisticRule[Start, int, bool] = StatisticRule(
    code=CODE,
    name="completion-without-leading-space",
    summary="A completion does not begin with a space.",
    consequence=Consequence.NOTE,
    of_form=True,
    options=Options,
    gather=gather,
    empty=int,
    add=add,
    merge=merge,
    fit=fit,
    judge=judge,
    min_records=lambda profile, options: int(options.min_examples),
)
