"""Explaining what breaks a schema: one defect, one finding, at the exact place."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finetooth_rules.finding import Applicability
from finetooth_rules.formats import FORMATS, recognise
from finetooth_rules.framing import span_of
from finetooth_rules.lint import Linter
from finetooth_rules.record import Record
from finetooth_rules.schema import unknown_format
from finetooth_rules.schema._branch import choose, has_type, json_type, types_of, unknown_keys
from finetooth_rules.schema._explain import explain
from finetooth_rules.schema._words import MAX_MESSAGE, cut, either, one_of, quoted
from finetooth_rules.settings import build_profile
from finetooth_rules.testing import Placed, fix_all, lint

SLOW = [HealthCheck.too_slow]  # the suite shares its machine
TEXT = st.sampled_from(["", " ", "hello"])
ROLES = st.sampled_from(
    ["system", "user", "assistant", "tool", "developer", "function", "asistant", "human", 1, None]
)
PARTS = st.fixed_dictionaries(
    {}, optional={"type": st.sampled_from(["text", "image_url", "txt", 2]), "text": TEXT, "image_url": TEXT}
)
CALLS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["function", "fucntion", None]),
        "function": st.none()
        | st.fixed_dictionaries(
            {}, optional={"name": st.sampled_from(["f", "", "a b"]), "arguments": TEXT | st.none()}
        ),
    },
)
MESSAGES = st.fixed_dictionaries(
    {},
    optional={
        "role": ROLES,
        "content": TEXT | st.none() | st.integers(-(2**53), 2**53) | st.lists(PARTS | TEXT, max_size=3),
        "contnet": TEXT,
        "weight": st.sampled_from([0, 1, 0.5, "1", True, None]),
        "tool_calls": st.none() | st.lists(CALLS, max_size=2),
        "refusal": st.none() | TEXT | st.integers(-(2**53), 2**53),
    },
)
ROWS = st.fixed_dictionaries(
    {"messages": st.lists(MESSAGES | TEXT, max_size=4) | TEXT | st.none()},
    optional={
        "tools": TEXT | st.lists(CALLS, max_size=2),
        "parallel_tool_calls": st.sampled_from([True, None, 1]),
    },
)

GOOD: dict[str, Any] = {
    "messages": [
        {"role": "system", "content": "Be brief."},
        {
            "role": "user",
            "content": [{"type": "text", "text": "Weather?"}, {"type": "text", "text": "In Rome."}],
        },
        {
            "role": "assistant",
            "content": None,
            "weight": 1,
            "tool_calls": [{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
        },
        {"role": "tool", "tool_call_id": "a", "content": "21"},
        {"role": "assistant", "content": "21 °C."},
    ],
    "tools": [
        {"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object"}}}
    ],
    "parallel_tool_calls": False,
}


def findings(value: Any, settings: str = "") -> list[Placed]:
    """The findings on shape and turns of a record that stands between two good ones."""
    good = orjson.dumps(GOOD)
    data = b"\n".join([good, good, orjson.dumps(value), b""])
    return [p for p in lint(data, settings) if p.line == 2 and p.finding.code.startswith(("FMT", "TRN"))]


def _set(*steps: Any) -> Callable[[dict[str, Any]], None]:
    """A mutation: put the last step at the path of the others."""
    *path, key, value = steps

    def mutate(row: dict[str, Any]) -> None:
        target: Any = row
        for step in path:
            target = target[step]
        target[key] = value

    return mutate


def _rename(*steps: Any) -> Callable[[dict[str, Any]], None]:
    *path, key, name = steps

    def mutate(row: dict[str, Any]) -> None:
        target: Any = row
        for step in path:
            target = target[step]
        target[name] = target.pop(key)

    return mutate


def _drop(*steps: Any) -> Callable[[dict[str, Any]], None]:
    *path, key = steps

    def mutate(row: dict[str, Any]) -> None:
        target: Any = row
        for step in path:
            target = target[step]
        del target[key]

    return mutate


MUTATIONS = [
    (_rename("messages", "mesages"), "FMT003", b'"mesages"'),
    (_rename("messages", 4, "content", "contnet"), "FMT003", b'"contnet"'),
    (_rename("messages", 1, "role", "rloe"), "FMT003", b'"rloe"'),
    (_drop("messages", 4, "content"), "FMT003", b'{"role":"assistant"}'),
    (_drop("messages", 2, "tool_calls", 0, "function"), "FMT003", b'{"id":"a","type":"function"}'),
    (_drop("messages", 2, "tool_calls", 0, "function", "arguments"), "FMT003", b'{"name":"f"}'),
    (_drop("messages", 1, "content", 0, "type"), "FMT003", b'{"text":"Weather?"}'),
    (_drop("messages", 1, "content", 1, "text"), "FMT003", b'{"type":"text"}'),
    (_drop("tools", 0, "function"), "FMT003", b'{"type":"function"}'),
    (_set("messages", 4, "hello"), "FMT004", b'"hello"'),
    (_set("messages", 4, "content", 21), "FMT004", b"21"),
    (_set("messages", 1, "content", 0, "text", 5), "FMT004", b"5"),
    (_set("messages", 2, "weight", "1"), "FMT004", b'"1"'),
    (_set("messages", 2, "weight", True), "FMT004", b"true"),
    (_set("messages", 2, "tool_calls", 0, "function", "arguments", None), "FMT004", b"null"),
    (_set("messages", {"role": "user"}), "FMT004", b'{"role":"user"}'),
    (_set("tools", {}), "FMT004", b"{}"),
    (_set("parallel_tool_calls", "no"), "FMT004", b'"no"'),
    (_set("messages", 4, "wieght", 0), "FMT005", b'"wieght"'),
    (_set("messages", 4, "role", "asistant"), "FMT006", b'"asistant"'),
    (_set("messages", 4, "role", "gpt"), "FMT006", b'"gpt"'),
    (_set("messages", 2, "weight", 0.5), "FMT006", b"0.5"),
    (_set("messages", 1, "content", 0, "type", "txt"), "FMT006", b'"txt"'),
    (_set("messages", 2, "tool_calls", 0, "type", "call"), "FMT006", b'"call"'),
    (_set("messages", []), "FMT007", b"[]"),
    (_set("messages", 1, "content", []), "FMT007", b"[]"),
    (_set("tools", 0, "function", "name", "a b"), "FMT008", b'"a b"'),
    (_set("tools", 0, "function", "name", ""), "FMT008", b'""'),
]


@pytest.mark.parametrize(("mutate", "code", "marked"), MUTATIONS)
def test_one_defect_is_one_finding_on_the_exact_bytes(
    mutate: Callable[[dict[str, Any]], None], code: str, marked: bytes
) -> None:
    row = copy.deepcopy(GOOD)
    mutate(row)
    (placed,) = findings(row)
    assert placed.finding.code == code
    assert placed.record.raw[slice(*span_of(placed.record, placed.finding))] == marked


def test_the_good_record_is_good() -> None:
    assert findings(GOOD) == []


@given(ROWS)
@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
def test_what_the_fast_validator_refuses_is_explained_and_nothing_else(row: dict[str, Any]) -> None:
    raw = orjson.dumps(row)
    shape = [placed for placed in lint(raw) if placed.finding.code in EXPLAINING]
    assert bool(shape) is not FORMATS["openai-chat"].validator.is_valid(row)
    places = [(p.finding.path, p.finding.span, p.finding.message) for p in shape]
    assert len(set(places)) == len(places)
    assert all(len(p.finding.message) <= MAX_MESSAGE and "\n" not in p.finding.message for p in shape)


EXPLAINING = frozenset({"FMT003", "FMT004", "FMT006", "FMT007", "FMT008", "FMT009"})


@given(ROWS)
@settings(max_examples=50, deadline=None, suppress_health_check=SLOW)
def test_safe_fixes_come_to_rest_and_leave_a_record(row: dict[str, Any]) -> None:
    data = orjson.dumps(row) + b"\n"
    for code in ("FMT003", "FMT006"):
        data = fix_all(data, code, take=lambda fix: fix.applicability is Applicability.SAFE)
        assert isinstance(orjson.loads(data), dict)
        left = [f for p in lint(data) if p.finding.code == code for f in p.finding.fixes]
        assert all(fix.applicability is Applicability.UNSAFE for fix in left)


def test_a_branch_is_chosen_by_type_then_by_what_tells_them_apart() -> None:
    text = {"type": "string"}
    user = {"type": "object", "required": ["role"], "properties": {"role": {"const": "user"}}}
    others = {"type": "object", "required": ["role"], "properties": {"role": {"enum": ["tool", "assistant"]}}}
    branches = [text, user, others]
    assert choose(branches, "hello").branch is text
    assert choose(branches, {"role": "assistant"}).branch is others
    assert choose(branches, {"role": "asistant"}).branch is others
    assert choose(branches, {"role": "asistant"}).allowed == ("user", "tool", "assistant")
    assert choose(branches, {}).missing == "role"
    assert choose(branches, 5).types == ("string", "object")
    assert choose([user, {"type": "object"}], {}).undecided


def test_branches_that_nothing_tells_apart_are_explained_by_the_nearest() -> None:
    """An assistant message needs content, or one of four other things: `content` is said to be missing."""
    row = copy.deepcopy(GOOD)
    del row["messages"][4]["content"]
    assert [placed.finding.message for placed in findings(row)] == [
        "missing key `content` in an assistant message"
    ]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "null"),
        (True, "boolean"),
        (1, "integer"),
        (1.0, "integer"),
        (1.5, "number"),
        ("", "string"),
        ([], "array"),
        ({}, "object"),
    ],
)
def test_json_types(value: Any, name: str) -> None:
    assert json_type(value) == name
    assert has_type(value, [name])
    assert has_type(value, ["number"]) is (name in ("integer", "number"))


def test_types_of_a_schema() -> None:
    assert types_of({"type": "string"}) == ("string",)
    assert types_of({"enum": [0, 1, None]}) == ("integer", "null")
    assert types_of({"anyOf": [{"type": "array"}, {"const": "x"}]}) == ("array", "string")
    assert "object" in types_of({})
    assert "object" in types_of(True)


def test_unknown_keys_stop_at_free_objects() -> None:
    schema = {"properties": {"a": {"type": "object"}, "b": {"items": {"properties": {"c": {}}}}}}
    value = {"a": {"x": 1}, "b": [{"c": {"y": 1}, "z": 1}], "w": 1}
    assert [(path, key) for path, key, _, _ in unknown_keys(value, schema)] == [(("b", 0), "z"), ((), "w")]


def test_messages_are_short_and_on_one_line() -> None:
    assert either(["a"]) == "a"
    assert either(["a", "b", "c"]) == "a, b or c"
    assert quoted("a\n`b` " * 20).count("`") == 2
    assert len(quoted("x" * 100)) == 42
    assert one_of("it is `x`", ["a", 1]) == "it is `x`; expected `a` or `1`"
    assert len(one_of("it is `x`", ["value" * 3] * 20, "; did you mean `y`?")) <= MAX_MESSAGE
    assert one_of("it is `x`", ["value" * 3] * 20, "; did you mean `y`?").endswith("…; did you mean `y`?")
    assert len(cut("x" * 500)) == MAX_MESSAGE


KEY_SETS = st.lists(
    st.lists(st.sampled_from("abcdef"), max_size=3, unique=True).map(sorted).map(tuple), max_size=12
)


@given(KEY_SETS, st.randoms())
@settings(deadline=None, suppress_health_check=SLOW)
def test_the_summary_of_unknown_formats_does_not_depend_on_order_or_grouping(keys: Any, random: Any) -> None:
    def total(parts: list[Any]) -> Mapping[Any, int]:
        summary = unknown_format.RULE.empty()
        for part in parts:
            unknown_format.RULE.add(summary, part)
        return summary

    shuffled = list(keys)
    random.shuffle(shuffled)
    half = len(keys) // 2
    together = unknown_format.RULE.merge(total(keys[:half]), total(keys[half:]))  # type: ignore[arg-type]
    assert total(keys) == total(shuffled) == together


def test_a_bounded_summary_keeps_the_same_whatever_the_order() -> None:
    keys = [(f"{number:04}",) for number in range(600)]
    forward, backward = unknown_format.RULE.empty(), unknown_format.RULE.empty()
    for one, other in zip(keys, reversed(keys), strict=True):
        unknown_format.RULE.add(forward, one)
        unknown_format.RULE.add(backward, other)
    assert forward == backward
    assert len(forward) == 256


def test_strict_targets_refuse_extra_keys_of_open_trainers() -> None:
    row = copy.deepcopy(GOOD)
    row["messages"][4]["reasoning_content"] = "look out of the window"
    assert findings(row) == []
    codes = [placed.finding.code for placed in findings(row, 'target = "openai"')]
    assert codes == ["FMT005"]


def test_a_record_of_another_known_format_is_judged_by_its_own() -> None:
    assert {placed.finding.code for placed in findings({"prompt": "a", "completion": "b"})} == {"FMT002"}
    assert {placed.finding.code for placed in findings({"prompt": "a", "completion": 1})} == {
        "FMT002",
        "FMT004",
    }


def test_the_profile_of_an_unknown_format_judges_no_shape() -> None:
    rows: list[dict[str, Any]] = [{"words": "a"}, {"words": "b", "messages_": 1}]
    data = b"".join(orjson.dumps(row) + b"\n" for row in rows)
    assert [p.finding.code for p in lint(data) if p.finding.code.startswith("FMT")] == ["FMT001"]
    assert build_profile({}, rows).format is None
    assert recognise(rows[0]) is None


def test_a_record_that_reads_only_tolerantly_is_explained_too() -> None:
    """A trailing comma is not the end of the checks."""
    record = Record(b'{"messages": [{"role": "usre", "content": "hi"},]}')
    assert isinstance(record.value, dict)
    codes = {p.finding.code for p in lint(record.raw)}
    assert "FMT006" in codes


def test_records_of_one_shape_are_explained_by_what_each_holds() -> None:
    """The defects of a shape are told of its first record; the values are those of the one asked about."""
    profile = build_profile({"format": "prompt-completion"})
    linter = Linter(profile)
    for held in (5, 7):
        record = Record(b'{"prompt": %d, "completion": "x"}' % held)
        example = linter.example(record)
        assert example is not None
        assert [(defect.path, defect.found) for defect in explain(example, profile, "FMT004")] == [
            (("prompt",), held)
        ]
