r"""The preferred answer refuses, and the rejected one does not.

## What it does
Notes a pair whose chosen answer begins as a refusal (`I'm sorry, but I can't …`, in English) while the rejected
one begins otherwise.

## Why it matters
It is right in data on safety, and a frequent slip elsewhere: the two answers were swapped, or a judge took the
careful one. The model learns to refuse.

## Example
```jsonl
{"instruction": "How do I boil an egg?", "input": "", "chosen": "I'm sorry, but I can't help with that.", "rejected": "Eight minutes in boiling water."}
```

## Use instead
```jsonl
{"instruction": "How do I boil an egg?", "input": "", "chosen": "Eight minutes in boiling water.", "rejected": "I'm sorry, but I can't help with that."}
```

## Fix
None.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from finetooth_rules.example import Example, Text, Turn
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.patterns import lazy
from finetooth_rules.preference._pairs import answers, is_pair
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule

CODE: Final = "PRF002"
_CANNOT: Final = r"(?:can ?not|can['’]t|am (?:unable|not able|not going) to|won['’]t|will not)"
_HELP: Final = (
    r"(?:help(?! but| it| \w+ing)|assist|answer|comply"
    r"|provide|fulfil|do that|do this|support|engage|participate|create|write"
    r"|generate|give|offer|discuss|share|continue)"
)
REFUSAL: Final = lazy(
    r"\s*(?:(?:(?:i['’]m|i am|we['’]re) (?:\w+ )?sorry|sorry|i apologi[sz]e)[,.!]? ?(?:but )?)?"
    rf"(?:as an ai(?: language)?(?: model| assistant)?,? )?"
    rf"i (?:\w+ )?{_CANNOT} (?:\w+ )?{_HELP}\b",
    re.IGNORECASE,
)


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for the pair, on the words of the refusal."""
    if not is_pair(example):
        return
    chosen, rejected = (_answer(turns) for turns in answers(example))
    if chosen is None or rejected is None or REFUSAL.match(rejected.text):
        return
    match = REFUSAL.match(chosen.text)
    if match is not None:
        start = len(match[0]) - len(match[0].lstrip())
        yield Finding(
            CODE,
            "the chosen answer refuses, the rejected one does not",
            Consequence.NOTE,
            span=example.span_of(chosen, start, match.end()),
        )


def _answer(turns: Sequence[Turn]) -> Text | None:
    """The text of the last assistant turn."""
    return next((turn.texts[0] for turn in reversed(turns) if turn.role == "assistant" and turn.texts), None)


RULE = RecordRule(
    code=CODE,
    name="refusal-chosen",
    summary="The preferred answer refuses, and the rejected one does not.",
    consequence=Consequence.NOTE,
    check=check,
    applies=is_pair,
)
