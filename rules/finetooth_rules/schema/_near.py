"""What an object that lacks a key has in its stead: which key that is there was meant as the missing one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from finetooth_rules.schema._branch import has_type, types_of
from finetooth_rules.schema._explain import Defect
from finetooth_rules.suggest import called_otherwise, nearest


def misspelt(defect: Defect) -> str | None:
    """The unknown key of the object that is nearly the missing one."""
    return nearest(defect.key, unknown(defect))


def called(defect: Defect) -> str | None:
    """The unknown key of the object that other formats use for the missing one."""
    return next((key for key in unknown(defect) if called_otherwise(key, [defect.key])), None)


def fits(defect: Defect, key: str) -> bool:
    """Whether the value of `key` has a type that the missing key may have."""
    return has_type(defect.found[key], types_of(wanted(defect)))


def unknown(defect: Defect) -> list[str]:
    """The keys of the object that its schema does not know."""
    return [key for key in defect.found if key not in defect.schema.get("properties", {})]


def wanted(defect: Defect) -> Any:
    """The schema of the missing key's value."""
    return defect.schema.get("properties", {}).get(defect.key)


def is_bare(defect: Defect) -> bool:
    """Whether the object is itself what the missing key should hold: `{"name": …}` for
    `{"function": {"name": …}}`.
    """
    schema = wanted(defect)
    needed = schema.get("required", ()) if isinstance(schema, dict) else ()
    around = unknown(defect)
    return bool(needed) and all(key in around for key in needed)


def word(found: Any, defect: Defect) -> str | None:
    """The word of a closed set (a role) that the missing key may have as its value and that `found` means."""
    schema = wanted(defect)
    listed = schema.get("enum", ()) if isinstance(schema, dict) else ()
    words = [item for item in listed if isinstance(item, str)]
    if not isinstance(found, str) or not words:
        return None
    return found if found in words else nearest(found, words) or called_otherwise(found, words)


def speakers(defect: Defect) -> dict[str, str]:
    """Key → role, where the object has nothing but what was said, each under the name of who said it
    (`{"user": "…"}`); else empty.
    """
    found: Mapping[str, Any] = defect.found
    roles = {key: word(key, defect) for key in found}
    if not all(roles.values()) or not all(isinstance(text, str) for text in found.values()):
        return {}
    return {key: role for key, role in roles.items() if role}


def text_key(defect: Defect) -> str | None:
    """The key under which a turn of this schema has its text."""
    known = defect.schema.get("properties", {})
    return next((key for key in ("content", "value") if key in known and key != defect.key), None)
