"""What breaks a user's own JSON Schema, in words: one violation for each thing a person has to change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from finetooth_rules.finding import Path
from finetooth_rules.own_schema import OwnSchema
from finetooth_rules.schema._branch import json_type, same
from finetooth_rules.schema._own_validator import extra_keys
from finetooth_rules.schema._words import kind, kinds, one_of, place, quoted, within
from finetooth_rules.suggest import nearest

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError


class Violation(NamedTuple):
    """What breaks the schema: at `path` (of its key, with `on_key`), said in `message`; `key` is an unknown
    key that may have been meant as `meant`.
    """

    path: Path
    message: str
    on_key: bool = False
    key: str = ""
    meant: str = ""
    missing: bool = False
    """It is the key `meant` that is missing."""


def explained(error: ValidationError, own: OwnSchema) -> Iterator[Violation]:
    """The violations that one error stands for: one for each thing to change."""
    path = tuple(error.absolute_path)
    keyword, expected, found = str(error.validator), error.validator_value, error.instance
    by = f"{own.title}"
    explain = _EXPLAINED.get(keyword)
    if explain is not None:
        yield from explain(path, found, expected, error.schema, by)
    elif isinstance(expected, bool | int | float | str) and keyword != "None":
        yield Violation(path, f"{place(path)} breaks {by}: {quoted(keyword)} is {quoted(expected)}")
    else:
        said = expected.get("description") if isinstance(expected, Mapping) else None
        why = (
            f": {said}"
            if isinstance(said, str)
            else f" by its {quoted(keyword)}"
            if keyword != "None"
            else ""
        )
        yield Violation(path, f"{place(path)} breaks {by}{why}")


_Explain = Callable[[Path, Any, Any, Any, str], Iterator[Violation]]


def _required(path: Path, found: Any, expected: Any, schema: Any, by: str) -> Iterator[Violation]:
    known = schema.get("properties", {}) if isinstance(schema, Mapping) else {}
    for key in expected if isinstance(expected, list) else ():
        if key in found:
            continue
        message = f"missing key {quoted(key)}{within(path, found)}; {by} requires it"
        near = nearest(key, [name for name in found if name not in known])
        if near is None:
            yield Violation(path, message)
        else:
            yield Violation((*path, near), f"{message}; is it {quoted(near)}?", True, near, key, True)


def _type(path: Path, found: Any, expected: Any, schema: Any, by: str) -> Iterator[Violation]:
    types = [expected] if isinstance(expected, str) else [t for t in expected if isinstance(t, str)]
    yield Violation(path, f"{place(path)} is {kind(found)}; {by} expects {kinds(types)}")


def _enum(path: Path, found: Any, expected: Any, schema: Any, by: str) -> Iterator[Violation]:
    what = quoted(found) if json_type(found) not in ("array", "object") else kind(found)
    yield Violation(path, one_of(f"{place(path)} is {what}", list(expected), f" ({by})"))


def _const(path: Path, found: Any, expected: Any, schema: Any, by: str) -> Iterator[Violation]:
    yield from _enum(path, found, [expected], schema, by)


def _unknown_keys(path: Path, found: Any, expected: Any, schema: Any, by: str) -> Iterator[Violation]:
    """`additionalProperties: false`: each key that is too many. Where the schema of other keys fails, the
    error has a path of its own and another keyword.
    """
    known = schema.get("properties", {})
    for key in extra_keys(found, schema):
        near = nearest(key, [name for name in known if name not in found])
        hint = f"; did you mean {quoted(near)}?" if near else ""
        message = f"{quoted(key)} is not a key that {by} allows{within(path, found)}{hint}"
        yield Violation((*path, key), message, True, key, near or "")


def _unevaluated(path: Path, found: Any, expected: Any, schema: Any, by: str) -> Iterator[Violation]:
    yield Violation(path, f"{place(path)} has keys or items that no part of {by} describes")


def _unique(path: Path, found: Any, expected: Any, schema: Any, by: str) -> Iterator[Violation]:
    for index, item in enumerate(found):
        if any(_equal(item, earlier) for earlier in found[:index]):
            yield Violation(
                (*path, index), f"{place((*path, index))} stands there twice; {by} wants each once"
            )
            return


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_equal, one, other))
    return same(one, other)


def _too_many(path: Path, found: Any, expected: Any, schema: Any, by: str) -> Iterator[Violation]:
    yield Violation(path, f"{place(path)} fits {expected} alternatives of {by}; expected exactly one")


def _length(path: Path, found: Any, expected: Any, schema: Any, by: str) -> Iterator[Violation]:
    what = {list: "items", dict: "keys", str: "characters"}.get(found.__class__, "")
    yield Violation(path, f"{place(path)} has {len(found):,} {what}; {by} allows {_bounds(schema)}")


def _bounds(schema: Any) -> str:
    low = next((schema[k] for k in ("minItems", "minLength", "minProperties") if k in schema), None)
    high = next((schema[k] for k in ("maxItems", "maxLength", "maxProperties") if k in schema), None)
    if low is not None and high is not None:
        return f"{low} to {high}"
    return f"at least {low}" if high is None else f"at most {high}"


def _number(path: Path, found: Any, expected: Any, schema: Any, by: str) -> Iterator[Violation]:
    words = {
        "minimum": "at least",
        "maximum": "at most",
        "exclusiveMinimum": "more than",
        "exclusiveMaximum": "less than",
    }
    asked = [f"{word} {schema[key]}" for key, word in words.items() if key in schema]
    yield Violation(path, f"{place(path)} is {quoted(found)}; {by} allows {' and '.join(asked)}")


def _pattern(path: Path, found: Any, expected: Any, schema: Any, by: str) -> Iterator[Violation]:
    yield Violation(path, f"{place(path)} does not match the pattern {quoted(expected)} of {by}")


_EXPLAINED: Final[Mapping[str, _Explain]] = {
    "required": _required,
    "type": _type,
    "enum": _enum,
    "const": _const,
    "additionalProperties": _unknown_keys,
    "unevaluatedProperties": _unevaluated,
    "unevaluatedItems": _unevaluated,
    "uniqueItems": _unique,
    "oneOf": _too_many,
    **dict.fromkeys(
        ("minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"), _length
    ),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _number),
    "pattern": _pattern,
}
