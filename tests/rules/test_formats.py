"""Recognising a format, and reading a record into an Example."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finetooth_rules.example import Example
from finetooth_rules.finding import Severity
from finetooth_rules.formats import FORMATS, recognise
from finetooth_rules.formats.openai_chat import OPENAI_CHAT
from finetooth_rules.formats.prompt_completion import PROMPT_COMPLETION
from finetooth_rules.record import Record
from finetooth_rules.settings import build_profile
from finetooth_rules.suggest import called_otherwise, nearest
from finetooth_rules.targets import GENERIC
from finetooth_rules.testing import lint

VALID = Path(__file__).parents[1] / "data" / "valid" / "openai_chat.jsonl"

SLOW = [HealthCheck.too_slow]  # the suite shares its machine
SCALARS = st.none() | st.booleans() | st.integers(-2, 2) | st.floats(allow_nan=False) | st.text(max_size=5)
KEYS = st.sampled_from(
    [
        "role",
        "content",
        "type",
        "text",
        "name",
        "weight",
        "tool_calls",
        "function",
        "arguments",
        "refusal",
        "label",
    ]
)
ANYTHING = st.recursive(
    SCALARS | st.sampled_from(["user", "assistant", "text", "refusal", "image_url", "function"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=6,
)
VAGUELY_CHAT = st.dictionaries(
    st.sampled_from(["messages", "mesages", "tools", "functions", "label", "prompt", "completion", "chosen"]),
    ANYTHING | st.lists(st.dictionaries(KEYS, ANYTHING), max_size=3),
)


def read(value: dict[str, Any]) -> Example:
    fmt = recognise(value)
    assert fmt is not None
    return fmt.read(Record(orjson.dumps(value)), value, GENERIC)


def valid_rows() -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in VALID.read_bytes().splitlines()]


@given(VAGUELY_CHAT)
@settings(deadline=None, suppress_health_check=SLOW)
def test_reading_never_raises_and_its_paths_lead_to_its_texts(value: dict[str, Any]) -> None:
    for fmt in FORMATS.values():
        assert fmt.recognise(value) in (True, False)
        example = fmt.read(Record(b"{}"), value, GENERIC)
        for text in example.all_texts():
            found: Any = value
            for step in text.path:
                found = found[step]
            assert found == text.text
        for turn in example.turns:
            assert turn.role == "" or isinstance(turn.role, str)
            assert turn.trained <= (turn.role == "assistant")


@given(VAGUELY_CHAT, ANYTHING)
@settings(max_examples=50, deadline=None, suppress_health_check=SLOW)
def test_linting_never_raises(value: dict[str, Any], odd: Any) -> None:
    """`lint` raises when a rule does."""
    lint(orjson.dumps(value) + b"\n" + orjson.dumps({"messages": odd}) + b"\n")


@pytest.mark.parametrize("row", valid_rows(), ids=lambda row: str(row)[:60])
def test_a_valid_record_satisfies_the_schema(row: dict[str, Any]) -> None:
    assert recognise(row) is OPENAI_CHAT
    assert OPENAI_CHAT.validator.is_valid(row)


def test_a_valid_file_gives_no_warning() -> None:
    """Tools, parallel calls, images, refusals, weights and all: what other checkers flag."""
    profile = build_profile({})
    grave = [
        placed.finding
        for placed in lint(VALID.read_bytes())
        if profile.severity(placed.finding.code, placed.finding.consequence) is not Severity.INFO
    ]
    assert grave == []


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ({"messages": []}, "openai-chat"),
        ({"messages": "none"}, "openai-chat"),
        ({"mesages": [{"role": "user"}]}, "openai-chat"),
        ({"Messages": [{"role": "user"}], "id": 1}, "openai-chat"),
        ({"message": "a letter"}, None),
        ({"turns": [{"role": "user"}]}, None),
        ({"messages": [], "chosen": {}, "rejected": {}}, None),
        ({"messages": [{"role": "user", "content": [{"type": "text", "value": "hi"}]}]}, None),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "hi", "value": 1}]}]},
            "openai-chat",
        ),
        ({"prompt": "a", "completion": "b"}, "prompt-completion"),
        ({"prompt": "a", "response": "b"}, "prompt-completion"),
        ({"completion": 4}, "prompt-completion"),
        ({"prompt": "a", "completion": "b", "messages": []}, "openai-chat"),
        ({"prompt": [{"role": "user"}], "completion": []}, None),
        ({"prompt": "a", "chosen": "b", "rejected": "c"}, None),
        ({"text": "a"}, None),
        ({}, None),
    ],
)
def test_recognising(value: dict[str, Any], name: str | None) -> None:
    fmt = recognise(value)
    assert (fmt.name if fmt else None) == name


def test_reading_chat() -> None:
    example = read(
        {
            "messages": [
                {"role": "system", "content": "S"},
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "Look"},
                        {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
                        {"type": "text", "text": "at it"},
                    ],
                },
                {
                    "role": "assistant",
                    "content": None,
                    "weight": 0,
                    "tool_calls": [
                        {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
                    ],
                },
                {"role": "tool", "tool_call_id": "a", "content": "1"},
                {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
            ],
            "tools": '[{"type": "function", "function": {"name": "f"}}]',
            "functions": [{"name": "g"}],
        }
    )
    system, user, call, tool, answer = example.turns
    assert [turn.role for turn in example.turns] == ["system", "user", "assistant", "tool", "assistant"]
    assert user.text == "Look\nat it"
    assert len(user.media) == 1
    assert user.texts[1].path == ("messages", 1, "content", 2, "text")
    assert user.role_path == ("messages", 1, "role")
    assert (call.has_content, call.trained, call.weight) == (False, False, 0)
    assert call.calls[0].name == "f"
    assert call.calls[0].path == ("messages", 2, "tool_calls", 0)
    assert tool.trained is system.trained is False
    assert (answer.refusal, answer.trained, answer.text) == (True, True, "No.")
    assert [tool.name for tool in example.tools] == ["f", "g"]
    assert [text.text for text in example.trained_texts()] == ["No."]


def test_missing_content_is_placed_on_its_turn() -> None:
    (turn,) = read({"messages": [{"role": "user"}]}).turns
    assert turn.content_path == turn.path == ("messages", 0)
    (turn,) = read({"messages": [{"role": "user", "content": None}]}).turns
    assert turn.content_path == ("messages", 0, "content")


@pytest.mark.parametrize("key", ["label", "kto_tag"])
def test_an_undesired_answer_is_not_trained(key: str) -> None:
    good = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    assert [turn.trained for turn in read({"messages": good, key: True}).turns] == [False, True]
    assert [turn.trained for turn in read({"messages": good, key: False}).turns] == [False, False]


def test_reading_prompt_and_completion() -> None:
    example = read({"prompt": "a", "completion": "b"})
    assert (example.prompt, example.completion, example.conversation) == ("a", "b", False)
    assert [turn.content_path for turn in example.turns] == [("prompt",), ("completion",)]
    assert [text.text for text in example.trained_texts()] == ["b"]
    assert list(read({"prompt": "a", "completion": "b", "label": False}).trained_texts()) == []
    assert [turn.role for turn in read({"completion": None}).turns] == ["assistant"]


@pytest.mark.parametrize("fmt", [OPENAI_CHAT, PROMPT_COMPLETION], ids=lambda fmt: fmt.name)
def test_a_format_says_where_its_schema_comes_from(fmt: Any) -> None:
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(fmt.schema)
    assert fmt.sources
    assert fmt.hint


@pytest.mark.parametrize(
    ("word", "candidates", "expected"),
    [
        ("asistant", ["user", "assistant"], "assistant"),
        ("Assistant", ["user", "assistant"], "assistant"),
        ("tool-calls", ["tool_calls"], "tool_calls"),
        ("usre", ["user", "assistant"], "user"),
        ("narrator", ["user", "assistant"], None),
        ("ab", ["ac"], None),
        ("form", ["from", "farm"], None),
        ("", ["user"], None),
        ("user", [], None),
    ],
)
def test_did_you_mean(word: str, candidates: list[str], expected: str | None) -> None:
    assert nearest(word, candidates) == expected


def test_names_in_other_formats() -> None:
    assert called_otherwise("Human", ["system", "user"]) == "user"
    assert called_otherwise("human", ["assistant"]) is None
