r"""A call names a tool that the record does not define.

## What it does
Compares the names of the calls with the names in `tools` (or `functions`). Silent where the record has no
`tools` at all, or null: they may be described in the system turn. An empty list is a list: it says that there
are none. Tools that a chat template defines by itself (`brave_search`, `code_interpreter`, `python`,
`browser.search` and the like) are taken as defined.

## Why it matters
The model learns to call what it has not been given. At inference that is a call that nothing answers.

## Example
```jsonl
{"messages": [{"role": "user", "content": "What time is it?"}, {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "get_tyme", "arguments": "{}"}}]}], "tools": [{"type": "function", "function": {"name": "get_time", "parameters": {"type": "object", "properties": {}}}}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "What time is it?"}, {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "get_time", "arguments": "{}"}}]}], "tools": [{"type": "function", "function": {"name": "get_time", "parameters": {"type": "object", "properties": {}}}}]}
```

## Fix
Where one of the tools has nearly this name: write it so. Unsafe, since it changes what is learnt.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import orjson

from finetooth_rules.example import Example, parsed
from finetooth_rules.finding import Applicability, Consequence, Finding, Fix, Path
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.schema._edits import replace_value
from finetooth_rules.schema._words import cut, quoted
from finetooth_rules.suggest import nearest
from finetooth_rules.tools._calls import BUILT_IN, calls_of, touches_tools

CODE: Final = "TOL001"


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each such call, on its name."""
    calls = [call for call in calls_of(example) if call.name]
    if not calls or not _says_its_tools(example):
        return
    names = [tool.name for tool in example.tools if tool.name]
    for call in calls:
        if call.name is None or call.name in names or call.name in BUILT_IN:
            continue
        near = nearest(call.name, names)
        fixes: tuple[Fix, ...] = ()
        message = f"the record's tools do not define {quoted(call.name)}"
        if not names:
            message = f"{quoted(call.name)} is called, but the record's list of tools is empty"
        if near is not None:
            message += f"; did you mean {quoted(near)}?"
            title = f"Call {quoted(near)}"
            fixes = (
                replace_value(
                    example.record, call.name_path, orjson.dumps(near), title, Applicability.UNSAFE
                ),
            )
        yield Finding(CODE, cut(message), Consequence.DEGRADED, path=call.name_path, fixes=fixes)


def _says_its_tools(example: Example) -> bool:
    """Whether the record lists its tools, each with a name: one without may be any."""
    if example.tools:
        return all(tool.name for tool in example.tools)
    return bool(example.tools_path) and _is_empty_list(_at(example.record.value, example.tools_path))


def _is_empty_list(value: Any) -> bool:
    found = parsed(value, ())
    return found is not None and found[0] == []


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


RULE = RecordRule(
    code=CODE,
    name="undefined-tool",
    summary="A call names a tool that the record does not define.",
    consequence=Consequence.DEGRADED,
    of_form=True,
    check=check,
    applies=touches_tools,
)
