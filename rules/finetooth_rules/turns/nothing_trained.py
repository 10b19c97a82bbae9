r"""Every answer of the conversation is masked.

## What it does
Reports a conversation in which every assistant turn has the weight 0 (under a target that never reads
`weight`, it is `weight-ignored` instead), `segments` of which no `label` is true, and token ids whose
`labels` are all -100.

## Why it matters
The record costs tokens and teaches nothing. Trainers that read `weight` drop it
(`Dropped N samples with no trainable tokens from train dataset`) or count a loss of 0. Unsloth:
`All labels in your dataset are -100. Training losses will be all 0.`

## Example
```jsonl
{"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello!", "weight": 0}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello!", "weight": 1}]}
```

## Fix
Unsafe: the last answer gets the weight 1, or the last segment the label true.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from finetooth_rules.example import Example, Kind, Turn
from finetooth_rules.finding import Applicability, Consequence, Edit, Finding, Fix, Path
from finetooth_rules.formats._chat import is_zero
from finetooth_rules.formats.axolotl_segments import NAME as SEGMENTS
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.turns._turns import in_order

CODE: Final = "TRN008"


IGNORED: Final = -100
"""The label of a token that no loss is computed on."""


def applies(example: Example) -> bool:
    """Whether all may be masked, as far as the shape says: segments have flags, labels are numbers."""
    if example.format == SEGMENTS:
        flags = _flags(example.record.value.get("segments"))
        return bool(flags) and all(flag is False for flag in flags)
    if example.kind is Kind.TOKENIZED:
        return bool(example.record.value.get("labels"))
    answers = _answers(example)
    return bool(answers) and all(is_zero(turn.weight) for turn in answers) and in_order(example)


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding, on the last answer's weight, the last segment's label, or the key of the labels."""
    if not applies(example):
        return
    if example.format == SEGMENTS:
        last = len(example.record.value["segments"]) - 1
        message = "every segment has the label false; expected at least one to learn from"
        yield _finding(example, message, ("segments", last, "label"), b"true", "Learn the last segment")
    elif example.kind is Kind.TOKENIZED:
        labels = example.record.value["labels"]
        if isinstance(labels, list) and labels[-1] == IGNORED and all(label == IGNORED for label in labels):
            message = (
                f"every one of {len(labels)} labels is {IGNORED}; expected at least one token to learn from"
            )
            yield Finding(CODE, message, Consequence.DROPPED, path=("labels",), on_key=True)
    elif profile.target.reads_weight:
        message = "every `assistant` turn has the weight 0; expected at least one to learn from"
        path = _answers(example)[-1].weight_path
        yield _finding(example, message, path, b"1", "Give the last answer the weight 1")


def _finding(example: Example, message: str, path: Path, text: bytes, title: str) -> Finding:
    edit = Edit(example.record.locate(path), text)
    fixes = (Fix(title, Applicability.UNSAFE, (edit,)),)
    return Finding(CODE, message, Consequence.DROPPED, path=path, fixes=fixes)


def _answers(example: Example) -> list[Turn]:
    return [turn for turn in example.turns if turn.role == "assistant"]


def _flags(segments: Any) -> list[Any]:
    """The labels of segments; of one that has none, or is no object, None."""
    found = segments if isinstance(segments, list) else ()
    return [segment.get("label") if isinstance(segment, dict) else None for segment in found]


RULE = RecordRule(
    code=CODE,
    name="nothing-trained",
    summary="Every answer of the conversation is masked.",
    consequence=Consequence.DROPPED,
    of_form=True,
    check=check,
    applies=applies,
)
