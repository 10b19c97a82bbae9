"""Formatting changes white space between tokens and nothing else: not a digit, not an escape, not a key."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.json_objects import written
from finetooth.engine.cursor.canonical import canonical, change, is_canonical

Tokens = list[tuple[str, str]]


def tokens(raw: bytes) -> Any:
    """All that a reader can see of a text: pairs with their repetitions, numbers as they are written."""
    return json.loads(
        raw,
        object_pairs_hook=lambda pairs: ("object", pairs),
        parse_int=lambda text: ("number", text),
        parse_float=lambda text: ("number", text),
        parse_constant=lambda text: ("constant", text),
    )


@given(written())
def test_the_value_is_the_same_and_the_form_is_that_of_json_dumps(given: tuple[Any, bytes]) -> None:
    value, raw = given
    after = canonical(raw)
    assert after is not None
    assert tokens(after) == tokens(raw)
    assert is_canonical(after)
    assert canonical(after) == after
    if b"\\u" not in raw:
        assert after == json.dumps(value, ensure_ascii=False).encode()


WHITE = st.text(" \t\r\n", max_size=3)
ATOMS = st.sampled_from(
    [
        "1",
        "-0",
        "1.50",
        "1E400",
        "123456789012345678901234567890",
        "1e-7",
        '""',
        r'"\ud800"',
        r'"\/ , : "',
        "null",
    ]
)


@st.composite
def loose(draw: st.DrawFn, depth: int = 0) -> str:
    """JSON with white space anywhere, equal keys, odd numbers, halves of surrogate pairs."""
    kind = draw(st.sampled_from(["atom", "list", "object"])) if depth < 3 else "atom"
    white = draw(WHITE)
    if kind == "atom":
        return white + draw(ATOMS) + draw(WHITE)
    inner = draw(st.lists(loose(depth + 1), max_size=3))
    if kind == "list":
        return white + "[" + (",".join(inner) or draw(WHITE)) + "]" + draw(WHITE)
    pairs = [f'{draw(WHITE)}"{draw(st.sampled_from("aé:,"))}"{draw(WHITE)}:{value}' for value in inner]
    return white + "{" + (",".join(pairs) or draw(WHITE)) + "}" + draw(WHITE)


@given(loose())
@example('{"a": 1, "a": 2}')
@example('{"n" : 1.0000000000000000000001}')
def test_nothing_is_lost(text: str) -> None:
    raw = text.encode()
    after = canonical(raw)
    if after is None:
        return  # what the strict parser refuses is left alone
    assert tokens(after) == tokens(raw)
    assert is_canonical(after)
    assert not set(after) & set(b"\t\r\n")


@given(st.binary(max_size=30), st.binary(max_size=30))
def test_a_change_makes_one_text_the_other(before: bytes, after: bytes) -> None:
    start, end, content = change(before, after)
    assert before[:start] + content + before[end:] == after
    if before != after:
        assert end > start or content


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"a":1}', '{"a": 1}'),
        ('{ "a" : [ 1 ,2 ] , "b":{ } }', '{"a": [1, 2], "b": {}}'),
        (r'{"é":"\u00e9 ,:\/","x":1.50E+2}', r'{"é": "\u00e9 ,:\/", "x": 1.50E+2}'),
        ('{"a": 1}\t', '{"a": 1}'),
    ],
)
def test_examples(before: str, after: str) -> None:
    assert canonical(before.encode()) == after.encode()
    assert not is_canonical(before.encode())
    assert is_canonical(after.encode())


@pytest.mark.parametrize(
    "text", ["{'a':1}", '{"a":1,}', '{"a":NaN}', "", " ", '{"a":1} {"b":2}', '\ufeff{"a":1}']
)
def test_what_is_not_json_is_left_alone(text: str) -> None:
    assert canonical(text.encode()) is None
