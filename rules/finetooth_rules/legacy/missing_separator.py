r"""The prompts do not end alike, so nothing says where the completion begins.

## What it does
Under a target that trains base models on raw prompts and completions (OpenAI and Azure, `babbage-002` and
`davinci-002`), says once for a file that its prompts have no ending in common. Empty prompts, as for
open-ended generation, do not count.

## Why it matters
A base model sees one text. Without a separator at the end of the prompt it may go on with the prompt instead
of answering. OpenAI's data-preparation tool said: `Your data does not contain a common separator at the end
of your prompts.`

## Example
```toml
target = "openai"
rules.missing-separator.min-examples = 2
```
```jsonl
{"prompt": "The film was nice", "completion": " positive"}
{"prompt": "The film was bad", "completion": " negative"}
```

## Use instead
```jsonl
{"prompt": "The film was nice\n\n###\n\n", "completion": " positive"}
{"prompt": "The film was bad\n\n###\n\n", "completion": " negative"}
```
The same separator must then end every prompt that the model is asked.

## Fix
None: it changes what the model must be asked with.

## Options
- `min-examples`: the fewest examples of which anything is said. Default 10.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from finetooth_rules.example import Example
from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.legacy._ends import Ends, Options, ends_of, joined, pairs
from finetooth_rules.profile import Profile
from finetooth_rules.rule import StatisticRule

CODE: Final = "LEG001"


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: Options
) -> Sequence[Ends | None]:
    """How each prompt begins and ends."""
    return [ends_of(pair.prompt) if pair else None for pair in pairs(examples, profile)]


def fit(total: Ends, features: Features, profile: Profile, options: Options) -> bool:
    """Whether there is no separator."""
    return total.texts >= options.min_examples and total.differ and not total.suffix


def conclude(missing: bool, profile: Profile, options: Options) -> Iterator[Finding]:
    """One finding for the file."""
    if missing:
        message = "the prompts have no ending in common; expected a separator, such as `\\n\\n###\\n\\n`"
        yield Finding(CODE, message, Consequence.NOTE)


RULE: StatisticRule[Ends, Ends, bool] = StatisticRule(
    code=CODE,
    name="missing-separator",
    summary="The prompts do not end alike, so nothing says where the completion begins.",
    consequence=Consequence.NOTE,
    options=Options,
    gather=gather,
    empty=Ends,
    add=joined,
    merge=joined,
    fit=fit,
    conclude=conclude,
    min_records=lambda profile, options: int(options.min_examples),
)
