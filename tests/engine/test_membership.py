"""Which dataset a file belongs to."""

from __future__ import annotations

from pathlib import Path

import pytest

from finetooth.engine.files.membership import Memberships, by_name
from finetooth.engine.settings.config import Config


def touch(folder: Path, *names: str) -> list[Path]:
    paths = [folder / name for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return paths


@pytest.mark.parametrize(
    ("name", "rest", "split", "shard"),
    [
        ("train.jsonl", "", "train", False),
        ("sql_train.jsonl.gz", "sql", "train", False),
        ("Valid-v2.json", "v2", "validation", False),
        ("dev.jsonl", "", "validation", False),
        ("test-00003-of-00010.jsonl", "", "test", True),
        ("data-00000-of-00002.jsonl", "data", None, True),
    ],
)
def test_names_that_say_something(name: str, rest: str, split: str | None, shard: bool) -> None:
    said = by_name(Path("folder") / name)
    assert said is not None
    assert (said.rest, said.split, said.shard) == (rest, split, shard)


@pytest.mark.parametrize(
    "name", ["data.jsonl", "trainer.jsonl", "contest.jsonl", "train_test.jsonl", "a-2.jsonl"]
)
def test_names_that_say_nothing(name: str) -> None:
    assert by_name(Path("folder") / name) is None


def test_a_folder_named_after_a_split(tmp_path: Path) -> None:
    train, other = touch(tmp_path, "train/a.jsonl", "validation/b.jsonl")
    members = Memberships()
    one, two = members.of(train, Config()), members.of(other, Config())
    assert one.dataset == two.dataset
    assert (one.split, two.split) == ("train", "validation")
    assert one.unit != two.unit
    assert one.splits == two.splits == {"train", "validation"}


def test_a_name_alone_makes_no_dataset(tmp_path: Path) -> None:
    (test,) = touch(tmp_path, "test.jsonl")
    assert Memberships().of(test, Config()).splits == frozenset()


def test_files_with_other_names_are_other_datasets(tmp_path: Path) -> None:
    files = touch(tmp_path, "sql_train.jsonl", "sql_valid.jsonl", "qa_train.jsonl", "notes.jsonl")
    members = Memberships()
    sql, sql_valid, qa, notes = (members.of(path, Config()) for path in files)
    assert sql.dataset == sql_valid.dataset
    assert len({sql.dataset, qa.dataset, notes.dataset}) == 3
    assert qa.splits == {"train"}
    assert notes.splits == frozenset()


def test_parts_of_a_split_are_one_unit(tmp_path: Path) -> None:
    one, two, lone = touch(
        tmp_path, "x-00000-of-00002.jsonl", "x-00001-of-00002.jsonl", "y-00000-of-00001.jsonl"
    )
    members = Memberships()
    assert members.of(one, Config()).unit == members.of(two, Config()).unit != members.of(lone, Config()).unit


def test_the_settings_have_the_last_word(tmp_path: Path) -> None:
    a, b, train = touch(tmp_path, "data/a.jsonl", "data/held/b.jsonl", "train.jsonl")
    table = {"train": ["data/*.jsonl"], "validation": ["data/held/"]}
    config = Config(tmp_path / "finetooth.toml", tmp_path, {"dataset": table})
    members = Memberships()
    one, two, other = (members.of(path, config) for path in (a, b, train))
    assert [one.declared, two.declared, other.declared] == [True, True, False]
    assert one.dataset == two.dataset != other.dataset
    assert (one.split, two.split) == ("train", "validation")
    assert one.splits == {"train", "validation"}
