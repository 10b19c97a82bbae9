r"""The completions do not end alike, so nothing says where an answer is over.

## What it does
Under a target that trains base models on raw prompts and completions (OpenAI and Azure, `babbage-002` and
`davinci-002`), says once for a file that its completions have no ending in common. Not of a classification
(fewer different completions than a third of the examples: one token answers), nor where all prompts are
empty, as for open-ended generation.

## Why it matters
The model does not learn where to stop, and writes on until it may write no more. OpenAI's data-preparation
tool said: `Your data does not contain a common ending at the end of your completions.`

## Example
```toml
target = "openai"
rules.missing-stop-sequence.min-examples = 2
```
```jsonl
{"prompt": "Name a river.\n\n###\n\n", "completion": " The Danube"}
{"prompt": "Name a lake.\n\n###\n\n", "completion": " Lake Geneva"}
```

## Use instead
```jsonl
{"prompt": "Name a river.\n\n###\n\n", "completion": " The Danube END"}
{"prompt": "Name a lake.\n\n###\n\n", "completion": " Lake Geneva END"}
```
Give the same sequence as `stop` when the model is asked.

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
from finetooth_rules.legacy._ends import Ends, Options, Sketch, ends_of, joined, merged, pairs, sketch_of
from finetooth_rules.profile import Profile
from finetooth_rules.rule import StatisticRule

CODE: Final = "LEG003"
_CLASS_SIZE: Final = 3
"""Examples of each answer, on average, from which on it is a classification."""


class Summary(NamedTuple):
    """How completions end, roughly how many differ, and whether there is a prompt at all."""

    ends: Ends = Ends()
    sketch: Sketch = Sketch()
    prompted: bool = False


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: Options
) -> Sequence[Summary | None]:
    """What is known of each completion."""
    return [
        Summary(ends_of(pair.completion), sketch_of(pair.completion), bool(pair.prompt))
        if pair and pair.completion
        else None
        for pair in pairs(examples, profile)
    ]


def merge(one: Summary, other: Summary) -> Summary:
    """What is known of the completions of both."""
    return Summary(
        joined(one.ends, other.ends), merged(one.sketch, other.sketch), one.prompted or other.prompted
    )


def fit(total: Summary, features: Features, profile: Profile, options: Options) -> bool:
    """Whether the completions need a stop sequence and have none."""
    ends = total.ends
    return (
        ends.texts >= options.min_examples
        and total.prompted
        and ends.differ
        and not ends.suffix
        and total.sketch.distinct() * _CLASS_SIZE >= ends.texts
    )


def conclude(missing: bool, profile: Profile, options: Options) -> Iterator[Finding]:
    """One finding for the file."""
    if missing:
        message = "the completions have no ending in common; expected a stop sequence, such as ` END`"
        yield Finding(CODE, message, Consequence.NOTE)


RULE: StatisticRule[Summary, Summary, bool] = StatisticRule(
    code=CODE,
    name="missing-stop-sequence",
    summary="The completions do not end alike, so nothing says where an answer is over.",
    consequence=Consequence.NOTE,
    options=Options,
    gather=gather,
    empty=Summary,
    add=merge,
    merge=merge,
    fit=fit,
    conclude=conclude,
    min_records=lambda profile, options: int(options.min_examples),
)
