"""Which branch of an `anyOf` or `oneOf` a value was meant as.

By the JSON type first, then by the key that every branch fixes (`role`, `type`). So a violation is explained
within the one branch that was meant, never as "not valid under any of the given schemas".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

from finetooth_rules.suggest import nearest

Schema: TypeAlias = Mapping[str, Any]

JSON_TYPES: Final = ("null", "boolean", "integer", "number", "string", "array", "object")


class Choice(NamedTuple):
    """The branch that was meant, or why none could be chosen.

    `types`: the value has none of these JSON types. `missing`: the object lacks this discriminator, whose
    values are `allowed`. `wrong`: the discriminator has a value that is not in `allowed`; `branch` is then
    the one it was probably meant as, if any.
    """

    branch: Schema | None = None
    types: tuple[str, ...] = ()
    missing: str = ""
    wrong: str = ""
    allowed: tuple[Any, ...] = ()

    @property
    def undecided(self) -> bool:
        """Several branches fit by type and nothing tells them apart."""
        return self == Choice()


class _Plan(NamedTuple):
    """What can be said of branches before any value is seen.

    `by_type`: the branches that allow each JSON type. `key` tells those for objects apart, by the values in
    `fixed`.
    """

    by_type: Mapping[str, tuple[Schema, ...]]
    types: tuple[str, ...]
    key: str | None
    fixed: tuple[tuple[Any, Schema], ...]


class _Identity:
    """A list as a key: it is itself and no other."""

    __slots__ = ("branches",)

    def __init__(self, branches: Sequence[Any]) -> None:
        self.branches = branches

    def __hash__(self) -> int:
        return id(self.branches)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and self.branches is other.branches


@lru_cache(maxsize=512)
def _plan(identity: _Identity) -> _Plan:
    schemas = [branch for branch in identity.branches if isinstance(branch, dict)]
    objects = [branch for branch in schemas if "object" in types_of(branch)]
    key = _discriminator(objects) if objects else None
    return _Plan(
        by_type={name: tuple(b for b in schemas if _allows(types_of(b), name)) for name in JSON_TYPES},
        types=tuple(dict.fromkeys(name for branch in schemas for name in types_of(branch))),
        key=key,
        fixed=tuple((value, b) for b in objects for value in _fixed_values(b, key)) if key else (),
    )


def choose(branches: Sequence[Any], value: Any) -> Choice:
    """The branch of `branches` that `value` was meant as."""
    plan = _plan(_Identity(branches))
    fitting = plan.by_type[json_type(value)]
    if not fitting:
        return Choice(types=plan.types)
    if len(fitting) == 1:
        return Choice(branch=fitting[0])
    if plan.key is None or not isinstance(value, dict):
        return Choice()
    if plan.key not in value:
        return Choice(missing=plan.key, allowed=tuple(fixed for fixed, _ in plan.fixed))
    found = value[plan.key]
    for fixed, branch in plan.fixed:
        if same(fixed, found):
            return Choice(branch=branch)
    allowed = tuple(fixed for fixed, _ in plan.fixed)
    near = (
        nearest(found, [word for word in allowed if isinstance(word, str)])
        if isinstance(found, str)
        else None
    )
    meant = next((branch for fixed, branch in plan.fixed if near is not None and fixed == near), None)
    return Choice(branch=meant, wrong=plan.key, allowed=allowed)


def _discriminator(branches: Sequence[Schema]) -> str | None:
    """The first required key that every branch fixes to a value, or to one of a few."""
    first = branches[0].get("properties", {})
    return next((key for key in first if all(_fixed_values(branch, key) for branch in branches)), None)


def _fixed_values(branch: Schema, key: str) -> tuple[Any, ...]:
    schema = branch.get("properties", {}).get(key, {})
    if not isinstance(schema, dict) or key not in branch.get("required", ()):
        return ()
    return (schema["const"],) if "const" in schema else tuple(schema.get("enum", ()))


def types_of(schema: Any) -> tuple[str, ...]:
    """The JSON types a schema allows, as far as `type`, `enum`, `const`, `anyOf` say so; else all of them."""
    if not isinstance(schema, dict):
        return JSON_TYPES
    if "type" in schema:
        return (schema["type"],) if isinstance(schema["type"], str) else tuple(schema["type"])
    if "const" in schema:
        return (json_type(schema["const"]),)
    if "enum" in schema:
        return tuple(dict.fromkeys(json_type(value) for value in schema["enum"]))
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            return tuple(dict.fromkeys(name for branch in schema[keyword] for name in types_of(branch)))
    return JSON_TYPES


_TYPE_NAMES: Final[Mapping[type, str]] = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    str: "string",
    list: "array",
    dict: "object",
}


def json_type(value: Any) -> str:
    """The JSON type of a decoded value; a whole number is an `integer`."""
    if isinstance(value, float):
        return "integer" if value.is_integer() else "number"
    return _TYPE_NAMES[value.__class__]


def has_type(value: Any, types: Sequence[str]) -> bool:
    """Whether a value is of one of these JSON types."""
    return _allows(types, json_type(value))


def _allows(types: Sequence[str], name: str) -> bool:
    return name in types or (name == "integer" and "number" in types)


def same(one: Any, other: Any) -> bool:
    """Equality of JSON values: true is not 1."""
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def unknown_keys(
    value: Any, schema: Any
) -> Iterator[tuple[tuple[str | int, ...], str, Schema, Mapping[str, Any]]]:
    """Every key that the schema does not know: (path of the object, key, the object's schema, the object).

    An object whose schema names no keys is free, and so is all below it.
    """
    yield from _unknown(value, schema, ())


def _unknown(
    value: Any, schema: Any, path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str, Schema, Mapping[str, Any]]]:
    if not isinstance(schema, dict):
        return
    if "properties" not in schema and "items" not in schema:
        branches = schema.get("anyOf") or schema.get("oneOf")
        if branches:
            yield from _unknown(value, choose(branches, value).branch, path)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unknown(item, schema.get("items"), (*path, index))
    elif isinstance(value, dict) and "properties" in schema:
        known = schema["properties"]
        for key, item in value.items():
            if key not in known:
                yield path, key, schema, value
            else:
                yield from _unknown(item, known[key], (*path, key))
