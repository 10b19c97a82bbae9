"""From an Example to the messages that a trainer gives to the chat template, and what it makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from finetooth_rules.example import Example, Kind, Turn
from finetooth_rules.features import Rendered, TemplateRenderer
from finetooth_rules.finding import INSIDE, Path
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.targets import Target

Message = dict[str, Any]


def messages_of(example: Example, target: Target) -> list[Message] | None:
    """The messages, one a turn; None where no template is applied to such a record.

    A message in the record is passed as it is, with all its keys; other turns are written as one.
    """
    if not example.conversation or not example.turns:
        return None
    messages = [_message(example, turn) for turn in example.turns]
    return [_cleaned(message) for message in messages] if target.cleans_messages else messages


def render(example: Example, renderer: TemplateRenderer, target: Target) -> Rendered | None:
    """What the template makes of the example; None where it is not applied."""
    messages = messages_of(example, target)
    return None if messages is None else render_messages(example, messages, renderer)


def render_messages(example: Example, messages: Sequence[Message], renderer: TemplateRenderer) -> Rendered:
    """What the template makes of these messages and the example's tools."""
    tools = [tool.definition for tool in example.tools] or None
    return renderer.render(messages, tools, prompt=example.kind is Kind.PROMPT_ONLY)


def _message(example: Example, turn: Turn) -> Message:
    value = _at(example.record.value, turn.path)
    if isinstance(value, dict) and isinstance(value.get("role"), str):
        return value
    message: Message = {"role": turn.role, "content": turn.text if turn.has_content else None}
    if turn.calls:
        message["tool_calls"] = [
            {"type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in turn.calls
        ]
    return message


def _at(value: Any, path: Path) -> Any:
    """The value at a path; None where it leads nowhere or into a string."""
    for step in path:
        if step == INSIDE:
            return None
        if isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def _cleaned(message: Mapping[str, Any]) -> Message:
    """Without nulls, and arguments of calls that are JSON in a string as values."""
    return {key: _clean(key, value) for key, value in message.items() if value is not None}


def _clean(key: str, value: Any) -> Any:
    if isinstance(value, dict):
        return _cleaned(value)
    if isinstance(value, list):
        return [_clean("", item) for item in value if item is not None]
    if key == "arguments" and isinstance(value, str):
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value


def has_template(record: Record, profile: Profile, options: Any) -> bool:
    """The screen of rules that look at the rendering: nothing is to be done without a template."""
    return profile.template is not None
