"""`--statistics`: how often each rule found something, in place of the findings."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TextIO

from finetooth.engine.report import Report
from finetooth.output import OutputOptions
from finetooth.output._style import CYAN, style_of
from finetooth.output._summary import fixable, summary
from finetooth_rules.finding import Severity


@dataclass(frozen=True, slots=True)
class Row:
    """One rule: `severity` is the gravest it was found with, `fixable` how many `--fix` would repair."""

    code: str
    name: str
    severity: Severity
    count: int
    fixable: int


def rows(report: Report, *, unsafe: bool = False) -> list[Row]:
    """The most frequent rule first, equals by code."""
    counts: Counter[str] = Counter()
    repaired: Counter[str] = Counter()
    names: dict[str, str] = {}
    severities: dict[str, Severity] = {}
    for finding in report.findings:
        code = finding.code
        counts[code] += finding.count
        repaired[code] += finding.count * fixable(finding, unsafe=unsafe)
        names[code] = finding.name
        severities[code] = min(
            severities.get(code, finding.severity), finding.severity, key=lambda one: one.rank
        )
    order = sorted(counts, key=lambda code: (-counts[code], code))
    return [Row(code, names[code], severities[code], counts[code], repaired[code]) for code in order]


def write(report: Report, out: TextIO, options: OutputOptions) -> None:
    """A table: count, code, name, `[*]` where all of them can be fixed, `[-]` where some."""
    style = style_of(options)
    table = rows(report, unsafe=options.unsafe_fixes)
    counts = [f"{row.count:,}" for row in table]
    wide = max(map(len, counts), default=0)
    names = max((len(row.name) for row in table), default=0)
    codes = max((len(row.code) for row in table), default=0)
    for row, count in zip(table, counts, strict=True):
        mark = "*" if row.fixable == row.count else "-" if row.fixable else ""
        code = style.severity(row.severity, row.code) + " " * (codes - len(row.code))
        tail = f"{' ' * (names - len(row.name))}  [{style.paint(mark, CYAN)}]" if mark else ""
        out.write(f"{style.bold(count.rjust(wide))}  {code}  {row.name}{tail}\n")
    if not options.quiet:
        out.write(("\n" if table else "") + summary(report, options) + "\n")


def write_json(report: Report, out: TextIO, options: OutputOptions) -> None:
    """The same as a JSON array, one rule on each line."""
    separator = "["
    for row in rows(report, unsafe=options.unsafe_fixes):
        entry = {
            "code": row.code,
            "name": row.name,
            "severity": row.severity,
            "count": row.count,
            "fixable": row.fixable,
        }
        out.write(f"{separator}\n  {json.dumps(entry)}")
        separator = ","
    out.write("[]\n" if separator == "[" else "\n]\n")
