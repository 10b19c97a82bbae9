r"""The conversation does not end with an assistant turn.

## What it does
Reports a conversation whose last turn is not the assistant's, though it has an assistant turn further up.
One without any is `no-assistant-turn`. Right, and not reported, are prompts for reinforcement learning, which
end with the user's turn (a record with a column for a grader, such as `ground_truth`), and the prompts of
preference data, whose answers stand beside them.

## Why it matters
What comes after the last answer teaches nothing. Azure refuses the record, and so does mistral-finetune:
`Expected last role Assistant for finetuning but got user`. LLaMA-Factory empties it (`Invalid message count
in …`, `Skipping this abnormal example.`). Axolotl and TRL go on, with a prompt that has no answer.

## Example
```jsonl
{"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello!"}, {"role": "user", "content": "Bye"}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello!"}, {"role": "user", "content": "Bye"}, {"role": "assistant", "content": "Bye!"}]}
```

## Fix
None: whether an answer is missing or a turn too many is not known.

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
from finetooth_rules.turns._turns import expected, has_role, in_order, is_prompt_only, lacks_its_answer, named

CODE: Final = "TRN001"


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding, on the role of the last turn."""
    if not in_order(example) or not has_role(example, "assistant"):
        return
    if is_prompt_only(example) or lacks_its_answer(example):
        return
    last = example.turns[-1]
    if last.role != "assistant":
        message = f"the last turn is `{named(last)}`; expected `{expected('assistant', example.turns)}`"
        yield Finding(CODE, message, Consequence.REJECTED, path=last.role_path)


RULE = RecordRule(
    code=CODE,
    name="last-turn-not-assistant",
    summary="The conversation does not end with an assistant turn.",
    consequence=Consequence.REJECTED,
    of_form=True,
    check=check,
    reads_shape=True,
)
