"""What the goldens do not say in words: escaping, round trips, wording of the summary."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import pytest

from finetooth.engine.report import Change, Hunk, Place, Problem, Report, ShownFix
from finetooth.output import FORMATS, OutputOptions, diff, github, junit, writer
from finetooth.output._summary import summary
from finetooth_rules.finding import Applicability

KEYS = [
    *("code", "name", "severity", "consequence", "message", "filename"),
    *("line", "column", "end_line", "end_column", "pointer", "url", "related", "fixes", "alike"),
]


def printed(name: str, report: Report, options: OutputOptions | None = None) -> str:
    out = io.StringIO()
    writer(name)(report, out, options or OutputOptions())
    return out.getvalue()


def test_unknown_format() -> None:
    with pytest.raises(KeyError):
        writer("yaml")


def test_json_has_the_promised_keys(report: Report) -> None:
    entries = json.loads(printed("json", report))
    assert [list(entry) for entry in entries] == [KEYS] * len(report.findings)
    fix = entries[0]["fixes"][0]
    assert list(fix) == ["applicability", "message", "edits"]
    assert list(fix["edits"][0]) == ["line", "column", "end_line", "end_column", "content"]


def test_json_lines_says_the_same(report: Report) -> None:
    lines = printed("json-lines", report).splitlines()
    assert [json.loads(line) for line in lines] == json.loads(printed("json", report))


def test_json_of_a_clean_run_is_an_empty_list(clean: Report) -> None:
    assert json.loads(printed("json", clean)) == []
    assert printed("json-lines", clean) == ""


def test_github_escapes(report: Report) -> None:
    place = Place("a,b:c%.jsonl", 2, 3, 2, 4)
    report.findings = [replace(report.findings[0], place=place, message="50% of\r\nall: a,b")]
    out = io.StringIO()
    github.write(report, out, OutputOptions())
    assert out.getvalue() == (
        "::error title=Finetooth (SYN001 invalid-json),file=a%2Cb%3Ac%25.jsonl,"
        "line=2,col=3,endLine=2,endColumn=4::"
        "a,b:c%25.jsonl:2:3: SYN001 50%25 of%0D%0Aall: a,b\n"
    )


def test_github_prints_the_gravest_first(report: Report) -> None:
    kinds = [line.split(" ")[0] for line in printed("github", report).splitlines()]
    assert kinds == ["::error"] * 3 + ["::warning"] * 3 + ["::notice"]


def test_junit_is_xml_whatever_the_text(report: Report) -> None:
    place = Place('<"&\x01\ud800>', 1, 1, 1, 2)
    report.findings = [replace(report.findings[0], place=place, message="a < b & \x1b ]]>")]
    report.problems = [Problem("\x00", 'say "no"')]
    root = ElementTree.fromstring(printed("junit", report).encode("utf-8"))
    assert (root.get("failures"), root.get("errors")) == ("1", "1")
    failure = root.find(".//failure")
    assert failure is not None
    assert failure.get("message") == "a < b & <U+001B> ]]>"


def test_junit_counts(report: Report) -> None:
    out = io.StringIO()
    junit.write(report, out, OutputOptions())
    root = ElementTree.fromstring(out.getvalue())
    suites = {suite.get("name"): suite.get("failures") for suite in root}
    assert suites == {"data/train.jsonl": "3", "data/valid.jsonl": "4"}


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_trips_over_a_lone_surrogate(name: str, report: Report) -> None:
    report.findings[0] = replace(report.findings[0], place=Place("\udcff.jsonl", 1, 1, 1, 2))
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace")
    writer(name)(report, out, OutputOptions())
    out.flush()
    text = raw.getvalue().decode("utf-8")
    if name == "json":
        assert json.loads(text)[0]["filename"] == "\udcff.jsonl"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (OutputOptions(), "3 fixable with --fix, 1 more with --unsafe-fixes."),
        (OutputOptions(unsafe_fixes=True), "4 fixable with --fix --unsafe-fixes."),
    ],
)
def test_summary_counts_what_can_be_repaired(report: Report, options: OutputOptions, expected: str) -> None:
    assert summary(report, options) == (
        f"Found 3 errors, 3 warnings, 1 info in 2 of 3 files (1,234 records). {expected}"
    )


def test_summary_of_one_of_each() -> None:
    assert summary(Report(files=1, records=1), OutputOptions()) == "All clean: 1 record in 1 file."


def test_summary_with_only_an_unsafe_fix(report: Report) -> None:
    finding = replace(report.findings[0], fixes=(ShownFix(Applicability.UNSAFE, "Close it"),))
    left = Report(findings=[finding], files=1, records=2)
    found = "Found 1 error in 1 file (2 records)."
    assert summary(left, OutputOptions()) == f"{found} 1 fixable with --fix --unsafe-fixes."
    assert summary(left, OutputOptions(fixing=True)) == f"{found} 1 fixable with --unsafe-fixes."
    assert summary(left, OutputOptions(fixing=True, unsafe_fixes=True)) == found


def test_summary_never_calls_a_run_with_problems_clean() -> None:
    report = Report(problems=[Problem("x", "gone")], files=2, records=9)
    assert summary(report, OutputOptions()) == (
        "No finding in 9 records in 2 files. 1 problem kept something from being judged."
    )


def test_summary_of_a_diff(report: Report) -> None:
    report.fixed = 2
    assert summary(report, OutputOptions(fixing=True, diff=True)) == (
        "Would fix 2 findings. Would leave 3 errors, 3 warnings, 1 info in 2 of 3 files (1,234 records)."
    )


def test_summary_after_fixing() -> None:
    report = Report(files=1, records=9, fixed=2)
    assert summary(report, OutputOptions(fixing=True)) == "Fixed 2 findings. All clean: 9 records in 1 file."


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs the program `patch`")
@pytest.mark.parametrize("binary", [b'{"a": "\xff"}\n', b'{"a": 1}\r\n'])
def test_the_diff_is_a_patch(tmp_path: Path, binary: bytes) -> None:
    before = [b'{"n": 1}\n', binary, b"\n", b'{"n": 3}\n', b'{"last": 1}']
    after = [b'{"n": 1}\n', binary, b'{"n": 3}\n', b'{"new": 1}\n', b'{"last": 1}\n']
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"".join(before))
    change = Change(
        "data.jsonl", (Hunk(3, (b"\n",), ()), Hunk(5, (b'{"last": 1}',), (b'{"new": 1}\n', b'{"last": 1}\n')))
    )
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="utf-8", errors="surrogateescape", newline="\n")
    diff.write(Report(changes=[change]), out, OutputOptions())
    out.flush()
    environment = {**os.environ, "LC_ALL": "C"}
    subprocess.run(
        ["patch", "--binary", "-p0"], input=raw.getvalue(), cwd=tmp_path, env=environment, check=True
    )
    assert path.read_bytes() == b"".join(after)
