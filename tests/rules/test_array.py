"""Arrays: where elements begin and end, and what is wrong between them, read in any blocks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from finetooth_rules.array import Framing, framing_of, is_record, next_step
from finetooth_rules.array_edits import removal
from finetooth_rules.array_lines import segment
from finetooth_rules.framing import Bounds, split_lines

BOUNDS = Bounds()
Seen = list[tuple[int, bytes, tuple[str, ...]]]


def read(data: bytes, block: int | None = None, bounds: Bounds = BOUNDS) -> Seen:
    """Offset, slice and flaws of everything, read whole or in blocks."""
    buffer, given_ = (data, len(data)) if block is None else (b"", 0)
    found: Seen = []
    pos, first, skipping = 0, True, None
    while True:
        at_end = given_ >= len(data)
        step = next_step(buffer, pos, bounds, first=first, at_end=at_end, skipping=skipping)
        if step is not None:
            assert step.looked <= len(buffer) + at_end
            found += [
                (at, record.raw, tuple(flaw.message for flaw in record.flaws)) for at, record in step.items
            ]
            if step.done:
                return found
            first, pos = False, step.pos
            stuck = step.skipping is not None and step.skipping is skipping
            skipping = step.skipping
        if step is None or stuck:
            assert block is not None
            buffer += data[given_ : given_ + block]
            given_ += block


def slices(data: bytes) -> list[bytes]:
    return [raw for _, raw, _ in read(data)]


def flaws(data: bytes) -> list[tuple[int, str]]:
    return [(at, message) for at, _, messages in read(data) for message in messages]


VALUES = [{"a": "}{][,"}, {"b": [{"a": 1}, {"a": 2}]}, {}, {"a": 'x"\\'}, {"c": {"d": []}}]


@pytest.mark.parametrize("indent", [None, 0, 1, 4, "\t"])
@pytest.mark.parametrize("separators", [(",", ":"), (" , ", " : ")])
def test_good_arrays_are_their_elements(indent: Any, separators: tuple[str, str]) -> None:
    data = json.dumps(VALUES, indent=indent, separators=separators).encode()
    for text in (data, b"\xef\xbb\xbf" + data, b"\r\n " + data.replace(b"\n", b"\r\n") + b"\r\n"):
        assert [json.loads(raw) for raw in slices(text)] == VALUES
        assert not flaws(text)


def test_an_empty_array_has_none() -> None:
    assert read(b"[]") == read(b" [ \n ]\n") == []


def test_a_comma_may_stand_first() -> None:
    assert slices(b'[\n  {"a": 1}\n, {"b": 2}\n]') == [b'{"a": 1}', b'{"b": 2}']


@pytest.mark.parametrize(
    ("data", "at", "message"),
    [
        (b'[{"a":1}{"b":2}]', 8, "missing comma between two records"),
        (b'[\n{"a":1}\n{"b":2}\n]', 9, "missing comma between two records"),
        (b'[{"a":1},{"b":2},]', 16, "trailing comma before `]`"),
        (b'[{"a":1},,{"b":2}]', 9, "a comma too many; expected a record"),
        (b'[{"a":1},{"b":2}', 16, "the array does not end; expected `]`"),
        (b'[{"a":1},{"b":2}] x', 18, "text behind the end of the array; expected the end of the file"),
        (b'[{"a":1}]\n[{"b":2}]', 8, "one array ends and another begins; expected a comma"),
        (b'[{"a":1}],{"b":2}]', 8, "the array ends here, and more records follow; expected a comma"),
    ],
)
def test_what_is_wrong_between_elements(data: bytes, at: int, message: str) -> None:
    assert flaws(data) == [(at, message)]
    assert [raw for raw in slices(data) if raw.startswith(b"{")] == [b'{"a":1}', b'{"b":2}']


@pytest.mark.parametrize(
    ("typed", "indent"),
    [*((typed, 2) for typed in (b"{", b"[", b'"', b"x", b"}")), (b"{", None), (b"x", None)],
)
def test_a_sign_too_many_before_an_element_costs_no_other(typed: bytes, indent: int | None) -> None:
    values = [{"a": [{"b": n}], "c": "x" * 2000} for n in range(200)]
    data = json.dumps(values, indent=indent).encode()
    first = slices(data)
    for at in (data.index(first[60]), data.rindex(b"\n", 0, data.index(first[60])) + 1 if indent else 0):
        if at:
            found = slices(data[:at] + typed + data[at:])
            assert [raw for raw in found if raw in first] == first
            assert len(found) <= len(first) + 1


@pytest.mark.parametrize(
    "broken",
    [
        b'{"a": 1,}',
        b'{"a": 1',
        b'{"a": "x',
        b'{"a": [1, 2}',
        b"{'a': 1}",
        b'{"a": {"b": 1}',
        b'{"a": "x\ny"}',
    ],
)
@pytest.mark.parametrize("between", [b",\n  ", b", "])
def test_a_broken_element_is_one_finding_and_costs_no_other(broken: bytes, between: bytes) -> None:
    good = b'{"a": "first"}', b'{"a": "last"}'
    data = b"[" + between[1:] + between.join((good[0], broken, good[1])) + b"\n]\n"
    assert slices(data) == [good[0], broken, good[1]]
    assert len(flaws(data)) == 1


def test_an_element_over_the_limit_is_passed_over() -> None:
    data = b'[\n {"a": "' + b"x" * 5000 + b'"},\n {"a": 1}\n]\n'
    bounds = Bounds(max_record_bytes=2000)
    for block in (None, 100, 7000):
        found = read(data, block, bounds)
        assert [len(raw) for _, raw, _ in found] == [1024, 8]


PIECES = st.sampled_from(
    [
        b'{"a": 1}',
        b'{\n    "a": [\n      {"r": "x"}\n    ]\n  }',
        b'{"b": "}"}',
        b'{"a": 1,}',
        b'{"a": [',
        b'{"a": "cut',
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b",\n  ",
        b",\r\n",
        b"\n",
        b" ",
        b'"s"',
        b"word",
        b"// note\n",
        b"/*",
        b"*/",
        b'{"x}": ',
        b'"b": "}"}',
        b"\\",
        b"\r",
    ]
)
TEXTS = st.lists(PIECES, max_size=14).map(lambda parts: b"[" + b"".join(parts))


@given(TEXTS, st.integers(1, 9))
@example(b'[{"a": "cut{"b": "}"}{"a": 1}', 1)
def test_blocks_of_any_size_give_the_same(data: bytes, block: int) -> None:
    assert read(data, block) == read(data)


@given(TEXTS, st.integers(1, 9), st.integers(10, 60))
def test_so_do_they_with_records_over_the_limit(data: bytes, block: int, limit: int) -> None:
    bounds = Bounds(max_record_bytes=limit)
    assert read(data, block, bounds) == read(data, None, bounds)


@given(TEXTS)
def test_slices_stand_where_they_are_said_to_and_in_order(data: bytes) -> None:
    end = 0
    for at, raw, _ in read(data):
        assert data[at : at + len(raw)] == raw
        assert at >= end
        end = at + len(raw)


@given(TEXTS)
def test_segments_are_the_steps_in_whole_lines(data: bytes) -> None:
    lines = split_lines(data)
    index = 0
    found: list[tuple[int, bytes]] = []
    while index < len(lines):
        part = segment(lines, index, BOUNDS)
        assert part.lines >= 1
        base = sum(map(len, lines[:index]))
        found += [(base + at, record.raw) for at, record in part.items]
        index += part.lines
    assert found == [(at, raw) for at, raw, _ in read(data)]


@given(TEXTS, TEXTS)
@example(b'[\n{"a": 1\n]\n', b"{}\n")
@example(b"[\n], ,\n", b"{}\n")
def test_a_segment_depends_only_on_the_lines_within_its_reach(data: bytes, other: bytes) -> None:
    """The end of the file is within it where that decided."""
    lines = split_lines(data)
    whole = len(lines) - (lines[-1][-1:] not in b"\r\n")  # what is appended lengthens a line without ending
    index = 0
    while index < len(lines):
        part = segment(lines, index, BOUNDS)
        if index + part.reach <= whole:
            again = segment([*lines[: index + part.reach], *split_lines(other)], index, BOUNDS)
            assert [(i.at, i.record.raw) for i in again.items] == [(i.at, i.record.raw) for i in part.items]
            assert again.lines == part.lines
        index += part.lines


@pytest.mark.parametrize(
    ("name", "head", "framing"),
    [
        ("a.jsonl", b'[{"a": 1}]', Framing.LINES),
        ("a.json", b'\xef\xbb\xbf \n[{"a": 1}]', Framing.ARRAY),
        ("A.JSON", b"[]", Framing.ARRAY),
        ("package.json", b'{\n  "name": "x"\n}\n', Framing.OBJECT),
        ("package.json", b'{"name": "x"}\n', Framing.OBJECT),
        ("i18n.json", b'{ "a": {\n  "b": 1 } }\n', Framing.OBJECT),
        ("data.json", b'{"q": 1}\n{"q": 2}\n', Framing.LINES),
        ("data.json", b'{"q": 1,\n{"q": 2}\n', Framing.LINES),
        ("data.json", b'{"prompt": "a", "completion": "b"}\n', Framing.LINES),
        ("data.json", b"", Framing.LINES),
    ],
)
def test_framing_by_name_and_head(name: str, head: bytes, framing: Framing) -> None:
    assert framing_of(name, head) is framing


@pytest.mark.parametrize(
    ("value", "proof"),
    [
        ({"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}, True),
        ({"prompt": "a", "completion": "b", "id": 3}, True),
        ({"instruction": "a", "input": "", "output": "b"}, True),
        ({"text": "A text to go on with."}, True),
        ({"label": "Home", "text": "Start"}, False),
        ({"type": "text", "text": "Hi"}, False),
        ({"text": "a post", "user": "me", "likes": 3}, False),
        ({"input": "1 2", "output": "3"}, False),
        ({"prompt": "Name?", "default": "x"}, False),
        ({"messages": [{"id": 1, "message": "hi"}]}, False),
        ({"role": "user", "content": "a"}, False),
        ({}, False),
        ([], False),
    ],
)
def test_what_proves_that_a_json_is_a_dataset(value: Any, proof: bool) -> None:
    assert is_record(value) is proof


@pytest.mark.parametrize(
    ("data", "element", "left"),
    [
        (b'[\n  {"a":1},\n  {"b":2}\n]', b'{"a":1}', b'[\n  {"b":2}\n]'),
        (b'[\n  {"a":1},\n  {"b":2}\n]', b'{"b":2}', b'[\n  {"a":1}\n]'),
        (b'[{"a":1}]', b'{"a":1}', b"[]"),
        (b'[\n  {"a":1}\n, {"b":2}\n, {"c":3}\n]', b'{"b":2}', b'[\n  {"a":1}\n, {"c":3}\n]'),
    ],
)
def test_an_element_goes_with_one_comma(data: bytes, element: bytes, left: bytes) -> None:
    start = data.index(element)
    end = start + len(element)
    take = removal(data[:start], data[end:])
    assert data[: start - take.before] + data[end + take.behind :] == left
