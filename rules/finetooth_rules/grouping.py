"""How records fall into groups."""

from __future__ import annotations

from array import array
from typing import Final

from finetooth_rules.rule import Grouping

_SMALL: Final = 5_000
"""Records up to which dictionaries are done sooner than numpy is loaded."""


def grouping(keys: array[int], values: array[int]) -> Grouping:
    """How records fall into groups by their keys (0: none), each with its value."""
    if len(keys) > _SMALL:
        return _of_many(keys, values)
    first: dict[int, int] = {}
    contested: set[int] = set()
    for key, value in zip(keys, values, strict=True):
        if key and first.setdefault(key, value) != value:
            contested.add(key)
    inside = sum(1 for key in keys if key in contested) if contested else 0
    return Grouping(len(keys) - sum(1 for key in keys if not key), inside, len(contested))


def _of_many(keys: array[int], values: array[int]) -> Grouping:
    import numpy as np

    numbers, tags = np.frombuffer(keys, np.uint64), np.frombuffer(values, np.uint64)
    order = np.argsort(numbers, kind="stable")
    numbers, tags = numbers[order], tags[order]
    begins = np.flatnonzero(np.concatenate(([True], numbers[1:] != numbers[:-1])))
    length = np.diff(np.append(begins, len(numbers)))
    contested = np.minimum.reduceat(tags, begins) != np.maximum.reduceat(tags, begins)
    contested &= numbers[begins] != 0
    return Grouping(int((numbers != 0).sum()), int(length[contested].sum()), int(contested.sum()))
