"""From a position in an open document to a record and back, in any unit of columns and any framing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.json_objects import TEXTS, written
from finetooth.engine.cursor.place import Place, place_at, places
from finetooth.engine.cursor.spot import spot_at
from finetooth.engine.live.document import Change, Document, Encoding, columns
from finetooth.engine.live.gather import Here
from finetooth.engine.live.index import LiveIndex
from finetooth_rules.array import Framing
from finetooth_rules.finding import Span
from finetooth_rules.lint import Linter
from finetooth_rules.settings import build_profile
from providers import FEATURES

PROFILE = build_profile({"format": "openai-chat"})


def index_of(text: str, framing: Framing = Framing.LINES, *, settle: bool = True) -> LiveIndex:
    index = LiveIndex(Document(text), Linter(PROFILE), Here(Linter(PROFILE), FEATURES), framing=framing)
    if settle:
        index.settle()
    return index


def column(text: str, line: int, wanted: str, encoding: Encoding) -> int:
    raw = text.encode().splitlines(keepends=True)[line]
    return columns(raw, [raw.index(wanted.encode())], encoding)[0]


ROW = '{"messages": [{"role": "user", "content": "é漢😀%s"}, {"role": "assistant", "content": "b"}]}'


@pytest.mark.parametrize("encoding", Encoding)
@pytest.mark.parametrize("settle", [True, False])
def test_a_position_in_any_encoding(encoding: Encoding, settle: bool) -> None:
    text = "\n".join(ROW % word for word in ("one", "two", "three"))
    index = index_of(text, settle=settle)
    place = place_at(index, 1, 0, encoding)
    assert place is not None
    found = spot_at(place.record, place.offset(1, column(text, 1, "wo", encoding)))
    assert (found.path, found.char) == (("messages", 0, "content"), 4)
    start = column(text, 1, "two", encoding)
    assert place.range_of_text(found.path, 3, 6) == ((1, start), (1, start + 3))
    assert place.range_of(("messages", 1, "role"))[0] == (1, column(text, 1, '"assistant"', encoding))
    assert place.example is not None
    assert [turn.role for turn in place.example.turns] == ["user", "assistant"]


@pytest.mark.parametrize("encoding", Encoding)
def test_elements_of_an_array(encoding: Encoding) -> None:
    rows = [ROW % word for word in ("one", "two")]
    for text, line, word in (
        ("[\n  " + ",\n  ".join(rows) + "\n]\n", 2, "two"),
        ("[" + ", ".join(rows) + "]", 0, "two"),
        (json.dumps([json.loads(row) for row in rows], indent=2, ensure_ascii=False), 18, "two"),
    ):
        index = index_of(text, Framing.ARRAY)
        line = (
            next(n for n, raw in enumerate(text.split("\n")) if word in raw) if text.count("\n") > 9 else line
        )
        start = column(text, line, word, encoding)
        place = place_at(index, line, start, encoding)
        assert place is not None
        found = spot_at(place.record, place.offset(line, start))
        assert (found.path, found.char) == (("messages", 0, "content"), 3)
        assert place.range_of_text(found.path, 3, 6) == ((line, start), (line, start + 3))
        assert len([*places(index, 0, len(index.document.lines) - 1, encoding)]) == 2


@given(st.lists(TEXTS, min_size=1, max_size=4), st.sampled_from(list(Encoding)), st.data())
def test_many_records_on_one_line(texts: list[str], encoding: Encoding, data: st.DataObject) -> None:
    rows = [json.dumps({"text": text}, ensure_ascii=False) for text in texts]
    raw = ("[" + ", ".join(rows) + "]").encode()
    index = index_of(raw.decode(), Framing.ARRAY)
    offset = data.draw(st.integers(0, len(raw)))
    wanted = columns(raw, [len(raw[:offset].decode(errors="ignore").encode())], encoding)[0]
    if encoding is Encoding.UTF16:
        wanted += data.draw(st.integers(0, 1))
    place = place_at(index, 0, wanted, encoding)
    if place is None:
        return
    assert place.record.raw in [row.encode() for row in rows]
    begins = place.at
    assert raw[begins : begins + len(place.record.raw)] == place.record.raw
    spans = [0, *(n for n in range(len(place.record.raw)) if not 0x80 <= place.record.raw[n] < 0xC0)]
    for at in spans:
        assert place.position(at) == (0, columns(raw, [begins + at], encoding)[0])
        assert place.offset(*place.position(at)) == at


def test_between_the_elements_there_is_no_record() -> None:
    index = index_of("[\n" + ROW % "one" + "\n,\n" + ROW % "two" + "\n]\n", Framing.ARRAY)
    assert place_at(index, 0, 0, Encoding.UTF16) is None
    assert place_at(index, 4, 1, Encoding.UTF16) is None
    assert place_at(index, 9, 0, Encoding.UTF16) is None


@pytest.mark.parametrize("settle", [True, False])
def test_a_pretty_printed_record(settle: bool) -> None:
    pretty = json.dumps(json.loads(ROW % "two"), indent=2, ensure_ascii=False)
    text = ROW % "one" + "\n" + pretty + "\n" + ROW % "three" + "\n"
    index = index_of(text, settle=settle)
    line = next(n for n, raw in enumerate(text.split("\n")) if "two" in raw)
    start = column(text, line, "two", Encoding.UTF16)
    place = place_at(index, line, start, Encoding.UTF16)
    assert place is not None
    assert (place.line, place.record.line_count) == (1, pretty.count("\n") + 1)
    found = spot_at(place.record, place.offset(line, start))
    assert (found.path, found.char) == (("messages", 0, "content"), 3)
    assert place.range(found.span)[0] == (line, start - 5)


def test_what_was_just_edited_is_read_as_it_is_now() -> None:
    index = index_of(ROW % "one" + "\n" + ROW % "two" + "\n")
    for touched in index.document.apply([Change('{"mess', (1, 0), (1, 999))], Encoding.UTF16):
        index.touch(touched)
    place = place_at(index, 1, 6, Encoding.UTF16)
    assert isinstance(place, Place)
    assert spot_at(place.record, place.offset(1, 6)).path == ("mess",)
    assert place_at(index, 2, 0, Encoding.UTF16) is None
    assert place_at(index_of(""), 0, 0, Encoding.UTF16) is None


@given(st.lists(written(), min_size=1, max_size=4), st.sampled_from(list(Encoding)), st.data())
def test_positions_go_there_and_back(
    rows: list[tuple[Any, bytes]], encoding: Encoding, data: st.DataObject
) -> None:
    lines = [json.dumps(value, ensure_ascii=False) for value, _ in rows]
    index = index_of("\n".join(lines))
    line = data.draw(st.integers(0, len(lines) - 1))
    place = place_at(index, line, 0, encoding)
    assert place is not None
    raw = lines[line].encode()
    offset = data.draw(st.integers(0, len(raw)))
    while 0 < offset < len(raw) and 0x80 <= raw[offset] < 0xC0:
        offset -= 1
    assert place.offset(*place.position(offset)) == offset
    span = spot_at(place.record, offset).span
    assert place.ranges([span, Span(0, offset)]) == [place.range(span), place.range(Span(0, offset))]
    assert place.offset(*place.range(span)[0]) == span.start
    assert place.offset(*place.range(span)[1]) == span.end
