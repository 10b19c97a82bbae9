"""Several files judged as one dataset."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finetooth.engine.files.source import Source
from finetooth.engine.lint_file import FileResult, Scanned, judge_files, scan_file
from finetooth.engine.report import Place
from finetooth.engine.request import CheckRequest, FixMode, Overrides
from finetooth.engine.run import check
from finetooth_rules.settings import build_profile
from providers import FEATURES


def row(prompt: str, answer: str = "Yes.") -> str:
    return json.dumps({"prompt": prompt, "completion": answer}) + "\n"


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.jsonl").write_text(text)


def found(folder: Path, *paths: str, **request: Any) -> list[tuple[str, int, str, list[tuple[str, int]]]]:
    report = check(CheckRequest(paths=paths or (str(folder),), **request))
    assert not report.problems
    return [
        (*place(f.place), f.code, [place(related.place) for related in f.related])
        for f in report.findings
        if f.code in ("DUP001", "DUP004")
    ]


def place(where: Place) -> tuple[str, int]:
    return Path(where.filename).name, where.line


def test_a_duplicate_in_another_file_is_at_the_later_one_and_leads_to_the_first(tmp_path: Path) -> None:
    write(tmp_path, train=row("one") + row("two"), valid=row("three") + row("two"))
    assert found(tmp_path) == [("valid.jsonl", 2, "DUP004", [("train.jsonl", 2)])]


def test_files_that_are_no_dataset_are_not_compared(tmp_path: Path) -> None:
    write(tmp_path, one=row("same"), two=row("same"))
    assert found(tmp_path) == []


def test_declared_files_that_were_not_asked_for_are_compared_with(tmp_path: Path) -> None:
    write(tmp_path, old=row("same"), new=row("same") + row("same"))
    (tmp_path / "finetooth.toml").write_text('[dataset]\ntrain = ["old.jsonl"]\ntest = ["new.jsonl"]\n')
    at_old = ("old.jsonl", 1)
    assert found(tmp_path, str(tmp_path / "new.jsonl")) == [
        ("new.jsonl", 1, "DUP004", [at_old]),
        ("new.jsonl", 2, "DUP004", [at_old]),
    ]
    assert found(tmp_path, str(tmp_path / "old.jsonl")) == []


def test_a_fix_deletes_the_later_copy_in_whichever_file(tmp_path: Path) -> None:
    write(tmp_path, train=row("one") + row("two"), valid=row("two") + row("three"), test=row("three"))
    found(tmp_path, fix=FixMode.UNSAFE)
    assert (tmp_path / "train.jsonl").read_text() == row("one") + row("two")
    assert (tmp_path / "valid.jsonl").read_text() == row("three")
    assert (tmp_path / "test.jsonl").read_text() == ""


def test_one_unreadable_file_stops_no_other(tmp_path: Path) -> None:
    write(tmp_path, train=row("one"), valid=row("one"))
    (tmp_path / "test.jsonl").mkdir()
    report = check(CheckRequest(paths=tuple(str(tmp_path / f"{n}.jsonl") for n in ("train", "valid"))))
    assert [f.code for f in report.findings if f.code in ("DUP001", "DUP004")] == ["DUP004"]


LINE = st.sampled_from(
    [row("a"), row("b", "No."), row("a", "Other."), '{"messages": []}\n', "{]\n", row("c" * 40), "\n"]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(LINE, min_size=1, max_size=24), st.lists(st.integers(0, 24), max_size=3))
def test_a_split_in_several_files_is_judged_as_one(lines: list[str], cuts: list[int]) -> None:
    profile = build_profile({"format": "prompt-completion", "ignore": ["SYN", "SIZ003"]})
    starts = sorted({0, *(cut for cut in cuts if cut < len(lines))})
    texts = ["".join(lines[a:b]) for a, b in zip(starts, [*starts[1:], len(lines)], strict=True)]

    def scan(text: str) -> Scanned:
        return scan_file(Source("x.jsonl", data=text.encode()), profile, FEATURES, unit="all")

    def flat(results: list[FileResult]) -> tuple[list[tuple[int, str, str]], set[str]]:
        base, of_records = 0, []
        for result in results:
            of_records += [
                (base + r.offset, f.code, f.message) for r in result.of_records for f in r.findings
            ]
            base += len(result.source.data or b"")
        return sorted(of_records), {f.code for r in results for f in r.of_file if f.code != "SYN017"}

    assert flat(judge_files([scan(text) for text in texts])) == flat(judge_files([scan("".join(lines))]))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_training_split_comes_first_whatever_the_order(tmp_path: Path, order: tuple[int, int]) -> None:
    write(tmp_path, train=row("same"), dev=row("same"))
    names = [str(tmp_path / "train.jsonl"), str(tmp_path / "dev.jsonl")]
    assert found(tmp_path, *(names[at] for at in order)) == [("dev.jsonl", 1, "DUP004", [("train.jsonl", 1)])]


def test_a_column_that_only_the_second_file_has_comes_late(tmp_path: Path) -> None:
    """The loader takes the columns from the first block of the first file."""
    extra = json.dumps({"prompt": "b", "completion": "c", "extra": {"x": 1}}) + "\n"
    for number, text in enumerate([row("a") * 2, extra]):
        (tmp_path / f"train-0000{number}-of-00002.jsonl").write_text(text)
    overrides = Overrides(select=("LOD003",), target="llama-factory")
    report = check(CheckRequest(paths=(str(tmp_path),), overrides=overrides))
    assert [(*place(f.place), f.code) for f in report.findings] == [
        ("train-00001-of-00002.jsonl", 1, "LOD003")
    ]
    second = tmp_path / "train-00001-of-00002.jsonl"
    assert not check(CheckRequest(paths=(str(second),), overrides=overrides)).findings
