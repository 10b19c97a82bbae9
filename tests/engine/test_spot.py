"""From a byte to what stands there: the path, the span and the character are right at every byte, and nothing
is said of a broken record that the text before the cursor does not bear out."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.json_objects import written
from finetooth.engine.cursor.literal import Literal
from finetooth.engine.cursor.spot import Spot, Where, never, spot_at, value_so_far
from finetooth.engine.path_spans import spans_of
from finetooth_rules.finding import INSIDE, Path, Span
from finetooth_rules.record import Record
from finetooth_rules.scan import MISSING
from finetooth_rules.spans import find_span, find_text_span


def at(value: Any, path: Path) -> Any:
    for step in path:
        value = json.loads(value) if step is INSIDE else value[step]
    return value


def spot(text: str, inside: Any = None) -> Spot:
    """The spot at the mark `|` in a text."""
    offset = text.encode().index(b"|")
    record = Record(text.replace("|", "", 1).encode())
    return spot_at(record, offset) if inside is None else spot_at(record, offset, inside)


@given(written(), st.integers(0, 10_000))
def test_the_span_at_a_byte_holds_the_value_the_path_leads_to(given: tuple[Any, bytes], number: int) -> None:
    value, raw = given
    offset = number % (len(raw) + 1)
    found = spot_at(Record(raw), offset)
    meant = at(value, found.path)
    if INSIDE not in found.path:
        assert json.loads(raw[found.span.start : found.span.end]) == meant
        assert find_span(raw, found.path, strict=True) == found.span
    places = [found.span, *([found.key] if found.key else [])]
    around = Span(min(places).start, max(place.end for place in places))
    if found.outermost.string is not None:  # in the middle of an escape its beginning counts
        offset = Literal(raw, found.outermost.string).offset(found.outermost.char)
    assert around.start <= offset <= around.end or found.path == ()
    for outer, inner in zip(found.around, found.around[1:], strict=False):
        assert outer.span.start <= inner.span.start
        assert inner.span.end <= outer.span.end


@given(written(), st.integers(0, 10_000))
def test_a_byte_in_a_string_is_the_character_it_stands_before(given: tuple[Any, bytes], number: int) -> None:
    _, raw = given
    offset = number % (len(raw) + 1)
    found = spot_at(Record(raw), offset, never)
    if found.string is None:
        assert found.char == -1
        return
    text = json.loads(raw[found.string.start : found.string.end])
    assert 0 <= found.char <= len(text)
    literal = Literal(raw, found.string)
    assert literal.text == text
    begins = literal.offset(found.char)
    assert begins <= offset
    ends = literal.offset(found.char + 1)
    assert offset < ends or found.char == len(text)
    if found.where is Where.VALUE:
        assert find_text_span(raw, found.path, found.char, found.char + 1) == Span(begins, ends)


@given(written())
def test_every_scalar_is_found_at_each_of_its_bytes(given: tuple[Any, bytes]) -> None:
    value, raw = given

    def paths(value: Any, path: Path) -> Any:
        if isinstance(value, dict):
            for key, item in value.items():
                yield from paths(item, (*path, key))
        elif isinstance(value, list):
            for number, item in enumerate(value):
                yield from paths(item, (*path, number))
        else:
            yield path

    record = Record(raw)
    for path in paths(value, ()):
        span = find_span(raw, path, strict=True)
        for offset in range(span.start, span.end + 1):
            found = spot_at(record, offset, never)
            assert (found.path, found.where, found.span) == (path, Where.VALUE, span)
        key = find_span(raw, path, on_key=True, strict=True)
        if isinstance(path[-1], str):
            for offset in range(key.start, key.end + 1):
                found = spot_at(record, offset, never)
                assert (found.path, found.where, found.key) == (path, Where.KEY, key)


@given(written())
def test_the_spans_of_many_paths_are_those_of_each(given: tuple[Any, bytes]) -> None:
    _, raw = given
    record = Record(raw)
    paths = {around.path for offset in range(0, len(raw), 3) for around in spot_at(record, offset).around}
    found = spans_of(record, paths | {("no such key",), ("tools", INSIDE, 3)})
    assert found.keys() == {path for path in paths if path[-1:] != (INSIDE,) or path in found}
    for path, span in found.items():
        if path[-1:] != (INSIDE,):
            assert span == record.locate(path)


@given(written(), st.integers(0, 10_000))
def test_what_stands_behind_does_not_matter(given: tuple[Any, bytes], number: int) -> None:
    _, raw = given
    offset = number % (len(raw) + 1)
    whole, cut = spot_at(Record(raw), offset, never), spot_at(Record(raw[:offset]), offset, never)
    if whole.string is not None and cut.string is not None:
        in_escape = Literal(raw, whole.string).offset(whole.char) < offset
        if not in_escape and whole.where is Where.VALUE:
            assert (cut.path, cut.char) == (whole.path, whole.char)
    elif whole.where is Where.BETWEEN and not whole.before.isalnum() and whole.before not in b'"}]':
        assert (cut.path, cut.where) == (whole.path, whole.where)


@given(st.binary(max_size=40), st.integers(0, 60))
def test_any_bytes_have_a_spot(raw: bytes, offset: int) -> None:
    found = spot_at(Record(raw), offset)
    assert 0 <= found.span.start <= found.span.end <= len(raw)
    value_so_far(raw, offset)


@given(written(), st.data())
def test_a_record_that_lost_some_bytes_has_a_spot(given: tuple[Any, bytes], data: st.DataObject) -> None:
    _, raw = given
    at = data.draw(st.integers(0, len(raw)))
    raw = raw[:at] + data.draw(st.sampled_from([b"", b",", b'"', b"}", b"]", b"'", b"x"])) + raw[at + 1 :]
    for offset in range(len(raw) + 1):
        found = spot_at(Record(raw), offset)
        for around in found.around:
            assert 0 <= around.span.start <= around.span.end <= len(raw)


@pytest.mark.parametrize(
    ("text", "path", "where"),
    [
        ("|", (), Where.VALUE),
        ("{|", (), Where.BETWEEN),
        ("{|}", (), Where.BETWEEN),
        ('{"a|', ("a",), Where.KEY),
        ('{"a"| ', ("a",), Where.KEY),
        ('{"a": |', ("a",), Where.VALUE),
        ('{"a": |}', ("a",), Where.VALUE),
        ('{"a": | , "b": 1}', ("a",), Where.VALUE),
        ('{"a": "b|', ("a",), Where.VALUE),
        ('{"a": "b"|', ("a",), Where.VALUE),
        ('{"a": "b", |', (), Where.BETWEEN),
        ('{"a": "b", |"c": 1}', ("c",), Where.KEY),
        ('{"a":| "b"}', ("a",), Where.COLON),
        ('{"a": [|', ("a",), Where.BETWEEN),
        ('{"a": [1, |]}', ("a",), Where.BETWEEN),
        ('{"a": [1, 2|2, 3]}', ("a", 1), Where.VALUE),
        ('{"a": [{"role": "user", "content": "x"}, {"role": "|', ("a", 1, "role"), Where.VALUE),
        ('{"a": [{"role": "user", "content": "x"}, {"role": "|"}]}', ("a", 1, "role"), Where.VALUE),
        ('{"a": [{"role": "user", "content": }, {"role": "|"}]}', ("a", 1, "role"), Where.VALUE),
        ("{'a': {'b': 'c|'}}", ("a", "b"), Where.VALUE),
        ("{'a': {'b|': 'c'}}", ("a", "b"), Where.KEY),
        ('{"a": 1} {"b": 2|}', ("b",), Where.VALUE),
        ('{"a": {"b": 1}| }', ("a",), Where.VALUE),
        ('{"a": {"b": 1} |}', (), Where.BETWEEN),
        ('{"a": 1}|', (), Where.VALUE),
        ('{"a": [' + "7, " * 5000 + "8|]}", ("a", 5000), Where.VALUE),
        ('{"a": [' + "7, " * 5000 + "|" + "8, " * 5000 + "1]}", ("a", 5000), Where.VALUE),
    ],
)
def test_places(text: str, path: Path, where: Where) -> None:
    found = spot(text)
    assert (found.path, found.where) == (path, where)


def test_characters_are_counted_through_escapes() -> None:
    found = spot(r'{"a": "é\n\ud83d\ude00\u00e9|漢"}')
    assert found.char == 4
    assert spot(r'{"a": "é\n\ud83d|\ude00"}').char == 2
    assert spot(r'{"a": "é\|n"}').char == 1
    assert spot('{"a": "|"}').char == 0
    assert spot('{"a": |""}').char == -1
    assert spot(r"{'a': 'x\x41|y'}").char == 2


def test_json_in_a_string_is_read_as_json() -> None:
    tools = [{"type": "function", "function": {"name": 'get_"é"_weather', "parameters": {}}}]
    raw = json.dumps({"tools": json.dumps(tools)}).encode()
    record = Record(raw)
    offset = raw.index(b"_weather")
    found = spot_at(record, offset)
    assert found.path == ("tools", INSIDE, 0, "function", "name")
    assert found.char == 7
    assert found.string is not None
    assert (
        json.loads(json.loads(b'"' + raw[found.string.start : found.string.end] + b'"')) == 'get_"é"_weather'
    )
    assert found.within is not None
    assert (found.within.path, found.outermost) == (("tools",), spot_at(record, offset, never))
    assert [around.path for around in found.around] == [
        (),
        ("tools",),
        ("tools", INSIDE),
        ("tools", INSIDE, 0),
        ("tools", INSIDE, 0, "function"),
        ("tools", INSIDE, 0, "function", "name"),
    ]
    assert found.span == find_span(raw, found.path)


def test_json_in_a_string_is_read_while_it_is_typed() -> None:
    found = spot(r'{"tools": "[{\"type\": \"func|"}')
    assert found.path == ("tools", INSIDE, 0, "type")
    assert found.where is Where.VALUE
    assert found.char == 4


def test_what_is_written_so_far() -> None:
    text = b'{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "cont'
    assert value_so_far(text, len(text)) == {
        "messages": [{"role": "user", "content": "a"}, {"role": "assistant"}]
    }
    text = b'{"messages": [{"role": "us'
    assert value_so_far(text, len(text)) == {"messages": [{"role": "us"}]}
    assert value_so_far(b'{"a": , "b": 2}', 5) == {"a": None}
    assert value_so_far(b"nothing", 7) is MISSING


def test_a_long_record_takes_no_time() -> None:
    text = "x" * 5_000_000
    raw = orjson.dumps({"messages": [{"role": "user", "content": text}] * 1}) + b""
    found = spot_at(Record(raw), len(raw) - 10)
    assert found.path == ("messages", 0, "content")
    broken = raw[:-3]
    assert spot_at(Record(broken), len(broken)).path == ("messages", 0, "content")
