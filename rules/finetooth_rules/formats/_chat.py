"""Reading messages, tools and calls: what all formats with conversations share. Nothing here raises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from finetooth_rules.example import Media, Text, Tool, ToolCall, Turn, parsed
from finetooth_rules.finding import Path

REASONING_KEYS: Final = ("reasoning_content", "reasoning", "thinking")
_TEXT_PARTS: Final = ("text", "refusal", "input_text", "output_text")
_MEDIA_KINDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("image", "image_url", "input_image"), "image"),
    **dict.fromkeys(("video", "video_url"), "video"),
    **dict.fromkeys(("audio", "audio_url", "input_audio"), "audio"),
    "file": "file",
}
"""Part type → kind of media."""
_new: Final = tuple.__new__
"""Makes a named tuple of all its fields in a third of the time."""


def read_turns(messages: Any, path: Path, *, learnt: bool = True) -> Iterator[Turn]:
    """The turns of a list of messages in OpenAI's form; what is no object is left out (the schema's rules
    report it). `learnt`: whether answers are there to be learnt.
    """
    if not isinstance(messages, list):
        return
    places = _places(path)
    for index, message in enumerate(messages):
        if isinstance(message, dict):
            if len(message) == 2 and index < _PLACES:
                # The commonest one: nothing but a role and its text.
                role, content = message.get("role"), message.get("content")
                if role.__class__ is str and content.__class__ is str:
                    place, content_place, role_place = places[index]
                    trained = learnt and role == "assistant"
                    yield _new(
                        Turn,
                        (
                            role, (_new(Text, (content, content_place)),), place, content_place, trained,
                            True, role_place, *_PLAIN, place, None, place,
                        ),
                    )  # fmt: skip
                    continue
            yield read_turn(message, (*path, index), learnt=learnt)


def read_turn(message: Mapping[str, Any], path: Path, *, learnt: bool = True) -> Turn:
    """One message in OpenAI's form."""
    role = message.get("role")
    content = message.get("content")
    content_path = (*path, "content") if "content" in message else path
    texts: tuple[Text, ...] = ()
    media: tuple[Media, ...] = ()
    refusal = bool(message.get("refusal"))
    if isinstance(content, str):
        texts = (Text(content, content_path),)
    elif isinstance(content, list):
        texts, media, refused = read_parts(content, content_path)
        refusal = refusal or refused
    weight = message.get("weight")
    answers = message.get("tool_call_id")
    name = message.get("name")
    return Turn(
        role=role if isinstance(role, str) else "",
        texts=texts,
        path=path,
        content_path=content_path,
        trained=role == "assistant" and learnt and not is_zero(weight),
        has_content=content is not None,
        role_path=(*path, "role") if "role" in message else path,
        weight=weight,
        media=media,
        calls=tuple(read_calls(message, path)),
        refusal=refusal,
        reasoning=tuple(read_reasoning(message, path)),
        answers=answers if isinstance(answers, str) else None,
        answers_path=(*path, "tool_call_id") if "tool_call_id" in message else path,
        name=name if isinstance(name, str) else None,
        weight_path=(*path, "weight") if "weight" in message else path,
    )


_PLAIN: Final = (None, (), (), False, "", (), None)
"""What a turn of a role and its text has from `weight` to `answers`."""

_PLACES: Final = 64


@lru_cache(maxsize=64)
def _places(path: Path) -> Sequence[tuple[Path, Path, Path]]:
    """Where the first messages of a list stand, their contents and their roles: the same tuples for every
    record.
    """
    places = [(*path, index) for index in range(_PLACES)]
    return [(place, (*place, "content"), (*place, "role")) for place in places]


def text_turn(role: str, value: Mapping[str, Any], key: str, *, learnt: bool = True) -> Turn | None:
    """The text under a key as one turn; None where the key is not there."""
    if key not in value:
        return None
    text = value[key]
    return Turn(
        role=role,
        texts=(Text(text, (key,)),) if isinstance(text, str) else (),
        path=(key,),
        content_path=(key,),
        trained=role == "assistant" and learnt,
        has_content=text is not None,
        role_path=(key,),
    )


def is_zero(weight: Any) -> bool:
    """Whether a weight masks its turn; what is not a number (false is none) does not."""
    return isinstance(weight, (int, float)) and not isinstance(weight, bool) and weight == 0


def read_parts(content: Sequence[Any], path: Path) -> tuple[tuple[Text, ...], tuple[Media, ...], bool]:
    """The strings among content parts, the parts that are not text, and whether one is a refusal."""
    texts: list[Text] = []
    media: list[Media] = []
    refusal = False
    for index, part in enumerate(content):
        if not isinstance(part, dict):
            continue
        kind = part.get("type")
        if kind in _TEXT_PARTS:
            refusal = refusal or kind == "refusal"
            key = "refusal" if kind == "refusal" else "text"
            if isinstance(part.get(key), str):
                texts.append(Text(part[key], (*path, index, key)))
        elif isinstance(kind, str):
            media.append(_media(part, kind, (*path, index)))
    return tuple(texts), tuple(media), refusal


def _media(part: Mapping[str, Any], kind: str, path: Path) -> Media:
    source, place = part.get(kind), path
    if kind in part:
        place = (*path, kind)
        if isinstance(source, dict) and "url" in source:
            source, place = source["url"], (*place, "url")
    return Media(_MEDIA_KINDS.get(kind, kind), source, place)


def read_reasoning(message: Mapping[str, Any], path: Path) -> Iterator[Text]:
    """The texts under keys of reasoning."""
    for key in REASONING_KEYS:
        if isinstance(text := message.get(key), str):
            yield Text(text, (*path, key))


def read_calls(message: Mapping[str, Any], path: Path) -> Iterator[ToolCall]:
    """The tool calls of a message, and an old `function_call`."""
    calls = message.get("tool_calls")
    for index, call in enumerate(calls if isinstance(calls, list) else ()):
        if isinstance(call, dict):
            yield read_call(call, (*path, "tool_calls", index))
    if isinstance(message.get("function_call"), dict):
        yield read_function(message["function_call"], (*path, "function_call"), (*path, "function_call"))


def read_call(call: Mapping[str, Any], path: Path) -> ToolCall:
    """`{"id", "type", "function": {"name", "arguments"}}`, or the function itself where it is not wrapped."""
    function = call.get("function")
    inner = (*path, "function")
    if not isinstance(function, dict):
        function, inner = call, path
    identifier = call.get("id")
    found = read_function(function, path, inner)
    if not isinstance(identifier, str):
        return found
    return found._replace(id=identifier, id_path=(*path, "id"))


def read_function(function: Mapping[str, Any], path: Path, inner: Path) -> ToolCall:
    """`{"name", "arguments"}` at `inner`, of the call at `path`."""
    name = function.get("name")
    return ToolCall(
        id=None,
        name=name if isinstance(name, str) else None,
        arguments=function.get("arguments"),
        path=path,
        name_path=(*inner, "name") if "name" in function else path,
        id_path=path,
        arguments_path=(*inner, "arguments") if "arguments" in function else path,
    )


def read_tools(value: Any, path: Path) -> Iterator[Tool]:
    """The tool definitions of a list, also one that is JSON in a string; functions that are not wrapped."""
    found = parsed(value, path)
    if found is None or not isinstance(found[0], list):
        return
    tools, path = found
    for index, tool in enumerate(tools):
        if isinstance(tool, dict):
            function = tool.get("function")
            wrapped = isinstance(function, dict)
            place = (*path, index)
            yield Tool(
                tool, function if isinstance(function, dict) else tool, place,
                (*place, "function") if wrapped else place,
            )  # fmt: skip


def read_media(value: Mapping[str, Any]) -> Iterator[Media]:
    """Media listed beside the turns: `images`, `videos`, `audios` (lists), `image` (one)."""
    for key, kind in (("images", "image"), ("videos", "video"), ("audios", "audio"), ("image", "image")):
        items = value.get(key)
        if isinstance(items, list):
            for index, item in enumerate(items):
                yield Media(kind, item, (key, index))
        elif items is not None and key in value:
            yield Media(kind, items, (key,))


def read_written_calls(text: str, path: Path) -> tuple[ToolCall, ...]:
    """The calls that are JSON in a string: one `{"name", "arguments"}` or a list of them. What is no such
    JSON is one call without a name, whose arguments cannot be parsed.
    """
    broken = (ToolCall(None, None, text, path, path, path, path),)
    found = parsed(text, path)
    if found is None or isinstance(found[0], str):
        return broken
    value, place = found
    if isinstance(value, dict):
        return (read_call(value, place),)
    items = value if isinstance(value, list) else ()
    return (
        tuple(read_call(item, (*place, i)) for i, item in enumerate(items) if isinstance(item, dict))
        or broken
    )


def begins_answer(turns: Sequence[Turn]) -> int:
    """Where the answer begins in turns that hold their own prompt: after the last user turn."""
    return next((index + 1 for index in reversed(range(len(turns))) if turns[index].role == "user"), 0)


_LOOKED_AT: Final = 8


def has_value_parts(messages: Any) -> bool:
    """Whether content parts keep what they hold under `value` (LLaMA-Factory's v1 format)."""
    for message in messages[:_LOOKED_AT] if isinstance(messages, list) else ():
        content = message.get("content") if isinstance(message, dict) else None
        if isinstance(content, list) and content:
            part = content[0]
            if isinstance(part, dict) and "value" in part:
                kind = part.get("type")
                if isinstance(kind, str) and kind not in part:
                    return True
    return False


def is_sharegpt(messages: Any) -> bool:
    """Whether a list holds turns in ShareGPT's form (`from`), and none in OpenAI's (`role`, or `content` in
    the place of `value`).
    """
    if not isinstance(messages, list) or not messages:
        return False
    for item in messages[:_LOOKED_AT]:
        if not isinstance(item, dict) or "from" not in item or "role" in item:
            return False
        if "content" in item and "value" not in item:
            return False
    return True
