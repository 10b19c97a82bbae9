"""Whether several answers to one prompt are there on purpose."""

from __future__ import annotations

from typing import Final

from finetooth_rules.rule import Grouping

PROMPTS: Final = 5
"""Prompts with several answers, fewer of which are chance."""
SHARE: Final = 3
"""Answers are sampled on purpose where one in so many records is another answer to a prompt."""


def on_purpose(found: Grouping) -> bool:
    """Whether so many prompts have several answers (several ids several records) that it is meant so."""
    return found.groups >= PROMPTS and found.contested * SHARE >= found.records


def by_chance(found: Grouping) -> bool:
    """The contrary."""
    return not on_purpose(found)
