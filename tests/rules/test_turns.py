"""The order of turns, and what they say."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finetooth_rules.finding import Severity
from finetooth_rules.lint import Linter
from finetooth_rules.record import Record
from finetooth_rules.rule import NoOptions
from finetooth_rules.settings import build_profile, detect_format
from finetooth_rules.targets import TARGETS
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
    assert codes(say("user", "assistant", "tool"), **{key: "4"}) == ["TRN001"]
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


def test_a_call_without_content_is_not_empty() -> None:
    """The 103 records of a published tool file (drone commands) have calls and no `content` at all."""
    call = {"id": "a", "type": "function", "function": {"name": "land", "arguments": "{}"}}
    assert codes([{"role": "user", "content": "Land."}, {"role": "assistant", "tool_calls": [call]}]) == []


def test_the_prompt_of_preference_data_may_end_with_the_user() -> None:
    """An Example of preference data whose preferred answer could not be read."""
    from finetooth_rules.example import Example, Kind, Turn
    from finetooth_rules.record import Record
    from finetooth_rules.turns._turns import is_prompt_only, lacks_its_answer

    user = Turn("user", (), ("messages", 0), ("messages", 0), trained=False)
    answer = user._replace(role="assistant", trained=True)
    for turns, answer_from, expected in (((user,), 1, True), ((user, answer), 1, False)):
        example = Example(Record(b"{}"), "x", turns, kind=Kind.PREFERENCE, answer_from=answer_from)
        assert lacks_its_answer(example) is expected
    for kind in Kind:
        example = Example(Record(b"{}"), "x", (user,), kind=kind)
        assert is_prompt_only(example) is (kind is Kind.PROMPT_ONLY)


@pytest.mark.parametrize(
    ("target", "code", "roles", "severity"),
    [
        ("generic", "TRN010", "assistant user assistant", "warning"),
        ("llama-factory", "TRN010", "assistant user assistant", "error"),
        ("bedrock-nova", "TRN010", "assistant user assistant", "error"),
        ("generic", "TRN004", "user user assistant", "warning"),
        ("llama-factory", "TRN004", "user user assistant", "error"),
        ("together", "TRN004", "user user assistant", "error"),
        ("bedrock-anthropic", "TRN004", "user user assistant", "error"),
        ("generic", "TRN005", "user system assistant", "warning"),
        ("llama-factory", "TRN005", "user system assistant", "error"),
        ("fireworks", "TRN005", "user system assistant", "error"),
        ("llama-factory", "TRN006", "system system user assistant", "error"),
        ("mistral", "TRN006", "system system user assistant", "error"),
        ("generic", "TRN001", "user assistant user", "error"),
        ("axolotl", "TRN001", "user assistant user", "warning"),
        ("trl", "TRN001", "user assistant user", "warning"),
        ("trl", "TRN003", "user", "warning"),
        ("axolotl", "TRN003", "user", "error"),
        ("llama-factory", "TRN003", "user", "error"),
    ],
)
def test_severities_by_target(target: str, code: str, roles: str, severity: str) -> None:
    data = orjson.dumps({"messages": say(*roles.split())})
    profile = build_profile({"target": target})
    found = [p.finding for p in lint(data, f'target = "{target}"') if p.finding.code == code]
    assert [profile.severity(f.code, f.consequence) for f in found] == [Severity(severity)]


def test_where_weights_are_not_read_nothing_is_masked() -> None:
    messages = say("user", "assistant")
    messages[1]["weight"] = 0
    data = orjson.dumps({"messages": messages})
    for target in TARGETS.values():
        found = {p.finding.code for p in lint(data, f'target = "{target.name}"')} & {"TRN008", "TRN014"}
        assert found == ({"TRN008"} if target.reads_weight else {"TRN014"}), target.name


@pytest.mark.parametrize("merge_first", [True, False])
def test_results_in_a_row_by_format(merge_first: bool) -> None:
    """The openai converter of LLaMA-Factory merges results in a row, the sharegpt one empties the record."""
    from dataclasses import replace

    from finetooth_rules.record import Record
    from finetooth_rules.turns.dropped_by_trainer import check

    profile = build_profile({"target": "llama-factory"})
    fmt = profile.format_named("openai-chat")
    assert fmt is not None
    messages = say("user", "assistant", "tool", "tool", "assistant")
    record = Record(orjson.dumps({"messages": messages}))
    example = fmt.read(record, record.value, profile.target)
    if merge_first:
        assert [*check(example, profile, NoOptions())] == []
        return
    (finding,) = check(replace(example, format="sharegpt"), profile, NoOptions())
    assert finding.path == ("messages", 3, "role")
    record = Record(orjson.dumps({"messages": messages[:3]}))
    ended = replace(fmt.read(record, record.value, profile.target), format="sharegpt")
    (finding,) = check(ended, profile, NoOptions())
    assert finding.path == ("messages", 2, "role")
    assert "emptied" in finding.message


@pytest.mark.parametrize(("target", "code"), [("generic", "TRN011"), ("llama-factory", "TRN004")])
def test_a_pasted_turn_that_costs_the_record_is_an_error(target: str, code: str) -> None:
    turn = {"role": "user", "content": "Hi"}
    data = orjson.dumps({"messages": [turn, turn, {"role": "assistant", "content": "Hello!"}]})
    found = lint(data, f'target = "{target}"')
    assert [p.finding.code for p in found if p.finding.code.startswith("TRN")] == [code]


def emptied(roles: list[str]) -> bool:
    """Whether LLaMA-Factory empties or shortens a record of these roles, written anew from its description:
    a system turn first is set aside, results in a row are one, results at the end are lost; then users and
    results stand at odd places, the assistant at even ones.
    """
    turns = roles[1:] if roles[:1] == ["system"] else roles
    if turns and turns[-1] == "tool":
        return True
    merged = [role for n, role in enumerate(turns) if role != "tool" or turns[n - 1 : n] != ["tool"]]
    places = (("user", "tool"), ("assistant",))
    return len(merged) % 2 == 1 or any(r not in places[n % 2] for n, r in enumerate(merged))


@given(st.lists(st.sampled_from(["system", "user", "assistant", "tool"]), min_size=1, max_size=7))
@settings(max_examples=300, deadline=None, suppress_health_check=SLOW)
def test_what_llama_factory_empties_has_an_error_and_nothing_else_has(roles: list[str]) -> None:
    profile = build_profile({"target": "llama-factory"})
    data = orjson.dumps({"messages": say(*roles)})
    errors = {
        p.finding.code
        for p in lint(data, 'target = "llama-factory"')
        if p.finding.code.startswith("TRN")
        and profile.severity(p.finding.code, p.finding.consequence) is Severity.ERROR
    }
    if "user" in roles or emptied(roles):  # results without a question: no user turn is an error all the same
        assert bool(errors) is emptied(roles), errors


V1 = '{"messages": [{"role": "user", "content": [{"type": "text", "value": "Hi"}]}, ' + (
    '{"role": "user", "content": [{"type": "text", "value": "You?"}]}, '
    '{"role": "assistant", "content": [{"type": "text", "value": "Hello"}]}]}'
)


@pytest.mark.parametrize(
    ("row", "severity"), [(V1, Severity.WARNING), (V1.replace("value", "text"), Severity.ERROR)]
)
def test_what_llama_factory_empties_its_newer_reader_takes(row: str, severity: Severity) -> None:
    profile = build_profile({"target": "llama-factory"}, [orjson.loads(row)])
    (finding,) = [f for f in Linter(profile).check([Record(row.encode())])[0] if f.code == "TRN004"]
    assert profile.severity(finding.code, finding.consequence) is severity


def test_turns_of_user_and_bot_are_no_conversation_of_nemo() -> None:
    turns = [{"from": "User", "value": "Hi"}, {"from": "Bot", "value": "Hello"}]
    assert detect_format([{"conversations": turns}]) == "sharegpt"
    turns[1]["from"] = "Assistant"
    assert detect_format([{"conversations": turns}]) == "nemo"
