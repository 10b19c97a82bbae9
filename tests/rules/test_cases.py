"""Every rule's marker cases, and the examples in its documentation."""

from __future__ import annotations

import ast
import dataclasses
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from finetooth_rules.catalogue import all_rules, documentation
from finetooth_rules.features import Features
from finetooth_rules.file_facts import FileFacts
from finetooth_rules.finding import Finding
from finetooth_rules.lint import Linter
from finetooth_rules.record import Record
from finetooth_rules.rule import AnyRule, FileRule, RecordRule, SyntaxRule
from finetooth_rules.settings import build_profile
from finetooth_rules.testing import Case, lint, load_cases, run_case
from marker_cases import all_cases, case_file, case_id
from providers import host

HEADINGS = ["What it does", "Why it matters", "Example", "Use instead", "Fix", "Options"]
RULES = {rule.code: rule for rule in all_rules()}
BLOCK = re.compile(r"^(`{3,})(\w+)\n(.*?)^\1$", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize(
    "rule", [r for r in all_rules() if not isinstance(r, FileRule)], ids=lambda rule: rule.name
)
def test_every_rule_has_cases_that_fire_and_cases_that_do_not(rule: AnyRule) -> None:
    cases = load_cases(case_file(rule).read_text(encoding="utf-8", errors="surrogateescape"))
    assert any(mark.code == rule.code for case in cases for mark in case.marks)
    assert any(all(mark.code != rule.code for mark in case.marks) for case in cases)


@pytest.mark.parametrize(("code", "case"), list(all_cases()), ids=case_id)
def test_case(code: str, case: Case) -> None:
    assert run_case(case, code, host) == []


def section(rule: AnyRule, heading: str) -> str:
    match = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", documentation(rule.code), re.DOTALL | re.MULTILINE)
    assert match, f"{rule.code} has no section {heading}"
    return match[1]


def blocks(rule: AnyRule, heading: str) -> dict[str, str]:
    return {name: body for _, name, body in BLOCK.findall(section(rule, heading))}


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.name)
def test_documentation_has_its_headings_in_order(rule: AnyRule) -> None:
    assert re.findall(r"^## (.+)$", BLOCK.sub("", documentation(rule.code)), re.MULTILINE) == HEADINGS
    assert all(section(rule, heading).strip() for heading in HEADINGS)


def codes(rule: AnyRule, heading: str) -> set[str]:
    """The rules that fire on the example under a heading. A dataset's size is not what a record's example
    is about.
    """
    found = blocks(rule, heading)
    settings = found.get("toml", blocks(rule, "Example").get("toml", ""))
    literal = found.get("python")
    data = ast.literal_eval(literal.strip()) if literal else found["jsonl"].encode()
    if isinstance(rule, FileRule):
        linter = Linter(build_profile(tomllib.loads(settings)))
        return {finding.code for finding in linter.check_file(facts_of(data))}
    fired = {placed.finding.code for placed in lint(data, settings, host)}
    return fired if rule.code == "SIZ001" else fired - {"SIZ001"}


def facts_of(data: bytes) -> FileFacts:
    crlf = data.count(b"\r\n")
    return FileFacts(
        len(data), data[:65536], data[-4:], data.count(b"\n") - crlf, crlf, data.count(b"\r") - crlf
    )


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.name)
def test_the_example_fires_exactly_this_rule(rule: AnyRule) -> None:
    assert codes(rule, "Example") == {rule.code}


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.name)
def test_what_to_use_instead_is_clean(rule: AnyRule) -> None:
    assert codes(rule, "Use instead") == set()


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.name)
def test_options_are_documented(rule: AnyRule) -> None:
    text = section(rule, "Options")
    names = [field.name.replace("_", "-") for field in dataclasses.fields(rule.options)]
    assert all(f"`{name}`" in text for name in names)
    assert names or text.strip() == "None."


def test_rules_without_features_still_run() -> None:
    assert lint(b'{"prompt": "a", "completion": "b"}\n', "", Features()) is not None


@pytest.mark.parametrize(
    "rule", [r for r in all_rules() if isinstance(r, RecordRule | SyntaxRule)], ids=lambda r: r.name
)
def test_a_rule_that_raises_is_named_and_the_others_go_on(rule: AnyRule) -> None:
    def explode(*arguments: object) -> Iterator[Finding]:
        raise RuntimeError("boom")
        yield

    changes: dict[str, Any] = {"check": explode}
    if isinstance(rule, RecordRule):
        changes["applies"] = None
    broken: AnyRule = dataclasses.replace(rule, **changes)
    linter = Linter(
        build_profile({"format": "openai-chat"}), [*(o for o in all_rules() if o.code != rule.code), broken]
    )
    records = [
        Record(raw)
        for raw in (
            b"{'a': 1}",
            b'{"messages": [], "messages": []}',
            b'{"messages":[{"role":"user","content":"```\\u0060<|x"}]}',
            b"",
            b"[]",
        )
    ]
    found = [finding.code for findings in linter.check(records) for finding in findings]
    assert set(linter.broken) <= {rule.code}
    assert rule.code not in found
    assert len(set(found)) > 3
