r"""The arguments of a call are an object where the target takes a string of JSON, or the reverse.

## What it does
Compares the form of `arguments` with what the target takes: a string for the OpenAI format (OpenAI, Azure,
Together, Fireworks, Mistral), an object for TRL and its chat templates. Axolotl and LLaMA-Factory read both.

## Why it matters
Of 28 chat templates given a string, 15 stop (`Can only get item pairs from a mapping.`), five leave the call
out and four write it as a string in a string. APIs refuse the object.

## Example
```toml
target = "openai"
```
```jsonl
{"messages": [{"role": "user", "content": "Weather in Rome?"}, {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": {"city": "Rome"}}}]}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Weather in Rome?"}, {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{\"city\": \"Rome\"}"}}]}]}
```

## Fix
Writes the same JSON in the other form, character for character. Unsafe, since the record then says something
else to other trainers.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import orjson

from finetooth_rules.example import Example, ToolCall
from finetooth_rules.finding import Applicability, Consequence, Edit, Finding, Fix, Span
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.schema._edits import written
from finetooth_rules.targets import Arguments
from finetooth_rules.tools._calls import calls_of, in_string
from finetooth_rules.tools._json_text import loads

CODE: Final = "TOL010"


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each such call, on its arguments. A call that is itself JSON in a string is left out:
    its form is that of the format, which the trainer converts.
    """
    wanted = profile.target.arguments
    if wanted is Arguments.EITHER:
        return
    title = profile.target.title
    for call in calls_of(example):
        if in_string(call.path) or call.arguments_path == call.path:
            continue
        if wanted is Arguments.STRING and isinstance(call.arguments, dict):
            message = f"`arguments` is an object; {title} takes a string of JSON"
            yield _finding(example.record, call, message, Consequence.REJECTED)
        elif wanted is Arguments.OBJECT and isinstance(call.arguments, str):
            message = f"`arguments` is a string; {title} takes an object"
            yield _finding(example.record, call, message, Consequence.DEGRADED)


def _finding(record: Record, call: ToolCall, message: str, consequence: Consequence) -> Finding:
    span = record.locate(call.arguments_path)
    fixes: tuple[Fix, ...] = ()
    if record.strict:
        fix = (
            _as_object(span, call.arguments) if isinstance(call.arguments, str) else _as_string(record, span)
        )
        fixes = () if fix is None else (fix,)
    return Finding(CODE, message, consequence, span=span, fixes=fixes)


def _as_string(record: Record, span: Span) -> Fix:
    text = record.raw[span.start : span.end].decode()
    edit = Edit(span, written((), orjson.dumps(text)))
    return Fix("Write the arguments as a string", Applicability.UNSAFE, (edit,))


def _as_object(span: Span, text: str) -> Fix | None:
    if not isinstance(loads(text), dict):
        return None
    # A line break between the parts of the object would end the record's line.
    line = text.strip().replace("\r", " ").replace("\n", " ")
    return Fix("Write the arguments as an object", Applicability.UNSAFE, (Edit(span, line.encode()),))


RULE = RecordRule(
    code=CODE,
    name="arguments-wrong-shape",
    summary="The arguments of a call are an object where the target takes a string of JSON, or the reverse.",
    consequence=Consequence.REJECTED,
    of_form=True,
    check=check,
    reads_shape=True,
)
