"""SARIF against the schema of OASIS, and the promises that the schema does not know."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from finetooth.engine.report import Place, Report, Shown
from finetooth.output import OutputOptions, RuleHelp, sarif

SCHEMA = Path(__file__).parents[1] / "data" / "sarif" / "sarif-2.1.0-rtm.5.json"
HELP = {"SYN001": RuleHelp("SYN001", "invalid-json", "Not JSON.", "Not JSON.\n", "error")}


def log(report: Report) -> dict[str, Any]:
    out = io.StringIO()
    sarif.write(report, out, OutputOptions(rules=HELP))
    decoded: dict[str, Any] = json.loads(out.getvalue())
    return decoded


@pytest.mark.parametrize("name", ["report", "clean", "troubled"])
def test_valid(name: str, request: pytest.FixtureRequest) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    # `check_schema` is left out: the schema's own `format: uri` rules are those of draft 4.
    jsonschema.Draft4Validator(schema).validate(log(request.getfixturevalue(name)))


def test_columns_are_code_points(report: Report) -> None:
    run = log(report)["runs"][0]
    assert run["columnKind"] == "unicodeCodePoints"
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 3, "startColumn": 44, "endLine": 3, "endColumn": 45}


def test_every_result_points_at_its_rule(report: Report) -> None:
    run = log(report)["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [
        f.code for f in report.findings
    ]


def test_a_fix_without_edits_is_left_out(report: Report) -> None:
    by_code = {result["ruleId"]: result for result in log(report)["runs"][0]["results"]}
    assert "fixes" not in by_code["SYN014"]
    assert by_code["SYN001"]["fixes"][0]["artifactChanges"][0]["replacements"] == [
        {
            "deletedRegion": {"startLine": 3, "startColumn": 44, "endLine": 3, "endColumn": 45},
            "insertedContent": {"text": ""},
        }
    ]


def moved(finding: Shown, lines: int) -> Shown:
    place = finding.place
    return replace(
        finding,
        place=Place(
            place.filename, place.line + lines, place.column, place.end_line + lines, place.end_column
        ),
    )


def fingerprints(report: Report) -> list[str]:
    results = log(report)["runs"][0]["results"]
    return [result["partialFingerprints"]["primaryLocationLineHash"] for result in results]


def test_fingerprints_do_not_move_with_the_lines(report: Report) -> None:
    before = fingerprints(report)
    report.findings = [moved(finding, 17) for finding in report.findings]
    assert fingerprints(report) == before
    assert len(set(before)) == len(before)


def test_findings_alike_have_fingerprints_of_their_own(report: Report) -> None:
    report.findings = [report.findings[0], moved(report.findings[0], 1)]
    first, second = fingerprints(report)
    assert first != second


def test_unusual_file_names_are_uris(report: Report) -> None:
    place = Place("data/a b%ü.jsonl", 1, 1, 1, 2)
    report.findings = [replace(report.findings[0], place=place, fixes=())]
    location = log(report)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": "data/a%20b%25%C3%BC.jsonl", "uriBaseId": "%SRCROOT%"}
