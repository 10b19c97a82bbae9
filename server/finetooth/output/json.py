"""One JSON array of findings. The keys are a promise: none is renamed or taken away."""

from __future__ import annotations

import json
from typing import Any, TextIO

from finetooth.engine.report import Report, Shown, ShownFix
from finetooth.output import OutputOptions


def write(report: Report, out: TextIO, options: OutputOptions) -> None:
    """Written finding by finding, one on each line: no second copy of a long report is held."""
    separator = "["
    for finding in report.findings:
        out.write(f"{separator}\n  {encode(finding)}")
        separator = ","
    out.write("\n]\n" if report.findings else "[]\n")


def encode(finding: Shown) -> str:
    """A finding as JSON text on one line."""
    return json.dumps(as_object(finding), ensure_ascii=False)


def as_object(finding: Shown) -> dict[str, Any]:
    """A finding as plain data. Lines and columns count from 1, columns in code points; ends are exclusive."""
    place = finding.place
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "consequence": finding.consequence,
        "message": finding.text,
        "filename": place.filename,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "pointer": finding.pointer,
        "url": finding.url,
        "related": [
            {
                "message": related.message,
                "filename": related.place.filename,
                "line": related.place.line,
                "column": related.place.column,
                "end_line": related.place.end_line,
                "end_column": related.place.end_column,
            }
            for related in finding.related
        ],
        "fixes": [_fix(fix) for fix in finding.fixes],
        "alike": finding.alike,
    }


def _fix(fix: ShownFix) -> dict[str, Any]:
    return {
        "applicability": fix.applicability,
        "message": fix.message,
        "edits": [
            {
                "line": edit.line,
                "column": edit.column,
                "end_line": edit.end_line,
                "end_column": edit.end_column,
                "content": edit.content,
            }
            for edit in fix.edits
        ],
    }
