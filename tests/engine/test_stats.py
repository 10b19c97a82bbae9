"""Statistics of a file: right on a small file, and the same however it is cut."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from finetooth.engine.features.language import language_of
from finetooth.engine.files.source import Source
from finetooth.engine.overview.stats import Stats, stats_of
from finetooth_rules.settings import build_profile

CHAT = [
    {
        "messages": [
            {"role": "system", "content": "Answer in one word."},
            {"role": "user", "content": "What is the capital of France?"},
            {"role": "assistant", "content": "Paris", "weight": 0},
            {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]},
            {"role": "assistant", "content": "```python\nprint(1)\n```\n~~~ JSON\n{}\n~~~"},
        ]
    },
    {
        "messages": [
            {"role": "user", "content": "Time?"},
            {"role": "assistant", "tool_calls": [{"function": {"name": "clock", "arguments": "{}"}}]},
            {"role": "tool", "tool_call_id": "1", "content": "12:00"},
            {"role": "assistant", "content": "Noon"},
        ],
        "tools": [{"type": "function", "function": {"name": "clock"}}],
    },
]  # fmt: skip


def lines(rows: list[object]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def stats(data: bytes, target: str = "generic", **options: int) -> Stats:
    values = [json.loads(line) for line in data.splitlines() if line.startswith(b"{")]
    return stats_of(Source("x", data=data), build_profile({"target": target}, values), **options)  # type: ignore[arg-type]


def test_a_small_file() -> None:
    found = stats(lines([*CHAT, []]) + b"\n")
    assert (found.rows, found.unread, sorted(found.turns)) == (3, 1, [4, 5])
    assert found.roles == Counter(user=3, assistant=4, system=1, tool=1)
    assert found.formats == Counter({"openai-chat": 2})
    assert (found.rows_with_tools, dict(found.tools), dict(found.calls)) == (1, {"clock": 1}, {"clock": 1})
    assert found.media == Counter(image=1)
    assert found.fences == Counter(python=1, json=1)
    assert found.estimated
    assert 0 < sum(found.trained) < sum(found.lengths)


def test_a_target_that_trains_prompts_too() -> None:
    found = stats(lines([CHAT[0]]), "trl")
    assert list(found.trained) == list(found.lengths)


@pytest.mark.parametrize("shard_bytes", [700, 3_000, 1 << 20])
def test_any_cut_gives_the_same(shard_bytes: int) -> None:
    data = lines([*CHAT, {"messages": []}] * 20)
    one, other = stats(data), stats(data, shard_bytes=shard_bytes)
    for name in Stats.__slots__:
        a, b = getattr(one, name), getattr(other, name)
        assert (sorted(a), name) == (sorted(b), name) if hasattr(a, "typecode") else (a, name) == (b, name)


def test_tokens_can_be_left_out() -> None:
    assert not stats(lines(CHAT), tokens=0).lengths


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What is the capital of France, and how many people live there today?", "en"),
        ("Wie heißt die Hauptstadt von Frankreich, und wie viele Menschen leben dort?", "de"),
        ("法国的首都是什么？现在有多少人住在那里？请简单地告诉我关于这座城市的一些历史。", "zh"),
        ("Какая столица Франции и сколько людей сейчас там живёт?", "ru"),
        ("Paris", ""),
        ("SELECT a, b FROM t WHERE c = 1", ""),
        ("```python\nfor line in open(path): print(line.strip().split(',')[0].lower())\n```", ""),
        ("12 34 56 78 90 " * 10, ""),
        ("", ""),
    ],
)
def test_a_language_is_said_only_where_there_is_one(text: str, language: str) -> None:
    assert language_of(text) == language


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(OSError, match="No such file"):
        stats_of(Source("x", Path("nothing-here.jsonl")), build_profile({}))


def test_what_code_shows_and_what_could_not_be_parsed() -> None:
    answers = [
        "```python\nfor x in xs:\n    print(x)\n```\n```kotlin\nfor (x in xs) println(x)\n```",
        "```js\nif (x) { y(); }\n```",
        "```python\nfor x in xs:\nprint(x)\n```",
        "Thank you: for this, if any.",
    ]
    data = lines([{"prompt": "Write it.", "completion": answer} for answer in answers])
    settings = {"task": {"requires": ["recursion", "regex:^Thank", "python:For"]}}
    profile = build_profile(settings, [json.loads(line) for line in data.splitlines()])
    found = stats_of(Source("x", data=data), profile, tokens=False)
    assert found.skills == Counter({"loop": 1, "python:For": 1, "conditional": 1, "regex:^Thank": 1})
    assert found.code == Counter(python=1, javascript=1)
    assert found.code_unread == Counter(kotlin=1, python=1)
    cut = stats_of(Source("x", data=data), profile, tokens=False, shard_bytes=64)
    assert (cut.skills, cut.code, cut.code_unread) == (found.skills, found.code, found.code_unread)
