"""Workflow commands of GitHub Actions, which become annotations in a pull request.

Source: the documentation of GitHub Actions, "Workflow commands", and the escaping of its toolkit
(`packages/core/src/command.ts`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

from finetooth.engine.report import Report, Shown
from finetooth.output import OutputOptions
from finetooth.output.problems import where
from finetooth_rules.finding import Severity

_COMMANDS: Mapping[Severity, str] = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "notice",
}


def write(report: Report, out: TextIO, options: OutputOptions) -> None:
    """Problems and the gravest findings first: GitHub shows only ten annotations of a kind for each step."""
    for problem in report.problems:
        place = {"title": "Finetooth", "file": _slashes(problem.filename)}
        if problem.line:
            place |= {"line": str(problem.line), "col": str(problem.column)}
        out.write(_command("error", place, f"{where(problem)}: {problem.message}"))
    for finding in sorted(report.findings, key=lambda finding: finding.severity.rank):
        out.write(_annotation(finding))


def _annotation(finding: Shown) -> str:
    place = finding.place
    properties = {
        "title": f"Finetooth ({finding.code} {finding.name})",
        "file": _slashes(place.filename),
        "line": str(place.line),
    }
    if place.line == place.end_line:
        properties |= {
            "col": str(place.column),
            "endLine": str(place.end_line),
            "endColumn": str(place.end_column),
        }
    else:  # columns are refused where the lines differ
        properties["endLine"] = str(place.end_line)
    # The log shows neither title nor place: the text must stand by itself there.
    text = f"{place.filename}:{place.line}:{place.column}: {finding.code} {finding.text}"
    return _command(_COMMANDS[finding.severity], properties, text)


def _command(name: str, properties: Mapping[str, str], text: str) -> str:
    listed = ",".join(f"{key}={_escape_property(value)}" for key, value in properties.items())
    return f"::{name} {listed}::{_escape(text)}\n"


def _slashes(filename: str) -> str:
    return filename.replace("\\", "/")


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
