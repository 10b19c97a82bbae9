r"""The preferred and the rejected answer are the same.

## What it does
Reports a pair whose two answers are equal, in text, calls, reasoning and images. A pair that differs in outer
white space alone is a warning.

## Why it matters
The two likelihoods are always equal: the loss stays at ln 2, and the pair teaches nothing.

## Example
```jsonl
{"instruction": "Add 2 and 2.", "input": "", "chosen": "4", "rejected": "4"}
```

## Use instead
```jsonl
{"instruction": "Add 2 and 2.", "input": "", "chosen": "4", "rejected": "5"}
```

## Fix
None.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from finetooth_rules.example import Example, Turn
from finetooth_rules.finding import Consequence, Finding, Related
from finetooth_rules.preference._pairs import answers, is_pair, said, said_stripped
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule

CODE: Final = "PRF001"


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for the pair, on the rejected answer."""
    if not is_pair(example):
        return
    chosen, rejected = answers(example)
    if not chosen or not rejected or not _says_something(rejected):
        return
    if [*map(said, chosen)] == [*map(said, rejected)]:
        message = "the rejected answer is the same as the chosen one; expected a worse one"
        consequence = Consequence.DROPPED
    elif [*map(said_stripped, chosen)] == [*map(said_stripped, rejected)]:
        message = "only white space tells the rejected answer from the chosen one; expected a worse one"
        consequence = Consequence.DEGRADED
    else:
        return
    yield Finding(
        CODE,
        message,
        consequence,
        path=rejected[0].content_path,
        related=(Related("the chosen answer", path=chosen[0].content_path),),
    )


def _says_something(turns: Sequence[Turn]) -> bool:
    return any(turn.text.strip() or turn.calls or turn.media for turn in turns)


RULE = RecordRule(
    code=CODE,
    name="chosen-equals-rejected",
    summary="The preferred and the rejected answer are the same.",
    consequence=Consequence.DROPPED,
    of_form=True,
    check=check,
    applies=is_pair,
)
