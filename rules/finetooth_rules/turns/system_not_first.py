r"""A system turn comes after another turn.

## What it does
Reports a conversation whose first system or developer turn is not at its beginning. Further system turns are
`several-system-turns`.

## Why it matters
Seven of 28 chat templates stop (`System message must be at the beginning.`, Qwen3.5 and Qwen3.6), and three
leave its text out without a word (gpt-oss among them). LLaMA-Factory empties the record
(`Invalid role tag in …`), and Gemma's template takes no system turn at all (`System role not supported`).

## Example
```jsonl
{"messages": [{"role": "user", "content": "Hello"}, {"role": "system", "content": "You are kind."}, {"role": "assistant", "content": "Hello!"}]}
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
from finetooth_rules.turns._turns import in_order, is_system, named

CODE: Final = "TRN005"


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding, on the role of the first system turn."""
    if not in_order(example) or is_system(example.turns[0]):
        return
    late = next((turn for turn in example.turns if is_system(turn)), None)
    if late is not None:
        message = f"the `{late.role}` turn comes after `{named(example.turns[0])}`; expected it first"
        yield Finding(CODE, message, Consequence.DEGRADED, path=late.role_path)


RULE = RecordRule(
    code=CODE,
    name="system-not-first",
    summary="A system turn comes after another turn.",
    consequence=Consequence.DEGRADED,
    of_form=True,
    check=check,
    reads_shape=True,
)
