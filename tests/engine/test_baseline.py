"""The file of a baseline: read, written, merged, and told of where it is no good."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from finetooth.engine.baseline import (
    Baseline,
    Entry,
    Ignored,
    parse,
    path_for,
    read,
    renamed,
    render,
    write,
)
from finetooth.engine.settings.config import Config, ConfigError
from finetooth_rules.catalogue import builtin

KEY = "0123456789abcdef01234567"
OTHER = KEY[::-1]
TEXT = f"""\
finetooth-baseline 1

FEN003 {KEY} data/a b.jsonl

# why: scraped
# twice
FEN003 {OTHER} data/train.jsonl
FMT006 {KEY} data/train.jsonl
SIZ001 file data/train.jsonl
TXT005 all data/train.jsonl

# the end
"""


def test_what_is_written_is_what_was_read() -> None:
    baseline = parse(Path("x.txt"), TEXT)
    assert render(baseline) == TEXT
    assert Entry("data/a b.jsonl", "FEN003", KEY) in baseline.entries
    assert parse(Path("x.txt"), TEXT.replace("\n", "\r\n")).entries == baseline.entries
    assert parse(Path("x.txt"), "\ufeff" + TEXT) == baseline


def test_a_union_of_lines_in_any_order_is_a_merge() -> None:
    first, *lines = [line for line in TEXT.splitlines() if line and not line.startswith("#")]
    for seed in range(5):
        mixed = [*lines, *lines[:2]]
        random.Random(seed).shuffle(mixed)
        assert parse(Path("x.txt"), "\n".join([first, *mixed])).entries == parse(Path("x.txt"), TEXT).entries


@pytest.mark.parametrize(
    "name", ["a\nb.jsonl", '"a".jsonl', " a.jsonl", "a.jsonl ", "日本/é 🙂.jsonl", "#a", "a\\b"]
)
def test_any_name_of_a_file_survives(name: str, tmp_path: Path) -> None:
    baseline = Baseline(tmp_path / "b.txt", frozenset({Entry(name, "FEN003", KEY)}))
    assert write(baseline)
    assert read(tmp_path / "b.txt").entries == baseline.entries


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("FEN003 all a\n", (1, 1), "is no baseline: expected `finetooth-baseline 1` first"),
        ("# x\n\nfinetooth-baseline 2\n", (3, 20), "is a baseline of version 2"),
        ("finetooth-baseline 1\n<<<<<<< HEAD\n", (2, 1), "a merge was not finished"),
        ("finetooth-baseline 1\nFEN003 all\n", (2, 1), "expected a rule's code"),
        ("finetooth-baseline 1\n\n  fen003 all a\n", (3, 3), "expected a rule's code"),
        ("finetooth-baseline 1\nFEN003 0123 a\n", (2, 8), "`0123`: expected the key of a record"),
        ('finetooth-baseline 1\nFEN003 all "a\n', (2, 12), "the file's name is not quoted well"),
    ],
)
def test_errors_have_a_place(text: str, place: tuple[int, int], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(Path("x.txt"), text)
    assert (caught.value.line, caught.value.column) == place
    assert message in caught.value.message


def test_nothing_is_written_without_need(tmp_path: Path) -> None:
    path = tmp_path / "new" / "b.txt"
    empty = Baseline(path)
    assert not write(empty)
    assert not path.parent.exists()
    full = empty.with_entries([Entry("a.jsonl", "FEN003", KEY)])
    assert write(full)
    stamp = path.stat().st_mtime_ns
    assert not write(full)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert not write(full)
    assert stamp
    assert write(empty)
    assert read(path).entries == frozenset()


def test_what_a_record_decides_is_ignored_in_any_file(tmp_path: Path) -> None:
    entries = [
        Entry("train.jsonl", "FMT006", KEY),
        Entry("train.jsonl", "DUP001", KEY),
        Entry("train.jsonl", "SIZ001", "file"),
        Entry("train.jsonl", "TXT005", "all"),
    ]
    baseline = Baseline(tmp_path / "b.txt", frozenset(entries))
    here = Ignored(baseline, tmp_path / "train.jsonl", builtin())
    assert [here.hides(code, lambda: KEY) for code in ("FMT006", "DUP001", "TXT005", "FEN001")] == [
        *(True, True, True, False)
    ]
    assert not here.hides("FMT006", lambda: OTHER)
    assert here.of_file("SIZ001")
    assert here.of_file("TXT005")
    for file in (tmp_path / "valid.jsonl", None):
        there = Ignored(baseline, file, builtin())
        assert there.hides("FMT006", lambda: KEY)
        assert not there.hides("DUP001", lambda: KEY)
        assert not there.hides("TXT005", lambda: KEY)
        assert not there.of_file("SIZ001")


def test_a_file_or_folder_with_another_name_keeps_its_entries(tmp_path: Path) -> None:
    baseline = parse(tmp_path / "b.txt", TEXT)
    after = renamed(baseline, tmp_path / "data" / "train.jsonl", tmp_path / "data" / "z.jsonl")
    assert {entry.file for entry in after.entries} == {"data/a b.jsonl", "data/z.jsonl"}
    assert "# twice\nFEN003" in render(after)
    after = renamed(after, tmp_path / "data", tmp_path / "sets" / "1")
    assert {entry.file for entry in after.entries} == {"sets/1/a b.jsonl", "sets/1/z.jsonl"}
    assert renamed(after, tmp_path / "set", tmp_path / "x") is after


def test_where_it_is(tmp_path: Path) -> None:
    config = Config(tmp_path / "finetooth.toml", tmp_path, {})
    assert path_for(config, {}) == tmp_path / "finetooth-baseline.txt"
    assert path_for(Config(config.path, tmp_path, {"baseline": "ci/b.txt"}), {}) == tmp_path / "ci" / "b.txt"
    assert path_for(config, {"baseline": "c.txt"}) == tmp_path / "c.txt"
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    none = Config(root=below)
    assert path_for(none, {}) == below / "finetooth-baseline.txt"
    assert path_for(none, {}, tmp_path) == tmp_path / "finetooth-baseline.txt"
    (tmp_path / "a" / "finetooth-baseline.txt").write_text("finetooth-baseline 1\n")
    assert path_for(none, {}) == tmp_path / "a" / "finetooth-baseline.txt"
    isolated = Config(root=below, looks_around=False)
    assert path_for(isolated, {}) is None
    assert path_for(isolated, {"baseline": "x.txt"}) == below / "x.txt"


def test_a_link_to_the_data_is_called_as_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "data").symlink_to(tmp_path / "far")
    baseline = Baseline(tmp_path / "project" / "b.txt")
    assert baseline.name_of(tmp_path / "project" / "data" / "a.jsonl") == "data/a.jsonl"
    assert baseline.name_of(tmp_path / "far" / "a.jsonl") == "../far/a.jsonl"
