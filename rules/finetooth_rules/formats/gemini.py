"""`gemini`: contents of parts, as Vertex AI tunes Gemini: supervised, and by preference (`completions`).

Vertex reads protobuf's JSON, which takes each key in camel case and in snake case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from finetooth_rules.example import Example, Kind, Media, Text, Tool, ToolCall, Turn
from finetooth_rules.finding import Path
from finetooth_rules.formats._format import Format

if TYPE_CHECKING:
    from finetooth_rules.record import Record
    from finetooth_rules.targets import Target

NAME: Final = "gemini"
_ROLES: Final = {"model": "assistant", "function": "tool"}
_SYSTEM: Final = ("systemInstruction", "system_instruction")
_FILE: Final = ("fileData", "file_data", "inlineData", "inline_data")
_CALL: Final = ("functionCall", "function_call")
_RESULT: Final = ("functionResponse", "function_response")
_DECLARATIONS: Final = ("functionDeclarations", "function_declarations")

_OBJECT: Final[Mapping[str, Any]] = {"type": "object"}


def _named(**properties: Any) -> Mapping[str, Any]:
    """An object with a name."""
    name = {"type": "string", "minLength": 1}
    return {"type": "object", "required": ["name"], "properties": {"name": name, **properties}}


def _each(keys: tuple[str, ...], schema: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """All these keys with one schema."""
    return dict.fromkeys(keys, schema)


_OTHER_PARTS: Final = ("executableCode", "executable_code", "codeExecutionResult", "code_execution_result")
_OTHER_KEYS: Final = ("toolConfig", "tool_config", "generationConfig", "generation_config", "labels")
_PARTS: Final[Mapping[str, Any]] = {
    "text": {"type": "string"},
    **_each(_FILE, _OBJECT),
    **_each(_CALL, _named(args={"type": ["object", "null"]})),
    **_each(_RESULT, _named(response=_OBJECT)),
    **_each(_OTHER_PARTS, _OBJECT),
}
_PART: Final = {
    "type": "object",
    "properties": {**_PARTS, "thought": {"type": "boolean"}},
    "anyOf": [{"required": [kind]} for kind in _PARTS],
}
_PARTS_LIST: Final = {"type": "array", "minItems": 1, "items": _PART}


def _content(*roles: str) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["role", "parts"],
        "properties": {"role": {"enum": list(roles)}, "parts": _PARTS_LIST},
    }


_SYSTEM_SCHEMA: Final = {
    "type": "object",
    "required": ["parts"],
    "properties": {"role": {"type": "string"}, "parts": _PARTS_LIST},
}

SCHEMA: Final[Mapping[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Gemini tuning",
    "type": "object",
    "required": ["contents"],
    "properties": {
        **_each(_SYSTEM, _SYSTEM_SCHEMA),
        "contents": {"type": "array", "minItems": 1, "items": _content("user", "model", "function")},
        "completions": {
            "type": "array",
            "minItems": 2,
            "maxItems": 2,
            "items": {
                "type": "object",
                "required": ["score", "completion"],
                "properties": {"score": {"enum": [0, 1]}, "completion": _content("model")},
            },
        },
        "tools": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": _each(_DECLARATIONS, {"type": "array", "items": _named()}),
            },
        },
        **_each(_OTHER_KEYS, {}),
    },
}


def recognise(value: Mapping[str, Any]) -> bool:
    """`contents` is there, or an instruction for the system as Gemini names it."""
    return "contents" in value or any(key in value for key in _SYSTEM)


def distinct(value: Mapping[str, Any]) -> bool:
    """`contents` is a list of objects."""
    contents = value.get("contents")
    return isinstance(contents, list) and bool(contents) and isinstance(contents[0], dict)


def read(record: Record, value: Mapping[str, Any], target: Target) -> Example:
    """The conversation, with the system instruction as its first turn, and the completions if there are."""
    contents = value.get("contents")
    answers = _list(value.get("completions"))
    preference = bool(answers)
    turns = [
        _turn(content, ("contents", index), learnt=not preference)
        for index, content in enumerate(_list(contents))
        if isinstance(content, dict)
    ]
    turns[:0] = [
        _turn(value[key], (key,), role="system")
        for key in _SYSTEM
        if isinstance(value.get(key), dict)
    ]  # fmt: skip
    better, worse = _answers(answers)
    return Example(
        record=record,
        format=NAME,
        turns=(*turns, *better),
        turns_path=("contents",),
        kind=Kind.PREFERENCE if preference else Kind.SUPERVISED,
        rejected=tuple(worse),
        answer_from=len(turns) if preference else 0,
        rejected_path=worse[0].path if worse else (),
        tools=tuple(_tools(value.get("tools"))),
        tools_path=("tools",) if "tools" in value else (),
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _answers(answers: list[Any]) -> tuple[list[Turn], list[Turn]]:
    """The preferred answer, which has the score 1 (else the first), and the other."""
    pairs = [
        (answer.get("score"), _turn(answer["completion"], ("completions", index, "completion")))
        for index, answer in enumerate(answers)
        if isinstance(answer, dict) and isinstance(answer.get("completion"), dict)
    ]
    better = next((index for index, (score, _) in enumerate(pairs) if score == 1), 0)
    chosen = [turn for index, (_, turn) in enumerate(pairs) if index == better]
    others = [turn._replace(trained=False) for index, (_, turn) in enumerate(pairs) if index != better]
    return chosen, others


def _turn(content: Mapping[str, Any], path: Path, *, role: str = "", learnt: bool = True) -> Turn:
    """One content. Results of functions make it a tool's turn, whoever's it is said to be."""
    texts: list[Text] = []
    media: list[Media] = []
    calls: list[ToolCall] = []
    reasoning: list[Text] = []
    name: str | None = None
    parts = content.get("parts")
    for index, part in enumerate(_list(parts)):
        if not isinstance(part, dict):
            continue
        here = (*path, "parts", index)
        if isinstance(part.get("text"), str):
            (reasoning if part.get("thought") is True else texts).append(Text(part["text"], (*here, "text")))
        media += [_media(part[key], (*here, key)) for key in _FILE if key in part]
        calls += [_call(part[key], (*here, key)) for key in _CALL if isinstance(part.get(key), dict)]
        for key in _RESULT:
            if isinstance(part.get(key), dict):
                name = part[key].get("name") if isinstance(part[key].get("name"), str) else ""
    said = content.get("role")
    written = said if isinstance(said, str) else ""
    meant = role or ("tool" if name is not None and written == "user" else _ROLES.get(written, written))
    return Turn(
        role=meant,
        texts=tuple(texts),
        path=path,
        content_path=(*path, "parts") if "parts" in content else path,
        trained=meant == "assistant" and learnt,
        has_content=parts is not None,
        role_path=(*path, "role") if "role" in content else path,
        media=tuple(media),
        calls=tuple(calls),
        reasoning=tuple(reasoning),
        written=written if written != meant else "",
        name=name or None,
    )


def _media(item: Any, path: Path) -> Media:
    """A file by its address or its bytes; its kind is the first half of its MIME type."""
    if not isinstance(item, dict):
        return Media("file", item, path)
    mime = item.get("mimeType", item.get("mime_type"))
    kind = mime.split("/", 1)[0] if isinstance(mime, str) else "file"
    source = next((key for key in ("fileUri", "file_uri", "data") if key in item), None)
    kind = kind if kind in ("image", "video", "audio") else "file"
    return Media(kind, item, path) if source is None else Media(kind, item[source], (*path, source))


def _call(call: Mapping[str, Any], path: Path) -> ToolCall:
    identifier, name = call.get("id"), call.get("name")
    return ToolCall(
        id=identifier if isinstance(identifier, str) else None,
        name=name if isinstance(name, str) else None,
        arguments=call.get("args", {}),
        path=path,
        name_path=(*path, "name") if "name" in call else path,
        id_path=(*path, "id") if "id" in call else path,
        arguments_path=(*path, "args") if "args" in call else path,
    )


def _tools(tools: Any) -> Iterator[Tool]:
    for index, tool in enumerate(_list(tools)):
        for key in _DECLARATIONS if isinstance(tool, dict) else ():
            functions = tool.get(key)
            for number, function in enumerate(_list(functions)):
                if isinstance(function, dict):
                    path = ("tools", index, key, number)
                    yield Tool(function, function, path, path)


GEMINI: Final = Format(
    name=NAME,
    title="Gemini on Vertex AI",
    recognise=recognise,
    schema=SCHEMA,
    read=read,
    sources=(
        "Vertex AI: prepare supervised fine-tuning data for Gemini models; tune function calling",
        "Vertex AI: prepare preference tuning data for Gemini models (completions with scores)",
    ),
    capital_types=True,
    hint="contents",
    distinct=distinct,
)
