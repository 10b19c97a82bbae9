"""SARIF 2.1.0, for code scanning at GitHub, Azure DevOps and others.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0 Plus Errata 01".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any, Final, TextIO
from urllib.parse import quote

import finetooth
from finetooth.engine.report import Place, Problem, Report, Shown, ShownEdit, ShownFix
from finetooth.output import OutputOptions, RuleHelp
from finetooth.output._fingerprint import fingerprints
from finetooth_rules.finding import Severity

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final[Mapping[str, str]] = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
}
_ROOT: Final = "%SRCROOT%"


def write(report: Report, out: TextIO, options: OutputOptions) -> None:
    """One log with one run."""
    json.dump(_log(report, options), out, ensure_ascii=False, indent=2)
    out.write("\n")


def _log(report: Report, options: OutputOptions) -> dict[str, Any]:
    first: dict[str, Shown] = {}
    for finding in report.findings:
        first.setdefault(finding.code, finding)
    codes = sorted(first)
    index = {code: number for number, code in enumerate(codes)}
    results = [
        _result(finding, index[finding.code], fingerprint)
        for finding, fingerprint in zip(report.findings, fingerprints(report.findings), strict=True)
    ]
    driver = {
        "name": "Finetooth",
        "version": finetooth.__version__,
        "semanticVersion": finetooth.__version__,
        "rules": [_rule(first[code], options.rules.get(code)) for code in codes],
    }
    invocation = {
        "executionSuccessful": not report.problems,
        "toolExecutionNotifications": [_notification(problem) for problem in report.problems],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(finding: Shown, known: RuleHelp | None) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": finding.code, "name": finding.name}
    if finding.url:
        rule["helpUri"] = finding.url
    if known is not None:
        rule |= {
            "shortDescription": {"text": known.summary},
            "fullDescription": {"text": known.summary},
            "help": {"text": known.documentation, "markdown": known.documentation},
            "defaultConfiguration": {"level": _LEVELS[known.severity]},
        }
    rule["properties"] = {"tags": ["dataset", finding.code.rstrip("0123456789")]}
    return rule


def _result(finding: Shown, index: int, fingerprint: str) -> dict[str, Any]:
    location = _location(finding.place)
    if finding.pointer:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.pointer, "kind": "value"}]
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.text},
        "locations": [location],
        # The one fingerprint that GitHub reads; without it a finding below an added line is a new alert.
        "partialFingerprints": {"primaryLocationLineHash": fingerprint},
        "properties": {"consequence": finding.consequence},
    }
    if finding.alike:
        result["occurrenceCount"] = finding.count
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, **_location(related.place), "message": {"text": related.message}}
            for number, related in enumerate(finding.related, start=1)
        ]
    fixes = [_fix(finding.place.filename, fix) for fix in finding.fixes if fix.edits]
    if fixes:
        result["fixes"] = fixes
    return result


def _fix(filename: str, fix: ShownFix) -> dict[str, Any]:
    return {
        "description": {"text": fix.message},
        "artifactChanges": [
            {"artifactLocation": _artifact(filename), "replacements": _replacements(fix.edits)}
        ],
        "properties": {"applicability": fix.applicability},
    }


def _replacements(edits: Iterable[ShownEdit]) -> list[dict[str, Any]]:
    return [{"deletedRegion": _region(edit), "insertedContent": {"text": edit.content}} for edit in edits]


def _location(place: Place) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": _artifact(place.filename), "region": _region(place)}}


def _region(place: Place | ShownEdit) -> dict[str, int]:
    return {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }


def _artifact(filename: str) -> dict[str, str]:
    path = PurePath(filename)
    if path.is_absolute():
        return {"uri": path.as_uri()}
    return {"uri": quote(path.as_posix(), errors="surrogateescape"), "uriBaseId": _ROOT}


def _notification(problem: Problem) -> dict[str, Any]:
    notification: dict[str, Any] = {"level": "error", "message": {"text": problem.message}}
    if problem.filename:
        location: dict[str, Any] = {"artifactLocation": _artifact(problem.filename)}
        if problem.line:
            location["region"] = {"startLine": problem.line, "startColumn": max(1, problem.column)}
        notification["locations"] = [{"physicalLocation": location}]
    return notification
