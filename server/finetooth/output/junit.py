"""JUnit XML, which most CI servers show as a test report: a suite for each file, a failed test for each
finding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TextIO
from xml.sax.saxutils import escape, quoteattr

from finetooth.engine.report import Problem, Report, Shown
from finetooth.output import OutputOptions
from finetooth.output._cells import printable
from finetooth.output.problems import where


def write(report: Report, out: TextIO, options: OutputOptions) -> None:
    """A clean run is one test that passed: an empty report counts as a failure in some servers."""
    failures, errors = len(report.findings), len(report.problems)
    total = failures + errors
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    out.write(f'<testsuites name="finetooth" tests="{total or 1}" failures="{failures}" errors="{errors}">\n')
    for filename, findings in groupby(report.findings, key=lambda finding: finding.place.filename):
        out.writelines(f"{line}\n" for line in _suite(filename, list(findings)))
    for problem in report.problems:
        out.writelines(f"{line}\n" for line in _problem(problem))
    if not total:
        out.write('  <testsuite name="finetooth" tests="1" failures="0" errors="0">\n')
        name = f"{report.records} records in {report.files} files"
        out.write(f'    <testcase classname="finetooth" name="{name}"/>\n  </testsuite>\n')
    out.write("</testsuites>\n")


def _suite(filename: str, findings: Sequence[Shown]) -> Iterator[str]:
    name, count = _attribute(filename), len(findings)
    yield f'  <testsuite name={name} tests="{count}" failures="{count}" errors="0">'
    for finding in findings:
        place = finding.place
        title = _attribute(f"{finding.code} {finding.name} {place.line}:{place.column}")
        message = _attribute(finding.text)
        text = _text(
            f"{filename}:{place.line}:{place.column}: {finding.severity}: {finding.code} {finding.text}"
        )
        yield f'    <testcase classname={name} name={title} file={name} line="{place.line}">'
        yield f'      <failure type="{finding.severity}" message={message}>{text}</failure>'
        yield "    </testcase>"
    yield "  </testsuite>"


def _problem(problem: Problem) -> Iterator[str]:
    name, message = _attribute(problem.filename or "finetooth"), _attribute(problem.message)
    text = _text(f"{where(problem)}: {problem.message}")
    yield f'  <testsuite name={name} tests="1" failures="0" errors="1">'
    yield f'    <testcase classname={name} name="not judged">'
    yield f'      <error type="not-judged" message={message}>{text}</error>'
    yield "    </testcase>"
    yield "  </testsuite>"


def _attribute(text: str) -> str:
    return quoteattr(printable(text))


def _text(text: str) -> str:
    # `printable` names control characters and lone surrogates, which XML 1.0 cannot hold at all.
    return escape(printable(text))
