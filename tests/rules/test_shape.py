"""Records of one shape are alike for every rule that reads only the shape."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import example, given
from hypothesis import strategies as st

from finetooth_rules.catalogue import all_rules
from finetooth_rules.formats import FORMATS, recognise
from finetooth_rules.lint import Linter
from finetooth_rules.record import Record
from finetooth_rules.rule import RecordRule
from finetooth_rules.settings import build_profile
from finetooth_rules.shape import literal_keys, shape_of

TEXT = st.sampled_from(["", " ", "hello", "world", "user", "x" * 70, "```", "漢字"])
ROLE = st.sampled_from(["system", "user", "assistant", "tool", "developer", "asistant", "human", ""])
CONTENT = st.one_of(
    TEXT,
    st.none(),
    st.integers(0, 2),
    st.lists(
        st.fixed_dictionaries({"type": st.sampled_from(["text", "image_url", "tex"]), "text": TEXT}),
        max_size=2,
    ),
)
MESSAGE = st.fixed_dictionaries(
    {"role": ROLE},
    optional={
        "content": CONTENT,
        "weight": st.sampled_from([0, 1, 0.5, "1", True]),
        "name": TEXT,
        "contnet": TEXT,
        "tool_calls": st.lists(
            st.fixed_dictionaries(
                {"id": TEXT, "type": st.just("function")},
                optional={"function": st.fixed_dictionaries({"name": TEXT, "arguments": TEXT})},
            ),
            max_size=2,
        ),
    },
)
CHAT = st.fixed_dictionaries(
    {"messages": st.lists(MESSAGE, max_size=4)},
    optional={"tools": st.lists(st.just({"type": "function"})), "extra": TEXT},
)
PAIR = st.fixed_dictionaries({}, optional={"prompt": CONTENT, "completion": CONTENT, "extra": TEXT})
SAID = st.fixed_dictionaries(
    {"from": st.sampled_from(["human", "gpt", "function_call", "observation", "system", "gtp"])},
    optional={"value": st.one_of(TEXT, st.just('{"name": "f"}'), st.none()), "weight": st.integers(0, 1)},
)
SHAREGPT = st.fixed_dictionaries(
    {"conversations": st.lists(SAID, max_size=4)},
    optional={"id": TEXT, "system": TEXT, "chosen": SAID, "rejected": SAID, "kto_tag": st.booleans()},
)
ALPACA = st.fixed_dictionaries(
    {"instruction": TEXT},
    optional={
        **dict.fromkeys(("input", "output", "response", "chosen", "rejected", "system"), CONTENT),
        "history": st.lists(st.lists(TEXT, max_size=3), max_size=2),
    },
)
PARTS = st.lists(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["text", "reasoning", "tool_call", "txt"]), "value": TEXT | st.just("[]")}
    ),
    max_size=2,
)
V1_MESSAGE = st.fixed_dictionaries(
    {"role": ROLE, "content": PARTS}, optional={"loss_weight": st.sampled_from([0.0, 0.5, 1.0, "1"])}
)
V1 = st.fixed_dictionaries(
    {}, optional={key: st.lists(V1_MESSAGE, max_size=3) for key in ("messages", "chosen_messages", "tools")}
)
ROW = st.one_of(CHAT, PAIR, SHAREGPT, ALPACA, V1)
SHAPE_RULES = frozenset(
    rule.code for rule in all_rules() if isinstance(rule, RecordRule) and rule.reads_shape
)


def reword(value: Any, literal: frozenset[str], key: str = "") -> Any:
    """The same shape in other words."""
    if isinstance(value, dict):
        return {name: reword(item, literal, name) for name, item in value.items()}
    if isinstance(value, list):
        return [reword(item, literal, key) for item in value]
    if isinstance(value, str) and key not in literal and value.strip():
        return "other words " + value[::-1]
    return value


@example({"messages": [{"role": "", "content": "user"}]})
@given(ROW)
def test_rules_that_read_the_shape_do_not_see_wording(row: dict[str, Any]) -> None:
    fmt = recognise(row)
    if fmt is None:
        return
    literal = literal_keys(fmt.schema)
    other = reword(row, literal)
    assert shape_of(row, literal) == shape_of(other, literal)
    assert fmt.validator.is_valid(row) == fmt.validator.is_valid(other)
    profile = build_profile({"format": fmt.name})
    found, used = [], Linter(profile)
    for value in (row, other):
        record = orjson.dumps(value)
        (findings,) = Linter(profile).check([Record(record)])
        found.append([(f.code, f.path) for f in findings if f.code in SHAPE_RULES])
        # The words may be of what the record holds (a role in the place of the content): those of this one,
        # also where its shape is known from another.
        assert used.check([Record(record)]) == [findings]
    assert found[0] == found[1]


@given(ROW)
def test_the_number_of_keys_is_counted_at_all_depths(row: dict[str, Any]) -> None:
    def keys(value: Any) -> int:
        if isinstance(value, dict):
            return len(value) + sum(map(keys, value.values()))
        return sum(map(keys, value)) if isinstance(value, list) else 0

    assert shape_of(row, frozenset())[1] == keys(row)


def test_what_the_schema_constrains_is_part_of_the_shape() -> None:
    schema = {"properties": {"kind": {"enum": ["a", "b"]}, "free": {"type": "string"}}}
    literal = literal_keys(schema)
    assert shape_of({"kind": "a"}, literal) != shape_of({"kind": "b"}, literal)
    assert shape_of({"free": "a"}, literal) == shape_of({"free": "b"}, literal)
    assert shape_of({"free": ""}, literal) != shape_of({"free": "b"}, literal)
    assert shape_of({"free": " "}, literal) != shape_of({"free": "b"}, literal)


def test_one_and_true_are_not_the_same() -> None:
    assert shape_of({"weight": 1}, frozenset({"weight"})) != shape_of({"weight": True}, frozenset({"weight"}))
    assert shape_of({"weight": 1}, frozenset({"weight"})) != shape_of({"weight": 1.0}, frozenset({"weight"}))


def test_every_format_knows_its_own_literals() -> None:
    for fmt in FORMATS.values():
        assert "role" in literal_keys(fmt.schema)


@given(st.lists(ROW, max_size=12))
def test_a_warm_linter_finds_what_a_fresh_one_finds(rows: list[dict[str, Any]]) -> None:
    profile = build_profile({"format": "openai-chat"})
    warm = Linter(profile)
    warm.check([Record(orjson.dumps(row)) for row in rows])
    again = warm.check([Record(orjson.dumps(row)) for row in rows])
    fresh = [Linter(profile).check([Record(orjson.dumps(row))])[0] for row in rows]
    assert again == fresh


@given(st.one_of(CHAT, SHAREGPT, ALPACA), st.one_of(CHAT, SHAREGPT, ALPACA))
def test_equal_plain_shapes_mean_equal_shapes(one: dict[str, Any], other: dict[str, Any]) -> None:
    for fmt in FORMATS.values():
        if fmt.plain_shape is None:
            continue
        short, long = fmt.plain_shape(one), fmt.plain_shape(other)
        literal = literal_keys(fmt.schema)
        if short is not None:
            # A target's own variant is taken only where the file is known to be of it.
            assert fmt.recognise(one)
            assert recognise(one) is fmt or fmt.distinct is not None
            assert short[1] == shape_of(one, literal)[1]
            assert fmt.plain_shape(reword(one, literal)) == short
        if short is not None and short == long:
            assert shape_of(one, literal) == shape_of(other, literal)
