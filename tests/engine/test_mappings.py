"""What decides a file's format: settings, the files of trainers beside it, its first records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from finetooth.engine.request import CheckRequest, Overrides
from finetooth.engine.run import check
from finetooth.engine.settings.config import Config, ConfigError, discover, parse
from finetooth.engine.settings.mappings import concerns, find
from finetooth.engine.settings.resolve import resolve
from finetooth_rules.profile import Profile

QA = b'{"q": "2 + 2?", "a": "4"}\n{"q": "2 + 3?", "a": "5"}\n'
INFO: dict[str, Any] = {"other": {"file_name": "x.jsonl"}, "mine": {
    "file_name": "train.jsonl", "columns": {"prompt": "q", "response": "a"}}}  # fmt: skip


def dataset(folder: Path, data: bytes = QA) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / "train.jsonl"
    file.write_bytes(data)
    return file


def profile_of(file: Path, overrides: dict[str, Any] | None = None) -> Profile:
    return resolve(discover(file.parent), file, overrides or {}, file.read_bytes())


def test_dataset_info_beside_the_file_or_one_above(tmp_path: Path) -> None:
    file = dataset(tmp_path / "data")
    assert profile_of(file).format is None
    (tmp_path / "data" / "dataset_info.json").write_text(json.dumps(INFO))
    profile = profile_of(file)
    assert (profile.format, profile.format_source) == ("custom", "dataset_info.json")
    assert profile.configured_format
    (tmp_path / "data" / "dataset_info.json").unlink()
    above = {"mine": {**INFO["mine"], "file_name": "data/train.jsonl"}}
    (tmp_path / "dataset_info.json").write_text(json.dumps(above))
    assert profile_of(file).format_source == "dataset_info.json"
    (tmp_path / "dataset_info.json").write_text(json.dumps(INFO))  # names another file
    assert profile_of(file).format is None


def test_a_folder_for_configs_beside_the_data(tmp_path: Path) -> None:
    file = dataset(tmp_path / "data")
    config = (
        "base_model: x\ndatasets:\n  - path: data/train.jsonl\n"
        "    type:\n      field_instruction: q\n      field_output: a\n"
    )
    for name, seen in (("configs", True), ("conf", True), ("docs", False)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "lora.yml").write_text(config)
        assert (profile_of(file).format_source == "lora.yml") is seen
        (tmp_path / name / "lora.yml").unlink()
    (tmp_path / "recipes").write_text("a file, and no folder")
    assert profile_of(file).format is None


def test_an_entry_that_names_the_folder(tmp_path: Path) -> None:
    file = dataset(tmp_path / "data")
    (tmp_path / "dataset_info.json").write_text(json.dumps({"mine": {**INFO["mine"], "file_name": "data"}}))
    assert profile_of(file).format == "custom"


@pytest.mark.parametrize(
    "entry",
    [
        "path: train.jsonl",
        "path: ./data/train.jsonl",
        "path: data/",
        "path: json\n    data_files: data/train.jsonl",
        "path: ../elsewhere/data\n    data_files: [train.jsonl]",
    ],
)
def test_an_axolotl_config_that_names_the_file(tmp_path: Path, entry: str) -> None:
    file = dataset(tmp_path / "data")
    (tmp_path / "docker.yml").write_text("services: {}\n")
    (tmp_path / "lora.yml").write_text(
        f"base_model: x\ndatasets:\n  - {entry}\n"
        "    type:\n      field_instruction: q\n      field_output: a\n"
    )
    profile = profile_of(file)
    assert (profile.format, profile.format_source) == ("custom", "lora.yml")


def test_an_axolotl_config_that_names_another_file(tmp_path: Path) -> None:
    file = dataset(tmp_path / "data")
    (tmp_path / "lora.yml").write_text("datasets:\n  - path: data/valid_train.jsonl\n    type: jeopardy\n")
    assert find(file) is None


def test_the_settings_win_and_say_which(tmp_path: Path) -> None:
    file = dataset(tmp_path)
    (tmp_path / "dataset_info.json").write_text(json.dumps(INFO))
    settings = tmp_path / "finetooth.toml"
    settings.write_text('format = "prompt-completion"\n')
    assert (profile_of(file).format, profile_of(file).format_source) == ("prompt-completion", "configured")
    settings.write_text(
        'format = "openai-chat"\n[[overrides]]\nfiles = ["tr*.jsonl"]\n'
        '[overrides.format]\nprompt = "q"\ncompletion = "a"\n'
    )
    profile = profile_of(file)
    assert (profile.format, profile.format_source) == ("custom", "finetooth.toml [[overrides]]")
    assert profile_of(file, {"format": "openai-chat"}).format_source == "configured"
    # For some files the guessing goes on.
    settings.write_text('format = "openai-chat"\n[[overrides]]\nfiles = ["tr*.jsonl"]\nformat = "auto"\n')
    assert profile_of(file).format_source == "dataset_info.json"


def test_a_mapping_is_replaced_not_merged() -> None:
    config = parse(
        Path("finetooth.toml"),
        '[format]\nprompt = "q"\ncompletion = "a"\n'
        '[[overrides]]\nfiles = ["*"]\n[overrides.format]\nmessages = "m"\n',
    )
    assert config is not None
    assert config.settings_for(Path("x.jsonl"))["format"] == {"messages": "m"}


def test_isolated_reads_nothing(tmp_path: Path) -> None:
    file = dataset(tmp_path)
    (tmp_path / "dataset_info.json").write_text(json.dumps(INFO))
    config = Config(root=tmp_path, looks_around=False)
    assert resolve(config, file, {}, QA).format is None
    report = check(CheckRequest((str(file),), isolated=True))
    assert "FMT001" in [finding.code for finding in report.findings]


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ('{"a": 1,\n  }', (2, 3), "not valid JSON"),
        (
            '{\n "mine": {\n  "file_name": "train.jsonl",\n  "formatting": "alpacca"\n }\n}',
            (4, 3),
            "`alpaca`",
        ),
        (
            '{\n "x": {"promt": 1},\n "mine": {"file_name": "train.jsonl", "columns": {\n  "promt": "q"}}}',
            (4, 3),
            "did you mean `prompt`",
        ),
    ],
)
def test_a_mistake_in_dataset_info_is_told_once_and_the_file_is_judged(
    tmp_path: Path, text: str, place: tuple[int, int], words: str
) -> None:
    file = dataset(tmp_path)
    (tmp_path / "dataset_info.json").write_text(text)
    with pytest.raises(ConfigError) as caught:
        find(file)
    assert (caught.value.line, caught.value.column) == place
    assert words in caught.value.message
    dataset(tmp_path).with_name("train2.jsonl").write_bytes(QA)
    report = check(CheckRequest((str(tmp_path / "train.jsonl"), str(file))))
    assert len(report.problems) == 1
    assert report.records == 2


def test_a_mistake_in_yaml_is_a_note_at_its_place(tmp_path: Path) -> None:
    file = dataset(tmp_path)
    (tmp_path / "lora.yaml").write_text("datasets:\n  - path: train.jsonl\n   type: x\n")
    with pytest.raises(ConfigError, match="not valid YAML") as caught:
        find(file)
    assert caught.value.line == 3
    report = check(CheckRequest((str(file),)))
    assert not report.problems
    ((note, line),) = [(note.message, note.line) for note in report.notes]
    assert note.startswith("is not valid YAML")
    assert line == 3
    (tmp_path / "sft.yaml").write_text("datasets:\n  - path: train.jsonl\n    type: alpaca\n")
    assert find(file) is not None  # a broken file before it is no matter
    assert not check(CheckRequest((str(file),))).notes
    (tmp_path / "sft.yaml").unlink()
    (tmp_path / "lora.yaml").write_text("datasets: [\n")  # says nothing of this file
    assert find(file) is None


def test_odd_yaml_is_passed_over(tmp_path: Path) -> None:
    file = dataset(tmp_path)
    for text in (
        "datasets: train.jsonl\n",
        "- datasets: train.jsonl\n",
        "datasets:\n  - train.jsonl\n  - path: 3\n    data_files: {train.jsonl: 1}\n",
        "datasets:\n  - path: train.jsonl\n",
    ):
        (tmp_path / "a.yml").write_text(text)
        assert find(file) is None


def test_a_mapping_that_does_not_fit_is_said_once(tmp_path: Path) -> None:
    rows = [
        {"messages": [{"role": "user", "content": f"{n}?"}, {"role": "assistant", "content": f"{n}!"}]}
        for n in range(20)
    ]
    file = dataset(tmp_path, b"".join(json.dumps(row).encode() + b"\n" for row in rows))

    def findings(entry: dict[str, Any]) -> list[tuple[str, str]]:
        info = {"mine": {"file_name": "train.jsonl", **entry}}
        (tmp_path / "dataset_info.json").write_text(json.dumps(info))
        report = check(CheckRequest((str(file),)))
        assert report.problems == []
        return [(f.code, f.message) for f in report.findings if not f.code.startswith("SIZ")]

    tags = {"role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant"}
    fits = {"formatting": "sharegpt", "columns": {"messages": "messages"}, "tags": tags}
    assert findings(fits) == []
    assert findings({"formatting": "sharegpt", "columns": {"messages": "messages"}}) == [
        (
            "LOD006",
            "dataset_info.json maps `from`, `value`, which no message has; not mapped: `content`, `role`",
        )
    ]
    assert findings({**fits, "tags": {**tags, "user_tag": "human", "assistant_tag": "gpt"}}) == [
        (
            "LOD006",
            "dataset_info.json maps none of the roles that there are: `assistant`, `user`; "
            "expected `human`, `gpt`",
        )
    ]
    late = {**fits, "tags": {**tags, "role_tag": "from"}}
    assert [code for code, _ in findings(late)] == ["LOD006"]
    # `example["tools"]` is a KeyError, although no record needs tools.
    assert findings({**fits, "columns": {"messages": "messages", "tools": "tools"}}) == [
        ("LOD006", "dataset_info.json maps `tools`, which no record has")
    ]
    assert findings({"columns": {"prompt": "message", "response": "answer"}}) == [
        (
            "LOD006",
            "dataset_info.json maps `message`, `answer`, which no record has; did you mean `messages`?",
        )
    ]


@pytest.mark.parametrize(
    ("entry", "row", "words"),
    [
        (
            {},
            {"instruction": "?", "output": "!"},
            "dataset_info.json, by default, maps `input`, which no record",
        ),
        (
            {},
            {"instruction": "?", "input": "", "response": "!"},
            "by default, maps `output`, which no record has; not mapped: `id`, `response`",
        ),
        ({}, {"instruction": "?", "input": "", "output": "!"}, ""),
        (
            {"columns": {"prompt": "instruction", "response": "output"}},
            {"instruction": "?", "output": "!"},
            "",
        ),
        ({"file_name": "."}, {"instruction": "?", "output": "!"}, ""),  # another file may have the column
    ],
)
def test_the_names_that_dataset_info_leaves_as_they_are(
    tmp_path: Path, entry: dict[str, Any], row: dict[str, str], words: str
) -> None:
    file = dataset(tmp_path, b"".join(json.dumps({**row, "id": n}).encode() + b"\n" for n in range(9)))
    (tmp_path / "dataset_info.json").write_text(json.dumps({"mine": {"file_name": "train.jsonl", **entry}}))
    overrides = Overrides(target="llama-factory", select=("LOD006", "FMT"))
    found = [finding.message for finding in check(CheckRequest((str(file),), overrides=overrides)).findings]
    assert len(found) == bool(words)
    assert all(words in message for message in found)


def test_one_record_with_the_column_is_enough(tmp_path: Path) -> None:
    rows = (
        b'{"instruction": "?", "output": "!"}\n' * 9 + b'{"instruction": "?", "input": "2", "output": "!"}\n'
    )
    file = dataset(tmp_path, rows)
    (tmp_path / "dataset_info.json").write_text(json.dumps({"mine": {"file_name": "train.jsonl"}}))
    report = check(CheckRequest((str(file),), overrides=Overrides(select=("LOD006",))))
    assert report.findings == []


def test_a_changed_file_that_may_say_what_the_fields_are(tmp_path: Path) -> None:
    file = tmp_path / "data" / "train.jsonl"
    assert concerns(tmp_path / "dataset_info.json", file)
    assert concerns(tmp_path / "data" / "lora.yml", file)
    assert concerns(tmp_path / "configs" / "lora.yml", file)
    assert not concerns(tmp_path / "else" / "lora.yml", file)
    assert not concerns(tmp_path / "data" / "train.json", file)
    assert not concerns(tmp_path.parent / "dataset_info.json", file)
    assert not concerns(tmp_path / "dataset_info.json", None)


@pytest.mark.parametrize(("formatting", "added"), [("openai", 3), ("sharegpt", 0)])
def test_text_that_a_formatting_adds(tmp_path: Path, formatting: str, added: int) -> None:
    row = {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}
    file = tmp_path / "chat.jsonl"
    file.write_text(f"{json.dumps(row)}\n" * 3)
    names = {"role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant"}
    entry = {
        "file_name": "chat.jsonl",
        "formatting": formatting,
        "columns": {"messages": "messages"},
        "tags": names,
    }
    (tmp_path / "dataset_info.json").write_text(json.dumps({"chat": entry}))
    overrides = Overrides(target="llama-factory", select=("TRN016",))
    report = check(CheckRequest((str(file),), overrides=overrides))
    assert [f"{added} records" in finding.message for finding in report.findings] == [True] * bool(added)
