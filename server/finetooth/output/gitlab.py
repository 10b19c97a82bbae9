"""GitLab's Code Quality report, shown in merge requests.

Source: GitLab's documentation, "Code Quality", "Code Quality report format".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, TextIO

from finetooth.engine.report import Problem, Report, Shown
from finetooth.output import OutputOptions
from finetooth.output._fingerprint import digest, fingerprints
from finetooth_rules.finding import Severity

_SEVERITIES: Final[Mapping[str, str]] = {
    Severity.ERROR: "critical",
    Severity.WARNING: "major",
    Severity.INFO: "info",
}


def write(report: Report, out: TextIO, options: OutputOptions) -> None:
    """One JSON array; a problem is a `blocker`."""
    issues = [_problem(problem) for problem in report.problems]
    issues += map(_issue, report.findings, fingerprints(report.findings))
    json.dump(issues, out, ensure_ascii=False, indent=2)
    out.write("\n")


def _issue(finding: Shown, fingerprint: str) -> dict[str, Any]:
    place = finding.place
    return {
        "description": f"{finding.code} {finding.text}",
        "check_name": finding.name,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {
            "path": place.filename.replace("\\", "/"),
            "positions": {
                "begin": {"line": place.line, "column": place.column},
                "end": {"line": place.end_line, "column": place.end_column},
            },
        },
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "description": problem.message,
        "check_name": "not-judged",
        "fingerprint": digest("not-judged", problem.filename, problem.message),
        "severity": "blocker",
        "location": {"path": problem.filename.replace("\\", "/"), "lines": {"begin": max(1, problem.line)}},
    }
