"""`finetooth init` and `finetooth config`."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from finetooth.cli.init import settings_text
from finetooth.engine.settings.config import problems

Run = Callable[..., tuple[int, str, str]]

CHAT = '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}\n'


def test_init_recognises_the_format(finetooth: Run) -> None:
    Path("train.jsonl").write_text(CHAT)
    code, out, err = finetooth("init")
    assert (code, err) == (0, "")
    assert out.startswith("Wrote finetooth.toml (format openai-chat, recognised in train.jsonl).\n")
    assert tomllib.loads(Path("finetooth.toml").read_text()) == {"format": "openai-chat", "target": "generic"}
    assert finetooth("config", "train.jsonl")[0] == 0


def test_init_for_a_file_writes_beside_it(finetooth: Run) -> None:
    Path("data").mkdir()
    Path("data/a.jsonl").write_text('{"prompt": "2 + 2?", "completion": "4"}\n')
    assert finetooth("init", "data/a.jsonl", "--target", "openai")[0] == 0
    written = tomllib.loads(Path("data/finetooth.toml").read_text())
    assert written == {"format": "prompt-completion", "target": "openai"}


def test_init_without_datasets(finetooth: Run) -> None:
    code, out, _ = finetooth("init")
    assert code == 0
    assert "no dataset found whose format is known" in out
    assert tomllib.loads(Path("finetooth.toml").read_text())["format"] == "auto"


def test_init_overwrites_only_by_force(finetooth: Run) -> None:
    Path("finetooth.toml").write_text("# mine\n")
    code, out, err = finetooth("init")
    assert (code, out) == (2, "")
    assert err == "error: finetooth.toml is there already; --force overwrites it, --stdout only prints\n"
    assert Path("finetooth.toml").read_text() == "# mine\n"
    assert finetooth("init", "--force")[0] == 0
    assert Path("finetooth.toml").read_text() != "# mine\n"


def test_init_to_standard_output_writes_nothing(finetooth: Run) -> None:
    Path("train.jsonl").write_text(CHAT)
    code, out, _ = finetooth("init", "--stdout")
    assert code == 0
    assert 'format = "openai-chat"' in out
    assert not Path("finetooth.toml").exists()


def test_init_of_a_missing_file(finetooth: Run) -> None:
    Path("train.jsonl").write_text(CHAT)
    code, _, err = finetooth("init", "trian.jsonl")
    assert code == 2
    assert err == "error: trian.jsonl: no such file or folder; did you mean `train.jsonl`?\n"


def test_what_init_comments_out_is_valid_too() -> None:
    text = settings_text("openai-chat", "train.jsonl", "openai")
    lines = [re.sub(r"^# (?=\[|[a-z-]+ = )", "", line) for line in text.splitlines()]
    decoded = tomllib.loads("\n".join(lines))
    assert {"model", "select", "ignore", "fail-on", "exclude", "task", "tokens", "overrides"} <= set(decoded)
    del decoded["ignore"], decoded["overrides"]  # they name rules as examples
    assert list(problems(decoded)) == []


def test_config_of_a_file(finetooth: Run) -> None:
    Path("train.jsonl").write_text(CHAT)
    Path("finetooth.toml").write_text(
        'target = "openai"\nignore = ["TRN"]\n[[overrides]]\nfiles = ["t*"]\nmodel = "gpt-4o"\n'
    )
    _, out, _ = finetooth("config", "train.jsonl", "--output-format", "json")
    shown = json.loads(out)
    assert Path(shown["settings-file"]).name == "finetooth.toml"
    assert (shown["format"], shown["format-by"]) == ("openai-chat", "its first record")
    assert (shown["target"], shown["model"], shown["token-encoding"]) == ("openai", "gpt-4o", "o200k_base")
    assert "TRN001" in shown["rules-off"]
    assert "TRN001" not in shown["rules-on"]
    assert json.loads(finetooth("config", "--output-format", "json")[1])["model"] is None


def test_config_as_text(finetooth: Run) -> None:
    Path("train.jsonl").write_text(CHAT)
    _, out, _ = finetooth("config", "train.jsonl", "--config", "max-depth = 99")
    assert "settings-file     none: all defaults\n" in out
    assert "format            openai-chat (by its first record)\n" in out
    assert "max-depth         99\n" in out


def test_config_says_why_and_which_fields(finetooth: Run) -> None:
    Path("train.jsonl").write_text('{"q": "2 + 2?", "a": "4"}\n' * 3)
    entry = {"mine": {"file_name": "train.jsonl", "columns": {"prompt": "q", "response": "a"}}}
    Path("dataset_info.json").write_text(json.dumps(entry))
    _, out, _ = finetooth("config", "train.jsonl")
    assert "format            custom (by dataset_info.json): prompt = q, completion = a\n" in out
    assert "not recognised" in finetooth("config", "train.jsonl", "--isolated")[1]
    Path("finetooth.toml").write_text(
        '[[overrides]]\nfiles = ["t*"]\nformat = { prompt = "q", completion = "a" }\n'
    )
    shown = json.loads(finetooth("config", "train.jsonl", "--output-format", "json")[1])
    assert shown["format-by"] == "finetooth.toml [[overrides]]"
    assert shown["fields"] == {"prompt": "q", "completion": "a"}
    Path("finetooth.toml").unlink()
    Path("dataset_info.json").write_text("{")
    code, _, err = finetooth("config", "train.jsonl")
    assert code == 2
    assert "dataset_info.json:1:2: is not valid JSON" in err


def test_config_names_the_baseline(finetooth: Run) -> None:
    Path("train.jsonl").write_text(CHAT * 2)

    def shown(*more: str) -> tuple[object, object]:
        found = json.loads(finetooth("config", "train.jsonl", "--output-format", "json", *more)[1])
        return found["baseline"], found["baseline-entries"]

    assert shown() == (None, None)
    assert "baseline          not set\n" in finetooth("config", "train.jsonl")[1]
    Path("finetooth.toml").write_text('select = ["DUP001"]\nbaseline = "known.txt"\n')
    assert shown() == (None, None)
    finetooth("baseline", "write")
    assert shown() == (str(Path("known.txt").resolve()), 1)
    assert (
        f"baseline          {Path('known.txt').resolve()} (1 entry)\n"
        in finetooth("config", "train.jsonl")[1]
    )
    assert shown("--isolated") == (None, None)
    assert shown("--config", "baseline = 'other.txt'") == (None, None)
    Path("known.txt").write_text("nonsense\n")
    code, out, err = finetooth("config")
    assert (code, out) == (2, "")
    assert "known.txt:1:1: " in err


def test_init_names_the_baseline(finetooth: Run) -> None:
    text = finetooth("init", "--stdout")[1]
    assert '# baseline = "finetooth-baseline.txt"\n' in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["x.jsonl"], "x.jsonl: no such file or folder"), ([], "finetooth.toml:1:1: unknown setting `a`")],
)
def test_config_that_cannot_be_shown(arguments: list[str], message: str, finetooth: Run) -> None:
    Path("finetooth.toml" if not arguments else "other.toml").write_text("a = 1\n")
    code, out, err = finetooth("config", *arguments)
    assert (code, out) == (2, "")
    assert message in err


def test_config_shows_files(finetooth: Run) -> None:
    Path("train.jsonl").write_text(CHAT)
    assert finetooth("config", "--show-files") == (0, "train.jsonl\n", "")


def test_init_of_a_json_array(finetooth: Run) -> None:
    rows = [{"instruction": "Add.", "input": "2, 2", "output": "4"}] * 2
    Path("train.json").write_text(json.dumps(rows, indent=2))
    assert "(format alpaca, recognised in train.json)" in finetooth("init")[1]


@pytest.mark.parametrize(
    ("row", "table"),
    [
        ({"question": "2 + 2?", "answer": "4"}, {"type": "alpaca_chat.load_qa"}),
        ({"data": {"query": "2 + 2?", "reply": "4"}}, {"prompt": "data.query", "completion": "data.reply"}),
        (
            {
                "id": 1,
                "dialog": [{"speaker": "Customer", "text": "Hi"}, {"speaker": "Agent", "text": "Hello"}],
            },
            {
                "messages": "dialog",
                "role": "speaker",
                "content": "text",
                "roles": {"user": ["Customer"], "assistant": ["Agent"]},
            },
        ),
    ],
)
def test_init_maps_fields_with_names_of_their_own(finetooth: Run, row: object, table: object) -> None:
    Path("train.jsonl").write_text(f"{json.dumps(row)}\n" * 3)
    finetooth("init", "--target", "axolotl")
    written = tomllib.loads(Path("finetooth.toml").read_text())
    assert written == {"target": "axolotl", "format": table}
    assert "format            custom" in finetooth("config", "train.jsonl")[1]
    assert "FMT" not in finetooth("check", "train.jsonl", "--ignore", "DUP")[1]


def test_init_does_not_guess_what_nothing_says(finetooth: Run) -> None:
    Path("train.jsonl").write_text('{"a": "x", "b": 3}\n')
    assert "no dataset found whose format is known" in finetooth("init")[1]
    assert "[format]" not in Path("finetooth.toml").read_text()


def test_a_rule_of_a_plugin_that_a_named_settings_file_loads_can_be_selected(finetooth: Run) -> None:
    plugin = Path(__file__).parents[2] / "examples" / "plugin" / "answer_in_capitals.py"
    Path("sub").mkdir()
    Path("sub/my_rules.py").write_text(plugin.read_text(encoding="utf-8"), encoding="utf-8")
    Path("sub/finetooth.toml").write_text('plugins = ["my_rules.py"]\n')
    Path("train.jsonl").write_text(CHAT)
    code = re.findall(r'code="([A-Z]+\d+)"', plugin.read_text(encoding="utf-8"))[0]
    assert finetooth("check", "train.jsonl", "--select", code)[0] == 2
    assert finetooth("check", "train.jsonl", "--select", code, "--config", "sub/finetooth.toml")[0] in (0, 1)
