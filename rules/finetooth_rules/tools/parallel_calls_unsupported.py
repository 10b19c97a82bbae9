r"""A turn makes several calls at once where only one is possible.

## What it does
Reports a turn with several calls where the record itself says `"parallel_tool_calls": false`, where the target
takes one call a turn, and where the model's own chat template does (Llama 3.1 and 3.2, gpt-oss, by the name in
`model`).

## Why it matters
The templates of Llama 3.1 and 3.2 stop (`This model only supports single tool-calls at once!`), that of gpt-oss
drops all calls but the first without a word.

## Example
```toml
target = "axolotl"
model = "meta-llama/Llama-3.1-8B-Instruct"
```
```jsonl
{"messages": [{"role": "user", "content": "Weather in Rome and Oslo?"}, {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": {"city": "Rome"}}}, {"id": "call_2", "type": "function", "function": {"name": "weather", "arguments": {"city": "Oslo"}}}]}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Weather in Rome and Oslo?"}, {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": {"city": "Rome"}}}]}, {"role": "tool", "tool_call_id": "call_1", "content": "sunny"}, {"role": "assistant", "tool_calls": [{"id": "call_2", "type": "function", "function": {"name": "weather", "arguments": {"city": "Oslo"}}}]}]}
```

## Fix
None.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from finetooth_rules.example import Example
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule

CODE: Final = "TOL014"


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each such turn, on its second call."""
    if example.extra.get("parallel_tool_calls") is False:
        why = "the record says `parallel_tool_calls: false`"
    elif not profile.target.parallel_calls:
        why = f"{profile.target.title} takes one"
    elif _template_takes_one(profile):
        why = "the model's chat template takes one"
    else:
        return
    for turn in example.turns:
        if len(turn.calls) > 1:
            yield Finding(
                CODE,
                f"{len(turn.calls)} calls in one turn; {why}",
                Consequence.REJECTED,
                path=turn.calls[1].name_path,
            )


def _template_takes_one(profile: Profile) -> bool:
    pattern = profile.target.single_call_models
    return bool(pattern and profile.model and re.search(pattern, profile.model, re.IGNORECASE))


RULE = RecordRule(
    code=CODE,
    name="parallel-calls-unsupported",
    summary="A turn makes several calls at once where only one is possible.",
    consequence=Consequence.REJECTED,
    of_form=True,
    check=check,
    applies=lambda example: any(turn.calls or "call" in turn.written for turn in example.turns),
)
