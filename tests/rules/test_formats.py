"""Recognising a format, and reading a record into an Example."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finetooth_rules.example import Example, Kind
from finetooth_rules.finding import INSIDE, Severity
from finetooth_rules.formats import FORMATS, recognise
from finetooth_rules.record import Record
from finetooth_rules.settings import build_profile
from finetooth_rules.suggest import called_otherwise, nearest
from finetooth_rules.targets import GENERIC
from finetooth_rules.testing import lint

VALID = sorted((Path(__file__).parents[1] / "data" / "valid").glob("*.jsonl"))
"""A file for each format, named after it."""

SLOW = [HealthCheck.too_slow]  # the suite shares its machine
SCALARS = st.none() | st.booleans() | st.integers(-2, 2) | st.floats(allow_nan=False) | st.text(max_size=5)
KEYS = st.sampled_from(
    [
        *("role", "content", "type", "text", "name", "weight", "tool_calls", "function", "arguments"),
        *("refusal", "label", "from", "value", "loss_weight", "messages", "tools"),
    ]
)
ANYTHING = st.recursive(
    SCALARS
    | st.sampled_from(["user", "assistant", "text", "refusal", "image_url", "function", "human", "gpt"])
    | st.sampled_from(["function_call", "reasoning", "tool_call"])
    | st.sampled_from(['{"name": "f", "arguments": {}}', '[{"name": "f"}, 1]', '{"name": "é"', "[]"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=6,
)
TURN = st.dictionaries(KEYS, ANYTHING)
VAGUELY_CHAT = st.dictionaries(
    st.sampled_from(
        [
            *("messages", "mesages", "tools", "functions", "label", "prompt", "completion", "chosen"),
            *("rejected", "conversations", "instruction", "input", "output", "history", "kto_tag", "images"),
            *("chosen_messages", "rejected_messages", "preferred_output", "non_preferred_completion"),
            *("ground_truth", "system"),
        ]
    ),
    ANYTHING
    | TURN
    | st.lists(TURN, max_size=3)
    | st.lists(st.lists(st.text(max_size=2), max_size=2), max_size=2),
)


def read(value: dict[str, Any]) -> Example:
    fmt = recognise(value)
    assert fmt is not None
    return fmt.read(Record(orjson.dumps(value)), value, GENERIC)


def valid_rows() -> list[tuple[str, dict[str, Any]]]:
    """Every valid record, with the name of its format."""
    return [
        (path.stem.replace("_", "-"), orjson.loads(line))
        for path in VALID
        for line in path.read_bytes().splitlines()
    ]


def at(value: Any, path: Iterable[str | int]) -> Any:
    """The value at a path, which may lead into JSON in a string."""
    for step in path:
        value = orjson.loads(value) if step == INSIDE else value[step]
    return value


@given(VAGUELY_CHAT)
@settings(deadline=None, suppress_health_check=SLOW)
def test_reading_never_raises_and_its_paths_lead_to_its_texts(value: dict[str, Any]) -> None:
    for fmt in FORMATS.values():
        assert fmt.recognise(value) in (True, False)
        example = fmt.read(Record(b"{}"), value, GENERIC)
        for text in example.all_texts():
            assert at(value, text.path) == text.text
        for turn in (*example.turns, *example.rejected):
            for text in turn.reasoning:
                assert at(value, text.path) == text.text
            for media in turn.media:
                at(value, media.path)
            for place in (turn.path, turn.content_path, turn.role_path, turn.weight_path, turn.answers_path):
                at(value, place)
            for call in turn.calls:
                if call.name is not None:
                    assert at(value, call.name_path) == call.name
                if call.arguments is not None:
                    assert at(value, call.arguments_path) == call.arguments
                at(value, call.path)
        for tool in example.tools:
            assert at(value, tool.path) == tool.definition
            assert at(value, tool.function_path) == tool.function
        for place in (example.rejected_path, example.label_path, example.tools_path):
            at(value, place)
        assert 0 <= example.answer_from <= len(example.turns)
        assert 0 <= example.rejected_from <= len(example.rejected)
        assert not any(turn.trained for turn in example.rejected)
        for turn in example.turns:
            assert turn.role == "" or isinstance(turn.role, str)
            assert turn.trained <= (turn.role == "assistant")


@given(VAGUELY_CHAT, ANYTHING)
@settings(max_examples=50, deadline=None, suppress_health_check=SLOW)
def test_linting_never_raises(value: dict[str, Any], odd: Any) -> None:
    """`lint` raises when a rule does."""
    lint(orjson.dumps(value) + b"\n" + orjson.dumps({"messages": odd}) + b"\n")


@pytest.mark.parametrize(("name", "row"), valid_rows(), ids=lambda it: str(it)[:60])
def test_a_valid_record_satisfies_the_schema(name: str, row: dict[str, Any]) -> None:
    fmt = recognise(row)
    assert fmt is not None
    assert fmt.name == name
    assert fmt.validator.is_valid(row)
    example = fmt.read(Record(orjson.dumps(row)), row, GENERIC)
    assert example.turns or example.kind in (Kind.PRETRAINING, Kind.TOKENIZED)


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_a_valid_file_gives_no_warning(path: Path) -> None:
    """Tools, parallel calls, images, refusals, weights and all: what other checkers flag."""
    rows = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    profile = build_profile({}, rows)
    assert profile.format == path.stem.replace("_", "-")
    grave = [
        placed.finding
        for placed in lint(path.read_bytes())
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
        ({"messages": [{"role": "user", "content": [{"type": "text", "value": "hi"}]}]}, "llama-factory-v1"),
        ({"chosen_messages": 1}, "llama-factory-v1"),
        ({"messages": [{"role": "user"}], "ground_truth": 1}, "openai-reinforcement"),
        ({"messages": [{"role": "usre"}], "ground_truth": 1}, "openai-reinforcement"),
        ({"messages": [{"role": "user"}], "id": 1, "tools": []}, "openai-chat"),
        ({"messages": [{"role": "user"}, {"role": "assistant"}], "answer": "4"}, "openai-chat"),
        ({"messages": [{"role": "assistant"}, {"role": "user"}], "topic": "4"}, "openai-chat"),
        ({"messages": [{"role": "assistant"}, {"role": "user"}], "answer": "4"}, "openai-reinforcement"),
        ({"messages": [{"from": "human", "value": "hi"}]}, "sharegpt"),
        ({"messages": [{"from": "human"}, {"role": "assistant"}]}, "openai-chat"),
        ({"conversations": []}, "sharegpt"),
        ({"conversation": [{"from": "human", "value": "hi"}], "id": 1}, "sharegpt"),
        ({"conversation": "a talk"}, None),
        ({"input": {"messages": []}}, "openai-preference"),
        ({"preferred_output": 1}, "openai-preference"),
        ({"input": "a", "preferred_completion": []}, "openai-preference"),
        ({"input": "a", "output": "b"}, "nemo"),
        ({"instruction": "a", "input": "", "output": "b", "text": "all"}, "alpaca"),
        ({"instruction": "a", "response": 3}, "alpaca"),
        ({"instruction": "a"}, "alpaca"),
        ({"instuction": "a", "output": "b"}, "alpaca"),
        ({"instruction": "a", "instances": []}, None),
        ({"prompt": "a", "instruction": "b", "output": "c"}, "alpaca"),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "hi", "value": 1}]}]},
            "openai-chat",
        ),
        ({"prompt": "a", "completion": "b"}, "prompt-completion"),
        ({"prompt": "a", "response": "b"}, "prompt-completion"),
        ({"completion": 4}, "prompt-completion"),
        ({"prompt": "a", "completion": "b", "messages": []}, "openai-chat"),
        ({"prompt": [{"role": "user"}], "completion": []}, "trl-prompt-completion"),
        ({"prompt": "a", "chosen": "b", "rejected": "c"}, "trl-preference"),
        ({"text": "a"}, "text"),
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


def test_reading_sharegpt() -> None:
    example = read(
        {
            "system": "S",
            "conversations": [
                {"from": "human", "value": "Weather?"},
                {"from": "function_call", "value": '{"name": "get", "arguments": {"city": "Rome"}}'},
                {"from": "observation", "value": "21"},
            ],
            "chosen": {"from": "gpt", "value": "21 degrees"},
            "rejected": {"from": "gpt", "value": "Cold"},
            "tools": '[{"name": "get"}]',
        }
    )
    assert [turn.role for turn in example.turns] == ["system", "user", "assistant", "tool", "assistant"]
    assert [turn.written for turn in example.turns] == ["", "human", "function_call", "observation", "gpt"]
    (call,) = example.turns[2].calls
    assert (call.name, call.arguments) == ("get", {"city": "Rome"})
    assert call.arguments_path == ("conversations", 1, "value", INSIDE, "arguments")
    assert (example.kind, example.answer_from) == (Kind.PREFERENCE, 4)
    assert [turn.text for turn in example.rejected] == ["Cold"]
    assert [text.text for text in example.trained_texts()] == ["21 degrees"]
    assert example.tools[0].name == "get"


def test_reading_alpaca() -> None:
    example = read({"instruction": "i", "input": "x", "output": "o", "history": [["q", "a"]], "system": "s"})
    assert [turn.text for turn in example.turns] == ["s", "q", "a", "i\nx", "o"]
    assert [text.path for text in example.trained_texts()] == [("history", 0, 1), ("output",)]
    pair = read({"instruction": "i", "output": "o", "chosen": "c", "rejected": "r"})
    assert (pair.kind, pair.completion, pair.rejected[0].text) == (Kind.PREFERENCE, "c", "r")
    bad = read({"instruction": "i", "output": "o", "kto_tag": False})
    assert (bad.kind, bad.label, list(bad.trained_texts())) == (Kind.UNPAIRED, False, [])


def test_reading_openai_preference() -> None:
    say = {"role": "assistant", "content": "a"}
    example = read(
        {
            "input": {"messages": [{"role": "user", "content": "q"}, say, {"role": "user", "content": "r"}]},
            "preferred_output": [say],
            "non_preferred_output": [say],
        }
    )
    assert example.answer_from == 3
    assert [turn.trained for turn in example.turns] == [False, False, False, True]
    assert [turn.path for turn in example.rejected] == [("non_preferred_output", 0)]


def test_reading_llama_factory_v1() -> None:
    def say(role: str, *parts: tuple[str, str], **more: float) -> dict[str, Any]:
        return {"role": role, "content": [{"type": kind, "value": text} for kind, text in parts], **more}

    better = [
        say("user", ("image_url", "cat.png"), ("text", "q"), loss_weight=0.0),
        say(
            "assistant", ("reasoning", "hm"), ("tool_call", '{"name": "f", "arguments": {}}'), loss_weight=1.0
        ),
    ]
    example = read({"chosen_messages": better, "rejected_messages": better[:1], "tools": '[{"name": "f"}]'})
    assert (example.kind, example.answer_from, example.rejected_from) == (Kind.PREFERENCE, 1, 1)
    user, answer = example.turns
    assert (user.text, user.media[0].source, user.weight) == ("q", "cat.png", None)
    assert (answer.weight, answer.trained, answer.reasoning[0].text) == (1.0, True, "hm")
    assert answer.calls[0].name_path == ("chosen_messages", 1, "content", 1, "value", INSIDE, "name")


def test_a_prompt_for_reinforcement_names_the_column_of_its_grader() -> None:
    example = read({"messages": [{"role": "user", "content": "q"}], "id": 1, "level": 2, "answer": "4"})
    assert (example.kind, example.extra["reference"]) == (Kind.PROMPT_ONLY, "answer")


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


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=lambda fmt: fmt.name)
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
