"""Equal and nearly equal records: over shards and files in any order, and in the editor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finetooth.engine.files.source import Source
from finetooth.engine.groups import equal
from finetooth.engine.lint_file import Scanned, judge_files
from finetooth.engine.live import compare as live_compare
from finetooth.engine.live.document import Change, Document, Encoding
from finetooth.engine.live.gather import Here
from finetooth.engine.live.index import LiveIndex
from finetooth.engine.live.records import columns_of
from finetooth.engine.live.worker import There, Worker
from finetooth.engine.request import CheckRequest
from finetooth.engine.run import check
from finetooth.engine.settings.plugins import linter_for
from finetooth.engine.shards import Merged, Shard, lint_shard, merge
from finetooth_rules.features import Features
from finetooth_rules.file_facts import FileFacts
from finetooth_rules.lint import Linter
from finetooth_rules.profile import Profile
from finetooth_rules.settings import build_profile

LONG = "A mutex is a lock that only one thread can hold at a time; the others wait until it is free again."
ROWS = [
    {"prompt": "What is a mutex?", "completion": LONG},
    {"prompt": "what is a  mutex", "completion": LONG},
    {"prompt": "What are mutexes?", "completion": LONG.replace("others", "rest")},
    {"prompt": "What is a mutex?", "completion": LONG.replace("others", "rest")},
    {"prompt": "What is a mutex?", "completion": "A lock."},
    {"prompt": "What is a mutex?", "completion": "A little mouse.", "id": 1},
    {"prompt": "What is a spinlock?", "completion": "A busy lock.", "id": 1},
    {"prompt": "What is 3 + 4?", "completion": "7"},
    {"messages": []},
]
LINES = [orjson.dumps(row).decode() + "\n" for row in ROWS] + ["\n", '{"prompt": \n']
line = st.sampled_from(LINES)
PROFILE = build_profile({"format": "prompt-completion", "select": ["DUP"]})
TOLD = ("DUP001", "DUP002", "DUP003", "DUP006")


def file_of(data: bytes, cuts: list[int], order: Any, profile: Profile = PROFILE) -> Scanned:
    source = Source("x.jsonl", data=data)
    starts = sorted({0, *(cut for cut in cuts if cut < len(data))})
    parts = [
        lint_shard(Shard(source, start, end), profile, Features())
        for start, end in zip(starts, [*starts[1:], None], strict=True)
    ]
    order.shuffle(parts)
    merged = Merged()
    for part in parts:
        merged = merge(merged, Merged((part,)))
    return Scanned(source, linter_for(profile), Features(), FileFacts(len(data), b"", b""), (), merged, "u")


def told(file: Scanned) -> list[tuple[int, str, str, tuple[object, ...]]]:
    (result,) = judge_files([file])
    assert not result.broken
    return [
        (record.offset, f.code, f.message, tuple(related.address for related in f.related))
        for record in result.of_records
        for f in record.findings
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(line, max_size=25), st.lists(st.integers(0, 3000), max_size=5), st.randoms())
def test_shards_in_any_order_give_the_same(lines: list[str], cuts: list[int], order: Any) -> None:
    data = "".join(lines).encode()
    assert told(file_of(data, cuts, order)) == told(file_of(data, [], order))


def test_all_of_them_are_told() -> None:
    found = told(file_of("".join(LINES[:9]).encode(), [], __import__("random")))
    assert {code for _, code, _, _ in found} >= {"DUP002", "DUP003", "DUP006"}


positions = st.tuples(st.integers(0, 14), st.sampled_from([0, 30]))
changes = st.one_of(
    st.builds(Change, st.lists(line, max_size=4).map("".join), positions, positions),
    st.builds(lambda at, count: Change("", (at, 0), (at + count, 0)), st.integers(0, 14), st.integers(0, 4)),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(line, max_size=14).map("".join), st.lists(st.tuples(changes, st.integers(0, 3)), max_size=6))
def test_edits_give_what_reading_the_final_text_gives(text: str, steps: list[tuple[Change, int]]) -> None:
    document = Document(text)
    index = LiveIndex(document, Linter(PROFILE))
    for change, rest in steps:
        for touched in document.apply([change], Encoding.UTF16):
            index.touch(touched)
        if rest == 1:
            index.settle()
        elif rest == 2:  # a pass begins, and is dropped
            for _ in index.lint_steps():
                pass
            judging = index.judge_steps()
            for _ in range(12):
                next(judging, None)
            judging.close()  # type: ignore[attr-defined]
    index.settle()
    fresh = LiveIndex(Document([*document.lines]), Linter(PROFILE))
    fresh.settle()
    assert live(index) == live(fresh)
    whole = file_of(b"".join(document.lines), [], __import__("random"))
    offsets = [0]
    for part in document.lines:
        offsets.append(offsets[-1] + len(part))
    assert sorted((offsets[at], code, message) for at, code, message, _ in live(index)) == sorted(
        (at, code, message) for at, code, message, _ in told(whole)
    )


def live(index: LiveIndex) -> list[tuple[int, str, str, tuple[int, ...]]]:
    return [
        (
            at,
            f.code,
            f.message,
            tuple(index.blocks.place(related.address.entry)[2] for related in f.related),  # type: ignore[attr-defined]
        )
        for at, f in index.findings()
    ]


def test_the_worker_finds_what_the_server_would() -> None:
    from finetooth.engine.live.records import RawRecord

    worker = Worker()
    try:
        here, there = Here(Linter(PROFILE), Features()), There(worker, PROFILE)
        records = [RawRecord(orjson.dumps(row), 1, False) for row in ROWS]
        gathered = there.gather(records).result(60)
        ((layout, rows),) = gathered.rows.values()
        assert gathered.rows == here.gather(records).result().rows
        whole = live_compare.Segment(False, "", ((1, b"".join(rows)),))
        found = there.ask(live_compare.pairs, "DUP002", layout, 1, [whole]).result(60)
        assert found == here.ask(live_compare.pairs, "DUP002", layout, 1, [whole]).result()
        assert found is not None
        known = live_compare.Segment(False, "", ((1, None),))
        assert there.ask(live_compare.pairs, "DUP002", layout, 1, [known]).result(60) == found
        assert there.ask(live_compare.pairs, "DUP002", layout, 2, [known]).result(60) is None
        asked = [(records[one], records[other]) for one, other, _ in found.pairs]
        likeness = there.ask(live_compare.likeness, "DUP002", asked).result(60)
        assert likeness == here.ask(live_compare.likeness, "DUP002", asked).result()
        assert any(likeness)
        assert [len(column) for column in columns_of(layout, rows).values()][-1] == 8 * len(rows)
    finally:
        worker.close()


@given(st.lists(st.integers(0, 5), max_size=30))
def test_equal_rows_are_found_in_both_ways(keys: list[int]) -> None:
    from array import array
    from unittest.mock import patch

    column = array("Q", keys)
    with patch("finetooth.engine.groups._SMALL", -1):
        if keys:
            assert [*equal(column)] == [
                [row for row, other in enumerate(keys) if other == key]
                for key in dict.fromkeys(keys)
                if key and keys.count(key) > 1
            ]


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.jsonl").write_text(text)


def codes(folder: Path, *names: str) -> list[tuple[str, int, str]]:
    report = check(CheckRequest(paths=tuple(str(folder / name) for name in names) or (str(folder),)))
    assert not report.problems
    return [
        (Path(f.place.filename).name, f.place.line, f.code)
        for f in report.findings
        if f.code.startswith("DUP")
    ]


def test_a_near_copy_across_splits_leaks_and_within_one_does_not(tmp_path: Path) -> None:
    write(tmp_path, train=LINES[0] + LINES[6], valid=LINES[2] + LINES[7])
    assert codes(tmp_path) == [("valid.jsonl", 1, "DUP005")]
    write(tmp_path, train=LINES[0] + LINES[3], valid=LINES[7])
    assert codes(tmp_path) == [("train.jsonl", 2, "DUP002")]


def test_answers_that_conflict_are_those_of_one_split(tmp_path: Path) -> None:
    write(tmp_path, train=LINES[4], valid=LINES[7], test=LINES[5])
    assert codes(tmp_path) == [("test.jsonl", 1, "DUP005")]


def test_a_benchmark_is_read_from_beside_the_settings(tmp_path: Path) -> None:
    question = (
        "How many minutes does a train need for ninety kilometres if it goes at sixty kilometres an hour?"
    )
    write(
        tmp_path,
        bench=orjson.dumps({"question": question, "answer": "90"}).decode() + "\n",
        data=LINES[7] + orjson.dumps({"prompt": question.upper(), "completion": "90"}).decode() + "\n",
    )
    (tmp_path / "finetooth.toml").write_text('[dataset]\nbenchmarks = ["bench.jsonl"]\n')
    assert codes(tmp_path) == [("data.jsonl", 2, "DUP007")]
    (tmp_path / "bench.jsonl").unlink()
    report = check(CheckRequest(paths=(str(tmp_path),)))
    assert ["cannot be read" in problem.message for problem in report.problems] == [True]


@pytest.mark.parametrize("code", TOLD)
def test_a_rule_alone_says_the_same(code: str) -> None:
    data = "".join(LINES[:9]).encode()
    alone = build_profile({"format": "prompt-completion", "select": [code]})
    found = told(file_of(data, [], __import__("random"), alone))
    assert found == [item for item in told(file_of(data, [], __import__("random"))) if item[1] == code]
