r"""A turn that is not the assistant's has a weight.

## What it does
Reports a `weight` on a user, system or tool turn. A weight of 0 says what is so anyway, and is reported only
under a target that refuses the key there.

## Why it matters
Only assistant turns are learnt, so the weight has no effect: perhaps it was meant for the answer. OpenAI and
Azure refuse the file: `Invalid file format. Example 1 contains an extra "weight".`

## Example
```jsonl
{"messages": [{"role": "user", "content": "2 + 2?", "weight": 1}, {"role": "assistant", "content": "4"}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "2 + 2?"}, {"role": "assistant", "content": "4", "weight": 1}]}
```

## Fix
Unsafe: removes the weight.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from finetooth_rules.example import Example, Turn
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.formats._chat import is_zero
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.schema._edits import remove_key
from finetooth_rules.turns._turns import ROLES, named

CODE: Final = "TRN009"


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each such turn, on the key."""
    refused = CODE in profile.target.overrides
    for turn in example.turns:
        if turn.role not in ROLES or turn.role == "assistant" or not _weighted(turn, refused):
            continue
        yield Finding(
            CODE,
            f"a weight on a `{named(turn)}` turn; only `assistant` turns are learnt",
            Consequence.DEGRADED,
            path=turn.weight_path,
            on_key=True,
            fixes=(remove_key(example.record, turn.weight_path),),
        )


def _weighted(turn: Turn, refused: bool) -> bool:
    """Whether the turn has a `weight` that says something (LLaMA-Factory's `loss_weight` stands on every
    turn).
    """
    if turn.weight is None or turn.weight_path[-1:] != ("weight",):
        return False
    return refused or not is_zero(turn.weight)


RULE = RecordRule(
    code=CODE,
    name="weight-on-wrong-role",
    summary="A turn that is not the assistant's has a weight.",
    consequence=Consequence.DEGRADED,
    of_form=True,
    check=check,
    reads_shape=True,
)
