"""What is wrong with the JSON Schema of a tool's arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson

from finetooth_rules.finding import Path
from finetooth_rules.schema._branch import JSON_TYPES, same
from finetooth_rules.schema._words import kind, place, quoted
from finetooth_rules.tools._json_schema import KEYWORDS, meant_type, plain, subschemas

FLAT: Final = "arguments are listed without `properties` around them; expected a JSON Schema"
_DIALECTS: Final = (
    "https://json-schema.org/draft/2020-12/schema",
    "http://json-schema.org/draft-07/schema#",
    "http://json-schema.org/draft-04/schema#",  # OpenAPI 3.0: `exclusiveMinimum` is true or false
)
_ELSEWHERE: Final = frozenset({"patternProperties", "$ref", "allOf", "anyOf", "oneOf"})
"""Keywords beside which a key may be described elsewhere."""
_REGEX_KEYS: Final = frozenset({"pattern", "patternProperties"})


class Fault(NamedTuple):
    """One defect, at one or more places of the schema.

    `word` is one that is no JSON type, and `meant` the type that it stands for. `known` are the words among
    which the one meant may be that `found` is nearly. `flat`: there is no schema around the arguments.
    """

    message: str
    places: tuple[Path, ...]
    word: str = ""
    meant: str | None = None
    found: str = ""
    known: tuple[str, ...] = ()
    flat: bool = False


def faults(schema: Mapping[str, Any], *, capitals: bool = False) -> tuple[Fault, ...]:
    """The defects of a schema; `capitals`: types are written in capitals (OpenAPI, as Gemini has it)."""
    try:
        return _faults(orjson.dumps(schema), capitals)
    except (orjson.JSONEncodeError, RecursionError):
        return ()


@lru_cache(maxsize=1024)
def _faults(text: bytes, capitals: bool) -> tuple[Fault, ...]:
    schema = orjson.loads(text)
    if _is_flat(schema):
        return (Fault(FLAT, ((),), flat=True),)
    found = [*_types(schema, capitals), *_slips(schema)]
    return tuple(found) or tuple(_refused(_in_small_letters(schema) if capitals else schema))


def _in_small_letters(schema: Any) -> Any:
    """The same schema, its types written as JSON Schema writes them."""
    if isinstance(schema, list):
        return [_in_small_letters(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: item.lower() if key == "type" and isinstance(item, str) else _in_small_letters(item)
        for key, item in schema.items()
    }


def _is_flat(schema: Mapping[str, Any]) -> bool:
    """`{"city": {"type": "string"}}`: names of arguments where keywords should be."""
    return (
        bool(schema)
        and not KEYWORDS & schema.keys()
        and all(isinstance(value, dict) and KEYWORDS & value.keys() for value in schema.values())
    )


def _types(schema: Any, capitals: bool) -> Iterator[Fault]:
    """Words that are no JSON type, each with all its places."""
    places: dict[str, list[Path]] = {}
    for word, path in _type_words(schema):
        spelt = capitals and word.isupper() and word.casefold() in JSON_TYPES
        if word not in JSON_TYPES and not spelt:
            places.setdefault(word, []).append(path)
    for word, paths in places.items():
        yield Fault("", tuple(paths), word=word, meant=meant_type(word))


def _type_words(schema: Any) -> Iterator[tuple[str, Path]]:
    """Every word under `type`, and where it stands."""
    for path, here in subschemas(schema):
        types = here.get("type")
        if isinstance(types, str):
            yield types, (*path, "type")
        elif isinstance(types, list):
            yield from ((w, (*path, "type", i)) for i, w in enumerate(types) if isinstance(w, str))


def _slips(schema: Any) -> Iterator[Fault]:
    said = tuple((*path, "required") for path, here in subschemas(schema) if here.get("required") is True)
    if said:
        times = f" ({len(said)} places)" if len(said) > 1 else ""
        yield Fault(f"`required` is true; expected a list of names beside `properties`{times}", said)
    for path, here in subschemas(schema):
        required, properties, allowed = here.get("required"), here.get("properties"), here.get("enum")
        if isinstance(required, list) and isinstance(properties, dict) and not _ELSEWHERE & here.keys():
            yield from _undescribed(path, required, tuple(properties))
        default = here.get("default")
        if isinstance(allowed, list) and allowed and default is not None and not _is_among(default, allowed):
            words = tuple(word for word in allowed if isinstance(word, str))
            yield Fault(
                f"the `default` of {place(path) if path else 'the arguments'} is not in its `enum`",
                ((*path, "default"),),
                found=default if isinstance(default, str) else "",
                known=words if isinstance(default, str) else (),
            )


def _is_among(default: Any, allowed: Sequence[Any]) -> bool:
    if isinstance(default, list) and all(any(same(one, value) for one in allowed) for value in default):
        return True  # of a list whose items the enum means, as many write it
    return any(same(one, default) for one in allowed)


def _undescribed(path: Path, required: Sequence[Any], known: tuple[str, ...]) -> Iterator[Fault]:
    for index, name in enumerate(required):
        if isinstance(name, str) and name not in known:
            message = f"{quoted(name)} is required, and `properties` does not describe it"
            free = tuple(other for other in known if other not in required)
            yield Fault(message, ((*path, "required", index),), found=name, known=free)


def _refused(schema: Any) -> Iterator[Fault]:
    """What the JSON Schema of JSON Schemas refuses, in each of the dialects that are in use."""
    import jsonschema_rs

    schema = plain(schema)
    at: list[Path] = []
    for dialect in _DIALECTS:
        try:
            jsonschema_rs.meta.validate({**schema, "$schema": dialect})
            return
        except ValueError as error:
            at.append(tuple(getattr(error, "instance_path", ())))
    path = at[0]
    if path and not _REGEX_KEYS & set(path) and not _is_schema_key(path):
        found = _at(schema, path)
        yield Fault(f"{place(path)} is {kind(found)}, which JSON Schema does not allow", (path,))


def _is_schema_key(path: Path) -> bool:
    return path[-1] == "$schema"


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value
