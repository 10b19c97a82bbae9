"""`tokenized`: token ids, with no text to look at (Axolotl's pre-tokenised data, Together's Parquet)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from finetooth_rules.example import Example, Kind
from finetooth_rules.finding import Path
from finetooth_rules.formats._format import Format

if TYPE_CHECKING:
    from finetooth_rules.record import Record
    from finetooth_rules.targets import Target

NAME: Final = "tokenized"
# No ranges: a long list of numbers has one mark in the shape (see `shape`), whatever the numbers.
_NUMBERS: Final = {"type": "array", "items": {"type": "integer"}}

SCHEMA: Final[Mapping[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Token ids",
    "type": "object",
    "required": ["input_ids"],
    "properties": {
        "input_ids": {**_NUMBERS, "minItems": 1},
        "attention_mask": _NUMBERS,
        "labels": _NUMBERS,
        "position_ids": _NUMBERS,
    },
}


def recognise(value: Mapping[str, Any]) -> bool:
    """`input_ids` is there."""
    return "input_ids" in value


def beyond(value: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """One number for each token in every list."""
    ids = value.get("input_ids")
    for key in ("attention_mask", "labels", "position_ids"):
        numbers = value.get(key)
        if isinstance(ids, list) and isinstance(numbers, list) and len(numbers) != len(ids):
            yield (key,), f"one number for each of {len(ids)} tokens, not {len(numbers)}"


def read(record: Record, value: Mapping[str, Any], target: Target) -> Example:
    """No turns."""
    return Example(
        record=record,
        format=NAME,
        turns=(),
        conversation=False,
        turns_path=("input_ids",),
        kind=Kind.TOKENIZED,
    )


TOKENIZED: Final = Format(
    name=NAME,
    title="token ids",
    recognise=recognise,
    schema=SCHEMA,
    read=read,
    sources=(
        "Axolotl: docs/dataset-formats/tokenized.qmd",
        "together 1.5.35: together/utils/files.py (Parquet columns)",
    ),
    hint="input_ids, attention_mask, labels",
    beyond=beyond,
)
