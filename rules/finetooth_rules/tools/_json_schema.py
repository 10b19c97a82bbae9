"""The JSON Schema of a tool's arguments: its parts, what its types were meant as, and a validator for it.

Schemas come from the file, so all of it is bounded: no recursion, no reference beyond the schema itself, and
regular expressions that run in linear time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

import orjson

from finetooth_rules.finding import Path
from finetooth_rules.patterns import lazy
from finetooth_rules.schema._branch import JSON_TYPES

MEANT: Final[Mapping[str, str]] = {
    **dict.fromkeys(("dict", "dictionary", "map", "mapping", "hashmap", "struct", "json"), "object"),
    **dict.fromkeys(("float", "double", "decimal"), "number"),
    **dict.fromkeys(("int", "long", "int32", "int64"), "integer"),
    **dict.fromkeys(("str", "text", "char"), "string"),
    **dict.fromkeys(("list", "tuple", "set", "arraylist", "sequence"), "array"),
    **dict.fromkeys(("bool",), "boolean"),
    **dict.fromkeys(("none", "nonetype", "nil"), "null"),
}
"""What other languages call a type → the JSON type."""

_MAPS: Final = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_LISTS: Final = ("prefixItems", "anyOf", "oneOf", "allOf", "items")
_SINGLE: Final = (
    *("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"),
    *("unevaluatedProperties", "unevaluatedItems", "additionalItems"),
)
_ANNOTATION: Final = lazy(
    r"(?:typing\.)?(?P<outer>\w+)(?:\[(?P<inner>\w+)[^\[\]]*(?:\[[^\[\]]*\])?[^\[\]]*\])?(?:, *optional)?"
)
KEYWORDS: Final = frozenset(
    {
        *_MAPS,
        *_LISTS,
        *_SINGLE,
        *("type", "required", "description", "title", "enum", "const", "default", "examples", "format"),
        *("$ref", "$schema", "$id", "$comment", "minimum", "maximum", "minLength", "maxLength", "pattern"),
        *("minItems", "maxItems", "minProperties", "maxProperties", "uniqueItems", "nullable", "optional"),
    }
)


def subschemas(schema: Any) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every object in the place of a schema and its path, the outer before the inner."""
    waiting: list[tuple[Path, Any]] = [((), schema)]
    while waiting:
        path, here = waiting.pop()
        if not isinstance(here, dict):
            continue
        yield path, here
        inner: list[tuple[Path, Any]] = []
        for key, value in here.items():
            if key in _MAPS and isinstance(value, dict):
                inner += [((*path, key, name), sub) for name, sub in value.items()]
            elif key in _LISTS and isinstance(value, list):
                inner += [((*path, key, index), sub) for index, sub in enumerate(value)]
            elif key in _SINGLE:
                inner.append(((*path, key), value))
        waiting += reversed(inner)


def meant_type(word: str) -> str | None:
    """The JSON type that a word for a type stands for, also as Python's annotations have it (`List[int]`,
    `str, optional`); None where there is no telling.
    """
    match = _ANNOTATION.fullmatch(word.strip().casefold())
    if match is None:
        return None
    name = match["inner"] if match["inner"] and match["outer"] == "optional" else match["outer"]
    return name if name in JSON_TYPES else MEANT.get(name)


def validator(schema: Mapping[str, Any]) -> tuple[Any, Any] | None:
    """A compiled validator of the schema and the schema as it was compiled; None where it cannot be used.

    Types are read as they were meant (`dict` as `object`), and keywords that are null, as columns padded by
    Arrow have them, as not there.
    """
    try:
        return _compiled(orjson.dumps(schema, option=orjson.OPT_SORT_KEYS))
    except (orjson.JSONEncodeError, RecursionError):
        return None


@lru_cache(maxsize=1024)
def _compiled(canonical: bytes) -> tuple[Any, Any] | None:
    import jsonschema_rs

    schema = plain(orjson.loads(canonical))
    schema.pop("$schema", None)
    schema.pop("$id", None)
    for _, here in subschemas(schema):
        _read_as_meant(here)
        reference = here.get("$ref")
        if isinstance(reference, str) and not reference.startswith("#"):
            return None
    for dialect in (
        jsonschema_rs.Draft202012Validator,
        jsonschema_rs.Draft7Validator,
        jsonschema_rs.Draft4Validator,
    ):
        try:
            return dialect(schema, pattern_options=jsonschema_rs.RegexOptions(), offline=True), schema
        except ValueError:
            continue
    return None


def plain(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema, changed in place: without keywords and arguments that are null."""
    for _, here in subschemas(schema):
        for key in [key for key, value in here.items() if value is None and key not in ("default", "const")]:
            del here[key]
        properties = here.get("properties")
        if isinstance(properties, dict):
            for name in [name for name, sub in properties.items() if sub is None]:
                del properties[name]
    return schema


def _read_as_meant(schema: dict[str, Any]) -> None:
    types = schema.get("type")
    if isinstance(types, str) and types not in JSON_TYPES:
        _retype(schema, meant_type(types))
    elif isinstance(types, list) and all(isinstance(word, str) for word in types):
        meant = [meant_type(word) for word in types]
        _retype(schema, None if None in meant else list(dict.fromkeys(meant)))
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]  # OpenAPI's word
        if isinstance(schema.get("enum"), list):
            schema["enum"] = [*schema["enum"], None]


def _retype(schema: dict[str, Any], types: Any) -> None:
    if types is None:
        del schema["type"]
    else:
        schema["type"] = types
