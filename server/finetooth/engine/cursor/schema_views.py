"""What a JSON Schema says of the value at a path of a record.

A choice (`anyOf`) is made by what the record has already: of the messages only the one of its role is left.
Each possible reading is a view, with what all its parts say in one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from finetooth_rules.finding import INSIDE, Path
from finetooth_rules.scan import MISSING

Schema = Mapping[str, Any]
_MOST_VIEWS: Final = 64
_CHOICES: Final = ("anyOf", "oneOf")
_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
    "number": (int, float),
    "integer": (int,),
}


@dataclass(frozen=True, slots=True)
class View:
    """One reading of a value. `types` is empty where any is allowed; `values` are those of a choice, empty
    where it is free."""

    types: tuple[str, ...] = ()
    values: tuple[Any, ...] = ()
    properties: Mapping[str, Schema] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    items: Schema | None = None
    prefix: Sequence[Schema] = ()
    description: str = ""

    def joined(self, other: View) -> View:
        """What both say."""
        return View(
            self.types or other.types if not (self.types and other.types) else _both(self.types, other.types),
            self.values or other.values,
            {**self.properties, **other.properties, **_inner(self.properties, other.properties)},
            tuple(dict.fromkeys((*self.required, *other.required))),
            self.items or other.items,
            self.prefix or other.prefix,
            self.description or other.description,
        )

    @property
    def may_be_object(self) -> bool:
        """Whether it may have keys."""
        return bool(self.properties) and (not self.types or "object" in self.types)

    def step(self, step: str | int) -> Schema | None:
        """The schema of a member or item; None where nothing is said of it."""
        if isinstance(step, str):
            return self.properties.get(step)
        return self.prefix[step] if step < len(self.prefix) else self.items


def views_at(schema: Schema, path: Path, value: Any) -> list[View]:
    """The readings of the value at `path`, where `value` is the whole record (an empty string in it may be
    anything)."""
    schemas: list[Schema] = [schema]
    here = value
    for number, step in enumerate(path):
        if step == INSIDE:
            continue
        inside = path[number - 1 : number] == (INSIDE,)
        if inside or isinstance(here, str):
            here = _parsed(here)
        found = [view.step(step) for one in schemas for view in views(one, here)]
        schemas = _different(item for item in found if item is not None)
        here = _member(here, step)
    if path and path[-1] == INSIDE:
        here = _parsed(here)
    return [view for one in schemas for view in views(one, here)][:_MOST_VIEWS]


def views(schema: Schema, value: Any = MISSING) -> list[View]:
    """The readings of a schema that a value leaves possible; all where it leaves none."""
    own = _own(schema)
    found = [own]
    for part in schema.get("allOf", ()):
        found = [view.joined(more) for view in found for more in views(part, value)]
    for name in _CHOICES:
        branches = schema.get(name)
        if branches:
            possible = [branch for branch in branches if _possible(branch, value)] or branches
            found = [view.joined(more) for view in found for one in possible for more in views(one, value)]
    return found[:_MOST_VIEWS]


def _own(schema: Schema) -> View:
    types = schema.get("type", ())
    values = (schema["const"],) if "const" in schema else tuple(schema.get("enum", ()))
    items = schema.get("items")
    return View(
        (types,) if isinstance(types, str) else tuple(types),
        values,
        schema.get("properties", {}),
        tuple(schema.get("required", ())),
        items if isinstance(items, Mapping) else None,
        tuple(schema.get("prefixItems", ())),
        schema.get("description", ""),
    )


def _possible(schema: Schema, value: Any) -> bool:
    """Whether a value may be meant by a branch: by its type, and by the keys that the branch fixes."""
    if value is MISSING or value == "":
        return True
    types = schema.get("type")
    if types is not None:
        wanted = (types,) if isinstance(types, str) else types
        if not any(isinstance(value, _TYPES.get(name, ())) for name in wanted):
            return False
    if not isinstance(value, dict):
        return True
    for key, of_key in schema.get("properties", {}).items():
        given = value.get(key, "")
        if given == "" or not isinstance(of_key, Mapping):
            continue
        if "const" in of_key and given != of_key["const"]:
            return False
        if "enum" in of_key and key in schema.get("required", ()) and given not in of_key["enum"]:
            return False
    return True


def _both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in one if name in other) or one


def _inner(one: Mapping[str, Schema], other: Mapping[str, Schema]) -> dict[str, Schema]:
    """Of keys that both describe, the fuller description."""
    return {key: max(one[key], other[key], key=len) for key in one.keys() & other.keys()}


def _different(schemas: Iterable[Schema]) -> list[Schema]:
    found: dict[int, Schema] = {id(schema): schema for schema in schemas}
    return list(found.values())


def _parsed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return MISSING


def _member(value: Any, step: str | int) -> Any:
    if isinstance(step, str):
        return value.get(step, MISSING) if isinstance(value, dict) else MISSING
    return value[step] if isinstance(value, list) and 0 <= step < len(value) else MISSING


def value_at(value: Any, path: Path) -> Any:
    """The value at a path; `MISSING` where there is none."""
    for step in path:
        value = _parsed(value) if step == INSIDE else _member(value, step)
    return value


def choices(found: Iterable[View]) -> Iterator[Any]:
    """The values that the readings allow, each once, true and false among them."""
    seen: list[tuple[type, Any]] = []
    for view in found:
        values = view.values or ((True, False) if "boolean" in view.types else ())
        for one in values:
            if (type(one), one) not in seen:
                seen.append((type(one), one))
                yield one
