"""A run judges what it can and says what it could not, whatever it is given."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from finetooth.engine.report import Report
from finetooth.engine.request import CheckRequest, Overrides
from finetooth.engine.run import check

GOOD = b'{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}\n'
BAD = b'{"messages": [{"role": "user", "content": "a"}, {"role": "asistant", "content": "b"}]}\n'


def run(*paths: Path, select: tuple[str, ...] | None = None) -> Report:
    return check(
        CheckRequest(paths=tuple(map(str, paths)), isolated=True, overrides=Overrides(select=select))
    )


def codes(report: Report) -> list[str]:
    return [finding.code for finding in report.findings]


def test_one_bad_file_does_not_hide_the_others(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(BAD)
    report = run(tmp_path / "missing.jsonl", bad, select=("FMT",))
    assert codes(report) == ["FMT006"]
    assert [problem.filename for problem in report.problems] == [str(tmp_path / "missing.jsonl")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    locked = tmp_path / "locked.jsonl"
    locked.write_bytes(GOOD)
    locked.chmod(0)
    assert len(run(locked).problems) == 1


def test_binary_bytes_are_one_finding(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"\x1f\x8b\x08\x00" + bytes(range(256)) * 50)
    assert codes(run(path)) == ["SYN017"]


def test_nested_brackets_are_one_finding(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'{"a":' + b"[" * 100_000 + b"\n" + BAD)
    assert codes(run(path, select=("SYN", "FMT006"))) == ["SYN018", "FMT006"]


def test_a_record_over_the_limit_is_said_and_skipped(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(BAD + b'{"messages": "' + b"x" * 100_000 + b'"}\n' + BAD)
    report = check(
        CheckRequest(
            paths=(str(path),),
            isolated=True,
            overrides=Overrides(select=("SYN", "FMT006"), settings={"max-record-bytes": 50_000}),
        )
    )
    assert [(f.code, f.place.line) for f in report.findings] == [("FMT006", 1), ("SYN019", 2), ("FMT006", 3)]
    assert "max-record-bytes" in report.problems[0].message


def test_a_bad_config_is_pointed_at_and_other_folders_are_judged(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        (folder / "x.jsonl").write_bytes(BAD)
    (one / "finetooth.toml").write_text('\ntarget = "openia"\n')
    report = check(CheckRequest(paths=(str(one), str(two)), overrides=Overrides(select=("FMT",))))
    assert [f.place.filename for f in report.findings] == [str(two / "x.jsonl")]
    (problem,) = report.problems
    assert (problem.filename, problem.line, problem.column) == (str(one / "finetooth.toml"), 2, 1)
    assert "openai" in problem.message


def test_places_count_lines_and_code_points(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    row = '{"messages": [{"content": "漢😀é", "role": "asistant"}, {"role": "assistant", "content": "b"}]}\n'
    path.write_text("\n" + row, encoding="utf-8")
    (finding,) = run(path, select=("FMT006",)).findings
    start = row.index('"asistant"') + 1
    assert (finding.place.line, finding.place.column, finding.place.end_column) == (2, start, start + 10)
    assert finding.pointer == "/messages/0/role"
    assert finding.excerpt is not None
    assert finding.excerpt.text[finding.excerpt.start : finding.excerpt.end] == '"asistant"'


def test_a_long_line_is_cut_around_the_place(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(
        b'{"messages": [{"content": "'
        + b"x" * 5000
        + b'", "role": "asistant"}, {"role": "assistant", "content": "b"}]}\n'
    )
    (finding,) = run(path, select=("FMT006",)).findings
    excerpt = finding.excerpt
    assert excerpt is not None
    assert len(excerpt.text) <= 200
    assert excerpt.cut_left
    assert excerpt.text[excerpt.start : excerpt.end] == '"asistant"'


def test_a_related_place_is_rendered(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(GOOD + b"\n" + GOOD)
    (finding,) = run(path, select=("DUP001",)).findings
    assert finding.place.line == 3
    assert [related.place.line for related in finding.related] == [1]


def test_whole_file_findings_have_a_place(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD + GOOD[:-1])
    places = {f.code: (f.place.line, f.place.column) for f in run(path, select=("SYN",)).findings}
    assert places == {"SYN004": (1, 1), "SYN014": (2, len(GOOD))}


def test_standard_input_has_a_name() -> None:
    report = check(CheckRequest(paths=("-",), stdin=BAD, stdin_filename="a/b.jsonl", isolated=True))
    assert {finding.place.filename for finding in report.findings} == {"a/b.jsonl"}
