"""`bedrock-nova`: Bedrock's conversation schema, with content in parts that are told apart by their key.

The parts of calls and of reasoning are those of Bedrock's Converse API; which of them a model takes is the
business of the rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from finetooth_rules.example import Example, Media, Text, ToolCall, Turn
from finetooth_rules.finding import Path
from finetooth_rules.formats._format import Format

if TYPE_CHECKING:
    from finetooth_rules.record import Record
    from finetooth_rules.targets import Target

NAME: Final = "bedrock-nova"

_MEDIA: Final = ("image", "video", "document")
_SOURCE: Final = {"type": "object", "required": ["source"], "properties": {"source": {"type": "object"}}}
_OBJECT: Final = {"type": "object"}
_PARTS: Final = {
    "text": {"type": "string"},
    "image": {
        **_SOURCE,
        "properties": {"format": {"enum": ["png", "jpeg", "gif", "webp"]}, "source": _OBJECT},
    },
    "video": {**_SOURCE, "properties": {"format": {"type": "string"}, "source": _OBJECT}},
    "document": _OBJECT,
    "reasoningContent": _OBJECT,
    "toolUse": {
        "type": "object",
        "required": ["toolUseId", "name", "input"],
        "properties": {"toolUseId": {"type": "string"}, "name": {"type": "string"}, "input": {}},
    },
    "toolResult": {
        "type": "object",
        "required": ["toolUseId", "content"],
        "properties": {
            "toolUseId": {"type": "string"},
            "content": {"type": "array"},
            "status": {"type": "string"},
        },
    },
}

SCHEMA: Final[Mapping[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Amazon Nova on Bedrock",
    "type": "object",
    "required": ["schemaVersion", "messages"],
    "properties": {
        "schemaVersion": {"type": "string"},
        "system": {
            "type": "array",
            "items": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}},
        },
        "messages": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["role", "content"],
                "properties": {
                    "role": {"enum": ["user", "assistant"]},
                    "content": {
                        "type": "array",
                        "minItems": 1,
                        "items": {
                            "type": "object",
                            "properties": _PARTS,
                            "anyOf": [{"required": [kind]} for kind in _PARTS],
                        },
                    },
                },
            },
        },
        "toolConfig": _OBJECT,
    },
}


def recognise(value: Mapping[str, Any]) -> bool:
    """`schemaVersion` or `messages` is there."""
    return "messages" in value or "schemaVersion" in value


def distinct(value: Mapping[str, Any]) -> bool:
    """`schemaVersion` is there beside `messages`."""
    return "schemaVersion" in value and "messages" in value


def read(record: Record, value: Mapping[str, Any], target: Target) -> Example:
    """The conversation, with the system texts as its first turn."""
    messages = value.get("messages")
    turns = [
        _turn(message, ("messages", index))
        for index, message in enumerate(messages if isinstance(messages, list) else ())
        if isinstance(message, dict)
    ]
    system = value.get("system")
    if isinstance(system, list) and system:
        turns.insert(0, _read_parts(system, Turn("system", (), ("system",), ("system",), False)))
    return Example(record=record, format=NAME, turns=tuple(turns), turns_path=("messages",))


def _turn(message: Mapping[str, Any], path: Path) -> Turn:
    role, content = message.get("role"), message.get("content")
    turn = Turn(
        role=role if isinstance(role, str) else "",
        texts=(),
        path=path,
        content_path=(*path, "content") if "content" in message else path,
        trained=role == "assistant",
        has_content=content is not None,
        role_path=(*path, "role") if "role" in message else path,
    )
    if isinstance(content, str):
        return turn._replace(texts=(Text(content, turn.content_path),))
    return _read_parts(content, turn) if isinstance(content, list) else turn


def _read_parts(parts: Sequence[Any], turn: Turn) -> Turn:
    """The turn with what its parts hold. One that holds results of tools is a tool's turn."""
    texts: list[Text] = []
    media: list[Media] = []
    calls: list[ToolCall] = []
    reasoning: list[Text] = []
    for index, part in enumerate(parts):
        path = (*turn.content_path, index)
        if not isinstance(part, dict):
            continue
        if isinstance(part.get("text"), str):
            texts.append(Text(part["text"], (*path, "text")))
        media += [Media(kind, *_source(part[kind], (*path, kind))) for kind in _MEDIA if kind in part]
        if isinstance(part.get("toolUse"), dict):
            calls.append(_call(part["toolUse"], (*path, "toolUse")))
        if isinstance(part.get("toolResult"), dict):
            turn = _result(part["toolResult"], (*path, "toolResult"), turn, texts)
        inner: Any = part.get("reasoningContent")
        inner = inner.get("reasoningText") if isinstance(inner, dict) else None
        if isinstance(inner, dict) and isinstance(inner.get("text"), str):
            reasoning.append(Text(inner["text"], (*path, "reasoningContent", "reasoningText", "text")))
    return turn._replace(
        texts=tuple(texts), media=tuple(media), calls=tuple(calls), reasoning=tuple(reasoning)
    )


def _source(item: Any, path: Path) -> tuple[Any, Path]:
    """The address of an image or video, or its bytes, and where that stands."""
    for key in ("source", "s3Location", "uri"):
        if not (isinstance(item, dict) and key in item):
            break
        item, path = item[key], (*path, key)
    return item, path


def _call(use: Mapping[str, Any], path: Path) -> ToolCall:
    identifier, name = use.get("toolUseId"), use.get("name")
    return ToolCall(
        id=identifier if isinstance(identifier, str) else None,
        name=name if isinstance(name, str) else None,
        arguments=use.get("input"),
        path=path,
        name_path=(*path, "name") if "name" in use else path,
        id_path=(*path, "toolUseId") if "toolUseId" in use else path,
        arguments_path=(*path, "input") if "input" in use else path,
    )


def _result(result: Mapping[str, Any], path: Path, turn: Turn, texts: list[Text]) -> Turn:
    content = result.get("content")
    for index, part in enumerate(content if isinstance(content, list) else ()):
        if isinstance(part, dict) and isinstance(part.get("text"), str):
            texts.append(Text(part["text"], (*path, "content", index, "text")))
    if turn.role != "user":
        return turn
    answers = result.get("toolUseId")
    return turn._replace(
        role="tool",
        written="user",
        answers=answers if isinstance(answers, str) else None,
        answers_path=(*path, "toolUseId") if "toolUseId" in result else path,
    )


BEDROCK_NOVA: Final = Format(
    name=NAME,
    title="Amazon Nova on Bedrock",
    recognise=recognise,
    schema=SCHEMA,
    read=read,
    sources=("Amazon Nova user guide: preparing data for fine-tuning understanding models",),
    hint="schemaVersion, system, messages",
    distinct=distinct,
)
