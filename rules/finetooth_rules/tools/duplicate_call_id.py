r"""Two calls have the same id.

## What it does
Reports a call whose id is that of a call before it in the same record. Within one turn, or before the first of
them is answered, nothing can tell their results apart. Where each was answered before the next was made it is
only noted.

## Why it matters
Where results are matched by id, one of the calls gets the other's. The validators of Mistral's newest
tokenizers refuse a message whose calls share an id (`Duplicate tool call id … in assistant message`); the
older ones, and mistral-finetune with them, let it pass, and all let an id be used again in a later message.

## Example
```jsonl
{"messages": [{"role": "user", "content": "Weather in Rome and Oslo?"}, {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{\"city\": \"Rome\"}"}}, {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{\"city\": \"Oslo\"}"}}]}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Weather in Rome and Oslo?"}, {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{\"city\": \"Rome\"}"}}, {"id": "call_2", "type": "function", "function": {"name": "weather", "arguments": "{\"city\": \"Oslo\"}"}}]}]}
```

## Fix
None: which of their results is whose is for a person to say.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from finetooth_rules.example import Example, ToolCall
from finetooth_rules.finding import Consequence, Finding, Related
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.tools._calls import touches_tools

CODE: Final = "TOL006"
NO_ID: Final = frozenset({"", "null"})
"""What stands for "no id" (mistral-common)."""


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each later call, on its id."""
    first: dict[str, ToolCall] = {}
    waiting: set[str] = set()
    for turn in example.turns:
        if turn.answers is not None:
            waiting.discard(turn.answers)
        for call in turn.calls:
            if call.id is None or call.id in NO_ID:
                continue
            if call.id in first:
                mixed = call.id in waiting
                yield Finding(
                    CODE,
                    "this is the id of an earlier call; expected one of its own"
                    if mixed
                    else "this is the id of an earlier call, which was answered",
                    Consequence.DEGRADED if mixed else Consequence.NOTE,
                    path=call.id_path,
                    related=(Related("the earlier call", path=first[call.id].id_path),),
                )
            first.setdefault(call.id, call)
            waiting.add(call.id)


RULE = RecordRule(
    code=CODE,
    name="duplicate-call-id",
    summary="Two calls have the same id.",
    consequence=Consequence.DEGRADED,
    of_form=True,
    check=check,
    applies=touches_tools,
)
