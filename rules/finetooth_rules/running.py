"""Calling rules so that one that raises stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar

from finetooth_rules.features import FeatureError, Features
from finetooth_rules.profile import Profile
from finetooth_rules.rule import AnyRule, StatisticRule

T = TypeVar("T")


class Running:
    """The active rules of one profile, and what became of those that failed.

    A rule that raises is switched off and named in `broken`. A feature that fails is named there too, by its
    setting (`tokens.template`), and is from then on as if it were not there.
    """

    def __init__(self, profile: Profile, rules: tuple[AnyRule, ...]) -> None:
        self.profile = profile
        self.broken: dict[str, str] = {}
        self._lost: set[str] = set()
        self.rules = _active(profile, rules)

    def options(self, code: str) -> Any:
        """The Options of a rule."""
        return self.profile.options[code]

    def listed(self, rule: AnyRule, function: Callable[..., Iterable[T]], *arguments: Any) -> list[T]:
        """What a rule's function yields. If it raises, the rule is switched off and named in `broken`."""
        if rule.code in self.broken:
            return []
        try:
            return list(function(*arguments))
        except FeatureError as error:
            # Said once, and not as a fault of each rule that asks for it.
            self._lost.add(error.feature)
            self.broken.setdefault(feature_key(error.feature), str(error))
            return []
        except Exception as error:
            self.broken[rule.code] = f"{type(error).__name__}: {error}"
            return []

    def _called(self, rule: AnyRule, function: Callable[..., T], *arguments: Any) -> T | None:
        return next(iter(self.listed(rule, lambda: (function(*arguments),))), None)

    def _holds(self, rule: AnyRule, function: Callable[..., bool], *arguments: Any) -> bool:
        return bool(self._called(rule, function, *arguments))

    def _left(self, features: Features) -> Features:
        """The features without those that failed."""
        return replace(features, **dict.fromkeys(self._lost)) if self._lost else features


def feature_key(feature: str) -> str:
    """How `broken` names a feature that failed; no rule's code looks like it."""
    return {"tokens": "tokens.tokenizer", "template": "tokens.template"}.get(feature, feature)


def _active(profile: Profile, rules: tuple[AnyRule, ...]) -> tuple[AnyRule, ...]:
    """The selected rules that the target does not contradict, and those that supersede one of them."""
    on = {
        rule.code
        for rule in rules
        if rule.code in profile.selected
        and profile.target.overrides.get(rule.code, rule) is not None
        and _has_loader(rule, profile)
    }
    return tuple(rule for rule in rules if rule.code in on or on.intersection(rule.supersedes))


def _has_loader(rule: AnyRule, profile: Profile) -> bool:
    return (
        not isinstance(rule, StatisticRule) or rule.loaders is None or profile.target.loader in rule.loaders
    )
