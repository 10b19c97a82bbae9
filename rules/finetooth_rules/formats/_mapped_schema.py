"""The JSON Schema of a mapping, so that the rules of `schema/` speak of the mapped fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from finetooth_rules.finding import Path
from finetooth_rules.formats._field_map import FieldMap

JsonSchema = dict[str, Any]
_TEXT: Final[JsonSchema] = {"type": "string"}
_PERHAPS_TEXT: Final[JsonSchema] = {"type": ["string", "null"]}
_PART: Final[JsonSchema] = {"type": ["object", "string"]}
_MEDIA: Final[JsonSchema] = {"type": ["array", "string", "object", "null"]}
_PAIR: Final[JsonSchema] = {
    "type": "array",
    "minItems": 2,
    "maxItems": 2,
    "items": {"type": ["string", "null"]},
}


def schema_of(mapping: FieldMap) -> JsonSchema:
    """What a record must satisfy: the required fields are there, and all fields have their type."""
    schema: JsonSchema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {},
    }
    asked = {path for _, path in mapping.asked()}
    for path, sub in _fields(mapping):
        _put(schema, path, sub, required=path in asked)
    return schema


def _fields(mapping: FieldMap) -> Iterator[tuple[Path, JsonSchema]]:
    for attribute, several in (("prompt", mapping.prompt), ("completion", mapping.completion)):
        for path in several:
            yield path, _text(mapping, path, perhaps=attribute in mapping.optional)
    for path in mapping.input:
        yield path, _text(mapping, path, perhaps=True)
    if mapping.text:
        yield mapping.text, _TEXT
    if mapping.system:
        yield mapping.system, _PERHAPS_TEXT
    if mapping.history:
        yield mapping.history, {"type": ["array", "null"], "items": _PAIR}
    if mapping.messages:
        kinds: Any = ["array", "string"] if mapping.loose else "array"
        yield mapping.messages, {"type": kinds, "items": message_schema(mapping)}
    elif mapping.reasoning:
        yield mapping.reasoning, _PERHAPS_TEXT
    for path in (mapping.chosen, mapping.rejected):
        if path:
            message = message_schema(mapping)
            several_messages = {"type": "array", "minItems": 1, "items": message}
            yield path, {"anyOf": [_TEXT, message, several_messages]}
    if mapping.label:
        yield mapping.label, {"type": "boolean"}
    if mapping.tools:
        yield mapping.tools, {"type": ["array", "string", "object", "null"]}
    for path in (mapping.images, mapping.videos, mapping.audios):
        if path:
            yield path, _MEDIA


def _text(mapping: FieldMap, path: Path, *, perhaps: bool) -> JsonSchema:
    if path in mapping.lists:
        return {"type": "array", "items": _TEXT}
    return _PERHAPS_TEXT if perhaps else _TEXT


def message_schema(mapping: FieldMap) -> JsonSchema:
    """One message. Beside a call it may do without content; null is TRN007's to judge."""
    content: JsonSchema = {"type": ["string", "null"]}
    if mapping.parts:
        content = {"type": ["string", "array", "null"], "items": _PART}
    # `pattern` in place of a list of names: the role is then a part of the record's shape (see shape.py).
    closed = not mapping.open_roles and not mapping.lacks("roles")
    role: JsonSchema = (
        {"enum": list(mapping.role_names())} if closed else {"type": "string", "pattern": r"\S"}
    )
    schema: JsonSchema = {
        "type": "object",
        "required": [] if mapping.lacks("role") else [mapping.role],
        "properties": {mapping.role: role, mapping.content: content},
    }
    if mapping.calls:
        # Their form is the business of the rules on tools: trainers differ.
        schema["properties"][mapping.calls] = {"type": ["array", "string", "null"]}
    if mapping.training:
        schema["properties"][mapping.training] = {"type": ["boolean", "number", "null"], "minimum": 0}
    for step in mapping.reasoning[-1:] if mapping.messages else ():
        schema["properties"][step] = _PERHAPS_TEXT
    if mapping.lacks("content"):
        return schema
    if not mapping.calls:
        schema["required"] = [*schema["required"], mapping.content]
        return schema
    call = {"type": ["array", "string"], "minItems": 1}
    schema["anyOf"] = [
        {"required": [mapping.content]},
        {"required": [mapping.calls], "properties": {mapping.calls: call}},
    ]
    return schema


def _put(schema: JsonSchema, path: Path, sub: JsonSchema, *, required: bool) -> None:
    """Set the schema of the field at `path`, with the objects and lists on the way."""
    here = schema
    for step in path:
        if isinstance(step, str):
            here.setdefault("type", "object")
            here = _step(here, step, required=required)
        else:
            here.setdefault("type", "array")
            items: list[JsonSchema] = here.setdefault("prefixItems", [])
            items += [{} for _ in range(step + 1 - len(items))]
            if required:
                here["minItems"] = max(step + 1, here.get("minItems", 0))
            here = items[step]
    here.update(sub)


def _step(here: JsonSchema, key: str, *, required: bool) -> JsonSchema:
    if required and key not in here.setdefault("required", []):
        here["required"].append(key)
    inner: JsonSchema = here.setdefault("properties", {}).setdefault(key, {})
    return inner
