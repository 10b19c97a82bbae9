"""What a report is made of: findings of `check` and counts of `stats`, by rule, by group, on a map."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from finetooth.engine.overview.record_map import Chosen, Mark, RecordMap, map_of
from finetooth.engine.overview.report_data import ReportData, gather
from finetooth.engine.overview.report_findings import (
    MOST_LISTED,
    MOST_MEMBERS,
    duplicate_groups,
    most_listed,
    rules_of,
    varied,
)
from finetooth.engine.overview.report_private import bare_message
from finetooth.engine.report import Place, Report, Shown, ShownRelated
from finetooth.engine.request import CheckRequest, Overrides
from finetooth.engine.run import check
from finetooth_rules.catalogue import builtin
from finetooth_rules.finding import Consequence, Severity

SECRET = "zqxsentinel"


def shown(code: str, line: int, message: str = "m", *, file: str = "a.jsonl", first: int = 0) -> Shown:
    related = (ShownRelated(Place(file, first, 1, first, 2), "the first"),) if first else ()
    place = Place(file, line, 1, line, 2)
    return Shown(code, "name", Severity.WARNING, Consequence.DEGRADED, message, place, related=related)


def chat(prompt: str, answer: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]}


def write(path: Path, rows: Iterable[object]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


COOKING = [
    chat(f"How long do I boil {n} {food}?", f"Boil the {food} for {n} minutes in salted water.")
    for n in range(2, 9)
    for food in ("potatoes", "eggs", "carrots", "beans", "noodles", "beetroots")
]
STRAY = [
    chat("Write a SQL query that counts the rows of a table.", "SELECT COUNT(*) FROM users;"),
    chat("Sort this Python list of integers.", "numbers = sorted(numbers, reverse=True)"),
    chat("Explain how a pointer works in C.", "A pointer variable stores a memory address."),
]


def data_of(*paths: str, **options: Any) -> ReportData:
    return gather(CheckRequest(paths, isolated=True, overrides=Overrides(**options)))


def marks(record_map: RecordMap | None) -> dict[int, Mark]:
    assert record_map is not None
    return {point.line: point.mark for point in record_map.points}


def test_findings_are_those_of_check(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", [*COOKING, COOKING[0], chat("Hi", "```python\nx"), {"x": 1}])
    report = check(CheckRequest((file,), isolated=True))
    data = data_of(file)
    assert sum(rule.count for rule in data.rules) == data.counts.total() == len(report.findings) > 0
    assert data.records == report.records
    assert [one for rule in data.rules for one in rule.listed] == sorted(
        report.findings, key=lambda one: [rule.code for rule in data.rules].index(one.code)
    )
    assert data.files[0].affected == len({f.place.line for f in report.findings if f.code != "SIZ001"})
    assert all(rule.documentation for rule in data.rules)


def test_the_map_marks_what_is_off_task_and_what_repeats(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", [*COOKING, *STRAY, COOKING[3]])
    data = data_of(file)
    found = marks(data.map)
    assert len(found) == len(COOKING) + 4
    assert {line for line, mark in found.items() if mark is Mark.OFF_TASK} == {43, 44, 45}
    assert found[46] is Mark.DUPLICATE
    assert data.map is not None
    point = next(point for point in data.map.points if point.line == 43)
    assert (point.prompt, point.codes) == ("Write a SQL query that counts the rows of a table.", ("TSK001",))
    assert data_of(file).map == data.map


def test_a_large_file_is_sampled_but_its_marked_records_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("finetooth.engine.overview.record_map.choose.__defaults__", (20,))
    file = write(tmp_path / "a.jsonl", [*COOKING, *STRAY])
    data = data_of(file)
    assert data.map is not None
    assert (len(data.map.points), data.map.records) == (20, 45)
    assert {line for line, mark in marks(data.map).items() if mark is Mark.OFF_TASK} == {43, 44, 45}


def test_the_tasks_of_a_file_are_told_apart() -> None:
    """Two clouds of vectors and an example of each: every record is of the task of its cloud."""
    import numpy as np

    random = np.random.default_rng(0)
    cloud = random.standard_normal((2, 32)).repeat(30, axis=0) + 0.4 * random.standard_normal((60, 32))
    vectors = (cloud / np.linalg.norm(cloud, axis=1, keepdims=True)).astype(np.float32)

    def chosen(name: str, rows: slice, seeds: Any = None) -> Chosen:
        count = len(vectors[rows])
        marks = (Mark.PLAIN,) * count
        lines = tuple(range(1, count + 1))
        return Chosen(name, "unit", count, lines, marks, ((),) * count, ("",) * count, vectors[rows], seeds)

    found = map_of([chosen("a", slice(0, 40), vectors[[0, 59]]), None, chosen("b", slice(40, 60))])
    assert found is not None
    assert [point.group for point in found.points] == [1] * 30 + [2] * 30
    assert found.groups() == {1: 30, 2: 30}
    plain = map_of([chosen("a", slice(0, 40))])
    assert plain is not None
    assert plain.groups() == {}


def test_duplicates_come_as_groups_with_what_they_ask(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", [*COOKING[:12], COOKING[1], COOKING[0], COOKING[1]])
    data = data_of(file)
    assert (data.groups, [group.count for group in data.duplicates]) == (2, [2, 1])
    first = data.duplicates[0]
    assert (first.first, [member.line for member in first.members]) == ((file, 2), [13, 15])
    assert first.prompt == COOKING[1]["messages"][0]["content"]


def test_groups_are_bounded_and_a_finding_without_a_first_one_stands_alone() -> None:
    findings = [shown("DUP001", line, first=1) for line in range(2, 40)] + [shown("DUP007", 50)]
    groups = duplicate_groups(findings, {("a.jsonl", 3): "asks"})
    assert [(group.count, len(group.members), group.first) for group in groups] == [
        (38, MOST_MEMBERS, ("a.jsonl", 1)),
        (1, 1, None),
    ]
    assert groups[0].prompt == "asks"


def test_of_many_findings_each_kind_is_listed() -> None:
    findings = [shown("FEN001", line) for line in range(1, 100)] + [shown("FEN001", 100, "another")]
    listed = varied(findings, MOST_LISTED)
    assert len(listed) == MOST_LISTED
    assert [one.place.line for one in listed] == [*range(1, MOST_LISTED), 100]
    assert (most_listed(1), most_listed(80), most_listed(10**6)) == (MOST_LISTED, 10, 5)
    (rule,) = rules_of(Report(findings=findings, catalogues=[builtin()]))
    assert (rule.count, len(rule.listed)) == (100, MOST_LISTED)


def test_a_file_that_is_no_dataset_is_told_and_not_counted(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(bytes(range(256)) * 20)
    data = data_of(str(tmp_path / "a.jsonl"))
    assert [rule.code for rule in data.rules] == ["SYN017"]
    assert (data.files[0].judged, data.files[0].stats.rows, data.map) == (False, 0, None)


def test_an_empty_file_and_one_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").touch()
    data = data_of(str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl"))
    assert (data.records, data.map, len(data.problems)) == (0, None, 1)


def test_splits_of_a_dataset_are_named(tmp_path: Path) -> None:
    write(tmp_path / "train.jsonl", COOKING)
    write(tmp_path / "valid.jsonl", COOKING[:2])
    assert [file.split for file in data_of(str(tmp_path)).files] == ["train", "validation"]


def secret_rows() -> list[object]:
    """A record's every kind of text holds the word; many of them break rules whose messages quote."""
    call = {"id": SECRET, "function": {"name": f"{SECRET} x", "arguments": SECRET}}
    tool = {"type": "function", "function": {"name": f"{SECRET} y", "description": SECRET}}
    rows: list[object] = [
        {
            "messages": [
                {"role": "user", "content": f"{SECRET} {number}"},
                {"role": role, "content": f"```{SECRET}\n{SECRET}", "tool_calls": [call]},
            ],
            "tools": [tool],
            SECRET: number,
        }
        for number, role in enumerate((SECRET, "assistant", "assistant") * 5)
    ]
    return [*rows, rows[0], {SECRET: 1}, {"prompt": SECRET, "completion": SECRET, SECRET: 2}]


@pytest.mark.parametrize("target", ["generic", "openai", "trl", "llama-factory"])
def test_without_text_no_word_of_a_record_is_kept(tmp_path: Path, target: str) -> None:
    files = write(tmp_path / "a.jsonl", secret_rows()), write(tmp_path / "b.jsonl", [{f"{SECRET}q": 1}] * 12)
    request = CheckRequest(files, isolated=True, overrides=Overrides(target=target))
    assert SECRET in repr(gather(request))
    bare = gather(request, text=False)
    assert SECRET not in repr(bare)
    assert sum(rule.count for rule in bare.rules) == gather(request).counts.total()


def test_a_message_keeps_the_words_of_formats() -> None:
    assert (
        bare_message("`role` is missing; expected `assistant`") == "`role` is missing; expected `assistant`"
    )
    assert bare_message("`role` is `boss`; expected another") == "`role` is `…`; expected another"
    assert bare_message("`role` is `a `b` c`; expected `user` first") == "`role` is `…` first"
    assert bare_message("no end of `a") == "no end of `…`"
