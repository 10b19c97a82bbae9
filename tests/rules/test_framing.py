"""Records in lines: where they begin, when a pretty-printed one is joined, and lines and columns of a
place.
"""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetooth_rules.framing import Bounds, column, frame, is_sync, position, split_lines
from finetooth_rules.record import Record
from finetooth_rules.scan import FlawKind

BOUNDS = Bounds()


def records(data: bytes, bounds: Bounds = BOUNDS) -> list[tuple[int, int, bytes]]:
    """(first line, lines, slice) of every record."""
    lines = split_lines(data)
    found, index = [], 0
    while index < len(lines):
        framed = frame(lines, index, bounds)
        assert framed is not None
        assert framed.reach >= framed.record.line_count
        found.append((index, framed.record.line_count, framed.record.raw))
        index += framed.record.line_count
    return found


def test_lines_end_where_the_protocol_says_and_nowhere_else() -> None:
    data = "a\x0b\x0c\x1c\x85\u2028\u2029b\nc\r\nd\re".encode()
    assert [line[-1:] for line in split_lines(data)] == [b"\n", b"\n", b"\r", b"e"]


def test_one_record_a_line_each_without_its_ending() -> None:
    assert records(b'{"a":1}\n\n{"b":2}\r\n{"c":3}') == [
        (0, 1, b'{"a":1}'),
        (1, 1, b""),
        (2, 1, b'{"b":2}'),
        (3, 1, b'{"c":3}'),
    ]


@pytest.mark.parametrize("indent", [0, 1, 4, "\t"])
def test_a_pretty_printed_record_is_one_record(indent: int | str) -> None:
    pretty = json.dumps({"messages": [{"role": "user", "content": "}{"}], "n": []}, indent=indent).encode()
    found = records(b'{"a":1}\n' + pretty + b'\n{"b":2}\n')
    assert found == [
        (0, 1, b'{"a":1}'),
        (1, pretty.count(b"\n") + 1, pretty),
        (1 + pretty.count(b"\n") + 1, 1, b'{"b":2}'),
    ]


def test_a_record_with_one_message_a_line_is_joined() -> None:
    data = b'{"messages": [\n{"role": "user", "content": "x"},\n{"role": "assistant", "content": "y"}\n]}\n'
    assert [count for _, count, _ in records(data)] == [4]


def test_a_cut_off_record_does_not_swallow_the_next() -> None:
    data = b'{"messages": [{"role": "user"\n{"a": 1}\n{"b": 2}\n'
    assert [count for _, count, _ in records(data)] == [1, 1, 1]


GOOD = b'{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}\n'
HALVES = (
    b'{"messages": [{"role": "user", "content": "Name\n',
    b'a river"}, {"role": "assistant", "content": "b"}]}\n',
)


@pytest.mark.parametrize(
    "between",
    [
        b"",
        b"\n",
        b'text, {[ \\" and more\n',
        b"\t{\n",
        b"{\n",
        b"{ return [\\n\n\n}\n",
        b"x\r\n\r\n",
        b"}]}\n",
        b"a,\n",
    ],
)
def test_a_line_break_in_a_string_does_not_part_a_record(between: bytes) -> None:
    broken = HALVES[0] + between + HALVES[1]
    count = len(split_lines(broken))
    assert records(GOOD + broken + GOOD) == [
        (0, 1, GOOD[:-1]),
        (1, count, broken[:-1]),
        (1 + count, 1, GOOD[:-1]),
    ]


def test_a_pretty_printed_record_with_a_line_break_in_a_string_is_one_record() -> None:
    data = b'{\n "messages": [\n  {"role": "user", "content": "a\n b"},\n  {"role": "assistant"}\n ]\n}\n'
    assert [count for _, count, _ in records(data + data)] == [7, 7]


@pytest.mark.parametrize("end", [b"", b",", b" {", b": [", b'\\"', b"\\"])
@pytest.mark.parametrize(
    "following",
    [
        GOOD,
        b" " + GOOD,
        b"\n" + GOOD,
        b"\n\n" + GOOD.replace(b", ", b",\n"),
        b"{}\n" + GOOD,
        b"{\n" + GOOD[1:],
        HALVES[0] + HALVES[1],
        b"[1, 2]\n" + GOOD,
        b'{"a": "b",}\n' + GOOD,
    ],
)
def test_a_record_cut_off_in_a_string_does_not_swallow_the_next(end: bytes, following: bytes) -> None:
    alone = records(following)
    cut = HALVES[0][:-1] + end + b"\n"
    assert records(cut + following) == [
        (0, 1, cut[:-1]),
        *((start + 1, count, raw) for start, count, raw in alone),
    ]


@pytest.mark.parametrize(
    "halves",
    [
        (HALVES[0], HALVES[1][:-2] + b"\n"),
        (HALVES[0], b'a "river"}, {"role": "assistant", "content": "b"}]}\n'),
        (HALVES[0][:-1] + b"\\\n", HALVES[1]),
        (HALVES[0], HALVES[1][:-1] + b" and more\n"),
        (HALVES[0], b"x" * 1024 * 1024 + HALVES[1]),
    ],
    ids=["not closed", "quotes", "backslash", "text behind", "long"],
)
def test_what_does_not_become_one_record_is_not_joined_over_a_line_break(halves: tuple[bytes, bytes]) -> None:
    assert [count for _, count, _ in records(b"".join(halves))] == [1, 1]


def test_joining_is_bounded() -> None:
    pretty = b"{\n" + b'"a":\n' + b"1\n" + b"}\n"
    assert len(records(pretty, Bounds(max_joined_lines=4))) == 1
    assert len(records(pretty, Bounds(max_joined_lines=3))) == 4


def test_what_joins_but_does_not_parse_stays_apart() -> None:
    assert len(records(b'{\n"a": 1,\n}\n')) == 3


def test_more_lines_are_asked_for_only_before_the_end() -> None:
    lines = split_lines(b'{\n"a": 1\n')
    assert frame(lines, 0, BOUNDS, at_end=False) is None
    framed = frame(lines, 0, BOUNDS, at_end=True)
    assert framed is not None
    assert framed.record.line_count == 1


def test_a_record_over_the_limit_is_not_parsed() -> None:
    framed = frame([b'{"a":"' + b"x" * 2000 + b'"}'], 0, Bounds(max_record_bytes=1000))
    assert framed is not None
    assert framed.record.oversize
    assert len(framed.record.raw) <= 1024


LINE = st.sampled_from(
    [
        b'{"a": 1}\n',
        b"{\n",
        b"}\n",
        b'"a": [\n',
        b'{"b": "}"}\n',
        b"]\n",
        b"],\n",
        b"\n",
        b'{"a": 1},\n',
        b'  {"a": 1}\n',
        b'"unended\n',
        b'{"a": {\r\n',
        b'{"a": "b\n',
        b'c"}\n',
        b'c", "d": "e\r\n',
        b"{}\n",
        b"\\\n",
        b'{"a": "b,\n',
    ]
)


@given(st.lists(LINE, max_size=25))
def test_a_sync_line_always_begins_a_record(lines: list[bytes]) -> None:
    """What shards rely on: a file may be cut before such a line."""
    starts = {start for start, _, _ in records(b"".join(lines))}
    for number in range(1, len(lines)):
        if is_sync(lines[number], lines[number - 1]):
            assert number in starts


@given(st.lists(LINE, max_size=15), st.lists(LINE, max_size=5))
def test_a_frame_depends_only_on_the_lines_within_its_reach(lines: list[bytes], other: list[bytes]) -> None:
    for index in range(len(lines)):
        framed = frame(lines, index, BOUNDS)
        assert framed is not None
        changed = lines[: index + framed.reach] + other
        again = frame(changed, index, BOUNDS)
        assert again is not None
        if index + framed.reach < len(lines) and other:
            assert again.record.raw == framed.record.raw


@given(st.lists(LINE, max_size=15))
def test_a_record_over_several_lines_is_an_object_but_for_line_breaks_in_strings(lines: list[bytes]) -> None:
    for index in range(len(lines)):
        framed = frame(lines, index, BOUNDS)
        assert framed is not None
        if framed.record.line_count > 1:
            assert isinstance(framed.record.value, dict)
            assert {flaw.kind for flaw in framed.record.flaws} <= {
                FlawKind.CONTROL_CHARACTER,
                FlawKind.DUPLICATE_KEY,
            }


@given(st.text(alphabet='a"é漢😀\r\n\u2028', max_size=30), st.data())
def test_position_counts_lines_as_the_protocol_does(text: str, data: st.DataObject) -> None:
    raw = text.encode()
    offset = data.draw(st.integers(0, len(raw)))
    at = position(raw, offset)
    lines = split_lines(raw)
    start = sum(map(len, lines[: at.line]))
    assert start + at.offset == offset
    assert at.line == 0 or raw[start - 1 : start] in (b"\n", b"\r")


def test_columns_are_code_points_and_an_invalid_byte_is_one() -> None:
    line = "é漢😀".encode() + b"\xff\xfeab"
    assert column(line, len("é漢😀".encode())) == 3
    assert column(line, len(line)) == 7


def test_a_record_never_raises() -> None:
    for raw in (b"", b"\xff", b"[" * 100_000, b'{"a":' * 5000, b"\x00"):
        record = Record(raw)
        assert not record.strict
        assert isinstance(record.flaws, tuple)
