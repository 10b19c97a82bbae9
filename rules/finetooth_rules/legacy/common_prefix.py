r"""All prompts, or all completions, begin with the same words.

## What it does
Under a target that trains base models on raw prompts and completions (OpenAI and Azure, `babbage-002` and
`davinci-002`), says once for a file that its prompts share more than 12 characters at their beginning, or its
completions more than 5, a leading space aside. Not where they are all the same.

## Why it matters
A fine-tuned model needs no instruction in each prompt; it costs tokens in every example and every request. A
beginning that all completions share teaches nothing. OpenAI's data-preparation tool said:
`Fine-tuning doesn't require the instruction specifying the task, or a few-shot example scenario.`

## Example
```toml
target = "openai"
rules.common-prefix.min-examples = 2
```
```jsonl
{"prompt": "Say whether this is kind: Hello!\n\n###\n\n", "completion": " yes"}
{"prompt": "Say whether this is kind: Go away!\n\n###\n\n", "completion": " no"}
```

## Use instead
```jsonl
{"prompt": "Hello!\n\n###\n\n", "completion": " yes"}
{"prompt": "Go away!\n\n###\n\n", "completion": " no"}
```

## Fix
None: it changes what the model must be asked with.

## Options
- `min-examples`: the fewest examples of which anything is said. Default 10.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from finetooth_rules.example import Example
from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.legacy._ends import Ends, Options, ends_of, joined, pairs, shown
from finetooth_rules.profile import Profile
from finetooth_rules.rule import StatisticRule

CODE: Final = "LEG004"
_PROMPTS: Final = 12
_COMPLETIONS: Final = 5
"""The longest beginnings in common that are not worth a word, as in OpenAI's tool."""


class Both(NamedTuple):
    """How prompts and completions begin."""

    prompts: Ends = Ends()
    completions: Ends = Ends()


class Verdict(NamedTuple):
    """The beginnings in common that are too long; empty where they are not."""

    prompts: str = ""
    completions: str = ""


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: Options
) -> Sequence[Both | None]:
    """How each prompt and completion begins."""
    return [
        Both(ends_of(pair.prompt), ends_of(pair.completion)) if pair else None
        for pair in pairs(examples, profile)
    ]


def merge(one: Both, other: Both) -> Both:
    """What those of both have in common."""
    return Both(joined(one.prompts, other.prompts), joined(one.completions, other.completions))


def fit(total: Both, features: Features, profile: Profile, options: Options) -> Verdict:
    """What is too long."""
    return Verdict(
        _long(total.prompts, _PROMPTS, options.min_examples),
        _long(total.completions, _COMPLETIONS, options.min_examples),
    )


def _long(ends: Ends, most: int, least_examples: int) -> str:
    prefix = ends.prefix.lstrip(" ")
    return prefix if len(prefix) > most and ends.differ and ends.texts >= least_examples else ""


def conclude(verdict: Verdict, profile: Profile, options: Options) -> Iterator[Finding]:
    """One finding for the prompts, one for the completions."""
    for what, prefix in zip(("prompts", "completions"), verdict, strict=True):
        if prefix:
            message = f"all {what} begin with the same {shown(prefix)}; expected only what differs"
            yield Finding(CODE, message, Consequence.NOTE)


RULE: StatisticRule[Both, Both, Verdict] = StatisticRule(
    code=CODE,
    name="common-prefix",
    summary="All prompts, or all completions, begin with the same words.",
    consequence=Consequence.NOTE,
    options=Options,
    gather=gather,
    empty=Both,
    add=merge,
    merge=merge,
    fit=fit,
    conclude=conclude,
    min_records=lambda profile, options: int(options.min_examples),
)
