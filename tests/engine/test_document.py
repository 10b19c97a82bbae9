"""The line store against a plain model: the whole text as one string, split and counted the slow way."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import finetooth.engine.live.document as document_module
from finetooth.engine.live.document import (
    Change,
    Document,
    Encoding,
    Touched,
    byte_offset,
    columns,
    content_length,
    encode,
    line_ending,
)

ENCODINGS = list(Encoding)
PIECES = [
    "a",
    "é",
    "漢",
    "\U0001f600",
    "👩‍🚀",
    "\u2028",
    "\x85",
    "\x0b",
    "\r",
    "\n",
    "\r\n",
    "\ud83d",
    "\ude00",
    "{}",
    "",
]


def whole(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


texts = st.lists(st.sampled_from(PIECES), max_size=12).map("".join).map(whole)
positions = st.tuples(st.integers(0, 8), st.integers(0, 9))
changes = st.one_of(
    st.builds(Change, texts, positions, positions),
    st.builds(Change, st.sampled_from(PIECES), positions, positions),
    texts.map(Change),
)


class Model:
    """The same document as one string; halves of a pair that meet are one character, as in UTF-16 memory."""

    def __init__(self, text: str) -> None:
        self.text = whole(text)

    def apply(self, change: Change, encoding: Encoding) -> None:
        if change.start is None or change.end is None:
            self.text = whole(change.text)
            return
        start, end = sorted((self.index(*change.start, encoding), self.index(*change.end, encoding)))
        self.text = whole(self.text[:start] + change.text + self.text[end:])

    def index(self, line: int, column: int, encoding: Encoding) -> int:
        """Characters before a position."""
        starts = [0, *(found.end() for found in re.finditer("\r\n|\n|\r", self.text))]
        if line >= len(starts):
            return len(self.text)
        at = starts[line]
        while column > 0 and at < len(self.text) and self.text[at] not in "\r\n":
            column -= width(self.text[at], encoding)
            if column < 0:
                break
            at += 1
        return at


def width(char: str, encoding: Encoding) -> int:
    if encoding is Encoding.UTF8:
        return len(encode(char))
    return 2 if encoding is Encoding.UTF16 and ord(char) > 0xFFFF else 1


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(text=texts, edits=st.lists(changes, max_size=6))
@settings(max_examples=200, deadline=None)
def test_any_edits_equal_the_model(encoding: Encoding, text: str, edits: list[Change]) -> None:
    model, document = Model(text), Document(whole(text))
    for change in edits:
        before = list(document.lines)
        model.apply(change, encoding)
        (touched,) = document.apply([change], encoding)
        assert document.lines == encode(model.text).splitlines(keepends=True)
        assert document.size == len(encode(model.text))
        tail = len(before) - touched.first - touched.removed
        assert len(document.lines) == len(before) - touched.removed + touched.inserted
        assert document.lines[: touched.first] == before[: touched.first]
        assert document.lines[len(document.lines) - tail :] == before[len(before) - tail :]


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(text=texts.map(lambda text: whole(re.sub("[\r\n]", "", text))), data=st.data())
@settings(max_examples=200, deadline=None)
def test_columns_count_the_client_s_units_both_ways(
    encoding: Encoding, text: str, data: st.DataObject
) -> None:
    line = encode(text)
    chosen = data.draw(st.lists(st.integers(0, len(text)), max_size=4).map(sorted))
    offsets = [len(encode(text[:index])) for index in chosen]
    units = [sum(width(char, encoding) for char in text[:index]) for index in chosen]
    assert columns(line, offsets, encoding) == units
    assert [byte_offset(line, column, encoding) for column in units] == offsets


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(text=texts.map(lambda text: whole(re.sub("[\r\n]", "", text))), column=st.integers(0, 60))
@settings(max_examples=200, deadline=None)
def test_a_place_in_a_long_line_is_that_of_the_whole_line(encoding: Encoding, text: str, column: int) -> None:
    line = encode(text)
    expected = byte_offset(line, column, encoding)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document_module, "PIECE", 5)
        assert byte_offset(line, column, encoding) == expected


def test_a_change_inside_a_line_touches_one_line() -> None:
    document = Document("one\ntwo\nthree\n")
    assert document.apply([Change("X", (1, 1), (1, 2))], Encoding.UTF16) == [Touched(1, 1, 1)]
    assert document.lines == [b"one\n", b"tXo\n", b"three\n"]


def test_u2028_ends_no_line() -> None:
    document = Document('{"a":"one\u2028two"}\n{"a":"second"}\n')
    document.apply([Change("X", (1, 0), (1, 0))], Encoding.UTF16)
    assert document.lines[1] == b'X{"a":"second"}\n'


def test_a_column_past_the_end_means_the_end_before_the_ending() -> None:
    document = Document('{"a":1}\r\n{"a":1}')
    document.apply([Change("Z", (0, 99), (0, 99)), Change("Z", (1, 99), (1, 99))], Encoding.UTF16)
    assert document.lines == [b'{"a":1}Z\r\n', b'{"a":1}Z']


def test_a_newline_behind_a_carriage_return_joins_them() -> None:
    document = Document("a\rXb")
    assert document.apply([Change("\n", (1, 0), (1, 1))], Encoding.UTF16) == [Touched(0, 2, 2)]
    assert document.lines == [b"a\r\n", b"b"]


def test_a_line_past_the_last_means_the_end() -> None:
    document = Document("a\n")
    document.apply([Change("b", (7, 3), (9, 9))], Encoding.UTF16)
    assert document.lines == [b"a\n", b"b"]
    document.apply([Change("c", (7, 0), (7, 0))], Encoding.UTF16)
    assert document.lines == [b"a\n", b"bc"]


def test_a_column_inside_a_pair_means_its_start() -> None:
    document = Document("😀b")
    document.apply([Change("x", (0, 1), (0, 1))], Encoding.UTF16)
    assert document.lines == ["x😀b".encode()]


def test_a_whole_new_text_touches_only_what_differs() -> None:
    document = Document("a\nb\nc\nd\n")
    assert document.apply([Change("a\nX\nY\nd\n")], Encoding.UTF8) == [Touched(1, 2, 2)]
    assert document.apply([Change("a\nX\nY\nd\n")], Encoding.UTF8)[0][1:] == (0, 0)


@pytest.mark.parametrize(
    ("line", "ending"), [(b"a\r\n", b"\r\n"), (b"a\n", b"\n"), (b"\r", b"\r"), (b"a", b""), (b"", b"")]
)
def test_endings(line: bytes, ending: bytes) -> None:
    assert line_ending(line) == ending
    assert content_length(line) == len(line) - len(ending)


def test_a_keystroke_in_a_large_document_is_quick() -> None:
    document = Document(("x" * 1000 + "é\n") * 20_000)
    edits = [Change("y", (index * 19, 500), (index * 19, 500)) for index in range(1000)]
    start = time.process_time()
    document.apply(edits, Encoding.UTF16)
    seconds = (time.process_time() - start) / len(edits)
    assert seconds < 0.0005  # about 0.003 ms; the bound only catches O(document)


def test_a_line_of_five_megabytes_stays_editable() -> None:
    document = Document("ab漢😀" * 600_000 + "\n")
    start = time.process_time()
    document.apply([Change("z", (0, 1_500_000), (0, 1_500_003))], Encoding.UTF16)
    assert time.process_time() - start < 0.5  # about 0.03 s
    assert document.lines[0].index(b"z") == 2_700_000
