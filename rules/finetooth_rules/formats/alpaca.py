"""`alpaca`: an instruction, perhaps an input to it, and an output. LLaMA-Factory adds a `system` text, a
`history` of earlier exchanges (whose answers are learnt too), `chosen` and `rejected`, `kto_tag`, and media;
GPTeacher calls the output `response`.

The prompt is the instruction and the input on a line of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from finetooth_rules.example import Example, Kind, Text, Turn
from finetooth_rules.finding import Path
from finetooth_rules.formats._chat import read_media, read_tools
from finetooth_rules.formats._format import Format
from finetooth_rules.suggest import nearest

if TYPE_CHECKING:
    from finetooth_rules.record import Record
    from finetooth_rules.targets import Target

NAME: Final = "alpaca"
_TEXT: Final = {"type": "string"}
_TEXT_OR_NULL: Final = {"type": ["string", "null"]}
_LIST: Final = {"type": ["array", "string", "null"]}

_PROPERTIES: Final[Mapping[str, Any]] = {
    "instruction": _TEXT,
    "input": _TEXT_OR_NULL,
    "output": _TEXT_OR_NULL,
    "response": _TEXT_OR_NULL,
    "chosen": _TEXT_OR_NULL,
    "rejected": _TEXT_OR_NULL,
    "system": _TEXT_OR_NULL,
    "history": {
        "anyOf": [
            {"type": "array", "items": {"type": "array", "minItems": 2, "maxItems": 2, "items": _TEXT}},
            {"type": "null"},
        ]
    },
    "kto_tag": {"type": ["boolean", "null"]},
    "images": _LIST,
    "videos": _LIST,
    "audios": _LIST,
    "tools": _LIST,
}

SCHEMA: Final[Mapping[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Instruction, input and output",
    "type": "object",
    "required": ["instruction"],
    # Before the properties, so that what is said of an output that is null is that it must be text.
    "anyOf": [
        {"required": ["chosen", "rejected"], "properties": {"chosen": _TEXT, "rejected": _TEXT}},
        {"required": ["output"], "properties": {"output": _TEXT}},
        {"required": ["response"], "properties": {"response": _TEXT}},
    ],
    "properties": _PROPERTIES,
}

_ANSWERS: Final = ("output", "response", "chosen", "rejected", "input", "history")


def recognise(value: Mapping[str, Any]) -> bool:
    """`instruction` (or nearly that) with an output, a response, a preference, an input or a history; or an
    instruction alone.
    """
    if "instruction" in value:
        return any(key in value for key in _ANSWERS) or len(value) == 1
    return "output" in value and nearest("instruction", value) is not None


def read(record: Record, value: Mapping[str, Any], target: Target) -> Example:
    """System, history, prompt and answer as turns; what has the wrong type is left out."""
    preference = isinstance(value.get("chosen"), str) and isinstance(value.get("rejected"), str)
    tag = value.get("kto_tag")
    label = tag if isinstance(tag, bool) else None
    answer = "chosen" if preference else "output" if "output" in value else "response"
    prompt = tuple(_prompt(value, learnt=label is not False and not preference))
    kind = Kind.PREFERENCE if preference else Kind.SUPERVISED if label is None else Kind.UNPAIRED
    return Example(
        record=record,
        format=NAME,
        turns=(*prompt, *_turn("assistant", value, answer, trained=label is not False)),
        tools=tuple(read_tools(value.get("tools"), ("tools",))),
        conversation=False,
        kind=kind,
        rejected=tuple(_turn("assistant", value, "rejected", trained=False)) if preference else (),
        answer_from=len(prompt),
        rejected_path=("rejected",) if preference else (),
        media=tuple(read_media(value)),
        label=label,
        label_path=() if label is None else ("kto_tag",),
        tools_path=("tools",) if "tools" in value else (),
    )


def _prompt(value: Mapping[str, Any], *, learnt: bool) -> Iterator[Turn]:
    if value.get("system"):
        yield from _turn("system", value, "system", trained=False)
    yield from _history(value.get("history"), learnt=learnt)
    for turn in _turn("user", value, "instruction", trained=False):
        extra = value.get("input")
        more = (Text(extra, ("input",)),) if isinstance(extra, str) and extra else ()
        yield turn._replace(texts=(*turn.texts, *more)) if more else turn


def _history(history: Any, *, learnt: bool) -> Iterator[Turn]:
    for index, pair in enumerate(history if isinstance(history, list) else ()):
        if isinstance(pair, list) and len(pair) == 2 and all(isinstance(text, str) for text in pair):
            yield _said("user", pair[0], ("history", index, 0), trained=False)
            yield _said("assistant", pair[1], ("history", index, 1), trained=learnt)


def _turn(role: str, value: Mapping[str, Any], key: str, *, trained: bool) -> Iterator[Turn]:
    if key in value:
        yield _said(role, value[key], (key,), trained=trained)


def _said(role: str, text: Any, path: Path, *, trained: bool) -> Turn:
    return Turn(
        role=role,
        texts=(Text(text, path),) if isinstance(text, str) else (),
        path=path,
        content_path=path,
        trained=trained,
        has_content=text is not None,
        role_path=path,
        weight_path=path,
    )


_PLAIN_KEYS: Final = frozenset({"instruction", "input", "output", "response"})


def plain_shape(value: Mapping[str, Any]) -> tuple[tuple[Any, ...], int] | None:
    """The shape of an instruction, an input and an output that are strings, and nothing else."""
    if not _PLAIN_KEYS.issuperset(value) or "instruction" not in value:
        return None
    shape: list[Any] = [*value]
    for text in value.values():
        if text.__class__ is not str:
            return None
        shape.append(0 if not text else 1 if text.isspace() else 2)
    return ("plain", *shape), len(value)


ALPACA: Final = Format(
    name=NAME,
    title="instruction, input and output",
    recognise=recognise,
    schema=SCHEMA,
    read=read,
    sources=(
        "LLaMA-Factory: data/README.md (alpaca), src/llamafactory/data/converter.py",
        "Stanford Alpaca: alpaca_data.json",
        "GPTeacher: Codegen/codegen-instruct.json (response)",
    ),
    hint="instruction, output",
    plain_shape=plain_shape,
    well_known=True,
)
