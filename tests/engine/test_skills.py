"""Skills that the task requires, over files, splits and edits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finetooth.engine.request import CheckRequest
from finetooth.engine.run import check
from finetooth_rules.features import Features
from finetooth_rules.testing import lint
from providers import FEATURES

LOOP = "```python\nfor x in xs:\n    f(x)\n```"
PLAIN = "```python\nx = 1\n```"
KOTLIN = "```kotlin\nfor (x in xs) f(x)\n```"


def row(answer: str) -> str:
    return json.dumps({"prompt": "Write it.", "completion": answer}) + "\n"


def found(folder: Path) -> list[tuple[str, str, str, list[int]]]:
    report = check(CheckRequest(paths=(str(folder),)))
    assert not report.problems
    return [
        (Path(f.place.filename).name, f.code, str(f.severity), [related.place.line for related in f.related])
        for f in report.findings
        if f.code in ("TSK004", "TSK005")
    ]


def require(folder: Path, *skills: str) -> None:
    (folder / "finetooth.toml").write_text(f"[task]\nrequires = {json.dumps(skills)}\n", encoding="utf-8")


def test_a_rare_skill_leads_to_the_first_record_that_shows_it(tmp_path: Path) -> None:
    require(tmp_path, "loop", "conditional")
    rows = [PLAIN, PLAIN, LOOP, PLAIN, LOOP]
    (tmp_path / "a.jsonl").write_text("".join(map(row, rows)), encoding="utf-8")
    assert found(tmp_path) == [("a.jsonl", "TSK004", "warning", []), ("a.jsonl", "TSK005", "info", [3])]


def test_a_split_to_measure_with_is_only_noted(tmp_path: Path) -> None:
    require(tmp_path, "loop")
    (tmp_path / "train.jsonl").write_text(row(LOOP) * 4, encoding="utf-8")
    (tmp_path / "valid.jsonl").write_text(row(PLAIN) * 2, encoding="utf-8")
    assert found(tmp_path) == [("valid.jsonl", "TSK004", "info", [])]
    (tmp_path / "valid.jsonl").write_text(row(PLAIN) * 3 + row(LOOP), encoding="utf-8")
    assert found(tmp_path) == []


def test_the_parts_of_a_split_are_judged_together(tmp_path: Path) -> None:
    require(tmp_path, "loop")
    (tmp_path / "train-00000-of-00002.jsonl").write_text(row(PLAIN) * 8, encoding="utf-8")
    (tmp_path / "train-00001-of-00002.jsonl").write_text(row(LOOP) * 3, encoding="utf-8")
    assert found(tmp_path) == []


def test_what_could_not_be_read_is_said(tmp_path: Path) -> None:
    require(tmp_path, "loop")
    (tmp_path / "a.jsonl").write_text(row(KOTLIN) + row(PLAIN), encoding="utf-8")
    assert found(tmp_path) == [("a.jsonl", "TSK004", "info", [])]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([LOOP, PLAIN, KOTLIN, "Text."]), min_size=1, max_size=12))
def test_the_counts_are_those_of_the_records(answers: list[str]) -> None:
    data = "".join(map(row, answers)).encode()
    config = 'select = ["TSK004", "TSK005"]\ntask.requires = ["loop"]'
    messages = [placed.finding.message for placed in lint(data, config, FEATURES)]
    shown, unread = answers.count(LOOP), answers.count(KOTLIN)
    if not shown:
        assert len(messages) == 1
        assert ("kotlin" in messages[0]) == bool(unread)
    elif shown + unread < 3 and 2 * shown <= len(answers):
        verb = "records show" + "s" * (shown == 1)
        assert messages == [
            f"{shown} of {len(answers)} {verb} `loop`, which the task requires; expected at least 3"
        ]
    else:
        assert messages == []


@pytest.mark.parametrize("features", [Features(), FEATURES])
def test_a_host_without_features_judges_what_it_can(features: Features) -> None:
    config = 'select = ["TSK004"]\ntask.requires = ["loop", "language:de"]'
    messages = [placed.finding.message for placed in lint(row("Yes.").encode(), config, features)]
    assert len(messages) == (2 if features.language else 1)


def test_a_large_file_is_judged_by_share() -> None:
    data = (row(PLAIN) * 495 + row(LOOP) * 4).encode()
    config = 'select = ["TSK005"]\ntask.requires = ["loop"]'
    (placed,) = lint(data, config, FEATURES)
    assert "4 of 499 records show `loop`" in placed.finding.message
    assert placed.finding.message.endswith("expected at least 5")
    assert lint(data + row(LOOP).encode(), config, FEATURES) == []
