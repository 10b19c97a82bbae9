r"""The name of a tool is not one that the target takes.

## What it does
Compares the names of tools, of calls and of results with the target's pattern: up to 64 letters, digits, `_`
and `-` for OpenAI. A name with white space, or an empty one, is `out-of-range` for every target.

## Why it matters
OpenAI refuses the file. mistral-common says `Function name was X but must be a-z, A-Z, 0-9, or contain
underscores and dashes, with a maximum length of 64.`

## Example
```toml
target = "openai"
```
```jsonl
{"messages": [{"role": "user", "content": "Play Waterloo"}, {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "spotify.play", "arguments": "{}"}}]}], "tools": [{"type": "function", "function": {"name": "spotify.play", "parameters": {"type": "object", "properties": {}}}}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Play Waterloo"}, {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "spotify_play", "arguments": "{}"}}]}], "tools": [{"type": "function", "function": {"name": "spotify_play", "parameters": {"type": "object", "properties": {}}}}]}
```

## Fix
Writes `_` for each character that is not allowed, wherever the record uses the name. Unsafe, since the tool
must be called so at inference too.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from finetooth_rules.example import Example
from finetooth_rules.finding import Applicability, Consequence, Finding, Fix, Path
from finetooth_rules.patterns import lazy
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.schema._words import cut, quoted
from finetooth_rules.tools._calls import is_result, renamed, touches_tools

CODE: Final = "TOL011"
_NOT_PLAIN: Final = lazy(r"[^A-Za-z0-9_-]")


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each name, where it is defined, else where it first stands."""
    pattern = profile.target.tool_name
    if pattern is None:
        return
    fits = re.compile(pattern).fullmatch
    places = _places(example)
    for name, paths in places.items():
        if fits(name) or not name or re.search(r"\s", name):
            continue
        new = _NOT_PLAIN.sub("_", name)
        fixes: tuple[Fix, ...] = ()
        if fits(new) and new not in places:
            title = f"Rename to {quoted(new)} everywhere in the record"
            fixes = (renamed(example.record, paths, new, title, Applicability.UNSAFE),)
        message = f"{profile.target.title} does not take the name {quoted(name)}; expected "
        yield Finding(
            CODE,
            cut(f"{message}`{pattern.strip('^$')}`"),
            Consequence.REJECTED,
            path=paths[0],
            more_spans=tuple(example.record.locate(path) for path in paths[1:]),
            fixes=fixes,
        )


def _places(example: Example) -> dict[str, list[Path]]:
    """Name → where it stands: in definitions, calls and results."""
    places: dict[str, list[Path]] = {}
    for tool in example.tools:
        if tool.name is not None:
            places.setdefault(tool.name, []).append((*tool.function_path, "name"))
    for turn in example.turns:
        for call in turn.calls:
            if call.name is not None:
                places.setdefault(call.name, []).append(call.name_path)
        if is_result(turn) and turn.name is not None and turn.name in places:
            places[turn.name].append((*turn.path, "name"))
    return places


RULE = RecordRule(
    code=CODE,
    name="tool-name-not-allowed",
    summary="The name of a tool is not one that the target takes.",
    consequence=Consequence.REJECTED,
    of_form=True,
    check=check,
    applies=touches_tools,
)
