"""The shape of a record: everything about it but the wording of its texts.

Most rules on structure depend on keys, types, roles and weights alone. Training files have few shapes and
many records, so a shape found clean once is looked up, not judged again. Two records of equal shape satisfy
the same JSON Schema: a string is part of the shape where the schema constrains its wording
(`literal_keys`), and else only whether it is empty or blank.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

Shape = tuple[Any, ...]

ALWAYS_LITERAL: Final = frozenset({"role", "type", "weight", "loss_weight", "from"})
"""Keys whose value decides what the rest of the record means, whatever the schema says of them."""

_CONSTRAINTS: Final = frozenset(
    {
        "enum",
        "const",
        "pattern",
        "format",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "maxLength",
    }
)
_LONG_LIST: Final = 16


def shape_of(value: Mapping[str, Any], literal_keys: frozenset[str]) -> tuple[Shape, int]:
    """The shape of a decoded object, and how many keys it has at all depths."""
    out: list[Any] = []
    return_keys = _walk(value, literal_keys, out.append)
    return tuple(out), return_keys


def _walk(value: Mapping[str, Any], literal: frozenset[str], put: Any) -> int:
    """Append the shape of one object; strings are marked by class 0 (empty), 1 (blank), 2 (text), or stand
    for themselves.
    """
    keys = len(value)
    for key, item in value.items():
        put(key)
        kind = item.__class__
        if kind is str:
            put((item,) if key in literal else 0 if not item else 1 if item.isspace() else 2)
        elif kind is list:
            put("[")
            keys += _walk_list(item, key, literal, put)
            put("]")
        elif kind is dict:
            put("{")
            keys += _walk(item, literal, put)
            put("}")
        else:
            put(_scalar(item, key, literal))
    return keys


def _walk_list(items: list[Any], key: str, literal: frozenset[str], put: Any) -> int:
    keys = 0
    if len(items) > _LONG_LIST and not any(item.__class__ in (dict, list, str) for item in items):
        # Token ids and the like: one mark for all of them.
        put((len(items), *sorted({item.__class__.__name__ for item in items})))
        return 0
    for item in items:
        kind = item.__class__
        if kind is dict:
            put("{")
            keys += _walk(item, literal, put)
            put("}")
        elif kind is str:
            put((item,) if key in literal else 0 if not item else 1 if item.isspace() else 2)
        elif kind is list:
            put("[")
            keys += _walk_list(item, key, literal, put)
            put("]")
        else:
            put(_scalar(item, key, literal))
    return keys


def _scalar(item: Any, key: str, literal: frozenset[str]) -> Any:
    # A tuple with the type's name: 1, 1.0 and True are equal in Python and are not in JSON Schema.
    kind = item.__class__
    if item is None:
        return None
    if kind is bool or key in literal:
        return (kind.__name__, item)
    return kind.__name__


def literal_keys(schema: Mapping[str, Any]) -> frozenset[str]:
    """The property names whose wording or number the schema constrains anywhere."""
    return ALWAYS_LITERAL | frozenset(_constrained(schema))


def _constrained(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        for keyword in ("properties", "patternProperties"):
            for name, sub in (schema.get(keyword) or {}).items():
                if _constrains(sub, schema):
                    yield name
        for sub in schema.values():
            yield from _constrained(sub)
    elif isinstance(schema, list | tuple):
        for sub in schema:
            yield from _constrained(sub)


def _constrains(sub: Any, root: Any) -> bool:
    """Whether a property's schema looks at more than its type and whether it is empty; a reference is taken
    to.
    """
    if isinstance(sub, Mapping):
        if _CONSTRAINTS & sub.keys() or "$ref" in sub or sub.get("minLength", 0) > 1:
            return True
        return any(
            _constrains(item, root)
            for keyword in ("anyOf", "oneOf", "allOf", "not", "items", "if", "then", "else")
            for item in _as_list(sub.get(keyword))
        )
    return False


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
