r"""A record to measure with is nearly one that is trained on.

## What it does
Reports a record of the validation or the test split that says nearly the same as one of the training split
(as `near-duplicate` has it), or asks exactly what one asks that has another answer. Which file is which
split is told by `[dataset]` in the settings, or by the files' names.

## Why it matters
What the model has seen in training measures its memory. Splits that were cut row by row from data with
several versions of a record, or several answers to a prompt, leak in this way.

## Example
With this training split:
```train
{"prompt": "Name the largest planet of our solar system.", "completion": "Jupiter is the largest planet."}
```
this validation split:
```jsonl
{"prompt": "Name the largest planet of our solar system.", "completion": "It is Jupiter."}
```

## Use instead
Cut splits by prompt (or by source), so that all versions of a record are on one side:
```train
{"prompt": "Name the largest planet of our solar system.", "completion": "Jupiter is the largest planet."}
```
```jsonl
{"prompt": "Name the smallest planet of our solar system.", "completion": "It is Mercury."}
```

## Fix
Unsafe: the record is deleted from the validation or test split.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from finetooth_rules.duplicates import _near, _prints
from finetooth_rules.duplicates._report import copy, held_out
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import Match, Member, NearRule, NoOptions

CODE: Final = "DUP005"


def judge(matches: Sequence[Match], profile: Profile, options: NoOptions) -> Iterator[tuple[Member, Finding]]:
    """One finding for each held-out record that is like one to train on, by the one it is most like."""
    across = [_trained_first(match) for match in matches if held_out(match.first) != held_out(match.second)]
    for match in _near.closest(across, told=lambda match: match.second):
        if match.likeness == _near.SAME_QUESTION:
            what = "the training split asks the same and has another answer"
        else:
            what = f"this record is {_near.percent(match.likeness)} % like one of the training split"
        finding = copy(
            CODE,
            f"{what}; expected a {match.second.split} record that is new",
            Consequence.DEGRADED,
            match.first,
            "the record that is trained on",
        )
        yield match.second, finding


def _trained_first(match: Match) -> Match:
    return match._replace(first=match.second, second=match.first) if held_out(match.first) else match


RULE = NearRule(
    code=CODE,
    name="near-leakage",
    summary="A record to measure with is nearly one that is trained on.",
    consequence=Consequence.DEGRADED,
    gather=_prints.gather,
    pairs=_near.pairs,
    likeness=_near.likeness,
    judge=judge,
)
