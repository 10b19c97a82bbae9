r"""A tool is defined twice.

## What it does
Reports a second definition of the same name in a record's tools, and says whether it differs from the first.

## Why it matters
The model sees two tools of one name. Anthropic's API, for one, refuses that at inference (`tools: Tool names
must be unique.`), so the prompt that was trained on can never come again.

## Example
```jsonl
{"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello!"}], "tools": [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}, {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello!"}], "tools": [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}]}
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
from finetooth_rules.finding import Consequence, Finding, Related
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.schema._words import cut, quoted
from finetooth_rules.tools._calls import by_name, touches_tools

CODE: Final = "TOL009"


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each later definition, on its name."""
    first = by_name(example.tools)
    if len(first) == len(example.tools):
        return
    for tool in example.tools:
        if not tool.name or first[tool.name] is tool:
            continue
        how = "again, the same" if tool.function == first[tool.name].function else "again, and differently"
        yield Finding(
            CODE,
            cut(f"the tool {quoted(tool.name)} is defined {how}; expected each name once"),
            Consequence.DEGRADED,
            path=(*tool.function_path, "name"),
            related=(Related("defined first here", path=(*first[tool.name].function_path, "name")),),
        )


RULE = RecordRule(
    code=CODE,
    name="duplicate-tool",
    summary="A tool is defined twice.",
    consequence=Consequence.DEGRADED,
    of_form=True,
    check=check,
    applies=touches_tools,
)
