"""`sharegpt`: turns as `{"from": "human", "value": "…"}`, as LLaMA-Factory, FastChat and others read them.

LLaMA-Factory's tags are human, gpt, observation, function_call and system; a `function_call` holds JSON with
a name and arguments. Dumps of chat services have tags of their own (chatgpt, bing, bard), and some files
write OpenAI's messages under the same key, which TRL and Unsloth rename: they are read too. Which tags a
target knows is the business of the rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from finetooth_rules.example import Example, Kind, Text, Turn
from finetooth_rules.finding import Path
from finetooth_rules.formats import openai_chat
from finetooth_rules.formats._chat import (
    is_sharegpt,
    is_zero,
    read_media,
    read_reasoning,
    read_tools,
    read_turn,
    read_written_calls,
)
from finetooth_rules.formats._format import Format
from finetooth_rules.suggest import nearest

if TYPE_CHECKING:
    from finetooth_rules.record import Record
    from finetooth_rules.targets import Target

NAME: Final = "sharegpt"
KEY: Final = "conversations"
TAGS: Final[Mapping[str, str]] = {
    "human": "user",
    "gpt": "assistant",
    "system": "system",
    "function_call": "assistant",
    "observation": "tool",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    **dict.fromkeys(("chatgpt", "bing", "bard", "bot", "model", "tool_call"), "assistant"),
    **dict.fromkeys(("function_response", "tool_response"), "tool"),
    "developer": "developer",
}
"""Tag → role. The first five are LLaMA-Factory's."""

_CALL_TAGS: Final = frozenset({"function_call", "tool_call"})


def _said(tags: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["from", "value"],
        "properties": {"from": {"enum": tags}, "value": {"type": "string"}},
    }


_ANSWER: Final = {
    "anyOf": [_said([tag for tag, role in TAGS.items() if role == "assistant"]), {"type": "null"}]
}
_LIST: Final = {"type": ["array", "string", "null"]}

SCHEMA: Final[Mapping[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Conversations of ShareGPT's form",
    "type": "object",
    "required": [KEY],
    "dependentRequired": {"chosen": ["rejected"], "rejected": ["chosen"]},
    "properties": {
        KEY: {
            "anyOf": [
                {"type": "array", "minItems": 1, "items": _said([*TAGS])},
                openai_chat.SCHEMA["properties"]["messages"],
            ]
        },
        "system": {"type": ["string", "null"]},
        "tools": _LIST,
        "chosen": _ANSWER,
        "rejected": _ANSWER,
        "kto_tag": {"type": ["boolean", "null"]},
        "images": _LIST,
        "videos": _LIST,
        "audios": _LIST,
    },
}


def recognise(value: Mapping[str, Any]) -> bool:
    """`conversations` is there, or a list of turns with `from` under a key that is nearly that, or under
    `messages`.
    """
    if KEY in value:
        return True
    if is_sharegpt(value.get("messages")):
        return True
    lists = [key for key, item in value.items() if item.__class__ is list and is_sharegpt(item)]
    return bool(lists) and nearest(KEY, lists) is not None


def read(record: Record, value: Mapping[str, Any], target: Target) -> Example:
    """The turns, a `system` text before them. Where there is `chosen` and `rejected` the turns are the
    prompt.
    """
    chosen, rejected = value.get("chosen"), value.get("rejected")
    preference = isinstance(chosen, dict) and isinstance(rejected, dict)
    tag = value.get("kto_tag")
    label = tag if isinstance(tag, bool) else None
    prompt = tuple(_turns(value, learnt=label is not False and not preference))
    kind = Kind.PREFERENCE if preference else Kind.SUPERVISED if label is None else Kind.UNPAIRED
    return Example(
        record=record,
        format=NAME,
        turns=(*prompt, _turn(chosen, ("chosen",), learnt=True))
        if isinstance(chosen, dict) and preference
        else prompt,
        tools=tuple(read_tools(value.get("tools"), ("tools",))),
        turns_path=(key_of(value),),
        kind=kind,
        rejected=(_turn(rejected, ("rejected",), learnt=False),)
        if isinstance(rejected, dict) and preference
        else (),
        answer_from=len(prompt) if preference else 0,
        rejected_path=("rejected",) if preference else (),
        media=tuple(read_media(value)),
        label=label,
        label_path=() if label is None else ("kto_tag",),
        tools_path=("tools",) if "tools" in value else (),
    )


def _turns(value: Mapping[str, Any], *, learnt: bool) -> Iterator[Turn]:
    system = value.get("system")
    if isinstance(system, str) and system:
        path: Path = ("system",)
        yield Turn(
            "system", (Text(system, path),), path, path, trained=False, role_path=path, weight_path=path
        )
    key = key_of(value)
    items = value.get(key)
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict):
            yield _turn(item, (key, index), learnt=learnt)


def key_of(value: Mapping[str, Any]) -> str:
    """Where the turns are: under `conversations`, or in its absence under `messages`."""
    return KEY if KEY in value or not is_sharegpt(value.get("messages")) else "messages"


def _turn(item: Mapping[str, Any], path: Path, *, learnt: bool) -> Turn:
    """One turn; one in OpenAI's form where it says `role` and not `from`."""
    if "role" in item and "from" not in item:
        return read_turn(item, path, learnt=learnt)
    tag, text, weight = item.get("from"), item.get("value"), item.get("weight")
    written = tag if isinstance(tag, str) else ""
    role = TAGS.get(written, written)
    place = (*path, "value") if "value" in item else path
    # A call with thoughts before it is no JSON: it is read as the text it is.
    is_call = written in _CALL_TAGS and isinstance(text, str) and text.lstrip()[:1] in ("{", "[")
    return Turn(
        role=role,
        texts=(Text(text, place),) if isinstance(text, str) and not is_call else (),
        path=path,
        content_path=place,
        trained=role == "assistant" and learnt and not is_zero(weight),
        has_content=text is not None,
        role_path=(*path, "from") if "from" in item else path,
        weight=weight,
        calls=read_written_calls(text, place) if isinstance(text, str) and is_call else (),
        written=written if written != role else "",
        reasoning=() if len(item) == 2 else tuple(read_reasoning(item, path)),
        weight_path=(*path, "weight") if "weight" in item else path,
    )


_PLAIN_KEYS: Final = frozenset({KEY, "id"})


def plain_shape(value: Mapping[str, Any]) -> tuple[tuple[Any, ...], int] | None:
    """The shape of `{"conversations": [{"from": …, "value": "some text"}, …]}`, perhaps with an `id`."""
    if not _PLAIN_KEYS.issuperset(value) or not value.get("id", "1"):
        return None
    turns = value.get(KEY)
    if turns.__class__ is not list or value.get("id", "").__class__ is not str:
        return None
    shape: list[Any] = ["plain", *value]
    put = shape.append
    try:
        for turn in turns:
            tag = turn["from"]
            text = turn["value"]
            if (
                len(turn) != 2
                or text.__class__ is not str
                or tag.__class__ is not str
                or not text
                or text.isspace()
            ):
                return None
            put(tag)
    except (KeyError, TypeError):  # another key, or what is no turn
        return None
    return tuple(shape), len(value) + 2 * len(turns)


SHAREGPT: Final = Format(
    name=NAME,
    title="conversations of ShareGPT's form",
    recognise=recognise,
    schema=SCHEMA,
    read=read,
    sources=(
        "LLaMA-Factory: data/README.md (sharegpt), src/llamafactory/data/converter.py",
        "FastChat: data/dummy_conversation.json, fastchat/train/train.py",
        "Unsloth: standardize_sharegpt (user, human; assistant, gpt)",
    ),
    hint="conversations",
    plain_shape=plain_shape,
    well_known=True,
)
