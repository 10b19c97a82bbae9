"""`mistral`: what mistral-finetune and Mistral's API read, stricter than `openai-chat`.

Without a setting it is recognised only by the keys that are its own (`interactions`, `available_tools`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from finetooth_rules.example import Example, Text, Turn
from finetooth_rules.formats._chat import read_tools, read_turn
from finetooth_rules.formats._format import Format
from finetooth_rules.formats.openai_chat import SCHEMA as OPENAI
from finetooth_rules.formats.openai_chat import plain_shape

if TYPE_CHECKING:
    from finetooth_rules.record import Record
    from finetooth_rules.targets import Target

NAME: Final = "mistral"

_CALLS: Final = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["function"],  # its id: TOL007
        "properties": {
            "id": {"type": "string"},
            "type": {"enum": ["function", None]},
            "function": {
                "type": "object",
                "required": ["name", "arguments"],
                "properties": {
                    "name": {"type": "string", "minLength": 1},
                    "arguments": {"type": ["string", "object"]},
                },
            },
        },
    },
}
_TOOLS: Final = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["function"],
        "properties": {
            "type": {"enum": ["function", None]},
            "function": {
                "type": "object",
                "required": ["name", "description", "parameters"],
                "properties": {
                    "name": {"type": "string", "minLength": 1},
                    "description": {"type": "string"},
                    "parameters": {"type": "object"},
                    "strict": {"type": ["boolean", "null"]},
                },
            },
        },
    },
}
_BOTH_TEXTS: Final = {
    "description": "its words under `content` or `text`, not both",
    "required": ["content", "text"],
    "properties": {"content": {"type": ["string", "array"]}, "text": {"type": "string"}},
}
_BOTH_TOOLS: Final = {
    "description": "`tools` or `available_tools`, not both",
    "required": ["tools", "available_tools"],
    "properties": {"tools": {"type": "array"}, "available_tools": {"type": "array"}},
}
_CONTENT: Final = OPENAI["properties"]["messages"]["items"]["anyOf"][0]["properties"]["content"]


def _message(role: str, *required: str, **properties: Any) -> dict[str, Any]:
    """The words are under `content` or `text`; the keys given may stand for them or beside them."""
    return {
        "type": "object",
        "required": ["role", *required],
        "properties": {
            "role": {"const": role},
            "content": _CONTENT,
            "text": {"type": ["string", "null"]},
            **properties,
        },
        "anyOf": [{"required": [key]} for key in ("content", "text", *_INSTEAD.get(role, ()))],
        "not": _BOTH_TEXTS,
    }


_INSTEAD: Final = {"assistant": ("tool_calls",)}

_MESSAGES: Final = {
    "type": "array",
    "minItems": 1,
    "items": {
        "anyOf": [
            _message("system"),
            _message("user"),
            _message(
                "assistant",
                weight={"enum": [0, 1, None]},
                tool_calls={"anyOf": [_CALLS, {"type": "null"}]},
                prefix={"type": ["boolean", "null"]},
            ),
            _message(
                "tool", "tool_call_id", tool_call_id={"type": "string"}, name={"type": ["string", "null"]}
            ),
        ]
    },
}

SCHEMA: Final[Mapping[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Mistral instruct",
    "type": "object",
    "properties": {
        "messages": _MESSAGES,
        "interactions": _MESSAGES,
        "tools": {"anyOf": [_TOOLS, {"type": "null"}]},
        "available_tools": {"anyOf": [_TOOLS, {"type": "null"}]},
    },
    "anyOf": [{"required": ["messages"]}, {"required": ["interactions"]}],
    "not": _BOTH_TOOLS,
}


def recognise(value: Mapping[str, Any]) -> bool:
    """`messages` or `interactions` is there."""
    return "messages" in value or "interactions" in value


def distinct(value: Mapping[str, Any]) -> bool:
    """A list of `interactions`, or `available_tools`."""
    if "messages" in value:
        return "available_tools" in value
    items = value.get("interactions")
    return isinstance(items, list) and bool(items) and isinstance(items[0], dict) and "role" in items[0]


def read(record: Record, value: Mapping[str, Any], target: Target) -> Example:
    """The conversation; the words of a message may be under `text`."""
    key = "interactions" if "interactions" in value and "messages" not in value else "messages"
    tools = "available_tools" if "available_tools" in value and "tools" not in value else "tools"
    messages = value.get(key)
    return Example(
        record=record,
        format=NAME,
        turns=tuple(
            _turn(message, key, index)
            for index, message in enumerate(messages if isinstance(messages, list) else ())
            if isinstance(message, dict)
        ),
        turns_path=(key,),
        tools=tuple(read_tools(value.get(tools), (tools,))),
        tools_path=(tools,) if tools in value else (),
    )


def _turn(message: Mapping[str, Any], key: str, index: int) -> Turn:
    turn = read_turn(message, (key, index))
    text = message.get("text")
    if isinstance(text, str) and message.get("content") is None:
        path = (key, index, "text")
        return turn._replace(texts=(Text(text, path),), content_path=path, has_content=True)
    return turn


MISTRAL: Final = Format(
    name=NAME,
    title="Mistral instruct",
    recognise=recognise,
    schema=SCHEMA,
    read=read,
    sources=("mistral-finetune 1943535: finetune/data/tokenize.py, utils/validate_data.py",),
    plain_shape=plain_shape,
    hint="messages, tools",
    distinct=distinct,
)
