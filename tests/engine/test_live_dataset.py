"""What an editor shows in the open files of a dataset is what `finetooth check` of their folder says."""

from __future__ import annotations

import json
import os
import random
from dataclasses import replace
from pathlib import Path

import pytest
from pygls import uris

from finetooth.engine.files.membership import Memberships
from finetooth.engine.files.source import Source, file_facts
from finetooth.engine.live.dataset import LiveDataset
from finetooth.engine.live.document import Change, Document, Encoding
from finetooth.engine.live.files import MOST_FILES, Asked, Shelf, order_of
from finetooth.engine.live.gather import Here
from finetooth.engine.live.index import LiveIndex
from finetooth.engine.live.judge import Standing
from finetooth.engine.request import CheckRequest
from finetooth.engine.run import check
from finetooth.engine.settings.config import discover
from finetooth.engine.settings.resolve import resolve
from finetooth.lsp.client import ClientFacts
from finetooth.lsp.convert import Renderer
from finetooth.lsp.view import diagnostics
from finetooth_rules.array import framing_of
from finetooth_rules.lint import Linter
from providers import FEATURES

FACTS = ClientFacts(encoding=Encoding.UTF32, related_information=True)
Related = tuple[str, tuple[int, int, int, int], str]
Found = tuple[int, str, str, tuple[Related, ...]]


class Editor:
    """Open files, judged in this process."""

    def __init__(self) -> None:
        self.shelf = Shelf()
        self.datasets: dict[str, LiveDataset] = {}
        self.open_files: dict[Path, LiveIndex] = {}

    def open(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        config = discover(path.parent)
        framing = framing_of(path.name, text.encode())
        profile = resolve(config, path, {}, text.encode(), framing)
        membership = Memberships().of(path, config)
        profile = replace(profile, split=membership.split, splits=membership.splits)
        linter = Linter(profile)
        index = LiveIndex(Document(text), linter, Here(linter, FEATURES, self.shelf), framing=framing)
        index.uri = path.as_uri()
        standing = Standing(order_of(membership, path), membership.unit, os.path.realpath(path))
        dataset = self.datasets.setdefault(membership.dataset, LiveDataset(FACTS.encoding))
        index.judge.stand(dataset, standing)
        self.open_files[path] = index
        self.read(path)

    def close(self, path: Path) -> None:
        index = self.open_files.pop(path)
        index.judge.dataset.leave(index.judge)
        for other in self.open_files:
            self.read(other)

    def read(self, path: Path) -> None:
        """Look at the files of its dataset that are not open."""
        run(self.dataset(path).read_steps(path, Asked()))

    def dataset(self, path: Path) -> LiveDataset:
        return self.open_files[path].judge.dataset

    def edit(self, path: Path, change: Change) -> None:
        index = self.open_files[path]
        for touched in index.document.apply([change], Encoding.UTF32):
            index.touch(touched)

    def save(self, path: Path) -> None:
        path.write_bytes(b"".join(self.open_files[path].document.lines))

    def found(self, path: Path) -> list[Found]:
        """What is shown in an open file."""
        index = self.open_files[path]
        for other in self.open_files.values():
            run(other.lint_steps())
        run(index.judge_steps())
        assert index.judged
        index.check_file(
            file_facts(Source("a", data=b"".join(index.document.lines), framing=index.linter.profile.framing))
        )
        sent, hidden = diagnostics(Renderer(path.as_uri(), index, FACTS), 10_000, 0)
        assert not hidden
        return sorted(
            (
                item["range"]["start"]["line"] + 1,
                item["code"],
                item["message"],
                tuple(sorted(related_of(one) for one in item.get("relatedInformation", ()))),
            )
            for item in json.loads(sent)
        )


def related_of(item: dict[str, dict[str, dict[str, dict[str, int]]]]) -> Related:
    where = item["location"]["range"]
    name = uris.to_fs_path(str(item["location"]["uri"]))
    assert name is not None
    numbers = (
        where["start"]["line"] + 1,
        where["start"]["character"] + 1,
        where["end"]["line"] + 1,
        where["end"]["character"] + 1,
    )
    return Path(name).name, numbers, str(item["message"])


def run(steps: object) -> None:
    for waited in steps:  # type: ignore[attr-defined]
        if waited is not None:
            waited.result()


def checked(folder: Path) -> dict[str, list[Found]]:
    """What the command says, by file."""
    report = check(CheckRequest(paths=(str(folder),)))
    found: dict[str, list[Found]] = {}
    for item in report.findings:
        related = tuple(
            sorted(
                (
                    Path(one.place.filename).name,
                    (one.place.line, one.place.column, one.place.end_line, one.place.end_column),
                    one.message,
                )
                for one in item.related
            )
        )
        found.setdefault(Path(item.place.filename).name, []).append(
            (item.place.line, item.code, item.text, related)
        )
    return {name: sorted(several) for name, several in found.items()}


ANSWERS = (
    "Paris is the capital of France, on the river Seine, and its largest city by far.",
    "The capital of France is Paris, which lies on the Seine and is its largest city.",
    "It is Paris.",
    "漢字 😀 is what the sign says; nobody here can read it aloud without a mistake.",
    "A mutex is a lock that only one thread can hold at a time; the others wait until it is free again.",
    "A mutex is a lock which only one thread can hold at a time; the others wait till it is free again.",
)
QUESTIONS = (
    "What is the capital of France?",
    "what is the capital of france",
    "Was steht auf dem Schild? 漢字",
    "Explain what a mutex is.",
    "Please explain what a mutex is.",
    "Name a river.",
)


def row(random_: random.Random) -> str:
    record: dict[str, object] = {
        "prompt": random_.choice(QUESTIONS),
        "completion": random_.choice(ANSWERS),
    }
    if random_.random() < 0.3:
        record["id"] = f"q{random_.randrange(12)}"
    if random_.random() < 0.05:
        record["extra"] = True
    if random_.random() < 0.5:
        record["prompt"] = f"{record['prompt']} ({random_.randrange(30)})"
    return json.dumps(record, ensure_ascii=random_.random() < 0.5)


def rows(random_: random.Random, count: int) -> str:
    return "".join(row(random_) + "\n" for _ in range(count))


LAYOUTS = (
    ("train.jsonl", "valid.jsonl"),
    ("train-00000-of-00003.jsonl", "train-00001-of-00003.jsonl", "train-00002-of-00003.jsonl"),
    ("a_train.jsonl", "a_test.jsonl", "a_dev.jsonl", "b_train.jsonl"),
    ("one.jsonl", "two.jsonl", "three.jsonl"),
    ("train.json", "validation.json"),
)
LATE = 'target = "llama-factory"\n[rules.late-column]\nblock-bytes = 900\n'
CONFIG = '[dataset]\ntrain = ["one.jsonl", "three.jsonl"]\ntest = ["two.jsonl"]\n'


def write(path: Path, text: str) -> None:
    if path.suffix == ".json":
        text = "[\n" + ",\n".join(text.splitlines()) + "\n]\n"
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("names", LAYOUTS)
@pytest.mark.parametrize("seed", range(3))
def test_it_is_what_the_command_says(names: tuple[str, ...], seed: int, tmp_path: Path) -> None:
    random_ = random.Random(seed)
    if names[0] == "one.jsonl":
        (tmp_path / "finetooth.toml").write_text(CONFIG)
    elif seed == 1:  # the loader reads the columns from the head of the first file
        (tmp_path / "finetooth.toml").write_text(LATE)
    paths = [tmp_path / name for name in names]
    for path in paths:
        write(path, rows(random_, random_.choice((3, 30, 30))))
    editor = Editor()
    across = 0

    def compare() -> int:
        for path in editor.open_files:
            editor.save(path)
        expected = checked(tmp_path)
        count = 0
        for path in editor.open_files:
            found = editor.found(path)
            assert found == expected.get(path.name, [])
            count += sum(name != path.name for *_, related in found for name, _, _ in related)
        return count

    for path in random_.sample(paths[:3], len(paths[:3])):
        editor.open(path)
        across += compare()
        for _ in range(4):
            chosen = random_.choice([*editor.open_files])
            line = random_.randrange(1, len(editor.open_files[chosen].document.lines))
            text = row(random_) + ("," if chosen.suffix == ".json" else "") + "\n"
            editor.edit(chosen, Change(text, (line, 0), (line, 0)))
            across += compare()
    editor.close(paths[0])
    across += compare()
    assert across
    paths[0].unlink()
    for path in [*editor.open_files]:  # what they are in the dataset may have changed
        editor.close(path)
        editor.open(path)
    compare()


def test_a_file_that_changes_on_disk_is_read_again(tmp_path: Path) -> None:
    one, other = tmp_path / "train.jsonl", tmp_path / "valid.jsonl"
    line = '{"prompt": "Name a river.", "completion": "The Danube."}\n'
    one.write_text(line)
    other.write_text('{"prompt": "Name a lake.", "completion": "Lake Constance."}\n' + line)
    editor = Editor()
    editor.open(other)
    assert "DUP004" in [code for _, code, *_ in editor.found(other)]
    before = editor.dataset(other).shut
    editor.read(other)
    assert editor.dataset(other).shut == before  # nothing changed, nothing was read
    one.write_text(line.replace("river", "mountain"))
    editor.read(other)
    assert "DUP004" not in [code for _, code, *_ in editor.found(other)]


def test_what_is_too_much_is_left_out(tmp_path: Path) -> None:
    line = '{"prompt": "Name a river.", "completion": "The Danube."}\n'
    for number in range(MOST_FILES + 3):
        (tmp_path / f"train-{number:05}-of-00099.jsonl").write_text(line)
    editor = Editor()
    path = tmp_path / "train-00000-of-00099.jsonl"
    editor.open(path)
    assert len(editor.dataset(path).shut) == MOST_FILES
    assert editor.dataset(path).left_out == ("train-00065-of-00099.jsonl", "train-00066-of-00099.jsonl")
    assert not editor.dataset(path).reading


def test_what_the_worker_forgot_is_told(tmp_path: Path) -> None:
    line = '{"prompt": "Name a river.", "completion": "The Danube."}\n'
    for name in ("train", "valid"):
        (tmp_path / f"{name}.jsonl").write_text(line)
    editor = Editor()
    path = tmp_path / "valid.jsonl"
    editor.open(path)
    editor.shelf.drop([*editor.shelf.files])
    assert "DUP004" not in [code for _, code, *_ in editor.found(path)]
    assert editor.dataset(path).lost
    editor.read(path)
    assert "DUP004" in [code for _, code, *_ in editor.found(path)]
    assert not editor.dataset(path).lost
