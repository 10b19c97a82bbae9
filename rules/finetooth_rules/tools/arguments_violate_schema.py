r"""The arguments of a call are not what the tool's definition asks for.

## What it does
Checks the arguments against the JSON Schema in the tool's `parameters`: a required argument that is missing,
a value of another type or outside its `enum`, an argument that `additionalProperties: false` rules out, and
the other keywords. Types of other languages (`dict`, `float`) are read as they are meant. Null for an argument
that is not required is only noted. A schema that is broken is `invalid-tool-definition`.

## Why it matters
The model learns to call its tools wrongly, against the definition that stands right beside the call; at
inference the tool refuses.

## Example
```jsonl
{"messages": [{"role": "user", "content": "Rain in Rome, in 3 days?"}, {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "rain", "arguments": "{\"city\": \"Rome\", \"days\": \"3\"}"}}]}], "tools": [{"type": "function", "function": {"name": "rain", "parameters": {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}, "required": ["city"]}}}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Rain in Rome, in 3 days?"}, {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "rain", "arguments": "{\"city\": \"Rome\", \"days\": 3}"}}]}], "tools": [{"type": "function", "function": {"name": "rain", "parameters": {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}, "required": ["city"]}}}]}
```

## Fix
Unsafe, as it changes what is learnt: a number in quotes loses them, a number gets them where text is asked
for, and a misspelt argument or value of an `enum` is written as the one that is nearly so.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import orjson

from finetooth_rules.example import Example, Tool, ToolCall
from finetooth_rules.finding import Applicability, Consequence, Finding, Fix, Path
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.schema._branch import json_type
from finetooth_rules.schema._edits import converted, object_span, rename_key, replace_value
from finetooth_rules.schema._words import cut, kind, kinds, one_of, place, quoted
from finetooth_rules.suggest import nearest
from finetooth_rules.tools._calls import by_name, calls_of, touches_tools
from finetooth_rules.tools._json_schema import validator
from finetooth_rules.tools._violations import Violation, violations

CODE: Final = "TOL003"


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each defect, on the argument inside the string."""
    if not example.tools:
        return
    tools = by_name(example.tools)
    for call in calls_of(example):
        tool = tools.get(call.name or "")
        found = call.parsed()
        if tool is None or found is None or not isinstance(found[0], dict):
            continue
        if sum(other.name == tool.name for other in example.tools) == 1:
            yield from _check_call(example.record, call, tool, *found)


def _check_call(
    record: Record, call: ToolCall, tool: Tool, arguments: dict[str, Any], path: Path
) -> Iterator[Finding]:
    parameters = tool.parameters()
    if parameters is None or not isinstance(parameters[0], dict) or not parameters[0]:
        return
    compiled = validator(parameters[0])
    if compiled is None or compiled[0].is_valid(arguments):
        return
    renamed: set[Path] = set()
    for violation in violations(*compiled, arguments):
        finding = _finding(record, path, violation, renamed)
        if finding is not None:
            yield finding


def _finding(record: Record, root: Path, violation: Violation, renamed: set[Path]) -> Finding | None:
    path = (*root, *violation.path)
    found = violation.found
    if violation.keyword == "required":
        return _missing(record, path, violation, renamed, at_top=not violation.path)
    if violation.keyword == "additionalProperties":
        return _unexpected(record, path, violation, renamed)
    what = _what(violation.path)
    consequence = Consequence.DEGRADED
    if found is None and not violation.required:
        consequence = Consequence.NOTE
    fixes: tuple[Fix, ...] = ()
    if violation.keyword == "type":
        types = tuple(violation.expected)
        message = cut(f"{what} is {kind(found)}; expected {kinds(types)}")
        text = converted(record, path, found, types) if isinstance(found, (str, int, float)) else None
        if text is not None:
            title = f"Write {place(violation.path)} as {kind(orjson.loads(text))}"
            fixes = (replace_value(record, path, text, title, Applicability.UNSAFE),)
    elif violation.keyword == "enum":
        allowed = list(violation.expected)
        message = one_of(f"{what} is {quoted(found) if _short(found) else kind(found)}", allowed)
        words = [word for word in allowed if isinstance(word, str)]
        near = nearest(found, words) if isinstance(found, str) else None
        if near is not None:
            title = f"Write {quoted(near)}"
            fixes = (replace_value(record, path, orjson.dumps(near), title, Applicability.UNSAFE),)
    else:
        message = cut(f"{what} breaks the `{violation.keyword}` of the tool's definition")
    return Finding(CODE, message, consequence, path=path, fixes=fixes)


def _short(found: Any) -> bool:
    return json_type(found) not in ("object", "array")


def _what(path: Path) -> str:
    if not path:
        return "`arguments`"
    return f"the argument {place(path)}" if len(path) == 1 else place(path)


def _missing(
    record: Record, path: Path, violation: Violation, renamed: set[Path], *, at_top: bool
) -> Finding:
    key = str(violation.expected)
    known = violation.schema.get("properties", {})
    others = [name for name in violation.found if name not in known]
    what = "argument" if at_top else "key"
    meant = next((name for name in others if nearest(name, [key]) == key), None)
    if meant is not None:
        renamed.add((*path, meant))
        return Finding(
            CODE,
            cut(f"the tool has no {what} {quoted(meant)}; did you mean {quoted(key)}?"),
            Consequence.DEGRADED,
            path=(*path, meant),
            on_key=True,
            fixes=(rename_key(record, (*path, meant), key, Applicability.UNSAFE),),
        )
    message = cut(f"the {what} {quoted(key)} is missing; the tool's definition requires it")
    return Finding(CODE, message, Consequence.DEGRADED, span=object_span(record, path))


def _unexpected(record: Record, path: Path, violation: Violation, renamed: set[Path]) -> Finding | None:
    place_of = (*path, str(violation.expected))
    if place_of in renamed:
        return None
    known = [name for name in violation.schema.get("properties", {}) if name not in violation.found]
    near = nearest(str(violation.expected), known)
    message = f"the tool's definition allows no {quoted(violation.expected)}"
    fixes: tuple[Fix, ...] = ()
    if near is not None:
        message += f"; did you mean {quoted(near)}?"
        fixes = (rename_key(record, place_of, near, Applicability.UNSAFE),)
    return Finding(CODE, cut(message), Consequence.DEGRADED, path=place_of, on_key=True, fixes=fixes)


RULE = RecordRule(
    code=CODE,
    name="arguments-violate-schema",
    summary="The arguments of a call are not what the tool's definition asks for.",
    consequence=Consequence.DEGRADED,
    of_form=True,
    check=check,
    applies=touches_tools,
)
