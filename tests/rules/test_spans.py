"""From a path and an offset to bytes: what stands there is exactly what the parser decoded from it."""

from __future__ import annotations

import json
import pickle
import time
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finetooth_rules import spans
from finetooth_rules.finding import INSIDE, Path, Span
from finetooth_rules.record import Record
from finetooth_rules.spans import find_span, find_text_span, text_span

# Everything a string can hold; lone surrogates are not JSON text.
CHARACTERS = st.characters(codec="utf-8") | st.sampled_from('"\\/{}[],:\n\t\u2028\u0085é中😀')
TEXTS = st.text(CHARACTERS, max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
).filter(lambda value: b"Infinity" not in json.dumps(value).encode())


@st.composite
def written(draw: st.DrawFn, values: st.SearchStrategy[Any]) -> tuple[Any, bytes]:
    """A value, and JSON for it."""
    value = draw(values)
    text = json.dumps(
        value,
        ensure_ascii=draw(st.booleans()),
        indent=draw(st.sampled_from([None, 0, 2])),
        separators=draw(st.sampled_from([None, (",", ":"), (" ,\t", " :\r ")])),
    )
    return value, (
        draw(st.sampled_from(["", " ", "\t\r"])) + text + draw(st.sampled_from(["", "  "]))
    ).encode()


def paths(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    yield path, value
    items: Any = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for step, item in items:
        yield from paths(item, (*path, step))


def at(raw: bytes, span: Span) -> bytes:
    return raw[span.start : span.end]


@settings(deadline=None)
@given(written(VALUES))
def test_the_span_of_a_path_holds_its_value_and_the_span_of_its_key_the_key(
    given_one: tuple[Any, bytes],
) -> None:
    value, raw = given_one
    for path, item in paths(value):
        assert orjson.loads(at(raw, find_span(raw, path))) == item
        assert find_span(raw, path, strict=True) == find_span(raw, path)
        if path and isinstance(path[-1], str):
            assert orjson.loads(at(raw, find_span(raw, path, on_key=True))) == path[-1]


def test_many_places_of_a_text_cost_one_walk(monkeypatch: pytest.MonkeyPatch) -> None:
    walked: list[int] = []
    end_of = spans._end_of_brackets

    def counted(text: bytes, start: int) -> int:
        end = end_of(text, start)
        walked.append(end - start)
        return end

    def counted_end(walker: Any, start: int) -> int:
        ends.append(start)
        return end(walker, start)

    ends: list[int] = []
    end = spans._Walker._end
    monkeypatch.setattr(spans, "_end_of_brackets", counted)
    monkeypatch.setattr(spans._Walker, "_end", counted_end)
    raw = json.dumps({"messages": [{"role": "user", "parts": [number]} for number in range(500)]}).encode()
    for number in range(499, -1, -1):
        assert at(raw, find_span(raw, ("messages", number, "parts", 0))) == str(number).encode()
        assert at(raw, find_span(raw, ("messages", number, "name"))).startswith(b'{"role"')
    assert find_span(raw, ("messages", 500)) == find_span(raw, ("messages",))
    # The record and the list, each message, and each list in one, once.
    assert sum(walked) < 4 * len(raw)
    assert len(ends) < 20 * 500


@settings(deadline=None)
@given(written(TEXTS), st.integers(0, 14), st.integers(0, 14))
def test_the_span_of_characters_decodes_to_them(
    given_one: tuple[str, bytes], start: int, length: int
) -> None:
    value, raw = given_one
    span = text_span(raw, find_span(raw, ()), start, start + length)
    assert orjson.loads(b'"' + at(raw, span) + b'"') == value[start : start + length]


@pytest.mark.parametrize(
    ("literal", "start", "end", "expected"),
    [
        (rb'"\ud83d\ude00x"', 0, 1, rb"\ud83d\ude00"),
        (rb'"\ud83d\ude00x"', 1, 2, b"x"),
        (rb'"a\ud83dx"', 1, 2, rb"\ud83d"),  # half a pair is a character
        (rb'"\ude00\ud83dx"', 2, 3, b"x"),
        (rb'"\/\"\\\b\f\n\r\tz"', 8, 9, b"z"),
        (rb'"\\u0041"', 1, 2, b"u"),  # an escaped backslash, then plain text
        (b'"\xe9\xe2\x80x"', 3, 4, b"x"),  # one character per byte that is not UTF-8
        (b'"\xe9\\n\xe9x"', 2, 3, b"\xe9"),
        ("'it\\'s 😀'".encode(), 2, 4, b"\\'s"),
        (b"u'\\x41\\U0001f600z'", 2, 3, b"z"),
        (rb'"\x41z"', 1, 2, b"x"),  # no escape in double quotes
        ("“a\\nb”".encode(), 2, 3, b"b"),
        (b"bare", 1, 3, b"ar"),
        (b'"unclosed', 0, 99, b"unclosed"),
        (rb'"ends in \"', 8, 9, rb"\""),
        (b'""', 0, 3, b""),
        (b'"', 0, 1, b""),
    ],
)
def test_every_kind_of_escape_is_one_character(literal: bytes, start: int, end: int, expected: bytes) -> None:
    raw = b"[" + literal + b"]"
    assert at(raw, text_span(raw, Span(1, len(raw) - 1), start, end)) == expected


def test_offsets_beyond_the_text_mean_its_end() -> None:
    for raw in (b'"abc"', '"äbc"'.encode(), b'"a\\nc"'):
        end = len(raw) - 1
        assert text_span(raw, Span(0, len(raw)), 3, 9) == (end, end)
        assert text_span(raw, Span(0, len(raw)), 7, 9) == (end, end)


def test_the_last_of_duplicate_keys_is_the_one_the_parser_took() -> None:
    raw = b'{"a": {"b": 1}, "\\u0061": {"b": 2, "b": 3}}'
    assert at(raw, find_span(raw, ("a", "b"))) == b"3"
    assert at(raw, find_span(raw, ("a",), on_key=True)) == b'"\\u0061"'


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("a", "none"), b'{"b": [1, {}]}'),
        (("a", "b", 2), b"[1, {}]"),
        (("a", "b", 0, "c"), b"1"),
        (("a", "b", "c"), b"[1, {}]"),
        (("a", "b", 1, 0), b"{}"),
        (("none",), b'{"a": {"b": [1, {}]}}'),
        (("a", "b", -1), b"[1, {}]"),
    ],
)
def test_a_path_that_leads_nowhere_ends_at_the_nearest_ancestor(path: Path, expected: bytes) -> None:
    raw = b' {"a": {"b": [1, {}]}} '
    assert at(raw, find_span(raw, path)) == expected
    assert at(raw, find_span(raw, path, on_key=True)) == expected


BROKEN = [
    (b'{"a": [1, 2,], "b": "x",}', ("b",), b'"x"'),
    (b'{"a": [1, 2,], "b": "x",}', ("a", 1), b"2"),
    (b"{'a': 'it\\'s', b: True, }", ("a",), b"'it\\'s'"),
    (b"{'a': 'it\\'s', b: True, }", ("b",), b"True"),
    (b"{u'a': 1}", ("a",), b"1"),
    (b'{"a": NaN, "b": [NaN, -Infinity]}', ("b", 1), b"-Infinity"),
    (b'{"a": "x\ty\nz", "b": 1}', ("a",), b'"x\ty\nz"'),
    (b'{"a": /* } */ 1, // {\n "b": {"c": [0]}}', ("b", "c", 0), b"0"),
    (b'{"a": "say "hi" now", "b": 2}', ("a",), b'"say "hi" now"'),
    (b'{"a": "x, "b": 2}', ("a",), b'"x'),
    (b'{"a": "x" "b": 2}', ("b",), b"2"),
    (b'{"messages": [{"role": "user", "content": "abc}]}', ("messages", 0, "content"), b'"abc'),
    ("{“a”: “b “c” d”}".encode(), ("a",), "“b “c” d”".encode()),
    (b'{"a": {"b": 1', ("a", "b"), b"1"),
    (b'{"a": {"b": 1', ("a",), b'{"b": 1'),
    (b"\xef\xbb\xbf" + b'{"a": 1}', ("a",), b"1"),
    (b'{"caf\xe9": "\xe9x"}', ("caf\ufffd",), b'"\xe9x"'),
    (b'{"a": "\\ud83d", "b": 2}', ("b",), b"2"),
    (b'{"a": 1, "b": 0x1F} ', ("b",), b"0x1F"),
    (b'{"a": 1}, ', ("a",), b"1"),
    (b'callback({"a": 1});', ("a",), b"1"),
    (b'{"a": 1} {"a": 2}', ("a",), b"1"),
    (b"{'a': 1} {'a': 2}", ("a",), b"1"),
]


@pytest.mark.parametrize(("raw", "path", "expected"), BROKEN)
def test_in_a_broken_record_the_place_is_that_of_the_raw_text(
    raw: bytes, path: Path, expected: bytes
) -> None:
    assert at(raw, find_span(raw, path)) == expected


def test_keys_of_a_broken_record() -> None:
    raw = b"{'a': 1, b: 2, \"c\": 3,}"
    assert [at(raw, find_span(raw, (key,), on_key=True)) for key in "abc"] == [b"'a'", b"b", b'"c"']


@pytest.mark.parametrize("raw", [b"", b"  ", b" nothing ", b'{"a": "x', b"}", b"[" * 2000, b"\xff\xfe\x00"])
def test_what_cannot_be_read_is_the_whole_text(raw: bytes) -> None:
    span = find_span(raw, ("a", 0))
    assert at(raw, span) == raw.strip()


@settings(deadline=None)
@given(st.binary(max_size=40), st.lists(st.sampled_from(["a", 0, 1]), max_size=3))
def test_any_bytes_have_a_span(raw: bytes, steps: list[str | int]) -> None:
    for on_key in (False, True):
        span = find_span(raw, tuple(steps), on_key=on_key)
        assert 0 <= span.start <= span.end <= len(raw)
        inner = text_span(raw, span, 1, 3)
        assert span.start <= inner.start <= inner.end <= span.end


def test_a_record_finds_text_through_its_escapes() -> None:
    record = Record(b'{"messages": [{"content": "caf\\u00e9\\n```python"}]}')
    text = record.value["messages"][0]["content"]
    place = text.index("```")
    assert at(record.raw, record.locate_text(("messages", 0, "content"), place, place + 3)) == b"```"


def test_long_texts_and_deep_nesting_are_walked_in_time() -> None:
    long = b'{"a": "' + b"x" * 5_000_000 + b'", "b": [' + b"[" * 400 + b"]" * 400 + b', "end"]}'
    escaped = b'{"a": "' + b'line \\"of\\" text\\n' * 200_000 + b'end"}'
    wide = b'{"a": "' + "中é".encode() * 500_000 + b'"}'
    begun = time.process_time()
    assert at(long, find_span(long, ("b", 1), strict=True)) == b'"end"'
    assert text_span(long, find_span(long, ("a",), strict=True), 4_999_998, 5_000_000) == (
        5_000_005,
        5_000_007,
    )
    assert (
        at(escaped, text_span(escaped, Span(6, len(escaped) - 1), 15 * 200_000, 15 * 200_000 + 3)) == b"end"
    )
    assert at(wide, text_span(wide, Span(6, len(wide) - 1), 999_998, 1_000_000)).decode() == "中é"
    assert time.process_time() - begun < 3


@settings(deadline=None, max_examples=50)
@given(written(VALUES), st.booleans(), st.booleans())
def test_a_path_into_json_in_a_string_leads_to_what_stands_there(
    given_one: tuple[Any, bytes], escaped: bool, twice: bool
) -> None:
    """However the string that holds the JSON is escaped, once or twice."""
    value, raw = given_one
    start: Path = ("a", 1, INSIDE)
    text: Any = raw.decode()
    if twice:
        text, start = json.dumps([text]), (*start, 0, INSIDE)
    outer = json.dumps({"a": [0, text]}, ensure_ascii=escaped).encode()
    for path, item in paths(value):
        if not path:
            continue  # the string itself
        found = at(outer, find_span(outer, (*start, *path)))
        for _ in range(1 + twice):
            found = orjson.loads(b'"' + found + b'"').encode()
        assert orjson.loads(found) == item
        if isinstance(item, str):
            letter = at(outer, find_text_span(outer, (*start, *path), 0, 1))
            assert bool(letter) == bool(item)


def test_a_path_into_a_string_that_holds_no_json_ends_at_the_string() -> None:
    raw = b'{"a": "not json", "b": 1}'
    assert at(raw, find_span(raw, ("a", INSIDE, "x"))) in (b"not json", b'"not json"')
    assert at(raw, find_span(raw, ("b", INSIDE, "x"))) == b"1"


def test_half_a_surrogate_pair_before_a_place_in_a_string() -> None:
    raw = rb'{"a": "{\"k\": \"\ud800x\", \"b\": 3}"}'
    assert at(raw, find_span(raw, ("a", INSIDE, "b"))) == b"3"


def test_no_key_is_taken_for_the_step_into_a_string() -> None:
    raw = rb'{"a": {"\u0000inside": 1, "b": 2}}'
    assert at(raw, find_span(raw, ("a", str(INSIDE.encode(), "utf-8")))) == b"1"
    assert pickle.loads(pickle.dumps(INSIDE)) is INSIDE
