r"""The conversation has no assistant turn.

## What it does
Reports a conversation in which the assistant says nothing. A record with a column for a grader
(`ground_truth`, `answer` and the like) is a prompt for reinforcement learning, which needs no answer.

## Why it matters
There is nothing to learn. Azure and Together refuse such a record, LLaMA-Factory leaves it out (`Dropped
invalid example: …`), and Axolotl says `Dropped N samples with no trainable tokens from train dataset`. TRL
trains on the prompt, or filters the record out where `assistant_only_loss` is set. Unsloth, when all are like
it: `All labels in your dataset are -100. Training losses will be all 0.`

## Example
```jsonl
{"messages": [{"role": "user", "content": "Hello"}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello!"}]}
```

## Fix
None.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from finetooth_rules.example import Example
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.turns._turns import expected, has_role, in_order, is_prompt_only, lacks_its_answer

CODE: Final = "TRN003"


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding, on the key of the turns."""
    if not in_order(example) or has_role(example, "assistant"):
        return
    if not is_prompt_only(example) and not lacks_its_answer(example):
        name = expected("assistant", example.turns)
        message = f"no `{name}` turn; expected one, as there is nothing else to learn"
        yield Finding(CODE, message, Consequence.REJECTED, path=example.turns_path, on_key=True)


RULE = RecordRule(
    code=CODE,
    name="no-assistant-turn",
    summary="The conversation has no assistant turn.",
    consequence=Consequence.REJECTED,
    of_form=True,
    check=check,
    reads_shape=True,
    supersedes=("TRN001", "TRN002", "TRN008"),
)
