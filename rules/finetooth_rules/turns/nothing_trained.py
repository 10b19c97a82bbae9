r"""Every answer of the conversation is masked.

## What it does
Reports a conversation in which every assistant turn has the weight 0. Under a target that never reads
`weight`, it is `weight-ignored` instead.

## Why it matters
The record costs tokens and teaches nothing. Trainers that read `weight` drop it
(`Dropped N samples with no trainable tokens from train dataset`) or count a loss of 0.

## Example
```jsonl
{"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello!", "weight": 0}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello!", "weight": 1}]}
```

## Fix
Unsafe: the last answer gets the weight 1.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from finetooth_rules.example import Example
from finetooth_rules.finding import Applicability, Consequence, Edit, Finding, Fix
from finetooth_rules.formats._chat import is_zero
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.turns._turns import in_order

CODE: Final = "TRN008"


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding, on the weight of the last answer."""
    if not profile.target.reads_weight or not in_order(example):
        return
    answers = [turn for turn in example.turns if turn.role == "assistant"]
    if not answers or not all(is_zero(turn.weight) for turn in answers):
        return
    path = answers[-1].weight_path
    edit = Edit(example.record.locate(path), b"1")
    yield Finding(
        CODE,
        "every `assistant` turn has the weight 0; expected at least one to learn from",
        Consequence.DROPPED,
        path=path,
        fixes=(Fix("Give the last answer the weight 1", Applicability.UNSAFE, (edit,)),),
    )


RULE = RecordRule(
    code=CODE,
    name="nothing-trained",
    summary="Every answer of the conversation is masked.",
    consequence=Consequence.DROPPED,
    of_form=True,
    check=check,
    reads_shape=True,
)
