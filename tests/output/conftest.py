"""Reports built by hand: what every format has to cope with."""

from __future__ import annotations

import pytest

from finetooth.engine.report import (
    Change,
    Excerpt,
    Hunk,
    Place,
    Problem,
    Report,
    Shown,
    ShownEdit,
    ShownFix,
    ShownRelated,
)
from finetooth_rules.finding import Applicability, Consequence, Severity

URL = "https://finetooth.example/rules/"


def unclosed_fence() -> Shown:
    """A span in the middle of a long line, cut on both sides, with an unsafe fix."""
    text = 'content": "Sure, here it is:\\n```python\\nprint(1)"}, {"role": "user", "content": "Thanks!"}'
    start = text.index("```python")
    return Shown(
        code="FEN001",
        name="unclosed-fence",
        severity=Severity.WARNING,
        consequence=Consequence.DEGRADED,
        message="The code fence of 3 backticks is never closed",
        place=Place("data/train.jsonl", 12, 845, 12, 854),
        pointer="/messages/2/content",
        url=URL + "unclosed-fence",
        excerpt=Excerpt(text, start, start + len("```python"), cut_left=True, cut_right=True),
        fixes=(
            ShownFix(
                Applicability.UNSAFE,
                "Close the fence at the end of the text",
                (ShownEdit(12, 866, 12, 866, "\\n```"),),
            ),
        ),
    )


def trailing_comma() -> Shown:
    """Behind wide characters, an emoji and a combining accent, with a safe fix."""
    text = '{"prompt": "日本語 🙂 cafe\u0301", "completion": "x",}'
    at = text.rindex(",")
    return Shown(
        code="SYN001",
        name="invalid-json",
        severity=Severity.ERROR,
        consequence=Consequence.REJECTED,
        message="Trailing comma before `}`",
        place=Place("data/train.jsonl", 3, at + 1, 3, at + 2),
        url=URL + "invalid-json",
        excerpt=Excerpt(text, at, at + 1),
        fixes=(ShownFix(Applicability.SAFE, "Remove the comma", (ShownEdit(3, at + 1, 3, at + 2, ""),)),),
    )


def wide_span() -> Shown:
    """The marked part itself is wide, and holds characters that must not reach a terminal."""
    text = '{"prompt": "日本語\u202e🙂"}'
    start = text.index("日")
    return Shown(
        code="TXT004",
        name="bidi-control",
        severity=Severity.WARNING,
        consequence=Consequence.DEGRADED,
        message="U+202E turns the direction of the text: found 1, expected none",
        place=Place("data/train.jsonl", 40, start + 1, 40, start + 6),
        pointer="/prompt",
        url=URL + "bidi-control",
        excerpt=Excerpt(text, start, start + 5),
    )


def duplicate_key() -> Shown:
    """Several spans on one line, and a related place in another file."""
    text = '{"prompt": "a", "completion": "b", "prompt": "c"}'
    first, second = text.index('"prompt"'), text.rindex('"prompt"')
    return Shown(
        code="SYN009",
        name="duplicate-key",
        severity=Severity.ERROR,
        consequence=Consequence.REJECTED,
        message="Key `prompt` occurs twice; parsers keep the last",
        place=Place("data/valid.jsonl", 7, second + 1, 7, second + 9),
        url=URL + "duplicate-key",
        excerpt=Excerpt(text, second, second + 8),
        related=(
            ShownRelated(Place("data/valid.jsonl", 7, first + 1, 7, first + 9), "and here"),
            ShownRelated(Place("data/train.jsonl", 90, 1, 90, 30), "the same prompt, 100% alike"),
        ),
    )


def pretty_printed() -> Shown:
    """A record over several lines; two fixes, one of them a rewrite without edits."""
    return Shown(
        code="SYN007",
        name="value-over-several-lines",
        severity=Severity.ERROR,
        consequence=Consequence.REJECTED,
        message="The record goes over 3 lines, expected one",
        place=Place("data/valid.jsonl", 10, 1, 12, 2),
        url=URL + "value-over-several-lines",
        excerpt=Excerpt("{", 0, 1),
        fixes=(
            ShownFix(Applicability.SAFE, "Join the lines", (ShownEdit(10, 1, 13, 1, '{"prompt": ""}\n'),)),
        ),
    )


def final_newline() -> Shown:
    """Of the file itself: no excerpt, no pointer, a whole-file fix without edits."""
    return Shown(
        code="SYN014",
        name="missing-final-newline",
        severity=Severity.INFO,
        consequence=Consequence.NOTE,
        message="The last line has no newline",
        place=Place("data/valid.jsonl", 12, 2, 12, 2),
        url=URL + "missing-final-newline",
        fixes=(ShownFix(Applicability.SAFE, "Add a newline"),),
    )


def whole_record() -> Shown:
    """The whole of a record that is far longer than its excerpt."""
    text = '{"messages": [{"role": "user", "content": "' + "word " * 24
    return Shown(
        code="TOK001",
        name="too-many-tokens",
        severity=Severity.WARNING,
        consequence=Consequence.TRUNCATED,
        message="5,120 tokens, the limit is 4,096",
        place=Place("data/valid.jsonl", 1234, 1, 1234, 20_481),
        url=URL + "too-many-tokens",
        excerpt=Excerpt(text[:160], 0, 160, cut_right=True),
    )


@pytest.fixture
def report() -> Report:
    """Findings of every kind in two of three files, and no problem."""
    return Report(
        findings=[
            trailing_comma(),
            unclosed_fence(),
            wide_span(),
            duplicate_key(),
            pretty_printed(),
            final_newline(),
            whole_record(),
        ],
        files=3,
        records=1234,
    )


@pytest.fixture
def clean() -> Report:
    """Nothing found."""
    return Report(files=2, records=1234)


@pytest.fixture
def troubled() -> Report:
    """One finding, and two things that could not be judged. The texts need escaping in most formats."""
    return Report(
        findings=[trailing_comma()],
        problems=[
            Problem("finetooth.toml", "unknown setting `selct`; did you mean `select`?", 3, 1),
            Problem("a,b: 100%.jsonl", "no such file or folder <&>"),
        ],
        files=1,
        records=9,
    )


@pytest.fixture
def changed() -> Report:
    """What `--diff` shows: a changed, a deleted and an added line, and a last line that gets its newline."""
    return Report(
        files=1,
        records=4,
        fixed=3,
        changes=[
            Change(
                "data/train.jsonl",
                (
                    Hunk(2, (b'{"a": 1,}\n',), (b'{"a": 1}\n',)),
                    Hunk(5, (b"\n",), ()),
                    Hunk(7, (b'{"a": 1}{"b": 2}\n',), (b'{"a": 1}\n', b'{"b": 2}\n')),
                    Hunk(9, (b'{"z": "\xc3\xa9"}',), (b'{"z": "\xc3\xa9"}\n',)),
                ),
            )
        ],
    )
