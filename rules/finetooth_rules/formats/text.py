"""`text`: plain text to go on with pretraining, or texts that a template was already laid over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from finetooth_rules.example import Example, Kind
from finetooth_rules.formats._chat import text_turn
from finetooth_rules.formats._format import Format

if TYPE_CHECKING:
    from finetooth_rules.record import Record
    from finetooth_rules.targets import Target

NAME: Final = "text"

SCHEMA: Final[Mapping[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Plain text",
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string"}},
}

_OTHER_FORMATS: Final = frozenset(
    {
        *("messages", "conversations", "conversation", "contents", "interactions", "segments"),
        *("prompt", "instruction", "question", "query", "input", "chosen", "rejected"),
        *("completion", "completions", "response", "output", "answer", "summary", "target"),
        "input_ids",
    }
)
"""Keys that say that `text` is one column among others to learn from."""


def recognise(value: Mapping[str, Any]) -> bool:
    """`text` is there, and no key of another format."""
    return "text" in value and _OTHER_FORMATS.isdisjoint(value)


def distinct(value: Mapping[str, Any]) -> bool:
    """Only a text that is one."""
    return isinstance(value.get("text"), str) and recognise(value)


def read(record: Record, value: Mapping[str, Any], target: Target) -> Example:
    """One turn, all of it learnt."""
    turn = text_turn("assistant", value, "text")
    return Example(
        record=record,
        format=NAME,
        turns=() if turn is None else (turn,),
        conversation=False,
        turns_path=("text",),
        kind=Kind.PRETRAINING,
    )


TEXT: Final = Format(
    name=NAME,
    title="plain text (pretraining)",
    recognise=recognise,
    schema=SCHEMA,
    read=read,
    sources=(
        "TRL: docs/source/dataset_formats.md (language modeling, standard)",
        "Axolotl: docs/dataset-formats/pretraining.qmd",
        "mistral-finetune: README.md (pretrain)",
    ),
    hint="text",
    distinct=distinct,
)
