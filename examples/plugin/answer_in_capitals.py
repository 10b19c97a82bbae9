r"""An answer that shouts.

## What it does
Reports an answer in which most letters are capitals.

## Why it matters
A support model that is trained on shouted answers will shout at customers.

## Example
```jsonl
{"prompt": "Where is my order?", "completion": "IT IS ON ITS WAY, PLEASE WAIT!"}
```

## Use instead
```jsonl
{"prompt": "Where is my order?", "completion": "It is on its way."}
```

## Fix
None.

## Options
- `min-length`: a shorter answer may be an abbreviation. Default 12.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from finetooth_rules.example import Example
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import RecordRule


@dataclass(frozen=True, slots=True)
class Options:
    """`min_length`: characters below which an answer is left alone."""

    min_length: int = 12


def check(example: Example, profile: Profile, options: Options) -> Iterator[Finding]:
    """One finding for each such answer, on its text."""
    for text in example.trained_texts():
        letters = [char for char in text.text if char.isalpha()]
        if len(text.text) >= options.min_length and sum(map(str.isupper, letters)) > len(letters) / 2:
            yield Finding("ACM001", "the answer is in capitals", Consequence.DEGRADED, path=text.path)


RULE = RecordRule(
    code="ACM001",
    name="answer-in-capitals",
    summary="An answer that shouts.",
    consequence=Consequence.DEGRADED,
    options=Options,
    check=check,
)
