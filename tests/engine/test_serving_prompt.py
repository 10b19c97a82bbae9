"""`[task] serving-system-prompt-file`: a prompt of its own file, and errors where they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from finetooth.engine.request import CheckRequest
from finetooth.engine.run import check
from finetooth.engine.settings.config import Config, ConfigError, discover, parse
from finetooth.engine.settings.resolve import resolve
from finetooth_rules.settings import merged

SETTINGS = """\
target = "openai"

[task]
serving-system-prompt-file = "prompt.txt"
"""


def chat(system: str) -> str:
    turns = [("system", system), ("user", "Hi"), ("assistant", "Hello")]
    return json.dumps({"messages": [{"role": role, "content": text} for role, text in turns]}) + "\n"


def prompt_of(folder: Path, file: Path | None = None) -> str | None:
    return resolve(discover(folder), file, {}, b"").task.serving_system_prompt


def test_it_is_the_text_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "finetooth.toml").write_text(SETTINGS)
    (tmp_path / "prompt.txt").write_bytes(b"\xef\xbb\xbf\r\nBe brief.\r\nBe kind.\n\n")
    assert prompt_of(tmp_path) == "Be brief.\r\nBe kind."
    (tmp_path / "prompt.txt").write_bytes(b"\n")
    assert prompt_of(tmp_path) == ""
    assert resolve(Config(root=tmp_path), None, {}, b"").task.serving_system_prompt is None


def test_records_are_compared_with_it(tmp_path: Path) -> None:
    (tmp_path / "finetooth.toml").write_text(SETTINGS)
    (tmp_path / "prompt.txt").write_text("Be brief.\nBe kind.\n")
    rows = [chat("Be brief.\r\nBe kind.")] * 12 + [chat("Be rude.")]
    (tmp_path / "a.jsonl").write_text("".join(rows))
    findings = check(CheckRequest((str(tmp_path / "a.jsonl"),))).findings
    assert [finding.place.line for finding in findings if finding.code == "TSK010"] == [13]


def test_a_file_that_is_not_there_is_told_at_the_setting(tmp_path: Path) -> None:
    (tmp_path / "finetooth.toml").write_text(SETTINGS)
    (tmp_path / "a.jsonl").write_text(chat("x"))
    report = check(CheckRequest((str(tmp_path / "a.jsonl"),)))
    (problem,) = report.problems
    assert (problem.line, problem.column) == (4, 1)
    assert problem.filename.endswith("finetooth.toml")
    assert "`serving-system-prompt-file`: prompt.txt cannot be read: No such file" in problem.message


def test_the_setting_may_be_an_override_or_in_a_pyproject(tmp_path: Path) -> None:
    override = '[[overrides]]\nfiles = ["*.jsonl"]\n[overrides.task]\nserving-system-prompt-file = "none"\n'
    (tmp_path / "finetooth.toml").write_text(SETTINGS + override)
    with pytest.raises(ConfigError) as raised:
        prompt_of(tmp_path, tmp_path / "a.jsonl")
    assert (raised.value.line, raised.value.path.name) == (8, "finetooth.toml")
    (tmp_path / "finetooth.toml").unlink()
    text = '[tool.finetooth.task]\n\n  serving-system-prompt-file = "none"\n'
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(ConfigError) as raised:
        prompt_of(tmp_path)
    assert (raised.value.line, raised.value.column) == (3, 3)


def test_from_the_command_line_the_file_itself_is_named(tmp_path: Path) -> None:
    given = {"task": {"serving-system-prompt-file": "none"}}
    with pytest.raises(ConfigError) as raised:
        resolve(Config(root=tmp_path), None, given, b"")
    assert (raised.value.path, raised.value.line) == (tmp_path / "none", 0)


def test_what_is_no_prompt_is_told_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "finetooth.toml").write_text(SETTINGS)
    (tmp_path / "prompt.txt").write_bytes(b"one\r\ntwo \xff")
    with pytest.raises(ConfigError, match="not UTF-8") as raised:
        prompt_of(tmp_path)
    assert (raised.value.path.name, raised.value.line, raised.value.column) == ("prompt.txt", 2, 5)
    (tmp_path / "prompt.txt").write_bytes(b"x" * (1024 * 1024 + 1))
    with pytest.raises(ConfigError, match="larger than"):
        prompt_of(tmp_path)


def test_both_at_once_are_refused_and_of_two_layers_the_upper_one_holds(tmp_path: Path) -> None:
    text = SETTINGS + 'serving-system-prompt = "x"\n'
    with pytest.raises(ConfigError, match="`serving-system-prompt` is set too") as raised:
        parse(tmp_path / "finetooth.toml", text)
    assert raised.value.line == 4
    base = {"task": {"serving-system-prompt": "x", "description": "y"}}
    over = {"task": {"serving-system-prompt-file": "z"}}
    assert merged(base, over) == {"task": {"description": "y", "serving-system-prompt-file": "z"}}
    assert merged(over, base) == {"task": {"description": "y", "serving-system-prompt": "x"}}
