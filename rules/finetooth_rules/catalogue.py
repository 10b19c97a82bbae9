"""All rules, found by walking the package: a rule is registered by being there."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import ModuleType
from typing import Any

import finetooth_rules
from finetooth_rules.rule import AnyRule

_NOT_RULES = frozenset({"formats", "targets", "reading"})


@lru_cache(maxsize=1)
def rule_modules() -> Mapping[str, ModuleType]:
    """Code → the rule's module, sorted by code."""
    modules: dict[str, ModuleType] = {}
    for package in pkgutil.iter_modules(finetooth_rules.__path__):
        if not package.ispkg or package.name in _NOT_RULES:
            continue
        parent = importlib.import_module(f"finetooth_rules.{package.name}")
        for found in pkgutil.iter_modules(parent.__path__):
            if found.name.startswith("_"):
                continue
            module = importlib.import_module(f"{parent.__name__}.{found.name}")
            rule: AnyRule = module.RULE
            if rule.code in modules:
                raise ValueError(f"{rule.code} is both {modules[rule.code].__name__} and {module.__name__}")
            modules[rule.code] = module
    return dict(sorted(modules.items()))


@lru_cache(maxsize=1)
def all_rules() -> tuple[AnyRule, ...]:
    """Every rule, sorted by code."""
    return tuple(module.RULE for module in rule_modules().values())


@lru_cache(maxsize=1)
def by_code() -> Mapping[str, AnyRule]:
    """Code → rule."""
    return {rule.code: rule for rule in all_rules()}


def find(selector: str) -> AnyRule | None:
    """The rule with this code or name, in any case."""
    wanted = selector.strip().casefold()
    return next((rule for rule in all_rules() if wanted in (rule.code.casefold(), rule.name)), None)


def documentation(code: str) -> str:
    """The rule's documentation: its module's docstring, Markdown."""
    return (rule_modules()[code].__doc__ or "").strip() + "\n"


def matches(selector: str, rule: AnyRule) -> int:
    """How exactly a selector (`ALL`, a prefix, a code, a name) names the rule: 0 not at all, larger is more
    exact.
    """
    if selector == "ALL":
        return 1
    if selector in (rule.code, rule.name):
        return 100
    return (
        1 + len(selector)
        if selector.isalnum() and selector.isupper() and rule.code.startswith(selector)
        else 0
    )


def known_selector(selector: str) -> bool:
    """Whether a selector names at least one rule."""
    return any(matches(selector, rule) for rule in all_rules())


def select(chosen: Iterable[str], ignored: Iterable[str]) -> frozenset[str]:
    """Codes that are chosen and not ignored; the more exact selector wins, `ignored` at a tie (as in
    ruff).
    """
    chosen, ignored = tuple(chosen), tuple(ignored)
    return frozenset(
        rule.code
        for rule in all_rules()
        if max((matches(s, rule) for s in chosen), default=0)
        > max((matches(s, rule) for s in ignored), default=0)
    )


def default_options() -> dict[str, Any]:
    """Code → the rule's Options with their defaults."""
    return {rule.code: rule.options() for rule in all_rules()}
