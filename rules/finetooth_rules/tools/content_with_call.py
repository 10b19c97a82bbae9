r"""An answer has text and a call where the target takes one of them.

## What it does
Reports an assistant turn with both, for targets that refuse it (Mistral's V3). Elsewhere both together are right.

## Why it matters
mistral-finetune stops: `Assistant message must have either content or tool_calls, but not both.`

## Example
```toml
target = "mistral"
```
```jsonl
{"messages": [{"role": "user", "content": "Weather in Rome?"}, {"role": "assistant", "content": "Let me look.", "tool_calls": [{"id": "Vx31sW8aa", "type": "function", "function": {"name": "weather", "arguments": "{\"city\": \"Rome\"}"}}]}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Weather in Rome?"}, {"role": "assistant", "content": "", "tool_calls": [{"id": "Vx31sW8aa", "type": "function", "function": {"name": "weather", "arguments": "{\"city\": \"Rome\"}"}}]}]}
```

## Fix
Empties the text. Unsafe, since it is then no longer learnt.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from finetooth_rules.example import Example
from finetooth_rules.finding import Applicability, Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.schema._edits import replace_value
from finetooth_rules.tools._calls import in_string

CODE: Final = "TOL013"


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each such turn, on its content."""
    if profile.target.call_with_content:
        return
    for turn in example.turns:
        if not turn.calls or in_string(turn.calls[0].path) or not any(part.text for part in turn.texts):
            continue
        path = turn.content_path
        yield Finding(
            CODE,
            f"this turn has text and a call; {profile.target.title} takes one of them",
            Consequence.REJECTED,
            path=path,
            fixes=(replace_value(example.record, path, b'""', "Empty the text", Applicability.UNSAFE),),
        )


RULE = RecordRule(
    code=CODE,
    name="content-with-call",
    summary="An answer has text and a call where the target takes one of them.",
    consequence=Consequence.REJECTED,
    of_form=True,
    check=check,
    reads_shape=True,
)
