"""Whether several answers to one prompt are there on purpose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from finetooth_rules.rule import Grouping

PROMPTS: Final = 5
"""Prompts with several answers, fewer of which are chance."""
SHARE: Final = 3
"""Answers are sampled on purpose where one in so many records is another answer to a prompt."""


def on_purpose(found: Grouping) -> bool:
    """Whether so many prompts have several answers (several ids several records) that it is meant so."""
    return found.groups >= PROMPTS and found.contested * SHARE >= found.records


def grouping(keys: Sequence[int], values: Sequence[int]) -> Grouping:
    """How records fall into groups by their keys (0: none), each with its value."""
    first: dict[int, int] = {}
    contested: set[int] = set()
    for key, value in zip(keys, values, strict=True):
        if key and first.setdefault(key, value) != value:
            contested.add(key)
    inside = sum(1 for key in keys if key in contested) if contested else 0
    return Grouping(len(keys) - sum(1 for key in keys if not key), inside, len(contested))


def by_chance(found: Grouping) -> bool:
    """The contrary."""
    return not on_purpose(found)
