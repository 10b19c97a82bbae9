r"""The chat template writes the word None where a value is null.

## What it does
Renders each record by the model's chat template, and again with each null replaced: a null content beside a
tool call, or a null among a call's arguments, that shows as the word `None` is reported where it stands. A
null content without a call is `empty-content`'s. Needs `tokens.template`, or a `tokens.tokenizer` whose folder
has one.

## Why it matters
The model learns to say "None". Six of 28 chat templates print it for an answer without content (Llama 3,
Gemma and others), and nulls that a loader adds to arguments come out as `None` too. Newer versions of
transformers take null keys out of a message first, but not out of arguments.

## Example
```toml
[tokens]
template = "prints-none.jinja"
```
```jsonl
{"messages": [{"role": "user", "content": "Rain in Oslo?"}, {"role": "assistant", "content": null, "tool_calls": [{"id": "a", "type": "function", "function": {"name": "weather", "arguments": "{}"}}]}, {"role": "tool", "tool_call_id": "a", "content": "dry"}, {"role": "assistant", "content": "No."}], "tools": [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Rain in Oslo?"}, {"role": "assistant", "content": "", "tool_calls": [{"id": "a", "type": "function", "function": {"name": "weather", "arguments": "{}"}}]}, {"role": "tool", "tool_call_id": "a", "content": "dry"}, {"role": "assistant", "content": "No."}], "tools": [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}]}
```

## Fix
None.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from finetooth_rules.example import Example, Turn
from finetooth_rules.features import Features, TemplateRenderer
from finetooth_rules.finding import INSIDE, Consequence, Finding, Path
from finetooth_rules.patterns import lazy
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.rule import MeasuredRule, NoOptions
from finetooth_rules.template._render import Message, Written, conversations, has_template

CODE: Final = "TPL003"
_NONE: Final = lazy(r"\bNone\b")
_MOST_NULLS: Final = 20


def screen(record: Record, profile: Profile, options: NoOptions) -> bool:
    """Whether there is a null at all."""
    return has_template(record, profile, options) and b"null" in record.raw


def check(
    examples: Sequence[Example], features: Features, profile: Profile, options: NoOptions
) -> Iterator[tuple[int, Finding]]:
    """One finding for each null that the template prints."""
    renderer = features.template
    assert renderer is not None
    for index, example in enumerate(examples):
        for written in conversations(example, features, profile):
            if written.rendered.error is None and (printed := _nones(written.rendered.text)):
                for finding in _of_conversation(written, printed, renderer):
                    yield index, finding


def _nones(text: str) -> int:
    return len(_NONE.findall(text))


def _of_conversation(written: Written, printed: int, renderer: TemplateRenderer) -> Iterator[Finding]:
    tried = 0
    messages = written.messages
    for number in range(written.first, len(messages)):
        for path, changed in _without_nulls(written.turns[number], messages[number]):
            tried += 1
            if tried > _MOST_NULLS:
                return
            rendered = written.again([*messages[:number], changed, *messages[number + 1 :]], renderer)
            if rendered.error is None and _nones(rendered.text) < printed:
                message = "the chat template prints the word None for this null; expected a text or no key"
                yield Finding(CODE, message, Consequence.DEGRADED, path=path)


def _without_nulls(turn: Turn, message: Message) -> Iterator[tuple[Path, Message]]:
    """Each null of a message: where it stands, and the message with a text in its place."""
    if turn.calls and message.get("content", "") is None:
        yield turn.content_path, {**message, "content": ""}
    calls = message.get("tool_calls")
    if not isinstance(calls, list) or len(calls) != len(turn.calls):
        return
    for position, call in enumerate(turn.calls):
        if not isinstance(call.arguments, dict):
            continue  # a string is printed as it is written
        for path, arguments in _replaced(call.arguments, call.arguments_path):
            changed = [*calls[:position], _with(calls[position], arguments), *calls[position + 1 :]]
            yield path, {**message, "tool_calls": changed}


def _with(call: Any, arguments: Any) -> Any:
    function = call.get("function")
    if isinstance(function, dict):
        return {**call, "function": {**function, "arguments": arguments}}
    return {**call, "arguments": arguments}


def _replaced(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Each null in a value, and the value with an empty text in its place."""
    if value is None:
        yield path, ""
    elif isinstance(value, dict):
        for key, item in value.items():
            for place, changed in _replaced(item, (*path, key)):
                yield place, {**value, key: changed}
    elif isinstance(value, list) and INSIDE not in path:
        for index, item in enumerate(value):
            for place, changed in _replaced(item, (*path, index)):
                yield place, [*value[:index], changed, *value[index + 1 :]]


RULE = MeasuredRule(
    code=CODE,
    name="template-prints-none",
    summary="The chat template writes the word None where a value is null.",
    consequence=Consequence.DEGRADED,
    of_form=True,
    screen=screen,
    check=check,
    needs=("template",),
)
