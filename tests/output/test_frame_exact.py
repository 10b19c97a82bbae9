"""Code frames: the marks stand under the very characters, whatever their width, and no line is wider than
the terminal."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetooth.engine.report import Excerpt, Place, Shown, ShownRelated
from finetooth.output._cells import cells, char_cells, printable
from finetooth.output._frame import frame
from finetooth.output._style import Style
from finetooth_rules.finding import Consequence, Severity


def shown(excerpt: Excerpt, *related: ShownRelated) -> Shown:
    place = Place("a.jsonl", 7, excerpt.start + 1, 7, excerpt.end + 1)
    return Shown(
        "SYN001",
        "invalid-json",
        Severity.ERROR,
        Consequence.REJECTED,
        "m",
        place,
        excerpt=excerpt,
        related=related,
    )


def drawn(excerpt: Excerpt, width: int = 100, *related: ShownRelated) -> tuple[str, str]:
    _, text, marks = frame(shown(excerpt, *related), Style(), width)
    return text.removeprefix("7 | "), marks.removeprefix("  | ")


@pytest.mark.parametrize(
    ("char", "expected"),
    [
        ("a", 1),
        ("é", 1),
        ("\u0301", 0),
        ("日", 2),
        ("ｱ", 1),
        ("Ａ", 2),
        ("🙂", 2),
        ("\u200d", 0),
        ("\ufe0f", 0),
        ("한", 2),
        ("\u1161", 0),
    ],
)
def test_width_of_a_character(char: str, expected: int) -> None:
    assert char_cells(char) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x1b[31mb", "a<U+001B>[31mb"),
        ("a\u202eb", "a<U+202E>b"),
        ("x\u200by", "x<U+200B>y"),
        ("a\u200db", "a<U+200D>b"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("❤\ufe0f", "❤\ufe0f"),
        ("नी\u200cभ", "नी\u200cभ"),
        ("\ud800", "<U+D800>"),
        ("\u2028", "<U+2028>"),
        ("日本", "日本"),
    ],
)
def test_nothing_a_terminal_obeys_is_printed(text: str, expected: str) -> None:
    assert printable(text) == expected


def test_marks_under_wide_characters() -> None:
    assert drawn(Excerpt("日本語x", 1, 3)) == ("日本語x", "  ^^^^")


def test_marks_behind_a_combining_character() -> None:
    assert drawn(Excerpt("cafe\u0301!", 5, 6)) == ("cafe\u0301!", "    ^")


def test_an_empty_span_is_one_mark() -> None:
    assert drawn(Excerpt('{"a" 1}', 5, 5)) == ('{"a" 1}', "     ^")


def test_an_empty_span_behind_the_end() -> None:
    assert drawn(Excerpt('{"a": 1', 7, 7)) == ('{"a": 1', "       ^")


def test_further_spans_on_the_line_are_underlined_otherwise() -> None:
    other = ShownRelated(Place("a.jsonl", 7, 9, 7, 12), "and here")
    assert drawn(Excerpt("aaa bbb ccc", 0, 3), 100, other) == ("aaa bbb ccc", "^^^     ---")


def test_a_related_place_elsewhere_is_not_underlined() -> None:
    elsewhere = ShownRelated(Place("b.jsonl", 7, 9, 7, 12), "there")
    assert drawn(Excerpt("aaa bbb ccc", 0, 3), 100, elsewhere) == ("aaa bbb ccc", "^^^")


def test_a_long_line_is_cut_around_the_mark() -> None:
    text, marks = drawn(Excerpt("x" * 60 + "HERE" + "y" * 60, 60, 64), 44)
    assert text == "…" + "x" * 9 + "HERE" + "y" * 24 + "…"
    assert marks == " " * 10 + "^^^^"


def test_a_mark_that_is_longer_than_the_window_goes_on() -> None:
    text, marks = drawn(Excerpt("x" * 200, 0, 200), 40)
    assert text.endswith("…")
    assert re.fullmatch(r"\^+…", marks)
    assert cells(marks) <= 36


TEXTS = st.text(st.sampled_from('ab{}"日🙂e\u0301\u202e\u200d\x1b\u200b한'), min_size=1, max_size=160)


@given(TEXTS, st.data(), st.integers(40, 130), st.booleans(), st.booleans())
def test_no_line_is_wider_than_the_terminal_and_the_mark_is_true(
    text: str, data: st.DataObject, width: int, left: bool, right: bool
) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    line, marks = drawn(Excerpt(text, start, end, left, right), width)
    assert cells(line) + 4 <= width
    assert cells(marks) + 4 <= width
    assert marks.count("^") >= 1
    assert "\x1b" not in line
    if line == printable(text):  # not cut: what stands before the marks is the text before the span
        before = "".join(
            printable(text[: index + 1])[len(printable(text[:index])) :] for index in range(start)
        )
        assert len(marks) - len(marks.lstrip(" ")) == cells(before)
