"""`custom`: records whose fields have names of their own, mapped in the settings (`[format]`), by a
`dataset_info.json` (LLaMA-Factory) or by an Axolotl config.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final

from finetooth_rules.example import Example, Text, Turn
from finetooth_rules.formats._format import Format

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finetooth_rules.record import Record
    from finetooth_rules.targets import Target

NAME: Final = "custom"


@dataclass(frozen=True, slots=True)
class FieldMap:
    """Which field holds what. Hashable, as the format made from it is kept."""

    prompt: str | None = None
    completion: str | None = None


def mapping_schema() -> dict[str, Any]:
    """JSON Schema of the table `[format]` in the settings."""
    field = {"type": "string"}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "prompt": {"description": "Field of the prompt.", **field},
            "completion": {"description": "Field of the completion.", **field},
        },
    }


def mapping_of(settings: Mapping[str, Any]) -> FieldMap:
    """The mapping that a `[format]` table describes."""
    return FieldMap(**{key.replace("-", "_"): value for key, value in settings.items()})


@lru_cache(maxsize=16)
def custom_format(mapping: FieldMap) -> Format:
    """The format that a mapping describes."""
    fields = [name for name in (mapping.prompt, mapping.completion) if name]
    return Format(
        name=NAME,
        title="fields mapped in the settings",
        recognise=partial(_recognise, frozenset(fields)),
        schema={"type": "object", "required": fields, "properties": {n: {"type": "string"} for n in fields}},
        read=partial(_read, mapping),
        sources=("the settings",),
        hint=", ".join(fields),
    )


def _recognise(fields: frozenset[str], value: Mapping[str, Any]) -> bool:
    return not fields.isdisjoint(value)


def _read(mapping: FieldMap, record: Record, value: Mapping[str, Any], target: Target) -> Example:
    turns = [
        Turn(role, (Text(value[name], (name,)),), (name,), (name,), trained=role == "assistant")
        for role, name in (("user", mapping.prompt), ("assistant", mapping.completion))
        if name and isinstance(value.get(name), str)
    ]
    return Example(record=record, format=NAME, turns=tuple(turns), conversation=False)
