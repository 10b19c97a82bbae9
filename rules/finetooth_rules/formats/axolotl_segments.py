"""`axolotl-segments`: a record in pieces of text, each with whether it is learnt (Axolotl, `input_output`).

The pieces are joined as they stand, template tokens and all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from finetooth_rules.example import Example, Text, Turn
from finetooth_rules.formats._format import Format

if TYPE_CHECKING:
    from finetooth_rules.record import Record
    from finetooth_rules.targets import Target

NAME: Final = "axolotl-segments"

SCHEMA: Final[Mapping[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Segments",
    "type": "object",
    "required": ["segments"],
    "properties": {
        "segments": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["label", "text"],
                "properties": {"label": {"type": "boolean"}, "text": {"type": "string"}},
            },
        }
    },
}


def recognise(value: Mapping[str, Any]) -> bool:
    """`segments` is a list of objects with a `label` or a `text`."""
    segments = value.get("segments")
    if not isinstance(segments, list) or "messages" in value:
        return False
    return all(isinstance(s, dict) and ("label" in s or "text" in s) for s in segments[:4])


def read(record: Record, value: Mapping[str, Any], target: Target) -> Example:
    """Every piece is a turn: an assistant's where it is learnt, else a user's."""
    return Example(
        record=record,
        format=NAME,
        turns=tuple(_turns(value.get("segments"))),
        conversation=False,
        turns_path=("segments",),
    )


def _turns(segments: Any) -> Iterator[Turn]:
    for index, segment in enumerate(segments if isinstance(segments, list) else ()):
        if isinstance(segment, dict) and isinstance(segment.get("text"), str):
            learnt = segment.get("label") is True
            path = ("segments", index)
            place = (*path, "text")
            yield Turn(
                role="assistant" if learnt else "user",
                texts=(Text(segment["text"], place),),
                path=path,
                content_path=place,
                trained=learnt,
                role_path=(*path, "label") if "label" in segment else path,
            )


AXOLOTL_SEGMENTS: Final = Format(
    name=NAME,
    title="segments of text",
    recognise=recognise,
    schema=SCHEMA,
    read=read,
    sources=("Axolotl 067b021: docs/dataset-formats/template_free.qmd, prompt_strategies/input_output.py",),
    hint="segments",
)
