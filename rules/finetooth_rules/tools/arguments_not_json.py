r"""The arguments of a call are a string that is no JSON object.

## What it does
Reads `arguments` where they are a string, and points at the character inside it where the JSON breaks, with
the cause: single quotes, a trailing comma, a missing bracket. Arguments that are empty, a list, a number, or
JSON written into JSON twice are warnings: OpenAI, for one, trains on them.

## Why it matters
What calls the tool has to read them: Python's `json.loads` says `Expecting property name enclosed in double
quotes`, Axolotl reads them so before it trains, LLaMA-Factory stops at a `function_call` turn that is none
(`Invalid JSON format in function message: …`), and a model that was taught broken JSON writes broken JSON.

## Example
```jsonl
{"messages": [{"role": "user", "content": "Weather in Rome?"}, {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{'city': 'Rome'}"}}]}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Weather in Rome?"}, {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{\"city\": \"Rome\"}"}}]}]}
```

## Fix
As for `invalid-json`, and with the same distinction between what is safe and what is a guess. Empty arguments
become `{}`; an object that was written twice is unpacked once (unsafe).

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import orjson

from finetooth_rules.example import Example, ToolCall
from finetooth_rules.finding import Applicability, Consequence, Finding, Fix, Path
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.schema._edits import replace_value
from finetooth_rules.schema._words import kind
from finetooth_rules.tools._calls import BUILT_IN, by_name, calls_of, touches_tools
from finetooth_rules.tools._json_text import broken, loads

CODE: Final = "TOL002"
CALL_ROLE: Final = "function_call"


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each such call, where its arguments break; and where a turn that is a call, as ShareGPT
    writes it, breaks itself.
    """
    for turn in example.turns:
        if turn.written == CALL_ROLE and not turn.calls and turn.texts:
            yield from _broken_turn(example.record, *turn.texts[0])
    for call in calls_of(example):
        if not isinstance(call.arguments, str):
            continue
        try:
            value = orjson.loads(call.arguments)
        except orjson.JSONDecodeError:
            if call.name not in BUILT_IN or call.name in by_name(example.tools):
                yield _broken(example.record, call, call.arguments)
            continue
        if not isinstance(value, dict):
            yield _no_object(example.record, call, value)


def _broken_turn(record: Record, text: str, path: Path) -> Iterator[Finding]:
    # LLaMA-Factory takes thoughts before the call, and the marks of a template around it.
    if loads(text) is None and text.strip() != "null" and not text.lstrip().startswith("<"):
        yield broken(record, path, text, CODE, f"this `{CALL_ROLE}` turn", Consequence.REJECTED)


def _broken(record: Record, call: ToolCall, text: str) -> Finding:
    path = call.arguments_path
    if text.strip():
        return broken(record, path, text, CODE, _what(call), Consequence.REJECTED)
    return Finding(
        CODE,
        f"{_what(call)} is empty; expected a JSON object, `{{}}` where there are none",
        Consequence.DEGRADED,
        span=record.locate(path),
        fixes=(replace_value(record, path, b'"{}"', "Write `{}`", Applicability.SAFE),),
    )


def _what(call: ToolCall) -> str:
    """What is no JSON: the arguments, or the whole call where that is written as JSON in a string."""
    return "this call" if call.arguments_path == call.path else "`arguments`"


def _no_object(record: Record, call: ToolCall, value: object) -> Finding:
    path = call.arguments_path
    fixes: tuple[Fix, ...] = ()
    found = kind(value)
    if isinstance(value, str) and isinstance(loads(value), dict):
        found = "an object written as a string twice"
        title = "Unpack the object once"
        fixes = (replace_value(record, path, orjson.dumps(value), title, Applicability.UNSAFE),)
    return Finding(
        CODE,
        f"{_what(call)} holds {found}; expected a JSON object",
        Consequence.DEGRADED,
        span=record.locate(path),
        fixes=fixes,
    )


RULE = RecordRule(
    code=CODE,
    name="arguments-not-json",
    summary="The arguments of a call are a string that is no JSON object.",
    consequence=Consequence.REJECTED,
    of_form=True,
    check=check,
    applies=touches_tools,
    supersedes=("TOL010",),
)
