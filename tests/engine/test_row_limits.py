"""How many tokens a row may have by the settings of its run: which file says it, and what is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from finetooth.engine.request import CheckRequest, Overrides
from finetooth.engine.run import check
from finetooth.engine.settings.config import discover
from finetooth.engine.settings.resolve import resolve
from finetooth_rules.finding import Consequence, Severity
from finetooth_rules.profile import Profile
from finetooth_rules.targets import Trains

AXOLOTL = "base_model: a/b\ndatasets:\n  - path: %s\n    type: chat_template\nmicro_batch_size: 1\n"
LLAMA_FACTORY = "model_name_or_path: a/b\nstage: sft\ndo_train: true\ndataset: rows\ncutoff_len: 64\n"
TRL = "model_name_or_path: a/b\ndataset_name: rows.jsonl\nlearning_rate: 0.00002\n"
TAGS = {"role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant"}
INFO = {
    "rows": {
        "file_name": "rows.jsonl",
        "formatting": "sharegpt",
        "columns": {"messages": "messages"},
        "tags": TAGS,
    }
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    row = {"messages": [{"role": "user", "content": "word " * 80}, {"role": "assistant", "content": "Yes."}]}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n")
    return tmp_path


def profile(**given: object) -> Profile:
    return resolve(discover(Path.cwd()), Path("rows.jsonl"), given, b"")


def told(**given: str) -> list[tuple[str, str, Severity]]:
    report = check(CheckRequest(("rows.jsonl",), overrides=Overrides(select=("TOK",), **given)))  # type: ignore[arg-type]
    return [(one.code, one.message, one.severity) for one in report.findings]


def test_a_trainers_file_that_names_the_data(here: Path) -> None:
    (here / "run.yml").write_text(AXOLOTL % "rows.jsonl" + "sequence_len: 64\n")
    message = "about 94 tokens (o200k_base), run.yml sets sequence_len 64: the record may be dropped"
    assert told() == [("TOK001", message, Severity.WARNING)]
    (here / "run.yml").write_text(AXOLOTL % "rows.jsonl" + "sequence_len: 4096\n")
    assert told() == []
    (here / "run.yml").write_text(AXOLOTL % "others.jsonl" + "sequence_len: 64\n")
    assert told() == []


def test_the_default_of_a_trainer_is_a_limit_too(here: Path) -> None:
    (here / "run.yml").write_text(AXOLOTL % "rows.jsonl")
    limit = profile().row_limit
    assert limit is not None
    assert (limit.tokens, limit.key, limit.by_default) == (512, "sequence_len", True)
    row = (here / "rows.jsonl").read_text().replace("word ", "word " * 10)
    (here / "rows.jsonl").write_text(row)
    ((_, message, _),) = told()
    assert message.endswith("sequence_len is 512 by default (run.yml): the record will be dropped")


def test_what_the_file_says_of_long_rows_holds(here: Path) -> None:
    (here / "run.yml").write_text(
        AXOLOTL % "rows.jsonl" + "sequence_len: 64\nexcess_length_strategy: truncate\n"
    )
    assert told() == [
        (
            "TOK002",
            "sequence_len 64 (run.yml) cuts the whole answer: about 94 (o200k_base)",
            Severity.ERROR,
        )
    ]


def test_near_a_limit(here: Path) -> None:
    (here / "run.yml").write_text(AXOLOTL % "rows.jsonl" + "sequence_len: 100\n")
    assert told() == [
        (
            "TOK003",
            "about 94 tokens (o200k_base), 94 % of the limit of 100 (run.yml: sequence_len)",
            Severity.INFO,
        )
    ]


def test_one_folder_above_and_json(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "data").mkdir()
    (here / "rows.jsonl").rename(here / "data/rows.jsonl")
    (here / "data/dataset_info.json").write_text(json.dumps(INFO))
    (here / "run.yaml").write_text(LLAMA_FACTORY)
    monkeypatch.chdir(here / "data")
    limit = profile().row_limit
    assert limit is not None
    assert (limit.tokens, limit.file, limit.over_limit) == (64, "run.yaml", Consequence.TRUNCATED)
    message = "about 94 tokens (o200k_base), run.yaml sets cutoff_len 64: the marked text will be cut"
    assert told() == [("TOK001", message, Severity.WARNING)]


def test_in_a_folder_for_configs_beside_the_data(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "data").mkdir()
    (here / "rows.jsonl").rename(here / "data/rows.jsonl")
    (here / "configs").mkdir()
    (here / "configs/train.yml").write_text(AXOLOTL % "data/rows.jsonl" + "sequence_len: 32\n")
    (here / "data/config").write_text("a file, and no folder")
    monkeypatch.chdir(here / "data")
    message = "about 94 tokens (o200k_base), train.yml sets sequence_len 32: the record will be dropped"
    assert told() == [("TOK001", message, Severity.ERROR)]


@pytest.mark.parametrize("tokens", [32, 64, 90])
def test_the_settings_are_as_sure_as_the_record(here: Path, tokens: int) -> None:
    """By an estimate, what is not far over the limit is a warning at both, and what is, an error."""
    (here / "run.yml").write_text(AXOLOTL % "rows.jsonl" + f"sequence_len: {tokens}\n")
    report = check(CheckRequest((".",), overrides=Overrides(select=("TOK001", "HYP009"))))
    found = {one.code: one.severity for one in report.findings}
    assert found == dict.fromkeys(["TOK001", "HYP009"], Severity.ERROR if tokens == 32 else Severity.WARNING)


def test_of_several_files_the_smallest_counts(here: Path) -> None:
    (here / "a.yml").write_text(AXOLOTL % "rows.jsonl" + "sequence_len: 2048\n")
    (here / "b.yml").write_text(TRL + "max_length: 80\n")
    (here / "c.yml").write_text(AXOLOTL % "rows.jsonl" + "sequence_len: 1024\n")
    limit = profile().row_limit
    assert limit is not None
    assert (limit.tokens, limit.file) == (80, "b.yml")


def test_where_a_target_is_set_only_its_trainers_files_count(here: Path) -> None:
    (here / "a.yml").write_text(AXOLOTL % "rows.jsonl" + "sequence_len: 2048\n")
    (here / "b.yml").write_text(TRL + "max_length: 80\n")
    limit = profile(target="axolotl").row_limit
    assert limit is not None
    assert limit.tokens == 2048
    assert profile(target="openai").row_limit is None


def test_the_settings_win(here: Path) -> None:
    (here / "a.yml").write_text(AXOLOTL % "rows.jsonl" + "sequence_len: 64\n")
    (here / "finetooth.toml").write_text("[training]\ncontext = 70\n")
    assert told() == [
        ("TOK002", "context 70 (finetooth.toml) cuts the whole answer: about 94 (o200k_base)", Severity.ERROR)
    ]
    (here / "finetooth.toml").write_text("[tokens]\nlimit = 5000\n[training]\ncontext = 70\n")
    assert profile().row_limit is None
    assert told() == []


def test_training_is_about_the_dataset_that_the_settings_name(here: Path) -> None:
    (here / "finetooth.toml").write_text('[training]\ncontext = 70\n[dataset]\ntrain = ["other.jsonl"]\n')
    assert profile().row_limit is None
    (here / "finetooth.toml").write_text('[training]\ncontext = 70\n[dataset]\ntrain = ["rows.jsonl"]\n')
    assert profile().row_limit is not None


def test_where_nothing_is_cut_there_is_no_limit(here: Path) -> None:
    for more in (
        "packing: true\npacking_strategy: wrapped\n",
        "packing: true\npacking_strategy: bfd_split\n",
    ):
        (here / "a.yml").write_text(TRL + "max_length: 64\n" + more)
        assert profile().row_limit is None
    (here / "a.yml").write_text(TRL + "max_length: 64\npacking: true\n")
    assert profile().row_limit is not None


def test_isolated_nothing_is_looked_for(here: Path) -> None:
    (here / "a.yml").write_text(AXOLOTL % "rows.jsonl" + "sequence_len: 64\n")
    assert (
        check(CheckRequest(("rows.jsonl",), isolated=True, overrides=Overrides(select=("TOK",)))).findings
        == []
    )


def test_a_broken_file_is_passed_over(here: Path) -> None:
    (here / "a.yml").write_text(AXOLOTL % "rows.jsonl" + "sequence_len: [64\n")
    assert profile().row_limit is None
    (here / "a.yml").write_text(AXOLOTL % "rows.jsonl" + "sequence_len: many\n")
    assert profile().row_limit is None


def test_what_the_loss_is_on(here: Path) -> None:
    assert not profile().assistant_only_loss
    (here / "a.yml").write_text(TRL + "assistant_only_loss: true\n")
    assert profile().assistant_only_loss
    assert profile(target="trl").trains is Trains.ASSISTANT
    assert not profile(target="axolotl").assistant_only_loss
    (here / "finetooth.toml").write_text("[tokens]\nassistant-only-loss = false\n")
    assert not profile().assistant_only_loss
    (here / "finetooth.toml").unlink()
    (here / "a.yml").write_text(TRL + "assistant_only_loss: false\n")
    assert not profile().assistant_only_loss
    assert profile(target="trl").trains is Trains.ALL
    (here / "a.yml").write_text(TRL.replace("rows.jsonl", "others.jsonl") + "assistant_only_loss: true\n")
    assert not profile().assistant_only_loss


def test_rules_see_that_the_loss_is_on_answers_alone(here: Path) -> None:
    (here / "plain.jinja").write_text("{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}")
    (here / "finetooth.toml").write_text('[tokens]\ntemplate = "plain.jinja"\n')
    asked = CheckRequest(("rows.jsonl",), overrides=Overrides(select=("TPL006",)))
    (here / "a.yml").write_text(TRL)
    assert check(asked).findings == []
    (here / "a.yml").write_text(TRL + "assistant_only_loss: true\n")
    (found,) = check(asked).findings
    assert (found.code, found.severity) == ("TPL006", Severity.WARNING)
