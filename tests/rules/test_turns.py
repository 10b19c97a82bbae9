"""The order of turns, and what they say."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finetooth_rules.testing import lint

ORDER = frozenset({"TRN001", "TRN002", "TRN003", "TRN004", "TRN005", "TRN006", "TRN008"})
SLOW = [HealthCheck.too_slow]  # the suite shares its machine
TEXT = st.text(min_size=1, max_size=12).filter(lambda text: bool(text.strip()))
ROLES = ("system", "developer", "user", "assistant", "tool", "function")


def codes(messages: list[dict[str, Any]], **columns: Any) -> list[str]:
    """Codes of the findings on turns."""
    data = orjson.dumps({"messages": messages, **columns})
    return sorted(p.finding.code for p in lint(data) if p.finding.code.startswith("TRN"))


def say(*roles: str) -> list[dict[str, Any]]:
    """One turn for each role, each with a text of its own."""
    return [{"role": role, "content": f"text {number}"} for number, role in enumerate(roles)]


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=4, unique_by=lambda pair: pair[0]), st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
def test_a_conversation_by_turns_is_right(pairs: list[tuple[str, str]], system: bool) -> None:
    messages = [{"role": "system", "content": "Be brief."}] if system else []
    for question, answer in pairs:
        messages += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    assert codes(messages) == []


@given(st.lists(st.sampled_from([*ROLES, "asistant", "", "human"]), min_size=1, max_size=6))
@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
def test_where_a_role_is_unknown_the_order_is_not_judged(roles: list[str]) -> None:
    found = set(codes(say(*roles)))
    if any(role not in ROLES for role in roles):
        assert not found & ORDER
    elif "assistant" not in roles:
        assert found & {"TRN001", "TRN002", "TRN003", "TRN008"} == {"TRN003"}
    else:
        assert ("TRN001" in found) is (roles[-1] != "assistant")
        assert ("TRN002" in found) is ("user" not in roles)
        assert "TRN003" not in found


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ("user assistant", []),
        ("system developer user assistant", []),
        ("user", ["TRN003"]),
        ("system", ["TRN003"]),
        ("assistant", ["TRN002"]),
        ("user assistant user", ["TRN001"]),
        ("user user assistant assistant", ["TRN004", "TRN004"]),
        ("user assistant tool tool assistant", []),
        ("user system assistant", ["TRN005"]),
        ("user system system assistant", ["TRN005", "TRN006"]),
        ("system user assistant system user assistant", ["TRN006"]),
        ("developer developer user assistant", ["TRN006"]),
        ("user assistant function", ["TRN001"]),
    ],
)
def test_orders(roles: str, expected: list[str]) -> None:
    assert codes(say(*roles.split())) == expected


@pytest.mark.parametrize("key", ["ground_truth", "reference_answer", "answer", "solution"])
def test_a_prompt_with_something_to_grade_by_needs_no_answer(key: str) -> None:
    assert codes(say("system", "user"), **{key: "4"}) == []
    assert codes(say("user", "assistant", "user"), **{key: "4"}) == []
    assert codes(say("user", "assistant", "user"), topic="4") == ["TRN001"]


@given(st.lists(st.sampled_from([0, 1, None, 0.0, False]), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
def test_nothing_is_trained_where_every_weight_is_zero(weights: list[Any]) -> None:
    messages = []
    for number, weight in enumerate(weights):
        messages += [
            {"role": "user", "content": f"q{number}"},
            {"role": "assistant", "content": f"a{number}"},
        ]
        messages[-1]["weight"] = weight
    masked = all(weight in (0, 0.0) and weight is not False for weight in weights)
    assert ("TRN008" in codes(messages)) is masked


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, ["TRN007"]), ("", ["TRN007"]), ("\n\t ", ["TRN007"]), ("\u200b", []), ("0", [])],
)
def test_empty_content(content: str | None, code: list[str]) -> None:
    messages = say("user", "assistant")
    messages[1]["content"] = content
    assert codes(messages) == code


def test_a_repeated_exchange_is_said_once_each_time() -> None:
    pair = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}]
    assert codes(pair * 3) == ["TRN011", "TRN011"]


def test_a_pasted_turn_is_not_said_twice() -> None:
    turn = {"role": "user", "content": "Hi"}
    assert codes([turn, turn, {"role": "assistant", "content": "Hello!"}]) == ["TRN011"]


def test_a_long_text_is_compared_without_its_outer_space() -> None:
    long = "word " * 40
    messages = say("user", "assistant", "user", "assistant")
    messages[1]["content"], messages[3]["content"] = long, f"\n{long}"
    assert codes(messages) == ["TRN011"]
    messages[3]["content"] = long + "more"
    assert codes(messages) == []
