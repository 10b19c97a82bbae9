"""The targets: data that holds together, and what every one of them makes of a plain file."""

from __future__ import annotations

import re

import pytest

from finetooth_rules.catalogue import all_rules
from finetooth_rules.finding import Consequence, Severity
from finetooth_rules.formats import FORMATS
from finetooth_rules.settings import build_profile
from finetooth_rules.targets import TARGETS, Loader, Target

CATALOGUE = "tests/data/catalogue.txt"
ALL = [pytest.param(target, id=name) for name, target in TARGETS.items()]


@pytest.mark.parametrize("target", ALL)
def test_a_target_says_where_its_facts_come_from(target: Target) -> None:
    assert target.sources
    assert target.title
    assert TARGETS[target.name] is target


@pytest.mark.parametrize("target", ALL)
def test_patterns_and_limits_are_usable(target: Target) -> None:
    for pattern in (target.call_id, target.tool_name):
        assert pattern is None or re.compile(pattern)
    assert target.min_examples <= target.advised_examples
    assert target.max_examples is None or target.max_examples > target.advised_examples
    for limit in (target.default_token_limit, *target.token_limits.values()):
        assert limit is None or limit >= 512


@pytest.mark.parametrize("target", ALL)
def test_overrides_and_messages_name_rules(target: Target) -> None:
    names = {line.split()[0] for line in _catalogue()}
    assert set(target.overrides) <= names
    assert set(target.messages) <= names


def _catalogue() -> list[str]:
    from pathlib import Path

    return (Path(__file__).parents[2] / CATALOGUE).read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("target", ALL)
def test_a_rule_is_off_only_where_the_target_says_so(target: Target) -> None:
    for rule in all_rules():
        severity = target.severity(rule.code, Consequence.REJECTED)
        assert (severity is None) == (target.overrides.get(rule.code, rule) is None)


def test_files_that_hugging_face_reads_without_harm_are_only_noted() -> None:
    """trainers.md, table A: a BOM, blank lines, an array under another name."""
    for target in TARGETS.values():
        strict = target.loader is Loader.NONE
        assert (target.severity("SYN003", Consequence.DEGRADED) is Severity.INFO) is not strict


@pytest.mark.parametrize(
    ("target", "model", "limit"),
    [
        ("trl", None, 1024),
        ("axolotl", None, 512),
        ("llama-factory", None, 2048),
        ("unsloth", None, 2048),
        ("openai", "gpt-4o-mini-2024-07-18", 65_536),
        ("azure", "gpt-35-turbo", 16_385),
        ("vertex", "gemini-2.5-flash", 131_072),
        ("together", None, None),
    ],
)
def test_token_limits(target: str, model: str | None, limit: int | None) -> None:
    assert TARGETS[target].limit_for(model) == limit
    settings = {"target": target} | ({"model": model} if model else {})
    assert build_profile(settings).tokens_allowed == limit


@pytest.mark.parametrize("target", ALL)
def test_formats_are_known_and_variants_are_read(target: Target) -> None:
    assert target.formats is None or target.formats <= {*FORMATS, "custom"}
    for usual, own in target.variants.items():
        assert usual in FORMATS
        assert target.formats is not None
        assert own in target.formats


def test_a_target_judges_a_file_by_its_own_variant_of_the_format() -> None:
    rows = [{"messages": [{"role": "developer", "content": "x"}]}]
    profile = build_profile({"target": "together"}, rows)
    assert profile.format == "together"
    assert profile.format_source == "its first record, as Together fine-tuning reads them"
    assert build_profile({"target": "together", "format": "openai-chat"}, rows).format == "openai-chat"
    assert build_profile({}, rows).format == "openai-chat"
