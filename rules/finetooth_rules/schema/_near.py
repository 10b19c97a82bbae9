"""Which key that is there was meant as a missing one."""

from __future__ import annotations

from finetooth_rules.schema._branch import has_type, types_of
from finetooth_rules.schema._explain import Defect
from finetooth_rules.suggest import called_otherwise, nearest


def misspelt(defect: Defect) -> str | None:
    """The unknown key of the object that is nearly the missing one."""
    return nearest(defect.key, _unknown(defect))


def called(defect: Defect) -> str | None:
    """The unknown key of the object that other formats use for the missing one."""
    return next((key for key in _unknown(defect) if called_otherwise(key, [defect.key])), None)


def fits(defect: Defect, key: str) -> bool:
    """Whether the value of `key` has a type that the missing key may have."""
    return has_type(defect.found[key], types_of(defect.schema.get("properties", {}).get(defect.key)))


def _unknown(defect: Defect) -> list[str]:
    return [key for key in defect.found if key not in defect.schema.get("properties", {})]
