"""Every format, byte for byte. After a wanted change: FINETOOTH_UPDATE_GOLDEN=1 pytest tests/output, and
read the diff."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

import finetooth
from finetooth.engine.report import Report
from finetooth.output import FORMATS, OutputOptions, RuleHelp, diff, problems, statistics, writer

GOLDEN = Path(__file__).parent / "golden"
HELP = {
    "SYN001": RuleHelp(
        "SYN001",
        "invalid-json",
        "The record is not JSON.",
        "The record is not JSON.\n\n## Fix\n\n…\n",
        "error",
    )
}


def compare(name: str, text: str) -> None:
    path, text = GOLDEN / name, text.replace(f'"{finetooth.__version__}"', '"VERSION"')
    if os.environ.get("FINETOOTH_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def printed(name: str, report: Report, options: OutputOptions) -> str:
    out = io.StringIO()
    writer(name)(report, out, options)
    return out.getvalue()


@pytest.mark.parametrize("name", FORMATS)
def test_findings(name: str, report: Report) -> None:
    compare(f"{name}.txt", printed(name, report, OutputOptions(width=100, rules=HELP)))


@pytest.mark.parametrize("name", FORMATS)
def test_clean_run(name: str, clean: Report) -> None:
    compare(f"{name}-clean.txt", printed(name, clean, OutputOptions()))


@pytest.mark.parametrize("name", FORMATS)
def test_problems(name: str, troubled: Report) -> None:
    compare(f"{name}-problems.txt", printed(name, troubled, OutputOptions()))


@pytest.mark.parametrize("name", ["full", "concise"])
def test_colours(name: str, report: Report) -> None:
    compare(f"{name}-color.txt", printed(name, report, OutputOptions(width=100, color=True, links=True)))


def test_narrow_terminal(report: Report) -> None:
    compare("full-narrow.txt", printed("full", report, OutputOptions(width=48)))


def test_problems_on_standard_error(troubled: Report) -> None:
    out = io.StringIO()
    problems.write(troubled, out, OutputOptions())
    compare("problems.txt", out.getvalue())


def test_statistics(report: Report) -> None:
    out = io.StringIO()
    report.findings += report.findings[:3]
    statistics.write(report, out, OutputOptions())
    statistics.write_json(report, out, OutputOptions())
    compare("statistics.txt", out.getvalue())


def test_diff(changed: Report) -> None:
    out = io.StringIO()
    diff.write(changed, out, OutputOptions())
    diff.write(changed, out, OutputOptions(color=True))
    compare("diff.txt", out.getvalue())
