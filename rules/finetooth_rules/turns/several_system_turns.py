r"""The conversation has several system turns.

## What it does
Reports a second system turn, or a second developer turn. One of each is right: gpt-oss has both.

## Why it matters
mistral-finetune takes one system turn only, LLaMA-Factory empties the record (`Invalid role tag in …`), and
the templates that want the system turn at the beginning stop at a later one: `System message must be at the
beginning.`

## Example
```jsonl
{"messages": [{"role": "system", "content": "You are kind."}, {"role": "system", "content": "You are brief."}, {"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello!"}]}
```

## Use instead
```jsonl
{"messages": [{"role": "system", "content": "You are kind.\nYou are brief."}, {"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello!"}]}
```

## Fix
None.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from finetooth_rules.example import Example
from finetooth_rules.finding import Consequence, Finding, Related
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.turns._turns import in_order

CODE: Final = "TRN006"


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each of the two roles, on the role of its second turn."""
    if not in_order(example):
        return
    for role in ("system", "developer"):
        turns = [turn for turn in example.turns if turn.role == role]
        if len(turns) > 1:
            yield Finding(
                CODE,
                f"{len(turns)} `{role}` turns; expected one",
                Consequence.DEGRADED,
                path=turns[1].role_path,
                related=(Related(f"the first `{role}` turn", path=turns[0].role_path),),
            )


RULE = RecordRule(
    code=CODE,
    name="several-system-turns",
    summary="The conversation has several system turns.",
    consequence=Consequence.DEGRADED,
    of_form=True,
    check=check,
    reads_shape=True,
)
