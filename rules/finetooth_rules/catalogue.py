"""All rules: ours, found by walking the package (a rule is registered by being there), and other people's.

A `Catalogue` is a fixed set of rules with their documentation. `builtin()` is ours; a host that loads plugins
makes a larger one with `Catalogue.extended`. The functions of the module speak of `builtin()`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import ModuleType
from typing import Any, Final

import finetooth_rules
from finetooth_rules.patterns import lazy
from finetooth_rules.rule import AnyRule, Rule

_NOT_RULES: Final = frozenset({"code", "formats", "targets", "reading", "trainers"})
_CODE: Final = lazy(r"[A-Z]{3,8}\d{3}")
_NAME: Final = lazy(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Rules sorted by code, and the documentation (Markdown) of each by its code."""

    rules: tuple[AnyRule, ...]
    documents: Mapping[str, str]
    foreign: frozenset[str] = frozenset()
    """The codes of rules that are not ours."""

    @cached_property
    def by_code(self) -> Mapping[str, AnyRule]:
        """Code → rule."""
        return {rule.code: rule for rule in self.rules}

    @cached_property
    def of_form(self) -> frozenset[str]:
        """The codes of the rules on the form of records."""
        return frozenset(rule.code for rule in self.rules if rule.of_form)

    def find(self, selector: str) -> AnyRule | None:
        """The rule with this code or name, in any case."""
        wanted = selector.strip().casefold()
        return next((rule for rule in self.rules if wanted in (rule.code.casefold(), rule.name)), None)

    def documentation(self, code: str) -> str:
        """The rule's documentation, Markdown."""
        return self.documents[code].strip() + "\n"

    def knows(self, selector: str) -> bool:
        """Whether a selector names at least one rule."""
        return any(matches(selector, rule) for rule in self.rules)

    def select(self, chosen: Iterable[str], ignored: Iterable[str]) -> frozenset[str]:
        """Codes that are chosen and not ignored; the more exact selector wins, `ignored` at a tie (as in
        ruff).
        """
        chosen, ignored = tuple(chosen), tuple(ignored)
        return frozenset(
            rule.code
            for rule in self.rules
            if max((matches(s, rule) for s in chosen), default=0)
            > max((matches(s, rule) for s in ignored), default=0)
        )

    def extended(self, modules: Iterable[ModuleType]) -> Catalogue:
        """With the rules of plugin modules too. Raises ValueError where a module has none, or where the code
        or name of a rule is taken or malformed.
        """
        rules, documents, foreign = list(self.rules), dict(self.documents), set(self.foreign)
        names = {rule.name for rule in rules}
        for module in modules:
            for rule in rules_of(module):
                if rule.code in documents or rule.name in names:
                    raise ValueError(f"there is a rule {rule.code} {rule.name} already")
                if not _CODE.fullmatch(rule.code) or not _NAME.fullmatch(rule.name):
                    raise ValueError(
                        f"{rule.code!r}, {rule.name!r}: a code is letters and three digits (ABC001), "
                        "a name is words with hyphens"
                    )
                rules.append(rule)
                names.add(rule.name)
                documents[rule.code] = module.__doc__ or rule.summary
                foreign.add(rule.code)
        if len(rules) == len(self.rules):
            return self
        return Catalogue(tuple(sorted(rules, key=lambda r: r.code)), documents, frozenset(foreign))


def rules_of(module: ModuleType) -> tuple[AnyRule, ...]:
    """The `RULE` of a plugin module, or its `RULES`. Raises ValueError where it has neither."""
    found = getattr(module, "RULES", None)
    if found is None:
        found = (getattr(module, "RULE", None),)
    if not found or not all(isinstance(rule, Rule) for rule in found):
        raise ValueError("it has no `RULE` and no `RULES`, or they are no rules of `finetooth_rules.rule`")
    return tuple(found)


@lru_cache(maxsize=1)
def rule_modules() -> Mapping[str, ModuleType]:
    """Code → the module of each of our rules, sorted by code."""
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
def builtin() -> Catalogue:
    """Our own rules."""
    modules = rule_modules()
    documents = {code: module.__doc__ or "" for code, module in modules.items()}
    return Catalogue(tuple(module.RULE for module in modules.values()), documents)


def all_rules() -> tuple[AnyRule, ...]:
    """Every rule, sorted by code."""
    return builtin().rules


def by_code() -> Mapping[str, AnyRule]:
    """Code → rule."""
    return builtin().by_code


def find(selector: str) -> AnyRule | None:
    """The rule with this code or name, in any case."""
    return builtin().find(selector)


def documentation(code: str) -> str:
    """The rule's documentation: its module's docstring, Markdown."""
    return builtin().documentation(code)


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
    return builtin().knows(selector)


def select(chosen: Iterable[str], ignored: Iterable[str]) -> frozenset[str]:
    """Codes that are chosen and not ignored."""
    return builtin().select(chosen, ignored)


def default_options() -> dict[str, Any]:
    """Code → the rule's Options with their defaults."""
    return {rule.code: rule.options() for rule in all_rules()}
