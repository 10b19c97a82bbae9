"""`openai-chat`: one conversation per record, as the OpenAI chat API, TRL, Axolotl and most others read it.

The schema holds what every reader of the format asks for; where they differ it takes the widest: a call's
`arguments` may be a string of JSON (OpenAI, Mistral) or an object (TRL), `id` and `type` of a call may be
missing (TRL), `tools` may be JSON in a string (older `datasets`), and an optional key may be null (rows that
went through Arrow). Which of them a target refuses is the business of the rules. Every `anyOf` can be told
apart by `role`, by `type` or by the JSON type, which is how `schema/` explains a violation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from finetooth_rules.example import Example, Kind, Tool
from finetooth_rules.formats._chat import has_value_parts, is_sharegpt, read_media, read_tools, read_turns
from finetooth_rules.formats._format import Format
from finetooth_rules.suggest import nearest

if TYPE_CHECKING:
    from finetooth_rules.record import Record
    from finetooth_rules.targets import Target

NAME: Final = "openai-chat"
ROLES: Final = ("system", "user", "assistant", "tool", "developer", "function")
PART_TYPES: Final = (
    *("text", "image_url", "refusal", "input_audio", "file"),  # OpenAI
    *("image", "video", "audio", "video_url", "audio_url"),  # Hugging Face processors
    "thinking",  # Mistral
)
EXTRA_KEYS: Final = frozenset(
    {
        *(
            "reasoning_content",
            "reasoning",
            "thinking",
            "return",
            "index",
            "train",
            "training",
            "loss_weight",
        ),
        *("images", "image", "videos", "audios", "label", "kto_tag", "chat_template_kwargs", "id", "source"),
    }
)
"""Keys that trainers of open models read, and the commonest columns that none of them does."""


def _nullable(*types: str) -> dict[str, Any]:
    return {"type": [*types, "null"]}


def _part(kind: str, **properties: Any) -> dict[str, Any]:
    """A content part; the keys given are required."""
    return {
        "type": "object",
        "required": ["type", *properties],
        "properties": {"type": {"const": kind}, **properties},
    }


_IMAGE_URL: Final = {
    "anyOf": [
        {"type": "string"},  # Mistral takes the address itself
        {
            "type": "object",
            "required": ["url"],
            "properties": {"url": {"type": "string"}, "detail": {"enum": ["auto", "low", "high"]}},
        },
    ]
}

_PARTS: Final = {
    "text": _part("text", text={"type": "string"}),
    "image_url": _part("image_url", image_url=_IMAGE_URL),
    "refusal": _part("refusal", refusal={"type": "string"}),
    "input_audio": _part("input_audio", input_audio={"type": "object"}),
    "file": _part("file", file={"type": "object"}),
}


_REFUSAL_AND_MORE: Final = {
    "description": "a `refusal` part stands alone",
    "minItems": 2,
    "contains": {"type": "object", "required": ["type"], "properties": {"type": {"const": "refusal"}}},
}


def _content() -> dict[str, Any]:
    """A string, a list of parts, or null (which TRN007 judges: it is right beside a call)."""
    parts = [_PARTS[kind] if kind in _PARTS else _part(kind) for kind in PART_TYPES]
    return {
        "anyOf": [
            {"type": "string"},
            {"type": "array", "minItems": 1, "items": {"anyOf": parts}, "not": _REFUSAL_AND_MORE},
            {"type": "null"},
        ]
    }


# No white space: OpenAI's own `[A-Za-z0-9_-]{1,64}` is narrower, and names with a dot train well elsewhere.
_FUNCTION_NAME: Final = {"type": "string", "minLength": 1, "pattern": r"^\S*$"}

_FUNCTION_CALL: Final = {
    "type": "object",
    "required": ["name", "arguments"],
    "properties": {"name": _FUNCTION_NAME, "arguments": {"type": ["string", "object"]}},
}

_TOOL_CALL: Final = {
    "type": "object",
    "required": ["function"],
    "properties": {
        "id": _nullable("string"),
        "type": {"enum": ["function", None]},
        "function": _FUNCTION_CALL,
    },
}

_FUNCTION: Final = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": _FUNCTION_NAME,
        "description": _nullable("string"),
        "parameters": _nullable("object", "string"),
        "strict": _nullable("boolean"),
    },
}

_TOOL: Final = {
    "type": "object",
    "required": ["function"],
    "properties": {"type": {"enum": ["function", None]}, "function": _FUNCTION},
}


def _message(role: str, required: tuple[str, ...] = ("content",), **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["role", *required],
        "properties": {
            "role": {"const": role},
            "content": _content(),
            "name": _nullable("string"),
            **properties,
        },
    }


def _assistant() -> dict[str, Any]:
    """Content may be missing only where there is something else to learn: a call, a refusal, or audio."""
    branch = _message(
        "assistant",
        required=(),
        weight={"enum": [0, 1, None]},
        tool_calls={"anyOf": [{"type": "array", "items": _TOOL_CALL}, {"type": "null"}]},
        function_call={"anyOf": [_FUNCTION_CALL, {"type": "null"}]},
        refusal=_nullable("string"),
        audio={},
    )
    instead = {
        "tool_calls": {"type": "array", "minItems": 1},
        "function_call": {"type": "object"},
        "refusal": {"type": "string"},
        "audio": {"type": "object"},
    }
    branch["anyOf"] = [
        {"required": ["content"]},
        *({"required": [key], "properties": {key: schema}} for key, schema in instead.items()),
    ]
    return branch


_MESSAGES: Final = {
    "system": _message("system"),
    "user": _message("user"),
    "assistant": _assistant(),
    "tool": _message("tool", tool_call_id=_nullable("string")),
    "developer": _message("developer"),
    "function": _message("function"),
}

SCHEMA: Final[Mapping[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Chat messages",
    "type": "object",
    "required": ["messages"],
    "properties": {
        "messages": {"type": "array", "minItems": 1, "items": {"anyOf": list(_MESSAGES.values())}},
        "tools": {"anyOf": [{"type": "array", "items": _TOOL}, {"type": ["string", "null"]}]},
        "parallel_tool_calls": _nullable("boolean"),
        "functions": {
            "anyOf": [
                {"type": "array", "minItems": 1, "maxItems": 128, "items": _FUNCTION},
                {"type": ["string", "null"]},
            ]
        },
    },
}


def recognise(value: Mapping[str, Any]) -> bool:
    """`messages` is there, or a list of messages under a key that is nearly that (`mesages`, `Messages`).

    Not where `chosen` and `rejected` make it preference data, nor where the messages are those of another
    format: ShareGPT's (`from`), or parts that keep their text under `value` (LLaMA-Factory's v1 format). A
    prompt for reinforcement learning is read as chat only where the rest of its file is chat.
    """
    if "messages" in value:
        if "rejected" in value and "chosen" in value:
            return False
        return not has_value_parts(value["messages"]) and not is_sharegpt(value["messages"])
    lists = [key for key, item in value.items() if _looks_like_messages(item)]
    return bool(lists) and nearest("messages", lists) is not None


def _looks_like_messages(item: Any) -> bool:
    return isinstance(item, list) and bool(item) and isinstance(item[0], dict) and "role" in item[0]


def read(record: Record, value: Mapping[str, Any], target: Target) -> Example:
    """The conversation; what has the wrong type is left out (the schema's rules report it).

    With a `label` or `kto_tag` of false (unpaired preference) no turn is learnt.
    `extra["parallel_tool_calls"]` is that key's value.
    """
    if len(value) == 1:
        return Example(
            record=record, format=NAME, turns=tuple(read_turns(value.get("messages"), ("messages",))),
            turns_path=("messages",),
        )  # fmt: skip
    label_key = next((key for key in ("label", "kto_tag") if isinstance(value.get(key), bool)), None)
    label = None if label_key is None else value[label_key]
    return Example(
        record=record,
        format=NAME,
        turns=tuple(read_turns(value.get("messages"), ("messages",), learnt=label is not False)),
        tools=tuple(tools_of(value)) if "tools" in value or "functions" in value else (),
        turns_path=("messages",),
        kind=Kind.SUPERVISED if label is None else Kind.UNPAIRED,
        media=tuple(read_media(value)),
        label=label,
        label_path=() if label_key is None else (label_key,),
        tools_path=next(((key,) for key in ("tools", "functions") if key in value), ()),
        extra=(
            {"parallel_tool_calls": value["parallel_tool_calls"]} if "parallel_tool_calls" in value else {}
        ),
    )


def tools_of(value: Mapping[str, Any]) -> Iterator[Tool]:
    """The tool definitions; old `functions` too."""
    yield from read_tools(value.get("tools"), ("tools",))
    yield from read_tools(value.get("functions"), ("functions",))


def plain_shape(value: Mapping[str, Any]) -> tuple[tuple[Any, ...], int] | None:
    """The shape of `{"messages": [{"role": …, "content": "some text"}, …]}` and nothing else in it."""
    if len(value) != 1:
        return None
    roles: list[Any] = ["plain"]
    put = roles.append
    try:
        for message in value["messages"]:
            role = message["role"]
            content = message["content"]
            if (
                len(message) != 2
                or content.__class__ is not str
                or role.__class__ is not str
                or not content
                or content.isspace()
            ):
                return None
            put(role)
    except (KeyError, TypeError):  # another key, or what is no message
        return None
    if value["messages"].__class__ is not list:
        return None
    return tuple(roles), 2 * len(roles) - 1


OPENAI_CHAT: Final = Format(
    name=NAME,
    title="chat messages",
    recognise=recognise,
    schema=SCHEMA,
    read=read,
    sources=(
        "OpenAI API specification, FineTuneChatRequestInput (2025-04) and ChatCompletionRequestMessage",
        "TRL: docs/source/dataset_formats.md (messages, tools, tool_calls)",
        "Axolotl: docs/dataset-formats/conversation.qmd (chat_template)",
    ),
    hint="messages",
    extra_keys=EXTRA_KEYS,
    well_known=True,
    plain_shape=plain_shape,
)
