r"""The conversation has no user turn.

## What it does
Reports a conversation with an assistant turn and no user turn.

## Why it matters
The model learns to answer nothing. Eight of 28 chat templates stop at such a record, among them those of
Qwen3.5 and Qwen3.6: `No user query found in messages.` Claude and Nova on Bedrock refuse it, as a conversation must begin with the
user, and LLaMA-Factory empties it (`Invalid role tag in …`).

## Example
```jsonl
{"messages": [{"role": "system", "content": "You are kind."}, {"role": "assistant", "content": "Hello!"}]}
```

## Use instead
```jsonl
{"messages": [{"role": "system", "content": "You are kind."}, {"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello!"}]}
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
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.turns._turns import expected, has_role, in_order

CODE: Final = "TRN002"


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding, on the key of the turns. Where there is no answer either, `no-assistant-turn` says so."""
    if in_order(example) and has_role(example, "assistant") and not has_role(example, "user"):
        name = expected("user", example.turns)
        message = f"no `{name}` turn; expected one for the assistant to answer"
        yield Finding(CODE, message, Consequence.DEGRADED, path=example.turns_path, on_key=True)


RULE = RecordRule(
    code=CODE,
    name="no-user-turn",
    summary="The conversation has no user turn.",
    consequence=Consequence.DEGRADED,
    of_form=True,
    check=check,
    reads_shape=True,
)
