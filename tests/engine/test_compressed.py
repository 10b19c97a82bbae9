"""Compressed datasets: the same findings at the same places; broken and huge archives are one problem."""

from __future__ import annotations

import gzip
import json
from itertools import pairwise
from pathlib import Path

import pytest
import zstandard

from finetooth.engine.files.discover import discover
from finetooth.engine.report import Report
from finetooth.engine.request import CheckRequest, FixMode, Overrides
from finetooth.engine.run import check

GOOD = '{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b %d"}]}\n'
DATA = "".join(GOOD % n if n % 7 else (GOOD % n)[:-2] + ",}\n" for n in range(3000)).encode()
KIND = {".gz": "gzip", ".zst": "zstd"}
PACK = {".gz": gzip.compress, ".zst": zstandard.ZstdCompressor().compress}


def run(path: Path, fix: FixMode = FixMode.NONE, **settings: int) -> Report:
    overrides = Overrides(
        select=("SYN001",), settings={key.replace("_", "-"): value for key, value in settings.items()}
    )
    return check(CheckRequest((str(path),), isolated=True, fix=fix, overrides=overrides))


def places(report: Report) -> list[tuple[int, int, str]]:
    return [(f.place.line, f.place.column, f.message) for f in report.findings]


@pytest.fixture
def plain(tmp_path: Path) -> list[tuple[int, int, str]]:
    path = tmp_path / "plain.jsonl"
    path.write_bytes(DATA)
    found = places(run(path))
    assert len(found) == 429
    return found


@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize("frames", [1, 3])
def test_findings_and_places_are_those_of_the_text(
    tmp_path: Path, plain: object, suffix: str, frames: int
) -> None:
    path = tmp_path / f"x.jsonl{suffix}"
    cuts = [len(DATA) * n // frames for n in range(frames + 1)]
    path.write_bytes(b"".join(PACK[suffix](DATA[a:b]) for a, b in pairwise(cuts)))
    packed = path.read_bytes()
    report = run(path)
    assert places(report) == plain
    assert (report.records, report.problems) == (3000, [])
    fixed = run(path, FixMode.SAFE)
    assert path.read_bytes() == packed
    assert [note.message for note in fixed.notes] == ["is compressed and was not fixed; unpack it first"]
    assert not fixed.problems
    assert str(path) in discover([str(tmp_path)]).files


@pytest.mark.parametrize("suffix", PACK)
def test_a_cut_off_archive_is_one_problem_and_keeps_what_came_before(
    tmp_path: Path, plain: list[object], suffix: str
) -> None:
    path = tmp_path / f"x.jsonl{suffix}"
    first, second = DATA[: len(DATA) // 2], DATA[len(DATA) // 2 :]
    path.write_bytes(PACK[suffix](first) + PACK[suffix](second)[:-9])
    report = run(path)
    assert len(report.problems) == 1
    assert "cut off" in report.problems[0].message
    found = places(report)
    assert len(found) > 150
    assert found == plain[: len(found)]


@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize("indent", [2, None])
def test_a_cut_off_array_has_no_fault_at_its_end(tmp_path: Path, suffix: str, indent: int | None) -> None:
    path = tmp_path / f"x.json{suffix}"
    rows = [json.loads(GOOD % n) for n in range(3000)]
    data = json.dumps(rows, indent=indent).replace('"b 7"', '"b 7",').encode()
    path.write_bytes(PACK[suffix](data[: len(data) // 2]) + PACK[suffix](data[len(data) // 2 :])[:-9])
    report = check(CheckRequest((str(path),), isolated=True, overrides=Overrides(select=("SYN", "FMT"))))
    assert [problem.message for problem in report.problems] == [
        f"the {KIND[suffix]} data is cut off; only the records before that were judged"
    ]
    assert [finding.code for finding in report.findings] == ["SYN001"]
    assert 1400 < report.records <= 3000


@pytest.mark.parametrize("suffix", PACK)
def test_a_bomb_that_is_an_array_is_judged_up_to_the_limit(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x.json{suffix}"
    path.write_bytes(PACK[suffix](b'[{"a": "' + b"x" * 1_000_000 + b'"}, {"a'))
    overrides = Overrides(settings={"max-decompressed-bytes": 500_000, "max-record-bytes": 100_000})
    report = check(CheckRequest((str(path),), isolated=True, overrides=overrides))
    assert "holds more than max-decompressed-bytes" in report.problems[0].message
    assert [finding.code for finding in report.findings] == ["SYN019"]


@pytest.mark.parametrize("suffix", PACK)
def test_what_is_no_archive_is_one_problem(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x.jsonl{suffix}"
    path.write_bytes(DATA)
    report = run(path)
    assert len(report.problems) == 1
    assert "damaged" in report.problems[0].message
    assert not report.findings


@pytest.mark.parametrize("suffix", PACK)
def test_a_bomb_is_unpacked_up_to_the_limit_and_reported_once(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x.jsonl{suffix}"
    path.write_bytes(PACK[suffix](DATA + b"\n" * 50_000_000))
    report = run(path, max_decompressed_bytes=100_000)
    assert [p.message for p in report.problems] == [
        "holds more than max-decompressed-bytes (100,000); the rest was not judged"
    ]
    assert 1000 < report.records < 1200
    assert report.findings


def test_an_array_inside(tmp_path: Path) -> None:
    path = tmp_path / "x.json.gz"
    path.write_bytes(gzip.compress(b'[\n  {"prompt": "a", "completion": "b"},\n]\n'))
    assert places(run(path)) == [(2, 37, "trailing comma before `]`")]
