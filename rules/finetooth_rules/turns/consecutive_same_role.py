r"""Two turns in a row have the same role.

## What it does
Reports a run of user turns or of assistant turns, once for each run. Several results of tools in a row
answer calls made together and are right; several system turns are `several-system-turns`.

## Why it matters
Some templates (Gemma, Cohere) demand that the roles alternate: `Conversation roles must alternate
user/assistant/user/assistant/...` Azure says `contains invalid schema (20)` of two assistant turns in a row,
Together `Invalid role turns on line N of the input file.` of any two, and LLaMA-Factory empties the record
(`Invalid role tag in …`, `Skipping this abnormal example.`). Elsewhere the model learns to go on talking
after its end token.

## Example
```jsonl
{"messages": [{"role": "user", "content": "Hello"}, {"role": "user", "content": "Are you there?"}, {"role": "assistant", "content": "Yes."}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Hello\nAre you there?"}, {"role": "assistant", "content": "Yes."}]}
```

## Fix
None: whether the turns belong together or one between them is missing is not known.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from finetooth_rules.example import Example
from finetooth_rules.finding import Consequence, Finding, Related
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.turns._turns import in_order, is_result, is_system, named

CODE: Final = "TRN004"


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each run, on the role of its second turn."""
    if not in_order(example):
        return
    for _, run in groupby(example.turns, key=lambda turn: turn.role):
        first, *others = run
        if not others or is_result(first) or is_system(first):
            continue
        yield Finding(
            CODE,
            f"{len(others) + 1} `{named(others[0])}` turns in a row; expected the roles to take turns",
            Consequence.DEGRADED,
            path=others[0].role_path,
            related=(Related(f"the first `{named(first)}` turn of the run", path=first.role_path),),
        )


RULE = RecordRule(
    code=CODE,
    name="consecutive-same-role",
    summary="Two turns in a row have the same role.",
    consequence=Consequence.DEGRADED,
    of_form=True,
    check=check,
    reads_shape=True,
)
