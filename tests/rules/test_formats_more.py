"""TRL's types, Mistral, Together, Fireworks, Cohere, Bedrock, Gemini, NeMo, text, tokens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finetooth_rules.example import Example, Kind
from finetooth_rules.finding import Severity
from finetooth_rules.formats import FORMATS, recognise
from finetooth_rules.record import Record
from finetooth_rules.settings import build_profile
from finetooth_rules.targets import GENERIC
from finetooth_rules.testing import lint

VALID = Path(__file__).parents[1] / "data" / "valid_more"
RECOGNISED = {
    "trl_prompt_only": "trl-prompt-only",
    "trl_prompt_completion": "trl-prompt-completion",
    "trl_preference": "trl-preference",
    "trl_unpaired": "trl-unpaired",
    "trl_stepwise": "trl-stepwise",
    "mistral": "mistral",
    "cohere": "cohere",
    "bedrock_anthropic": "bedrock-anthropic",
    "bedrock_nova": "bedrock-nova",
    "gemini": "gemini",
    "nemo": "nemo",
    "text": "text",
    "tokenized": "tokenized",
}
CONFIGURED = {
    "mistral_configured": "mistral",
    "together": "together",
    "together_text": "together",
    "together_completion": "together",
    "together_preference": "together",
    "fireworks": "fireworks",
    "fireworks_preference": "fireworks",
}
MINE = sorted({*RECOGNISED.values(), *CONFIGURED.values()})


def rows(name: str) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in (VALID / f"{name}.jsonl").read_bytes().splitlines()]


def read(value: dict[str, Any], name: str | None = None) -> Example:
    fmt = FORMATS[name] if name else recognise(value)
    assert fmt is not None
    return fmt.read(Record(orjson.dumps(value)), value, GENERIC)


def grave(data: bytes, toml: str = "") -> list[tuple[int, str, str]]:
    """(line, code, message) at warning or above; SIZ001 aside, as these files are short on purpose."""
    profile = build_profile({})
    return [
        (placed.line + 1, placed.finding.code, placed.finding.message)
        for placed in lint(data, toml)
        if profile.severity(placed.finding.code, placed.finding.consequence) is not Severity.INFO
        and placed.finding.code != "SIZ001"
    ]


@pytest.mark.parametrize(("file", "name"), RECOGNISED.items())
def test_a_valid_record_is_recognised(file: str, name: str) -> None:
    assert [fmt.name if (fmt := recognise(row)) else None for row in rows(file)] == [name] * len(rows(file))


@pytest.mark.parametrize(("file", "name"), [*RECOGNISED.items(), *CONFIGURED.items()])
def test_a_valid_record_satisfies_its_schema_and_gives_no_warning(file: str, name: str) -> None:
    assert [row for row in rows(file) if not FORMATS[name].holds(row)] == []
    data = (VALID / f"{file}.jsonl").read_bytes()
    assert grave(data, f'format = "{name}"') == []
    if file in RECOGNISED:
        assert grave(data) == []


@pytest.mark.parametrize("name", MINE)
def test_a_format_names_its_sources(name: str) -> None:
    from jsonschema import Draft202012Validator

    fmt = FORMATS[name]
    Draft202012Validator.check_schema(fmt.schema)
    assert fmt.sources
    assert fmt.hint


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ({"prompt": "a", "completion": "b", "label": True}, "trl-unpaired"),
        ({"prompt": "a", "completion": "b", "label": "sports"}, "prompt-completion"),
        ({"prompt": "a", "complettion": "b"}, "prompt-completion"),
        ({"prompt": "a", "answer": "b"}, "trl-prompt-only"),
        ({"prompt": [{"role": "user"}], "completion": []}, "trl-prompt-completion"),
        ({"prompt": "a", "chosen": "b"}, "trl-preference"),
        ({"messages": [{"role": "assistant", "content": "a"}], "system": "b", "id": 1}, "openai-chat"),
        (
            {"messages": [{"role": "User", "content": "a"}, {"role": "Assistant", "content": "b"}]},
            "openai-chat",
        ),
        ({"text": "a", "summary": "b"}, None),
        ({"text": 3}, None),
    ],
)
def test_recognising(value: dict[str, Any], name: str | None) -> None:
    fmt = recognise(value)
    assert (fmt.name if fmt else None) == name


def test_the_roles_are_read_in_openai_s_words_and_kept_as_written() -> None:
    cohere = read(rows("cohere")[1])
    assert [turn.role for turn in cohere.turns][:3] == ["system", "user", "assistant"]
    assert [turn.written for turn in cohere.turns][:3] == ["System", "User", "Chatbot"]
    call = read(rows("gemini")[4])
    assert [turn.role for turn in call.turns] == ["user", "assistant", "tool", "assistant"]
    assert call.turns[1].calls[0].arguments == {"city": "Rome"}
    assert [tool.name for tool in call.tools] == ["weather"]
    assert [turn.trained for turn in read(rows("nemo")[1]).turns] == [False, False, True]


def test_reading_preference() -> None:
    implicit = read(rows("trl_preference")[4])
    assert (implicit.answer_from, implicit.rejected_from, implicit.kind) == (4, 4, Kind.PREFERENCE)
    assert [turn.trained for turn in implicit.turns] == [False] * 4 + [True]
    explicit = read(rows("trl_preference")[2])
    assert (explicit.answer_from, explicit.rejected_from) == (1, 0)
    gemini = read(rows("gemini")[6])
    assert (gemini.turns[gemini.answer_from].text, gemini.rejected[0].text) == (
        "Apples, I think.",
        "No idea.",
    )
    together = read(rows("together_preference")[0], "together")
    assert (together.answer_from, together.rejected[0].text) == (2, "What?")


def test_an_undesired_answer_is_not_trained() -> None:
    good, bad = rows("trl_unpaired")[:2]
    assert [text.text for text in read(good).trained_texts()] == ["4"]
    assert [*read(bad).trained_texts()] == []
    assert read(bad).label is False


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"prompt": "a", "completions": ["b", "c"], "labels": [True]}, "one label for each of 2 completions"),
        ({"input_ids": [1, 2], "labels": [1]}, "one number for each of 2 tokens, not 1"),
    ],
)
def test_lists_of_unequal_length_are_one_finding(value: dict[str, Any], message: str) -> None:
    ((_, code, said),) = grave(orjson.dumps(value) + b"\n")
    assert code == "FMT009"
    assert message in said


def test_together_takes_one_kind_of_record_only() -> None:
    row = {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}], "text": "a"}
    assert [code for _, code, _ in grave(orjson.dumps(row), 'format = "together"')] == ["FMT009"]


SCALARS = st.none() | st.booleans() | st.integers(-2, 2) | st.text(max_size=4)
KEYS = st.sampled_from(
    [
        *("role", "content", "text", "parts", "from", "value", "weight", "tool_calls", "function", "name"),
        *("image", "source", "functionCall", "functionResponse", "toolUse", "toolResult", "fileData"),
        *("reasoningContent", "reasoningText", "score", "completion", "messages", "thought"),
    ]
)
ANYTHING = st.recursive(
    SCALARS | st.sampled_from(["user", "assistant", "model", "User", "Chatbot"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)
TOP = st.sampled_from(
    [
        *("messages", "interactions", "available_tools", "tools", "system", "systemInstruction", "contents"),
        *("completions", "conversations", "mask", "prompt", "completion", "label", "labels", "chosen"),
        *("rejected", "text", "input", "output", "input_ids", "schemaVersion"),
        *("preferred_output", "non_preferred_output"),
    ]
)


@given(
    st.dictionaries(
        TOP, ANYTHING | st.lists(st.dictionaries(KEYS, ANYTHING, max_size=3), max_size=3), max_size=5
    )
)
@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_reading_never_raises_and_its_paths_lead_to_its_texts(value: dict[str, Any]) -> None:
    for name in MINE:
        fmt = FORMATS[name]
        assert fmt.recognise(value) in (True, False)
        assert fmt.holds(value) in (True, False)
        example = fmt.read(Record(b"{}"), value, GENERIC)
        turns = (*example.turns, *example.rejected)
        for text in (*example.all_texts(), *(text for turn in turns for text in turn.reasoning)):
            found: Any = value
            for step in text.path:
                found = found[step]
            assert found == text.text
        assert all(turn.trained <= (turn.role == "assistant") for turn in turns)
