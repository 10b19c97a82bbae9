"""What is wrong with arguments under a tool's JSON Schema, in the order of the schema's validator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

from finetooth_rules.finding import Path

_MOST: Final = 10


class Violation(NamedTuple):
    """One defect.

    `keyword` is the one that fails at `path` (within the arguments), `expected` its value: the types, the
    allowed values, the missing or the unexpected key. `found` is the value at `path`, `schema` the schema it
    should satisfy, as far as it is known. `required`: the object above must have it.
    """

    keyword: str
    path: Path
    expected: Any
    found: Any
    schema: Mapping[str, Any]
    required: bool


def violations(validator: Any, schema: Any, arguments: Any) -> list[Violation]:
    """At most ten defects of the arguments; what is missing first, as it explains what is too much."""
    found = islice(
        (
            violation
            for error in _told_apart(validator.iter_errors(arguments))
            for violation in _of(error, schema, arguments)
        ),
        _MOST,
    )
    return sorted(found, key=lambda violation: violation.keyword != "required")


def _told_apart(errors: Any) -> Iterator[Any]:
    """Errors, those of the one branch that was meant in place of "none of them fits"."""
    for error in errors:
        branches = getattr(error.kind, "context", None)
        meant = _meant(branches, list(error.instance_path)) if branches else None
        if meant is None:
            yield error
        else:
            yield from meant


def _meant(branches: Sequence[Sequence[Any]], path: list[Any]) -> Sequence[Any] | None:
    """The errors of the only branch whose type fits; None where that does not single one out."""
    fitting = [
        errors
        for errors in branches
        if errors and not any(e.kind.name == "type" and list(e.instance_path) == path for e in errors)
    ]
    return fitting[0] if len(fitting) == 1 else None


def _of(error: Any, schema: Any, arguments: Any) -> Iterator[Violation]:
    keyword, path = str(error.kind.name), tuple(error.instance_path)
    found = _at(arguments, path)
    steps = list(error.schema_path)
    here = _at(schema, steps[:-1])
    here = here if isinstance(here, dict) else {}
    above = _at(schema, steps[:-3]) if steps[-3:-2] == ["properties"] else None
    needed = above.get("required") if isinstance(above, dict) else None
    required = bool(path) and isinstance(needed, list) and path[-1] in needed
    if keyword == "required":
        if isinstance(found, dict) and error.kind.property in found:
            return  # jsonschema-rs calls a key missing that `additionalProperties` forbids
        yield Violation(keyword, path, error.kind.property, found, here, required)
    elif keyword == "additionalProperties":
        for key in error.kind.unexpected:
            yield Violation(keyword, path, key, found, here, required)
    elif keyword == "type":
        yield Violation(keyword, path, list(error.kind.types), found, here, required)
    elif keyword in ("enum", "const"):
        value = here.get(keyword)
        allowed = value if keyword == "enum" and isinstance(value, list) else [value]
        yield Violation("enum", path, allowed, found, here, required)
    elif keyword in ("anyOf", "oneOf"):
        types = _only_types(error.kind, list(path))
        yield Violation("type" if types else keyword, path, types, found, here, required)
    else:
        yield Violation(keyword, path, None, found, here, required)


def _only_types(kind: Any, path: list[Any]) -> list[str]:
    """The types that branches allow, where the type is all that is wrong in each."""
    types: list[str] = []
    for errors in getattr(kind, "context", None) or ():
        told = [e for e in errors if e.kind.name == "type" and list(e.instance_path) == path]
        if not told:
            return []
        types += [name for e in told for name in e.kind.types]
    return list(dict.fromkeys(types))


def _at(value: Any, path: Sequence[Any]) -> Any:
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value
