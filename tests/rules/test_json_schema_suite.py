"""The JSON-Schema-Test-Suite (draft 2020-12) through the path that a user's own `schema` takes.

Records are objects, so those instances that are objects go through a whole linter; for all of them the two
validators must agree with the suite: the one that decides, and the one that explains. The data has its own
LICENSE (MIT).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from finetooth_rules.finding import Finding
from finetooth_rules.lint import Linter
from finetooth_rules.own_schema import OwnSchema
from finetooth_rules.record import Record
from finetooth_rules.schema._own import is_valid, problem, violations
from finetooth_rules.settings import build_profile

SUITE = Path(__file__).parents[1] / "data" / "json-schema-test-suite" / "tests" / "draft2020-12"

SKIPPED_FILES = {
    "cross-draft.json": "refers to a document of a server on localhost",
    "format.json": "`format` is an annotation, as the specification has it by default",
    "format-assertion.json": "asks for a vocabulary that turns `format` into an assertion: see format.json",
    "refRemote.json": "refers to documents of a server on localhost; nothing is fetched",
    "vocabulary.json": "its metaschema is a document of a server on localhost",
}
SKIPPED_GROUPS = {
    ("dynamicRef.json", "strict-tree schema, guards against misspelled properties"),
    ("dynamicRef.json", "tests for implementation dynamic anchor and reference link"),
    ("dynamicRef.json", "$ref and $dynamicAnchor are independent of order - $defs first"),
    ("dynamicRef.json", "$ref and $dynamicAnchor are independent of order - $ref first"),
    ("dynamicRef.json", "$ref to $dynamicRef finds detached $dynamicAnchor"),
}
"""These refer to documents of a server on localhost, too."""

Group = tuple[str, dict[str, Any]]


def groups() -> Iterator[Group]:
    for path in sorted(SUITE.rglob("*.json")):
        if path.parent.name == "format" or path.name in SKIPPED_FILES:
            continue
        for group in json.loads(path.read_text(encoding="utf-8")):
            if (path.name, group["description"]) not in SKIPPED_GROUPS:
                yield path.name, group


def own(schema: Any) -> OwnSchema:
    return OwnSchema("suite.json", json.dumps(schema))


@pytest.mark.parametrize("group", list(groups()), ids=lambda group: f"{group[0]}: {group[1]['description']}")
def test_both_validators_agree_with_the_suite(group: Group) -> None:
    schema = own(group[1]["schema"])
    for test in group[1]["tests"]:
        assert is_valid(schema, test["data"]) is test["valid"], test["description"]
        assert bool(list(violations(schema, test["data"]))) is not test["valid"], test["description"]


@pytest.mark.parametrize("group", list(groups()), ids=lambda group: f"{group[0]}: {group[1]['description']}")
def test_records_are_judged_as_the_suite_says(group: Group) -> None:
    linter = Linter(replace(build_profile({"select": ["FMT009"]}), own_schema=own(group[1]["schema"])))
    for test in group[1]["tests"]:
        if isinstance(test["data"], dict):
            raw = orjson.dumps(test["data"])
            (found,) = linter.check([Record(raw)])
            assert bool(found) is not test["valid"], test["description"]
            assert all(is_exact(finding, raw) for finding in found)
    assert not linter.broken


def is_exact(finding: Finding, raw: bytes) -> bool:
    """The span lies in the record, and the message is one."""
    assert finding.span is not None
    return 0 <= finding.span.start < finding.span.end <= len(raw) and 0 < len(finding.message) <= 120


def test_most_of_the_suite_is_run() -> None:
    """A skip is a fact of the suite, not a way out: all but `format` and documents that it would fetch."""
    names = {path.name for path in SUITE.rglob("*.json") if path.parent.name != "format"}
    assert set(SKIPPED_FILES) <= names
    assert {name for name, _ in groups()} == names - set(SKIPPED_FILES)
    total = sum(len(group["tests"]) for _, group in groups())
    assert total > 1200
    everything = {
        (path.name, group["description"])
        for path in SUITE.rglob("*.json")
        for group in json.loads(path.read_text(encoding="utf-8"))
    }
    assert everything >= SKIPPED_GROUPS


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "is not JSON"),
        ("[1]", "is a list; expected a JSON Schema"),
        ('{"type": "strin"}', "is not a valid JSON Schema: at type"),
        ('{"$ref": "other.json"}', "cannot be used"),
        ('{"type": "object"}', ""),
        ("true", ""),
    ],
)
def test_what_is_no_schema_is_said(text: str, why: str) -> None:
    found = problem(OwnSchema("x.json", text))
    assert found.startswith(why)
    assert bool(found) is bool(why)
