"""Selections grow from the word to the record, through any number of escapes."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.json_objects import written
from finetooth.engine.cursor.selection import selections
from finetooth_rules.record import Record


def texts(text: str) -> list[str]:
    """The selections at the mark `|`, outermost last."""
    offset = text.encode().index(b"|")
    raw = text.replace("|", "", 1).encode()
    return [raw[span.start : span.end].decode() for span in selections(Record(raw), offset)]


def test_from_the_word_to_the_record() -> None:
    record = r'{"messages": [{"role": "user", "content": "é one\ntw|o\u0020漢 three\n"}], "x": 1}'
    assert texts(record) == [
        "two",
        r"two\u0020漢 three",
        r"é one\ntwo\u0020漢 three\n",
        r'"é one\ntwo\u0020漢 three\n"',
        r'"content": "é one\ntwo\u0020漢 three\n"',
        r'{"role": "user", "content": "é one\ntwo\u0020漢 three\n"}',
        r'[{"role": "user", "content": "é one\ntwo\u0020漢 three\n"}]',
        r'"messages": [{"role": "user", "content": "é one\ntwo\u0020漢 three\n"}]',
        record.replace("|", ""),
    ]


def test_a_key_and_a_number() -> None:
    assert texts('{"a|b": 1}') == ["ab", '"ab"', '"ab": 1', '{"ab": 1}']
    assert texts('{"a": [1, 2|3]}') == ["23", "[1, 23]", '"a": [1, 23]', '{"a": [1, 23]}']


def test_through_json_in_a_string() -> None:
    inner = json.dumps({"city": 'São "Paulo"'}, ensure_ascii=False)
    raw = json.dumps({"arguments": inner}, ensure_ascii=False)
    found = texts(raw.replace("Paulo", "Pau|lo"))
    assert found == [
        "Paulo",
        r"São \\\"Paulo\\\"",
        r"\"São \\\"Paulo\\\"\"",
        r"\"city\": \"São \\\"Paulo\\\"\"",
        r"{\"city\": \"São \\\"Paulo\\\"\"}",
        json.dumps(inner, ensure_ascii=False),
        raw[1:-1],
        raw,
    ]


@pytest.mark.parametrize("text", ["|", "{|", '{"a": "b|', '{"a": |}', "{'a': 'b|'}", "|  {}", "[1, |"])
def test_broken_records_have_selections(text: str) -> None:
    assert texts(text)


@given(written(), st.integers(0, 10_000))
def test_each_is_within_the_next(given: tuple[Any, bytes], number: int) -> None:
    _, raw = given
    offset = number % (len(raw) + 1)
    found = selections(Record(raw), offset)
    for inner, outer in itertools.pairwise(found):
        assert outer.start <= inner.start <= inner.end <= outer.end
        assert inner != outer
    assert raw[found[-1].start : found[-1].end] == raw
