r"""A tool's result answers no call.

## What it does
Reports a result whose id is that of no call before it, a second result of a call that has one, and a result
without an id that does not follow a call. Silent where the calls have no ids to compare with, and where they
may be written in the text of an answer (the record has no call at all, and an assistant turn comes before).

## Why it matters
The OpenAI API says `messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.`,
mistral-common `Unexpected tool call id … in tool results`; templates that pair results with calls (gpt-oss)
stop. Elsewhere the model learns from a result of nothing.

## Example
```jsonl
{"messages": [{"role": "user", "content": "Weather in Rome?"}, {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{\"city\": \"Rome\"}"}}]}, {"role": "tool", "tool_call_id": "call_1", "content": "sunny"}, {"role": "tool", "tool_call_id": "call_2", "content": "rainy"}, {"role": "assistant", "content": "Sunny."}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Weather in Rome?"}, {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{\"city\": \"Rome\"}"}}]}, {"role": "tool", "tool_call_id": "call_1", "content": "sunny"}, {"role": "assistant", "content": "Sunny."}]}
```

## Fix
Where the turn before has exactly one call that has no result: answer that one. Unsafe, as it is a guess.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import orjson

from finetooth_rules.example import Example, ToolCall, Turn
from finetooth_rules.finding import Applicability, Consequence, Finding, Fix
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.schema._edits import replace_value
from finetooth_rules.tools._calls import calls_of, is_result, results_after, touches_tools

CODE: Final = "TOL004"


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each such result, on its id, or on its role where it has none."""
    turns = example.turns
    results = [index for index, turn in enumerate(turns) if is_result(turn)]
    any_calls = any(turn.calls for turn in turns)
    calls: list[ToolCall] = []
    answered: Counter[str] = Counter()
    at = 0
    for index in results:
        calls += [call for turn in turns[at:index] for call in turn.calls]
        at = index
        result = turns[index]
        message = None
        if not any_calls:
            if not any(turn.role == "assistant" for turn in turns[:index]):
                message = "this result of a tool follows no call"
        elif result.answers is None:
            if not _follows_a_call(turns, index):
                message = "this result of a tool follows no call"
        else:
            message = _mismatch(example, calls, result.answers, answered)
            answered[result.answers] += 1
        if message is not None:
            yield Finding(
                CODE,
                message,
                Consequence.DEGRADED,
                path=result.role_path if result.answers is None else result.answers_path,
                fixes=tuple(_fixes(example.record, turns, index)),
            )


def _follows_a_call(turns: Sequence[Turn], index: int) -> bool:
    before = next((turn for turn in reversed(turns[:index]) if not is_result(turn)), None)
    return before is not None and bool(before.calls)


def _mismatch(
    example: Example, before: Sequence[ToolCall], answers: str, answered: Counter[str]
) -> str | None:
    if any(call.id is None for call in calls_of(example)):
        return None
    asked = sum(call.id == answers for call in before)
    if asked > answered[answers]:
        return None
    if asked:
        return "this call has a result already; expected one for each call"
    if any(call.id == answers for call in calls_of(example)):
        return "this result comes before its call"
    return "no call before this result has this id"


def _fixes(record: Record, turns: Sequence[Turn], index: int) -> Iterator[Fix]:
    """Answer the one call of the turn before that nothing answers."""
    caller = next((i for i in range(index - 1, -1, -1) if not is_result(turns[i])), None)
    if caller is None or turns[index].answers is None:
        return
    answers = {turn.answers for turn in results_after(turns, caller)}
    waiting = [call.id for call in turns[caller].calls if call.id is not None and call.id not in answers]
    if len(waiting) == 1:
        path, text = turns[index].answers_path, orjson.dumps(waiting[0])
        title = "Make it the result of the call before it"
        yield replace_value(record, path, text, title, Applicability.UNSAFE)


RULE = RecordRule(
    code=CODE,
    name="orphan-tool-result",
    summary="A tool's result answers no call.",
    consequence=Consequence.DEGRADED,
    of_form=True,
    check=check,
    applies=touches_tools,
)
