"""`llama-factory-v1`: LLaMA-Factory's own format since v1. A message's content is a list of `{"type",
"value"}` parts, `loss_weight` says how much a message is learnt; preference data are two conversations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from finetooth_rules.example import Example, Kind, Media, Text, ToolCall, Turn
from finetooth_rules.finding import Path
from finetooth_rules.formats._chat import (
    begins_answer,
    has_value_parts,
    is_zero,
    read_tools,
    read_written_calls,
)
from finetooth_rules.formats._format import Format

if TYPE_CHECKING:
    from finetooth_rules.record import Record
    from finetooth_rules.targets import Target

NAME: Final = "llama-factory-v1"
ROLES: Final = ("system", "user", "assistant", "tool")
_MEDIA: Final = {
    **{f"{kind}_url": kind for kind in ("image", "video", "audio")},
    **{kind: kind for kind in ("image", "video", "audio")},
}
_CALLS: Final = ("tool_call", "tool_calls")
PART_TYPES: Final = ("text", "reasoning", *_CALLS, "tools", *_MEDIA)

_MESSAGES: Final = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["role", "content"],
        "properties": {
            "role": {"enum": list(ROLES)},
            "content": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["type", "value"],
                    "properties": {"type": {"enum": list(PART_TYPES)}, "value": {"type": "string"}},
                },
            },
            "loss_weight": {"type": ["number", "null"]},
        },
    },
}

SCHEMA: Final[Mapping[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Messages of typed parts",
    "type": "object",
    "anyOf": [{"required": ["chosen_messages", "rejected_messages"]}, {"required": ["messages"]}],
    "properties": {
        "messages": _MESSAGES,
        "chosen_messages": _MESSAGES,
        "rejected_messages": _MESSAGES,
        "tools": {"type": ["string", "array", "null"]},
        "extra_info": {"type": ["string", "null"]},
    },
}


def recognise(value: Mapping[str, Any]) -> bool:
    """Two conversations under their names, or messages whose parts keep what they hold under `value`."""
    if "messages" in value:
        return has_value_parts(value["messages"])
    return "chosen_messages" in value or "rejected_messages" in value


def read(record: Record, value: Mapping[str, Any], target: Target) -> Example:
    """The conversation, or the better and the worse one, whose answers begin after the last user turn."""
    preference = "messages" not in value and ("chosen_messages" in value or "rejected_messages" in value)
    key = "chosen_messages" if preference else "messages"
    turns = tuple(_turns(value.get(key), (key,), learnt=True))
    rejected = (
        tuple(_turns(value.get("rejected_messages"), ("rejected_messages",), learnt=False))
        if preference
        else ()
    )
    return Example(
        record=record,
        format=NAME,
        turns=turns,
        tools=tuple(read_tools(value.get("tools"), ("tools",))),
        turns_path=(key,),
        kind=Kind.PREFERENCE if preference else Kind.SUPERVISED,
        rejected=rejected,
        answer_from=begins_answer(turns) if preference else 0,
        rejected_from=begins_answer(rejected),
        rejected_path=("rejected_messages",) if preference and "rejected_messages" in value else (),
        tools_path=("tools",) if "tools" in value else (),
    )


def _turns(messages: Any, path: Path, *, learnt: bool) -> Iterator[Turn]:
    for index, message in enumerate(messages if isinstance(messages, list) else ()):
        if isinstance(message, dict):
            yield _turn(message, (*path, index), learnt=learnt)


def _turn(message: Mapping[str, Any], path: Path, *, learnt: bool) -> Turn:
    role, weight, content = message.get("role"), message.get("loss_weight"), message.get("content")
    place = (*path, "content") if "content" in message else path
    texts: list[Text] = []
    reasoning: list[Text] = []
    media: list[Media] = []
    calls: list[ToolCall] = []
    for index, part in enumerate(content if isinstance(content, list) else ()):
        kind, held = (part.get("type"), part.get("value")) if isinstance(part, dict) else (None, None)
        at = (*place, index, "value")
        if not isinstance(held, str) or not isinstance(kind, str):
            continue
        if kind == "reasoning":
            reasoning.append(Text(held, at))
        elif kind in _CALLS:
            calls.extend(read_written_calls(held, at))
        elif kind in _MEDIA:
            media.append(Media(_MEDIA[kind], held, at))
        elif kind == "text":
            texts.append(Text(held, at))
    return Turn(
        role=role if isinstance(role, str) else "",
        texts=tuple(texts),
        path=path,
        content_path=place,
        trained=role == "assistant" and learnt and not is_zero(weight),
        has_content=content is not None,
        role_path=(*path, "role") if "role" in message else path,
        # On other roles it is no mistake here, as a `weight` is elsewhere: every message has one.
        weight=weight if role == "assistant" else None,
        media=tuple(media),
        calls=tuple(calls),
        reasoning=tuple(reasoning),
        weight_path=(*path, "loss_weight") if "loss_weight" in message else path,
    )


LLAMA_FACTORY_V1: Final = Format(
    name=NAME,
    title="LLaMA-Factory's messages of typed parts",
    recognise=recognise,
    schema=SCHEMA,
    read=read,
    sources=(
        "LLaMA-Factory: src/llamafactory/v1/extras/types.py (Message, SFTSample, DPOSample)",
        "LLaMA-Factory: src/llamafactory/v1/plugins/data_plugins/converter.py",
        "LLaMA-Factory: data/v1_sft_demo.jsonl, v1_dpo_demo.jsonl, reason_tool_use_demo_50.jsonl",
    ),
    hint="messages with content parts of type and value",
)
