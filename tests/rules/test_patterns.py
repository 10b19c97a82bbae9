"""Patterns that are compiled at their first use."""

from __future__ import annotations

import importlib
import pickle
import pkgutil
import re
import warnings
from collections.abc import Iterator
from types import ModuleType

import pytest

import finetooth
import finetooth_rules
from finetooth_rules.patterns import _Lazy, lazy


def test_it_does_what_a_pattern_does() -> None:
    made, wanted = lazy(r"(\w)(?P<b>b)", re.IGNORECASE), re.compile(r"(\w)(?P<b>b)", re.IGNORECASE)
    text = "aB xy cb"
    assert made.findall(text) == wanted.findall(text) == [("a", "B"), ("c", "b")]
    assert made.sub("-", text) == "- xy -"
    assert [match.span() for match in made.finditer(text, 1)] == [(6, 8)]
    assert (made.pattern, made.groupindex, made.flags) == (wanted.pattern, wanted.groupindex, wanted.flags)
    with pytest.raises(AttributeError):
        made.nothing_of_the_kind  # type: ignore[attr-defined]  # noqa: B018


def test_it_is_compiled_once_and_not_before() -> None:
    broken = lazy("(")
    assert broken.pattern == "("
    with pytest.raises(re.error):
        broken.search("x")
    made = lazy("a+")
    assert made.search is made.search


def test_it_goes_to_another_process() -> None:
    again = pickle.loads(pickle.dumps(lazy(b"a+", re.IGNORECASE)))
    assert again.findall(b"aA b") == [b"aA"]


def modules() -> Iterator[ModuleType]:
    for package in (finetooth_rules, finetooth):
        for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


def test_every_pattern_of_ours_compiles() -> None:
    """`re.compile` would say so when the module is imported."""
    found = [
        value
        for module in modules()
        for given in vars(module).values()
        for value in (given.values() if isinstance(given, dict) else (given,))
        if isinstance(value, _Lazy)
    ]
    assert len(found) > 200
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for pattern in found:
            re.compile(pattern.pattern, pattern._flags)
