"""`[task] examples-file`: prompts from a text file or from records, relative to the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from finetooth.engine.settings.config import Config, ConfigError
from finetooth.engine.settings.resolve import resolve
from finetooth.engine.settings.task_examples import MOST, load


def test_a_text_file_has_one_a_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfExplain dropout.\r\n\n  What is a loss?\n")
    assert load(tmp_path / "a.txt") == ("Explain dropout.", "What is a loss?")


def test_records_give_their_prompts_and_strings_themselves(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        '"Explain dropout."\n'
        '{"prompt": "What is a loss?", "completion": "A number."}\n'
        '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes?"}]}\n'
    )
    assert load(tmp_path / "a.jsonl") == ("Explain dropout.", "What is a loss?", "Hi")


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.txt", b" \n\n", "no examples"),
        ("a.txt", b"\xff", "not UTF-8"),
        ("a.jsonl", b"{\n", "line 1 is no JSON"),
        ("a.jsonl", b'"x"\n3\n', "line 2 is neither"),
        ("a.txt", None, "cannot be read"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, name: str, data: bytes | None, why: str) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(ConfigError, match=why):
        load(tmp_path / name)


def test_only_the_first_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("".join(f"prompt {number}\n" for number in range(200_000)))
    assert load(tmp_path / "a.txt") == tuple(f"prompt {number}" for number in range(MOST))


def test_the_profile_has_them_beside_those_of_the_settings(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("two\n")
    settings = {"task": {"examples": ["one"], "examples-file": "a.txt"}}
    config = Config(root=tmp_path)
    assert resolve(config, None, settings, b"").task.examples == ("one", "two")
    assert resolve(config, None, {}, b"").task.examples == ()
