r"""A tool's definition is no JSON, has no name, or its parameters are no JSON Schema.

## What it does
Reports `tools` that are a string and no JSON (at the character where it breaks), or no list; a function without
a name; and parameters that are no JSON Schema: types of other languages (`dict`, `float`, `any`), a `default`
that is not in the `enum`, a required argument that is not described, `required: true`, arguments listed without
`properties` around them, and whatever else the JSON Schema of JSON Schemas refuses. Keywords that are null are
left out: that is how columns padded by Arrow look.

## Why it matters
LLaMA-Factory says `Invalid JSON format in tool description: …`, Axolotl `Unknown tools format. Please convert it
into a list[dict].`, mistral-common `Invalid tool schema: 'dict' is not valid under any of the given schemas`. APIs
refuse such a schema at inference, so what is trained on can never be asked again.

## Example
```jsonl
{"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello!"}], "tools": [{"type": "function", "function": {"name": "weather", "parameters": {"type": "dict", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello!"}], "tools": [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}]}
```

Types are reported once for a record, with all their places.

## Fix
Types are written as JSON Schema calls them (unsafe: the text of the prompt changes). A string that is no JSON is
repaired as for `invalid-json`.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from finetooth_rules.example import Example, Tool, parsed
from finetooth_rules.finding import Applicability, Consequence, Edit, Finding, Fix, Path
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.schema._edits import replace_value, written
from finetooth_rules.schema._words import MAX_MESSAGE, cut, kind, quoted
from finetooth_rules.suggest import nearest
from finetooth_rules.tools._calls import in_string, touches_tools
from finetooth_rules.tools._definitions import FLAT, Fault, faults
from finetooth_rules.tools._json_text import broken

CODE: Final = "TOL008"
_MOST_SPANS: Final = 100
_FUNCTION_KEYS: Final = frozenset({"parameters", "input_schema", "description"})


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """Defects of the list of tools, then of each tool."""
    yield from _list(example)
    words: dict[tuple[str, str | None], list[Path]] = {}
    flat: list[Path] = []
    for tool in example.tools:
        yield from _tool(example, tool, profile)
        for root, fault in _faults(example, profile, tool):
            places = [(*root, *place) for place in fault.places]
            if fault.message == "":  # a word, and all of them are one finding
                words.setdefault((fault.word, fault.meant), []).extend(places)
            elif fault.flat:
                flat += places
            else:
                yield _finding(example.record, places, fault)
    if words:
        yield _types(example.record, words)
    if flat:
        tools = f" (in {len(flat)} tools)" if len(flat) > 1 else ""
        yield _finding(example.record, flat, Fault(f"{FLAT}{tools}", ()))


def _list(example: Example) -> Iterator[Finding]:
    """`tools` that are a string: no JSON, or no list."""
    value: Any = example.record.value
    for step in example.tools_path:
        value = value.get(step) if isinstance(value, dict) else None
    if not isinstance(value, str) or not value.strip():
        return
    path, what = example.tools_path, quoted(example.tools_path[-1])
    found = parsed(value, path)
    if found is None:
        yield broken(example.record, path, value, CODE, what, Consequence.REJECTED)
    elif not isinstance(found[0], list) and found[0] is not None:
        message = f"{what} holds {kind(found[0])}; expected a list of tools"
        yield Finding(CODE, message, Consequence.DEGRADED, path=path)


def _tool(example: Example, tool: Tool, profile: Profile) -> Iterator[Finding]:
    record = example.record
    if not tool.name:
        # A tool of another kind (a search that is built in) has none; and what the format's own schema
        # refuses, its rules report.
        meant = "function" in tool.definition or bool(_FUNCTION_KEYS & tool.function.keys())
        if meant and (in_string(tool.path) or _is_valid(example, profile)):
            message = "this tool has no name; expected `name`"
            yield Finding(CODE, message, Consequence.DEGRADED, path=tool.function_path)
    key = next((key for key in ("parameters", "input_schema") if key in tool.function), None)
    if key is None:
        return
    parameters = tool.parameters()
    if parameters is None:
        if tool.function[key].strip():
            path = (*tool.function_path, key)
            yield broken(record, path, tool.function[key], CODE, quoted(key), Consequence.DEGRADED)
        return
    schema, path = parameters
    if isinstance(schema, dict) or schema is None or schema == "":
        return
    if in_string(path) or _is_valid(example, profile):
        message = f"{quoted(key)} is {kind(schema)}; expected a JSON Schema"
        yield Finding(CODE, message, Consequence.DEGRADED, path=path)


def _faults(example: Example, profile: Profile, tool: Tool) -> Iterator[tuple[Path, Fault]]:
    """Where the schema of a tool's arguments stands, and each of its faults."""
    found = tool.parameters()
    if found is not None and isinstance(found[0], dict):
        fmt = profile.format_named(example.format)
        capitals = fmt is not None and fmt.capital_types
        for fault in faults(found[0], capitals=capitals):
            yield found[1], fault


def _is_valid(example: Example, profile: Profile) -> bool:
    fmt = profile.format_named(example.format)
    return fmt is not None and fmt.validator.is_valid(example.record.value)


def _types(record: Record, words: Mapping[tuple[str, str | None], Sequence[Path]]) -> Finding:
    """One finding for all words that are no JSON type: they are one habit, and one fix."""
    placed = [
        (record.locate(place), place, meant) for (_, meant), places in words.items() for place in places
    ]
    spans = sorted(span for span, _, _ in placed)
    edits = [
        Edit(span, written(place, orjson.dumps(meant))) for span, place, meant in placed if meant is not None
    ]
    fixes: tuple[Fix, ...] = ()
    if edits:
        title = "Write the types as JSON Schema does"
        fixes = (Fix(title, Applicability.UNSAFE, tuple(sorted(edits, key=lambda edit: edit.span))),)
    return Finding(
        CODE,
        _type_message(words, len(spans)),
        Consequence.DEGRADED,
        span=spans[0],
        more_spans=tuple(spans[1 : _MOST_SPANS + 1]),
        fixes=fixes,
    )


def _type_message(words: Mapping[tuple[str, str | None], Sequence[Path]], number: int) -> str:
    said = [quoted(word) for word, _ in words]
    meant = [quoted(name) for name in dict.fromkeys(meant for _, meant in words) if name is not None]
    if not meant:
        meant = ["`string`", "`number`", "`object`"]
    if any(name is None for _, name in words):
        meant.append("…")
    none = "is no JSON Schema type" if len(said) == 1 else "are no JSON Schema types"
    times = f" ({number} places)" if number > 1 else ""
    message = f"{_joined(said)} {none}{times}; expected {', '.join(meant)}"
    if len(message) <= MAX_MESSAGE:
        return message
    return f"{len(said)} words under `type` are no JSON Schema types{times}; expected `string`, `object`, …"


def _joined(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _finding(record: Record, places: Sequence[Path], fault: Fault) -> Finding:
    path, *others = places
    fixes: tuple[Fix, ...] = ()
    message = fault.message
    near = nearest(fault.found, fault.known) if fault.known else None
    if near is not None:
        message += f"; did you mean {quoted(near)}?"
        title = f"Write {quoted(near)}"
        fixes = (replace_value(record, path, orjson.dumps(near), title, Applicability.UNSAFE),)
    return Finding(
        CODE,
        cut(message),
        Consequence.DEGRADED,
        path=path,
        more_spans=tuple(record.locate(place) for place in others[:_MOST_SPANS]),
        fixes=fixes,
    )


RULE = RecordRule(
    code=CODE,
    name="invalid-tool-definition",
    summary="A tool's definition is no JSON, has no name, or its parameters are no JSON Schema.",
    consequence=Consequence.DEGRADED,
    of_form=True,
    check=check,
    applies=touches_tools,
)
