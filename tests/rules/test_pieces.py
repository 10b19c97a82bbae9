"""Long strings are counted in pieces, and their escapes masked: that says what a look at each escape says."""

from __future__ import annotations

import random
import re

import pytest

from finetooth_rules.finding import Span
from finetooth_rules.reading import literals
from finetooth_rules.reading.literals import (
    ESCAPE,
    FOREIGN_ESCAPE,
    PIECE,
    boundary,
    characters,
    decode,
    masked,
    width,
)
from finetooth_rules.reading.pieces import Pieces
from finetooth_rules.spans import find_span, text_span

PARTS = [
    b"plain ",
    rb"\n",
    rb"\"",
    rb"\\",
    rb"\\\\",
    rb"\u00e9",
    rb"\ud83d\ude00",
    "é漢😀".encode(),
    b"\\\\" * 9,
]
ODD = [rb"\ud83d", rb"\ude00", rb"\q", rb"\x41", rb"\U0001f600", b"\xff", b"\x80\x80", b"\t", rb"\u12"]


def body(seed: int, size: int, odd: bool) -> bytes:
    random_ = random.Random(seed)
    dense = random_.sample(PARTS, random_.randrange(1, len(PARTS) + 1))
    parts: list[bytes] = []
    length = 0
    while length < size:
        parts.append(random_.choice(ODD if odd and random_.random() < 0.02 else dense))
        length += len(parts[-1])
    return b"".join(parts)


def units(text: bytes, foreign: bool) -> list[tuple[int, int]]:
    """Where each character begins and ends, looked for one after the other."""
    written = characters(text)
    escape = FOREIGN_ESCAPE if foreign else ESCAPE
    found: list[tuple[int, int]] = []
    at = char = 0
    while char < len(written):
        match = escape.match(written, char)
        end = match.end() if match else char + 1
        length = width(written[char:end])
        found.append((at, at + length))
        at, char = at + length, end
    return found


@pytest.mark.parametrize("foreign", [False, True])
@pytest.mark.parametrize("odd", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_pieces_count_as_one_by_one(seed: int, odd: bool, foreign: bool) -> None:
    text = body(seed, 3 * PIECE, odd)
    one_by_one = units(text, foreign)
    pieces = Pieces(text, foreign=foreign)
    random_ = random.Random(seed)
    near = [n for n, (at, _) in enumerate(one_by_one) if at % PIECE < 24 or at % PIECE > PIECE - 24]
    for number in [*random_.sample(range(len(one_by_one)), 200), *near[:200], 0, len(one_by_one) - 1]:
        start, end = one_by_one[number]
        assert pieces.offset(number) == start
        for at in range(start, end):
            assert boundary(text, at, foreign=foreign) == start
            assert pieces.char(at) == number
    assert pieces.offset(len(one_by_one)) == pieces.offset(10**9) == len(text)
    assert pieces.char(len(text)) == len(one_by_one)
    before, part = pieces.part(len(one_by_one) // 2)
    assert decode(text, foreign=foreign)[before : before + len(part)] == part


@pytest.mark.parametrize("odd", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_a_long_text_is_decoded_as_a_short_one(seed: int, odd: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    text = body(seed + 100, 4 * PIECE, odd)
    quick = decode(text), decode(text, foreign=True)
    monkeypatch.setattr(literals, "_LONG", len(text))
    assert quick == (decode(text), decode(text, foreign=True))


@pytest.mark.parametrize("seed", range(6))
def test_a_span_in_a_long_text_decodes_to_its_characters(seed: int) -> None:
    text = body(seed + 200, 2 * PIECE, odd=False)
    raw = b'{"messages":[{"a\\"":[1,{"b":2}],"content":"%b"}]}' % text
    string = find_span(raw, ("messages", 0, "content"), strict=True)
    assert raw[string.start : string.end] == b'"%b"' % text
    meant = decode(text)
    random_ = random.Random(seed)
    for _ in range(50):
        start, end = sorted(random_.choices(range(len(meant) + 1), k=2))
        span = text_span(raw, string, start, end)
        assert decode(raw[span.start : span.end]) == meant[start:end]


def test_masking_leaves_only_the_quotes_of_strings() -> None:
    for seed in range(20):
        text = b'["%b", {"k\\\\\\"": "%b"}]' % (body(seed, 300, False), body(seed + 1, 300, False))
        mask = masked(text)
        assert len(mask) == len(text)
        strings = [match.span() for match in re.finditer(rb'"(?:[^"\\]|\\.)*"', text)]
        assert [match.span() for match in re.finditer(rb'"[^"]*"', mask)] == strings


def test_a_place_deep_in_a_large_record_is_found() -> None:
    text = body(7, 80 * 1024, odd=False)
    raw = b'{"a":["%b",{"b":"%b","c":1}],"d":[2]}' % (text, text)
    assert find_span(raw, ("a", 1, "c")) == Span(raw.index(b"1}]"), raw.index(b"1}]") + 1)
    key = find_span(raw, ("d",), on_key=True)
    assert raw[key.start : key.end] == b'"d"'
