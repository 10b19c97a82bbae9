"""The tolerant reader: as strict as the strict parser, one finding for one defect, repairs that hold."""

from __future__ import annotations

import json
import math
import time
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from finetooth_rules.edits import apply_edits
from finetooth_rules.finding import Applicability
from finetooth_rules.scan import EMPTY, MISSING, Flaw, FlawKind, Scan, scan

PASSED = {FlawKind.DUPLICATE_KEY, FlawKind.LINE_SEPARATOR, FlawKind.LOSES_PRECISION}
"""Flaws of text that the strict parser takes."""
LASTING = {FlawKind.NON_FINITE, FlawKind.INVALID_UTF8, FlawKind.SEVERAL_VALUES}
"""Refused, and not repaired by edits."""
DEPTH = 512

TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "it's",
            '"q", x',
            "C:\\dir\\",
            "\\d \\sigma",
            "}]},:",
            "// no",
            "None",
            "x\u2028y",
            "a\tb\n",
            "é中😀",
        ]
    ),
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
PIECES = st.sampled_from(
    [bytes((char,)) for char in b"{}[]\",:'\\/*#0123456789.eE+-tfnNu abxI;=()\n\t\x00\x0b"]
    + [b"\xe9", b"\xff", "“".encode(), "”".encode(), b"\xc2\xa0", b"NaN", b"True", b"\\ud83d", b"//", b"null"]
)


def read(raw: bytes) -> Scan:
    return scan(raw, DEPTH)


def is_json(raw: bytes) -> bool:
    try:
        orjson.loads(raw)
    except orjson.JSONDecodeError:
        return False
    return True


@st.composite
def written(draw: st.DrawFn) -> bytes:
    """JSON in one of the ways it can be written."""
    return json.dumps(
        draw(VALUES),
        ensure_ascii=draw(st.booleans()),
        indent=draw(st.sampled_from([None, None, 1])),
        separators=draw(st.sampled_from([None, (",", ":"), (" ,\t", " : ")])),
    ).encode()


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """JSON with bytes deleted, inserted and replaced."""
    raw = draw(written())
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(raw)))
        end = at + draw(st.integers(0, 1))
        raw = raw[:at] + draw(st.just(b"") | PIECES) + raw[end:]
    return raw


def agrees(raw: bytes) -> None:
    """A text that the strict parser takes has no flaw that says so; one that it refuses has one that does."""
    found = read(raw)
    refused = {flaw.kind for flaw in found.flaws} - PASSED
    if raw.startswith(b"\xef\xbb\xbf"):
        raw = raw[3:]
    if not raw.strip(b" \t\r\n\v\f"):
        assert found == EMPTY
    elif is_json(raw):
        assert not refused
        assert orjson.dumps(found.value) == orjson.dumps(orjson.loads(raw))
    else:
        assert refused
        assert all(flaw.message != "not JSON" for flaw in found.flaws), "the reader saw nothing wrong with it"


@settings(deadline=None)
@given(written())
def test_json_has_no_flaw(raw: bytes) -> None:
    agrees(raw)


@settings(max_examples=150, deadline=None)
@given(damaged())
@example(b'{"a":1e999}')
@example(b"[" * 600 + b"]" * 600)
@example(b'{"a":1}\x00')
def test_damaged_json_is_judged_as_by_the_strict_parser(raw: bytes) -> None:
    if not raw.count(b"[") > DEPTH:
        agrees(raw)
    read(raw)


@settings(deadline=None)
@given(st.binary(max_size=30) | st.lists(PIECES, max_size=20).map(b"".join))
def test_any_bytes_are_judged_as_by_the_strict_parser(raw: bytes) -> None:
    agrees(raw)


@settings(max_examples=150, deadline=None)
@given(damaged())
def test_the_repairs_of_a_record_make_it_json_together(raw: bytes) -> None:
    found = read(raw)
    edits = [edit for flaw in found.flaws for edit in flaw.edits]
    if edits and all(flaw.lines is None for flaw in found.flaws):
        left = {flaw.kind for flaw in read(apply_edits(raw, edits)).flaws}
        assert left <= PASSED | LASTING


@settings(deadline=None)
@given(damaged())
def test_flaws_are_in_order_inside_the_text_and_short(raw: bytes) -> None:
    flaws = read(raw).flaws
    assert list(flaws) == sorted(flaws, key=lambda flaw: flaw.span)
    for flaw in flaws:
        assert 0 <= flaw.span.start <= flaw.span.end <= len(raw)
        assert len(flaw.message) <= 120
        assert bool(flaw.fix_title) == (bool(flaw.edits) or flaw.lines is not None)


# -- one defect, one finding -----------------------------------------------------------------------

CHAT = (
    b'{"messages": [{"role": "system", "content": "Answer \\"briefly\\", please: [yes], {no}."}, '
    b'{"role": "user", "content": "What is 2 + 2?"}, '
    b'{"role": "assistant", "content": "It is 4.", "weight": 1}], '
    b'"tags": ["x", "y"], "id": 7}'
)


def structural_places(raw: bytes) -> list[int]:
    """Every bracket, comma, colon and delimiting quote."""
    places, inside, at = [], False, 0
    while at < len(raw):
        if inside and raw[at] == ord("\\"):
            at += 1
        elif raw[at] == ord('"'):
            inside = not inside
            places.append(at)
        elif not inside and raw[at] in b"{}[],:":
            places.append(at)
        at += 1
    return places


@pytest.mark.parametrize("at", structural_places(CHAT))
def test_a_character_left_out_is_one_finding(at: int) -> None:
    raw = CHAT[:at] + CHAT[at + 1 :]
    flaws = read(raw).flaws
    assert len(flaws) == 1
    safe = [flaw for flaw in flaws if flaw.edits and flaw.applicability is Applicability.SAFE]
    for flaw in safe:
        assert orjson.loads(apply_edits(raw, flaw.edits)) == orjson.loads(CHAT), (
            "a safe repair that guesses wrong"
        )


@pytest.mark.parametrize("at", [at for at in structural_places(CHAT) if CHAT[at : at + 1] != b'"'])
def test_a_character_doubled_is_one_finding(at: int) -> None:
    raw = CHAT[: at + 1] + CHAT[at:]
    flaws = read(raw).flaws
    assert len(flaws) == 1
    if flaws[0].edits and flaws[0].applicability is Applicability.SAFE:
        assert orjson.loads(apply_edits(raw, flaws[0].edits)) == orjson.loads(CHAT)


@pytest.mark.parametrize("end", range(1, len(CHAT)))
def test_a_record_cut_off_anywhere_is_one_finding(end: int) -> None:
    flaws = read(CHAT[:end]).flaws
    assert len(flaws) == 1
    assert flaws[0].kind is FlawKind.INVALID
    assert flaws[0].applicability is Applicability.UNSAFE or not flaws[0].edits


def test_a_character_in_a_text_that_is_a_quote_can_be_found_at_every_place() -> None:
    start = CHAT.index(b"What")
    for at in range(start + 1, start + 12):
        (flaw,) = read(CHAT[:at] + b'"' + CHAT[at:]).flaws
        assert flaw.span == (at, at + 1)


def test_many_places_of_one_habit_are_one_finding() -> None:
    record = {f"k{number}": ["it's", None, True] for number in range(300)}
    (flaw,) = read(repr(record).encode()).flaws
    assert len(flaw.more_spans) == 100
    assert orjson.loads(apply_edits(repr(record).encode(), flaw.edits)) == record


def test_slips_beyond_the_tenth_go_with_the_last() -> None:
    raw = b"[" + b"[1,]," * 50 + b"1]"
    flaws = read(raw).flaws
    assert len(flaws) == 10
    assert is_json(apply_edits(raw, [edit for flaw in flaws for edit in flaw.edits]))


# -- values ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'{"a": 1,}', {"a": 1}),
        (b"{'a': 'it\\'s \"x\"', 'b': u'\\xe9\\U0001f600'}", {"a": 'it\'s "x"', "b": "é😀"}),
        (b'{"a": 1, "a": 2,}', {"a": 2}),
        (b'{"a": "x\ty"}', {"a": "x\ty"}),
        (b'{"a": "\\ud83d!"}', {"a": "\ufffd!"}),
        (b'{"a": "\xe9\xe8"}', {"a": "\ufffd\ufffd"}),
        (b'{"a": 1} {"b": 2}', {"a": 1}),
        (b"\xef\xbb\xbf" + b'{"a": 1}', {"a": 1}),
        (b'{"a": Infinity}', {"a": math.inf}),
        (b'{"a": 0x10, "b": -0X0f}', {"a": 16, "b": -15}),
        (b'{"a": 18446744073709551616}', {"a": 1.8446744073709552e19}),
        (b'{"a": "abc', MISSING),
        (b'{"a": }', MISSING),
        (b"# nothing", MISSING),
        (b"nothing", MISSING),
        (b"[[[1]]]" * 2, [[[1]]]),
    ],
)
def test_the_value_is_what_could_be_made_out(raw: bytes, value: Any) -> None:
    assert read(raw).value == value


def test_nan_stays_nan() -> None:
    value = read(b'{"a": NaN, "b": [1, 2,]}').value
    assert math.isnan(value["a"])
    assert value["b"] == [1, 2]


def test_blank_text_has_no_flaw_and_no_value() -> None:
    assert [read(raw) for raw in (b"", b"  \t\r", b"\xef\xbb\xbf", b"\v\f")] == [EMPTY] * 4


@pytest.mark.parametrize(
    ("raw", "span", "lines"),
    [
        (b'{"a":1}{"b":2}', (7, 8), (b'{"a":1}', b'{"b":2}')),
        (b'{"a":1} , [2] {"b":01}', (10, 11), None),
        (b'{"a":1} 2', (8, 9), None),
    ],
)
def test_several_values_are_put_on_lines_where_each_is_a_record(
    raw: bytes, span: tuple[int, int], lines: tuple[bytes, ...] | None
) -> None:
    flaw = next(flaw for flaw in read(raw).flaws if flaw.kind is FlawKind.SEVERAL_VALUES)
    assert flaw.span == span
    if lines is not None:
        assert flaw.lines == lines


def test_a_duplicate_key_says_where_the_first_is() -> None:
    (flaw,) = read(b'{"x": {"a": 1, "\\u0061": 2}}').flaws
    assert flaw.span == (15, 23)
    assert [related.span for related in flaw.related] == [(7, 10)]


@pytest.mark.parametrize(
    ("text", "encoding", "guess"),
    [
        ('{"a": "café au lait"}', "latin-1", "Latin-1 or Windows-1252"),
        ('{"a": "“quoted” – dash"}', "cp1252", "Windows-1252"),
        ('{"a": "中文的数据集在这里"}', "gbk", "a multi-byte encoding"),
        ('{"a": "日本語のテキスト"}', "shift-jis", "a multi-byte encoding"),
        ('{"a": "x"}', "utf-16-le", "UTF-16"),
        ('{"a": "x"}', "utf-16-be", "UTF-16"),
    ],
)
def test_the_encoding_is_guessed(text: str, encoding: str, guess: str) -> None:
    (flaw,) = read(text.encode(encoding)).flaws
    assert flaw.kind is FlawKind.INVALID_UTF8
    assert guess in flaw.message
    assert not flaw.edits


@pytest.mark.parametrize(
    ("raw", "guess"),
    [
        (b'{"a": "\xed\xa0\xbd\xed\xb8\x80"}', "CESU-8"),
        (b'{"a": "x\xe2\x82"}', "cut in half"),
        (b'{"a": "x\x81\x8d"}', "unknown"),
    ],
)
def test_other_bytes_that_are_no_utf8(raw: bytes, guess: str) -> None:
    (flaw,) = read(raw).flaws
    assert guess in flaw.message


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (b"9223372036854775807", "2^53"),
        (b"9223372036854775809", "64 bits"),
        (b"-9223372036854775809", "64 bits"),
        (b"9223372036854775808", None),  # 2^63, a double
        (b"9007199254740993", "2^53"),
        (b"9007199254740992", None),
        (b"1152921504606846976", None),  # 2^60
        (b"123456789012345678", "2^53"),
        (b"0.1000000000000000055511151231257827", None),  # "%.34f" of 0.1
        (b"0.10000000000000000999", "digits"),
        (b"0.30000000000000004", None),
        (b"2.718281828459045235360287", "digits"),
        (b"0.100000001490116119384765625", None),  # a float32 in full
        (b"100000000000000000000.0", None),
        (b"1.7976931348623157e308", None),
        (b"1.8e308", "largest double"),
        (b"1" + b"0" * 400, "largest double"),
        (b"1e-400", None),
        (b"0." + b"0" * 40 + b"12345678901234567890e-99999999999", None),
    ],
)
def test_numbers_that_lose_digits(number: bytes, message: str | None) -> None:
    flaws = read(b'{"a": ' + number + b"}").flaws
    assert [message in flaw.message for flaw in flaws if message] == ([True] if message else [])
    assert message or not flaws


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 40))
def test_a_double_printed_in_any_length_loses_nothing_that_it_had(number: float, digits: int) -> None:
    shown = f"{number:.{digits}e}".encode()
    if not math.isinf(float(shown)) and float(shown) == number:
        assert read(b"[" + shown + b"]").flaws == ()


# -- limits ----------------------------------------------------------------------------------------


def test_the_bracket_that_is_too_deep_is_pointed_at() -> None:
    (flaw,) = scan(b'{"a": [[[[1]]]]}', 4).flaws
    assert (flaw.kind, flaw.span) == (FlawKind.TOO_DEEP, (9, 10))
    assert "4 levels" in flaw.message
    assert scan(b'{"a": [[[1]]]}', 4).flaws == ()


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" * 500 + b"}" * 200_000,
        b"[}" * 100_000,
        b"," * 200_000,
        b'{"a":' + b'"' * 200_000,
        b'{"a":' + b'"x' * 100_000 + b"}",
        b"{'a':" + b"'x" * 100_000 + b"}",
        b'["a"' + b' "x' * 100_000 + b"}",
        b'{"a": "' + b"\\" * 200_001,
        b'{"a": "' + b"\\d\t\xff" * 12_000 + b'"}',
        b'{"a": 1}' + b',"b":2}' * 30_000,
        b"[" + b"/**/" * 50_000,
        b"{}" * 20_000,
        b"[" + b"1" * 200_000 + b"]",
        b"[0." + b"1" * 200_000 + b"]",
        b"{" + b'"a":1,' * 100_000 + b'"a":1}',
        b'["' + b"}" * 100_000 + b'"x": 1]',
    ],
    ids=lambda raw: (raw[:12] + raw[-6:]).decode("latin-1"),
)
def test_hostile_text_takes_time_by_its_length_only(raw: bytes) -> None:
    begun = time.process_time()  # what a busy machine does not lengthen; by the square it were minutes
    found = read(raw)
    assert time.process_time() - begun < 10
    assert found.flaws


def flaws_of_kind(raw: bytes, kind: FlawKind) -> list[Flaw]:
    return [flaw for flaw in read(raw).flaws if flaw.kind is kind]


def test_a_long_text_of_control_characters_is_one_flaw() -> None:
    raw = b'{"a": "' + b"line\n\t" * 5_000 + b'"}'
    (flaw,) = flaws_of_kind(raw, FlawKind.CONTROL_CHARACTER)
    assert orjson.loads(apply_edits(raw, flaw.edits)) == {"a": "line\n\t" * 5_000}
