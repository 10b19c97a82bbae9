r"""A record to measure with is also trained on.

## What it does
Reports a record of the validation or the test split that says the same as one of the training split, but for
case, spaces and the punctuation of prose. Which file is which split is told by `[dataset]` in the settings,
or by the files' names.

## Why it matters
The model has learnt the answer by heart: what is measured is its memory. A loss that falls on such records
says nothing about new ones, and a run is stopped too late.

## Example
With this training split:
```train
{"prompt": "What is the boiling point of water?", "completion": "It is 100 °C at sea level."}
```
this validation split:
```jsonl
{"prompt": "What is the boiling point of water?", "completion": "It is 100 °C at sea level."}
```

## Use instead
Remove duplicates before the splits are cut:
```train
{"prompt": "What is the boiling point of water?", "completion": "It is 100 °C at sea level."}
```
```jsonl
{"prompt": "What is the melting point of ice?", "completion": "It is 0 °C."}
```

## Fix
Unsafe: the record is deleted from the validation or test split.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from finetooth_rules.duplicates import _prints
from finetooth_rules.duplicates._report import copy, held_out
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import GroupRule, Member, NoOptions

CODE: Final = "DUP004"


def judge(
    members: Sequence[Member], profile: Profile, options: NoOptions
) -> Iterator[tuple[Member, Finding]]:
    """One finding for each held-out member of a group with one to train on."""
    trained = next((member for member in members if not held_out(member)), None)
    if trained is None:
        return
    for member in members:
        if held_out(member):
            yield (
                member,
                copy(
                    CODE,
                    f"this {member.split} record is also in the training split; expected it in one of them",
                    # An error: what is measured with it is worth nothing, as if it were left out.
                    Consequence.DROPPED,
                    trained,
                    "the record that is trained on",
                ),
            )


RULE = GroupRule(
    code=CODE,
    name="split-leakage",
    summary="A record to measure with is also trained on.",
    consequence=Consequence.DROPPED,
    supersedes=("DUP001", "DUP002", "DUP005"),
    gather=_prints.gather,
    key=_prints.SAID,
    judge=judge,
    scope="dataset",
)
