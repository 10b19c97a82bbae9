r"""A record repeats an earlier one.

## What it does
Reports every record whose decoded value equals that of an earlier record, in the same file or in another file
of the dataset: the order of the keys, white space and escapes do not matter, everything else does.

## Why it matters
A record that is there twice counts twice. Duplicates make a model memorise them.

## Example
```jsonl
{"prompt": "What is 2 + 2?", "completion": "4"}
{"completion": "4", "prompt": "What is 2 + 2?"}
```

## Use instead
```jsonl
{"prompt": "What is 2 + 2?", "completion": "4"}
{"prompt": "What is 2 + 3?", "completion": "5"}
```

## Fix
Unsafe: the later record is deleted. A repetition may be meant, to give a record more weight.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from finetooth_rules.duplicates import _prints
from finetooth_rules.duplicates._report import copy
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import GroupRule, Member, NoOptions

CODE: Final = "DUP001"


def judge(
    members: Sequence[Member], profile: Profile, options: NoOptions
) -> Iterator[tuple[Member, Finding]]:
    """One finding for each member but the first, on the whole record."""
    first, *others = members
    message = "this record repeats an earlier one; expected each record once"
    finding = copy(CODE, message, Consequence.DEGRADED, first, "the first of these records")
    for member in others:
        yield member, finding


RULE = GroupRule(
    code=CODE,
    name="exact-duplicate",
    summary="A record repeats an earlier one.",
    consequence=Consequence.DEGRADED,
    supersedes=("DUP002", "DUP003"),
    gather=_prints.gather,
    key=_prints.WHOLE,
    judge=judge,
    scope="dataset",
)
