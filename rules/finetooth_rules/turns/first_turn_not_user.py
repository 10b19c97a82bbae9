r"""The conversation begins with an assistant turn.

## What it does
Reports a conversation in which the assistant speaks before the user does. A system or developer turn may come
first. A conversation without any user turn is `no-user-turn`.

## Why it matters
Amazon Nova and Claude on Bedrock refuse such a record, and LLaMA-Factory empties it (`Invalid role tag in …`,
`Skipping this abnormal example.`). The chat templates of Gemma and others stop:
`Conversation roles must alternate user/assistant/user/assistant/...` Elsewhere the model learns to speak
first, mostly because a conversation was cut at the wrong place.

## Example
```jsonl
{"messages": [{"role": "assistant", "content": "Hello!"}, {"role": "user", "content": "2 + 2?"}, {"role": "assistant", "content": "4"}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "2 + 2?"}, {"role": "assistant", "content": "4"}]}
```
A greeting that is always the same can go into the system turn.

## Fix
None: whether the turn is one too many or a user's turn is missing is not known.

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
from finetooth_rules.turns._turns import expected, has_role, in_order, is_system, named

CODE: Final = "TRN010"


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding, on the role of the first turn that is not a system's."""
    if not in_order(example) or not has_role(example, "user"):
        return
    first = next(turn for turn in example.turns if not is_system(turn))
    if first.role == "assistant":
        message = f"the first turn is `{named(first)}`; expected `{expected('user', example.turns)}`"
        yield Finding(CODE, message, Consequence.DEGRADED, path=first.role_path)


RULE = RecordRule(
    code=CODE,
    name="first-turn-not-user",
    summary="The conversation begins with an assistant turn.",
    consequence=Consequence.DEGRADED,
    of_form=True,
    check=check,
    reads_shape=True,
)
