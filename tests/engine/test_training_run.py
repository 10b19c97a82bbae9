"""Settings of runs within a check: which are found, by which data they are judged, and what is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from finetooth.engine.report import Report
from finetooth.engine.request import CheckRequest, FixMode, Overrides
from finetooth.engine.run import check
from finetooth.engine.settings.config import Config
from finetooth.engine.training.settings_files import data_paths, looks_meant, read_file
from finetooth.engine.training.training_data import config_paths, facts_of_path, rows_of

ROW = '{"messages": [{"role": "user", "content": "2 + %d"}, {"role": "assistant", "content": "%d"}]}\n'
AXOLOTL = """\
base_model: org/model
datasets:
  - path: %s
    type: chat_template
sequence_len: 2048
micro_batch_size: 4
num_epochs: 2
learning_rate: 0.00002
"""


def rows(count: int) -> str:
    return "".join(ROW % (n, n + 2) for n in range(count))


def run(*paths: Path | str, fix: FixMode = FixMode.NONE, diff: bool = False) -> Report:
    overrides = Overrides(select=("HYP",))
    return check(CheckRequest(tuple(map(str, paths)), overrides=overrides, fix=fix, diff=diff))


def found(report: Report) -> list[tuple[str, int, int, str]]:
    return [(Path(f.place.filename).name, f.place.line, f.place.column, f.code) for f in report.findings]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_file_beside_that_names_the_data_is_judged_by_its_rows(here: Path) -> None:
    (here / "data").mkdir()
    (here / "data" / "rows.jsonl").write_text(rows(3))
    (here / "run.yml").write_text(AXOLOTL % "data/rows.jsonl")
    (here / "other.yml").write_text((AXOLOTL % "elsewhere.jsonl").replace("0.00002", "5"))
    report = run("data/rows.jsonl")
    assert found(report) == [("run.yml", 6, 19, "HYP005")]
    assert report.findings[0].place.filename == "run.yml"
    assert report.findings[0].excerpt is not None
    assert report.findings[0].excerpt.text == "micro_batch_size: 4"
    (here / "data" / "rows.jsonl").write_text(rows(200))
    assert found(run("data/rows.jsonl")) == []


def test_a_file_that_is_named_finds_its_data(here: Path) -> None:
    (here / "rows.jsonl").write_text(rows(12))
    (here / "run.yml").write_text(AXOLOTL % "rows.jsonl")
    report = run("run.yml")
    assert found(report) == [("run.yml", 7, 13, "HYP003")]
    assert (report.files, report.records, report.problems) == (1, 0, [])
    assert found(run("run.yml", "rows.jsonl")) == found(report)


def test_a_file_in_the_folder_that_is_checked_is_found(here: Path) -> None:
    for folder in ("configs", "data/chat", ".hidden"):
        (here / folder).mkdir(parents=True)
    (here / "data" / "chat" / "rows.jsonl").write_text(rows(3))
    (here / "configs" / "run.yml").write_text(AXOLOTL % "data/chat/rows.jsonl")
    (here / ".hidden" / "run.yml").write_text(AXOLOTL % "data/chat/rows.jsonl")
    assert found(run(".")) == [("run.yml", 6, 19, "HYP005")]
    assert found(run("data")) == []


def test_what_lies_elsewhere_is_not_guessed(here: Path) -> None:
    (here / "run.yml").write_text(AXOLOTL % "org/on-the-hub")
    assert found(run("run.yml")) == []
    (here / "rows.jsonl").write_text(rows(2))
    two = AXOLOTL % "rows.jsonl" + "pretraining_dataset:\n"
    (here / "run.yml").write_text(
        two.replace("datasets:\n", "datasets:\n  - path: org/more\n    type: alpaca\n")
    )
    assert found(run("run.yml")) == []


def test_several_files_are_one_run(here: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        (here / name).write_text(rows(2))
    text = AXOLOTL % "a.jsonl" + "test_datasets: []\n"
    text = text.replace("datasets:\n", "datasets:\n  - path: b.jsonl\n    type: chat_template\n", 1)
    (here / "run.yml").write_text(text)
    assert found(run("a.jsonl", "b.jsonl")) == [("run.yml", 9, 13, "HYP003")]
    assert found(run("a.jsonl")) == [("run.yml", 9, 13, "HYP003")]  # the other one is on the disk


def test_names_of_dataset_info_are_followed(here: Path) -> None:
    (here / "data").mkdir()
    (here / "data" / "rows.jsonl").write_text(rows(2))
    (here / "data" / "dataset_info.json").write_text(
        '{"mine": {"file_name": "rows.jsonl", "formatting": "sharegpt", "columns": {"messages": "messages"},'
        ' "tags": {"role_tag": "role", "content_tag": "content", "user_tag": "user",'
        ' "assistant_tag": "assistant"}}, "broken": 3}'
    )
    text = (
        "model_name_or_path: m\nstage: sft\ndo_train: true\ndataset: mine\nper_device_train_batch_size: 4\n"
    )
    (here / "run.yaml").write_text(text)
    assert found(run("run.yaml")) == [("run.yaml", 5, 30, "HYP005")]
    assert found(run("data")) == [("run.yaml", 5, 30, "HYP005")]
    (here / "run.yaml").write_text(text.replace("mine", "broken"))
    assert found(run("run.yaml")) == []


def test_training_in_the_config_is_about_its_dataset(here: Path) -> None:
    for name in ("train.jsonl", "valid.jsonl", "more.jsonl"):
        (here / name).write_text(rows(2))
    config = "[training]\nbatch-size = 8\nepochs = 3\nmethod = 'full'\nlearning-rate = 0.001\n"
    (here / "finetooth.toml").write_text(config)
    rate = ("finetooth.toml", 5, 17, "HYP001")
    assert found(run(".")) == [rate]  # two datasets: which of them is trained on, nobody knows
    assert found(run("train.jsonl")) == [("finetooth.toml", 2, 14, "HYP005"), rate]
    assert found(run("valid.jsonl")) == [rate]
    (here / "finetooth.toml").write_text("dataset.train = ['train.jsonl']\n" + config)
    batch, rate = ("finetooth.toml", 3, 14, "HYP005"), ("finetooth.toml", 6, 17, "HYP001")
    assert found(run(".")) == found(run("train.jsonl")) == found(run("finetooth.toml")) == [batch, rate]
    assert found(run("more.jsonl")) == []


def test_a_part_of_a_split_is_not_the_split(here: Path) -> None:
    (here / "finetooth.toml").write_text("[training]\nbatch-size = 8\nepochs = 3\n")
    for number in range(2):
        (here / f"train-0000{number}-of-00002.jsonl").write_text(rows(3))
    assert found(run("train-00000-of-00002.jsonl")) == []
    assert found(run(".")) == [("finetooth.toml", 2, 14, "HYP005")]


def test_pyproject_has_it_too(here: Path) -> None:
    (here / "rows.jsonl").write_text(rows(2))
    (here / "pyproject.toml").write_text("[tool.finetooth.training]\nbatch-size = 8\nepochs = 3\n")
    assert found(run("rows.jsonl")) == [("pyproject.toml", 2, 14, "HYP005")]


def test_many_rows_over_the_default_cutoff(here: Path) -> None:
    long = ROW.replace("2 + %d", "word " * 900) % 1
    (here / "rows.jsonl").write_text(rows(20) + long * 4)
    (here / "run.yml").write_text((AXOLOTL % "rows.jsonl").replace("sequence_len: 2048\n", ""))
    report = run("rows.jsonl")
    assert [(f.code, f.place.line) for f in report.findings] == [("HYP009", 3)]
    assert (
        "4 of 24 rows have more than 512 tokens, the default of `sequence_len`" in report.findings[0].message
    )


def test_isolated_looks_at_nothing_around(here: Path) -> None:
    (here / "rows.jsonl").write_text(rows(2))
    (here / "run.yml").write_text(AXOLOTL % "rows.jsonl")
    overrides = Overrides(select=("HYP",))
    assert check(CheckRequest(("rows.jsonl",), isolated=True, overrides=overrides)).findings == []


def test_what_cannot_be_read_is_a_problem_with_a_place(here: Path) -> None:
    (here / "bad.yml").write_text("base_model: a\n  b: 2\n")
    (here / "ci.yml").write_text("on: push\n")
    (here / "none.toml").write_text("x = 1\n")
    (here / "finetooth.toml").write_text("target = 'trl'\n")
    report = run("bad.yml", "ci.yml", "none.toml", "finetooth.toml")
    problems = [(p.filename, p.line, p.column) for p in report.problems]
    assert problems == [("ci.yml", 0, 0), ("none.toml", 0, 0), ("bad.yml", 2, 4)]
    (here / "rows.jsonl").write_text(rows(2))
    assert run("rows.jsonl").problems == []  # nobody asked for the broken one


def test_json_that_is_no_job_is_told_as_before(here: Path) -> None:
    (here / "package.json").write_text('{"name": "x"}')
    (here / "job.json").write_text('{"model": "m", "training_file": "rows.jsonl", "sufix": "x"}')
    report = run("package.json", "job.json")
    assert [p.filename for p in report.problems] == ["package.json"]
    assert found(report) == [("job.json", 1, 47, "HYP007")]


def test_fixes_are_carried_out_where_the_file_is_named(here: Path) -> None:
    text = (AXOLOTL % "rows.jsonl").replace("num_epochs", "num_epoch").replace("0.00002", "1e-2 # high")
    (here / "run.yml").write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    assert run("run.yml", fix=FixMode.SAFE).fixed == 0
    report = run("run.yml", fix=FixMode.UNSAFE, diff=True)
    assert [hunk.line for hunk in report.changes[0].hunks] == [7]
    report = run("run.yml", fix=FixMode.UNSAFE)
    assert (report.fixed, found(report)) == (2, [])
    expected = text.replace("num_epoch", "num_epochs").replace("1e-2", "2.0e-5")
    assert (here / "run.yml").read_bytes() == expected.replace("\n", "\r\n").encode("utf-8-sig")
    assert run("run.yml", fix=FixMode.UNSAFE).fixed == 0


def test_a_number_is_not_cut_from_a_huge_file(here: Path) -> None:
    """Of many rows a sample is counted, so a count of them is an estimate, and the share still right."""
    long = ROW.replace("2 + %d", "word " * 100) % 1
    (here / "rows.jsonl").write_text((rows(1) + long) * 3000)
    facts = facts_of_path(here / "rows.jsonl", Config(root=here), {}, 64)
    assert facts.rows == 6000
    over = facts.over(64)
    assert over is not None
    assert facts.estimated
    assert abs(over - 3000) < 300


def test_rows_are_counted_by_lines(here: Path) -> None:
    (here / "a.jsonl").write_bytes(b"{}\n{}\n{}")
    (here / "b.jsonl").write_bytes(b"")
    assert rows_of(here / "a.jsonl") == 3
    assert rows_of(here / "b.jsonl") == 0
    assert rows_of(here / "a.json") is None


def test_the_data_of_a_config_is_the_one_dataset_there_is(here: Path) -> None:
    assert config_paths(Config(root=here)) is None
    (here / "train.jsonl").write_text(rows(1))
    (here / "valid.jsonl").write_text(rows(1))
    paths = config_paths(Config(root=here))
    assert paths is not None
    assert [(path.name, split) for path, split in paths] == [
        ("train.jsonl", "train"),
        ("valid.jsonl", "validation"),
    ]
    (here / "other.jsonl").write_text(rows(1))
    assert config_paths(Config(root=here)) is None


def test_a_folder_of_data_means_its_files(here: Path) -> None:
    (here / "rows").mkdir()
    (here / "rows" / "a.jsonl").write_text(rows(1))
    (here / "run.yml").write_text(AXOLOTL % "rows")
    settings = read_file(here / "run.yml")
    assert settings is not None
    assert data_paths(settings) == [(here / "rows" / "a.jsonl", "train")]
    assert found(run("rows")) == [("run.yml", 6, 19, "HYP005")]


def test_half_typed_settings_are_told_from_templates() -> None:
    assert looks_meant(b"base_model: a\ndatasets: [\nsequence_len: 1\n")
    assert not looks_meant(b"base_model: {{ a }}\ndatasets: [\nsequence_len: 1\n")
    assert not looks_meant(b"base_model: a\nservices: [\nvolumes: 1\nnetworks: 2\n")


PACKED = """\
base_model: org/model
datasets:
  - path: rows.jsonl
    type: chat_template
sequence_len: 4096
sample_packing: true
micro_batch_size: %d
num_epochs: 2
learning_rate: 0.00002
"""


def test_steps_of_packed_rows_are_counted_by_their_tokens(here: Path) -> None:
    """2,500 short rows are some 45,000 tokens, 11 contexts: a step of 64 takes more than there can be."""
    (here / "rows.jsonl").write_text(rows(2500))
    (here / "run.yml").write_text(PACKED % 1)
    assert found(run("rows.jsonl")) == []  # 22 steps at least
    (here / "run.yml").write_text(PACKED % 16)
    (finding,) = run("rows.jsonl").findings
    assert finding.code == "HYP003"
    assert finding.message.startswith(
        "about 11 packed sequences by 16 a step, 2 epochs: about 2 steps; expected"
    )
    (here / "run.yml").write_text(PACKED % 64)
    for path in ("rows.jsonl", "run.yml"):
        (finding,) = run(path).findings
        assert finding.code == "HYP005"
        assert finding.message == "a step takes 64 packed sequences; there are about 11"
    (here / "run.yml").write_text((PACKED % 64).replace("sample_packing: true\n", ""))
    assert found(run("rows.jsonl")) == []


def test_of_packed_rows_nothing_is_said_that_depends_on_the_packing(here: Path) -> None:
    """Some 11 contexts if all are full: whether a step of 16 takes more than there are, nobody knows."""
    (here / "rows.jsonl").write_text(rows(2500))
    (here / "run.yml").write_text((PACKED % 16).replace("num_epochs: 2", "num_epochs: 4"))
    assert found(run("rows.jsonl")) == []
