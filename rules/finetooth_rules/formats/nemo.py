"""`nemo`: an input and an output, or a conversation whose turns are from User and Assistant (NVIDIA NeMo)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from finetooth_rules.example import Example, Text, Turn
from finetooth_rules.finding import Path
from finetooth_rules.formats._chat import text_turn
from finetooth_rules.formats._format import Format

if TYPE_CHECKING:
    from finetooth_rules.record import Record
    from finetooth_rules.targets import Target

NAME: Final = "nemo"
ROLES: Final = {"User": "user", "Assistant": "assistant", "System": "system"}
_TURN: Final = {
    "type": "object",
    "required": ["from", "value"],
    "properties": {
        # Any names may stand here, as long as `mask` names one of them.
        "from": {"type": "string"},
        "value": {"type": "string"},
        "label": {},
        "canonical_form": {},
    },
}

SCHEMA: Final[Mapping[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "NeMo",
    "type": "object",
    "properties": {
        "input": {"type": "string"},
        "output": {"type": "string"},
        "conversations": {"type": "array", "minItems": 1, "items": _TURN},
        "system": {"type": ["string", "null"]},
        "mask": {"type": ["string", "null"]},
        "type": {"type": ["string", "null"]},
        "dataset": {},
    },
    "anyOf": [{"required": ["conversations"]}, {"required": ["input", "output"]}],
}


_OTHER_FORMATS: Final = frozenset({"messages", "instruction", "prompt", "completion", "history", "contents"})


_LOOKED_AT: Final = 8


def recognise(value: Mapping[str, Any]) -> bool:
    """`conversations`, or an input or output, and no key of another format."""
    return any(key in value for key in ("conversations", "input", "output")) and _OTHER_FORMATS.isdisjoint(
        value
    )


def distinct(value: Mapping[str, Any]) -> bool:
    """A `mask` beside conversations, or turns from User and Assistant; or texts of input and output."""
    if "conversations" not in value:
        texts = isinstance(value.get("input"), str) and isinstance(value.get("output"), str)
        return texts and recognise(value) and "system" not in value
    if "mask" in value:
        return isinstance(value["mask"], str)
    turns = value["conversations"]
    return (
        isinstance(turns, list)
        and bool(turns)
        and all(
            isinstance(turn, dict) and isinstance(turn.get("from"), str) and turn["from"] in ROLES
            for turn in turns[:_LOOKED_AT]
        )
    )


def read(record: Record, value: Mapping[str, Any], target: Target) -> Example:
    """The input and output, or the conversation; turns from whom `mask` names are not learnt."""
    if "conversations" not in value:
        pair = (text_turn("user", value, "input"), text_turn("assistant", value, "output"))
        return Example(
            record=record,
            format=NAME,
            turns=tuple(turn for turn in pair if turn is not None),
            conversation=False,
        )
    mask = value.get("mask")
    items = value["conversations"]
    turns = [
        _turn(item, ("conversations", index), mask)
        for index, item in enumerate(items if isinstance(items, list) else ())
        if isinstance(item, dict)
    ]
    # NeMo wants the key even where there is no system text.
    if isinstance(value.get("system"), str) and value["system"]:
        turns[:0] = [turn for turn in (text_turn("system", value, "system"),) if turn is not None]
    return Example(record=record, format=NAME, turns=tuple(turns), turns_path=("conversations",))


def _turn(item: Mapping[str, Any], path: Path, mask: Any) -> Turn:
    said, words = item.get("from"), item.get("value")
    written = said if isinstance(said, str) else ""
    role = ROLES.get(written, written)
    place = (*path, "value") if "value" in item else path
    return Turn(
        role=role,
        texts=(Text(words, place),) if isinstance(words, str) else (),
        path=path,
        content_path=place,
        trained=role == "assistant" and written != mask,
        has_content=words is not None,
        role_path=(*path, "from") if "from" in item else path,
        written=written if written != role else "",
    )


NEMO: Final = Format(
    name=NAME,
    title="NeMo input and output, or conversations",
    recognise=recognise,
    schema=SCHEMA,
    read=read,
    sources=("NVIDIA NeMo: nemo/collections/llm/gpt/data/core.py (GPTSFTDataset, GPTSFTChatDataset)",),
    hint="input, output",
    distinct=distinct,
)
