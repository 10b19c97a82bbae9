"""How records fall into groups."""

from __future__ import annotations

from collections.abc import Sequence

from finetooth_rules.rule import Grouping


def grouping(keys: Sequence[int], values: Sequence[int]) -> Grouping:
    """How records fall into groups by their keys (0: none), each with its value."""
    first: dict[int, int] = {}
    contested: set[int] = set()
    for key, value in zip(keys, values, strict=True):
        if key and first.setdefault(key, value) != value:
            contested.add(key)
    inside = sum(1 for key in keys if key in contested) if contested else 0
    return Grouping(len(keys) - sum(1 for key in keys if not key), inside, len(contested))
