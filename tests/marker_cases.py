"""The marker cases of our own rules."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from finetooth_rules.catalogue import all_rules, rule_modules
from finetooth_rules.rule import AnyRule
from finetooth_rules.testing import Case, load_cases

CASES: Final = Path(__file__).parent / "cases"


def case_file(rule: AnyRule) -> Path:
    """tests/cases/<group folder>/<module>.md"""
    module = rule_modules()[rule.code].__name__.split(".")
    return CASES / module[-2] / f"{module[-1]}.md"


def all_cases() -> Iterator[tuple[str, Case]]:
    """Code and case of every rule's file."""
    for rule in all_rules():
        path = case_file(rule)
        if path.exists():
            for case in load_cases(path.read_text(encoding="utf-8", errors="surrogateescape")):
                yield rule.code, case


def case_id(value: object) -> str:
    """A case by its title, a rule by its code."""
    return value.title if isinstance(value, Case) else str(value)
