r"""A call has no result, and the conversation goes on.

## What it does
Reports a call that no result answers although turns follow that are not results. By ids where calls and
results have them; without ids only where no result at all follows. Calls in the last turn are what is learnt,
and right.

## Why it matters
The OpenAI API says `An assistant message with 'tool_calls' must be followed by tool messages responding to
each 'tool_call_id'.`, mistral-common `Not the same number of function calls and responses`. The model learns
to answer from a result that it never saw.

## Example
```jsonl
{"messages": [{"role": "user", "content": "Weather in Rome?"}, {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{\"city\": \"Rome\"}"}}]}, {"role": "user", "content": "And?"}, {"role": "assistant", "content": "Sunny."}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Weather in Rome?"}, {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{\"city\": \"Rome\"}"}}]}, {"role": "tool", "tool_call_id": "call_1", "content": "sunny"}, {"role": "user", "content": "And?"}, {"role": "assistant", "content": "Sunny."}]}
```

## Fix
None: what the tool would have said is not known.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from finetooth_rules.example import Example, ToolCall, Turn
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.tools._calls import is_result, touches_tools

CODE: Final = "TOL005"


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each such call, on its id, else on its name."""
    for call in _unanswered(example.turns):
        yield Finding(
            CODE,
            "this call has no result, and the conversation goes on; expected one",
            Consequence.DEGRADED,
            path=call.name_path if call.id is None else call.id_path,
        )


def _unanswered(turns: Sequence[Turn]) -> Iterator[ToolCall]:
    for index, turn in enumerate(turns):
        if not turn.calls or _ends_here(turns, index):
            continue
        results = [other for other in turns[index + 1 :] if is_result(other)]
        ids = {result.answers for result in results}
        if all(call.id is not None for call in turn.calls) and results and None not in ids:
            yield from (call for call in turn.calls if call.id not in ids)
        elif not is_result(_next_voice(turns, index)):
            yield from turn.calls


def _ends_here(turns: Sequence[Turn], index: int) -> bool:
    """Whether only assistant turns with calls follow: calls made together, the last thing that is learnt."""
    return all(turn.role == "assistant" and turn.calls for turn in turns[index + 1 :])


def _next_voice(turns: Sequence[Turn], index: int) -> Turn:
    """The next turn that makes no call itself: calls made together may be turns of their own."""
    return next(turn for turn in turns[index + 1 :] if not (turn.role == "assistant" and turn.calls))


RULE = RecordRule(
    code=CODE,
    name="unanswered-tool-call",
    summary="A call has no result, and the conversation goes on.",
    consequence=Consequence.DEGRADED,
    of_form=True,
    check=check,
    applies=touches_tools,
)
