"""`finetooth stats`: what it prints, and that nothing stops it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from finetooth.cli._stats_page import histogram

Run = Callable[..., tuple[int, str, str]]

CHAT = '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}\n'


def test_a_page_says_what_is_there_and_what_the_target_does(finetooth: Run) -> None:
    Path("a.jsonl").write_text(CHAT * 3 + "{\n" + CHAT.replace("Hello", "Hello " * 1200), encoding="utf-8")
    code, out, err = finetooth("stats", "a.jsonl", "--target", "trl")
    assert (code, err) == (0, "")
    assert out.startswith("a.jsonl\n  format    openai-chat (")
    assert "trl: TRL\n" in out
    assert "takes 1,024 tokens a row: of a longer one the end is cut off" in out
    assert "does not read `weight`" in out
    assert "  rows      5, 1 of them not readable (" in out
    assert "  turns     2 a row\n            user 4, assistant 4\n" in out
    assert "1 row over 1,024 tokens (25.0%)" in out


def test_a_format_that_the_target_does_not_read(finetooth: Run) -> None:
    Path("a.jsonl").write_text(CHAT, encoding="utf-8")
    assert "does not read openai-chat; it reads gemini" in finetooth("stats", "--target", "vertex")[1]


def test_json_is_the_same_as_data(finetooth: Run) -> None:
    Path("a.jsonl").write_text(CHAT * 2, encoding="utf-8")
    (found,) = json.loads(finetooth("stats", "--output-format", "json")[1])
    assert (found["filename"], found["rows"], found["format"]) == ("a.jsonl", 2, "openai-chat")
    assert found["roles"] == {"user": 2, "assistant": 2}
    assert found["tokens"]["encoding"] == "o200k_base"
    assert found["tokens"]["max"] == found["tokens"]["median"]
    (plain,) = json.loads(finetooth("stats", "--output-format", "json", "--no-tokens")[1])
    assert plain["tokens"] is None


def test_a_file_that_is_not_there_stops_no_other(finetooth: Run) -> None:
    Path("a.jsonl").write_text(CHAT, encoding="utf-8")
    code, out, err = finetooth("stats", "b.jsonl", "a.jsonl")
    assert code == 2
    assert "a.jsonl\n" in out
    assert err.startswith("error: b.jsonl: no such file")


def array(rows: int, indent: int | None = 2) -> bytes:
    return json.dumps([json.loads(CHAT)] * rows, indent=indent).encode()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", array(3)),
        ("b.json", array(3, None)),
        ("c.jsonl.gz", gzip.compress(CHAT.encode() * 3, mtime=0)),
        ("d.json.gz", gzip.compress(array(3), mtime=0)),
        ("e.json", CHAT.encode() * 3),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_arrays_and_compressed_files_are_files_like_others(finetooth: Run, name: str, data: bytes) -> None:
    Path(name).write_bytes(data)
    code, out, err = finetooth("stats", "--output-format", "json")
    assert (code, err) == (0, "")
    (found,) = json.loads(out)
    assert (found["filename"], found["rows"], found["format"]) == (name, 3, "openai-chat")
    assert found["bytes"] == len(data)
    code, out, _ = finetooth("config", name, "--output-format", "json")
    assert (code, json.loads(out)["format"]) == (0, "openai-chat")


def test_a_json_that_is_one_object_is_no_dataset(finetooth: Run) -> None:
    Path("package.json").write_text('{\n  "name": "x"\n}\n', encoding="utf-8")
    code, out, err = finetooth("stats", "package.json")
    assert (code, out) == (2, "")
    assert err.startswith("error: package.json: is one JSON object, no dataset")


@pytest.mark.parametrize(
    ("values", "bars"),
    [([0, 0, 0, 9], "█  ▃"), ([5, 5], "█   "), ([0, 3, 6, 9], "████"), ([0] * 99 + [9], "█  ▁")],
)
def test_every_value_shows_in_the_plot(values: list[int], bars: str) -> None:
    assert histogram(values, 4) == bars


def test_an_array_and_a_compressed_file_are_read_as_check_reads_them(finetooth: Run) -> None:
    rows = [json.loads(CHAT)] * 3
    Path("a.json").write_text(json.dumps(rows, indent=2), encoding="utf-8")
    Path("b.jsonl.gz").write_bytes(gzip.compress(CHAT.encode() * 4))
    found = json.loads(finetooth("stats", "a.json", "b.jsonl.gz", "--output-format", "json")[1])
    assert [(one["filename"], one["rows"], one["format"]) for one in found] == [
        ("a.json", 3, "openai-chat"),
        ("b.jsonl.gz", 4, "openai-chat"),
    ]


def test_one_object_is_no_dataset(finetooth: Run) -> None:
    Path("a.json").write_text('{"data": [' + CHAT.strip() + "]}", encoding="utf-8")
    code, out, err = finetooth("stats", "a.json")
    assert (code, out) == (2, "")
    assert "is one JSON object, no dataset" in err


def test_skills_are_shown_and_what_could_not_be_parsed(finetooth: Run) -> None:
    Path("finetooth.toml").write_text('[task]\nrequires = ["loop", "recursion"]\n', encoding="utf-8")
    answers = ["```python\nfor x in xs:\n    f(x)\n```", "```kotlin\nfor (x in xs) f(x)\n```"]
    rows = [json.dumps({"prompt": "Write it.", "completion": answer}) + "\n" for answer in answers]
    Path("a.jsonl").write_text("".join(rows), encoding="utf-8")
    page = finetooth("stats", "--no-tokens")[1]
    assert "  skills    rows that show loop 1\n" in page
    assert "none that shows recursion, which the task requires\n" in page
    assert "1 piece of code read: python 1\n" in page
    assert "1 could not be parsed: kotlin 1\n" in page
    (found,) = json.loads(finetooth("stats", "--no-tokens", "--output-format", "json")[1])
    assert found["skills"] == {"loop": 1}
    assert (found["code"], found["code-not-parsed"]) == ({"python": 1}, {"kotlin": 1})
