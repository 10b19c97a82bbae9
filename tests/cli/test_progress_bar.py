"""The progress bar: not before a second, never wider than the terminal, gone at the end."""

from __future__ import annotations

import io
import os
import re
import shutil

import pytest

from finetooth.cli.progress import Bar, amount, bar_of, duration
from finetooth.output._cells import cells
from finetooth.output._style import Style


class Clock:
    """A clock that is moved by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def drawn(out: io.StringIO) -> list[str]:
    return [part for part in out.getvalue().split("\r\x1b[2K") if part]


@pytest.fixture
def columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "get_terminal_size", lambda *_: os.terminal_size((100, 24)))


@pytest.mark.usefixtures("columns")
def test_short_work_shows_nothing() -> None:
    out, clock = io.StringIO(), Clock()
    bar = Bar(out, Style(), clock)
    bar.start(100)
    bar.file("a.jsonl")
    clock.now += 0.99
    bar.advance(50)
    bar.finish()
    assert out.getvalue() == ""


@pytest.mark.usefixtures("columns")
def test_long_work() -> None:
    out, clock = io.StringIO(), Clock()
    bar = Bar(out, Style(), clock)
    bar.start(400_000_000)
    bar.file("data/train.jsonl")
    for _ in range(200):
        clock.now += 0.01
        bar.advance(500_000)
    bar.file("data/train.jsonl")
    bar.finish()
    lines = drawn(out)
    assert lines[-1] == (
        "━━━━━━──────────────────  25%  100 MB of 400 MB  50 MB/s  0:06 left  data/train.jsonl"
    )
    assert len(lines) <= 11
    assert out.getvalue().endswith("\r\x1b[2K")


@pytest.mark.usefixtures("columns")
def test_more_than_all_is_never_said() -> None:
    out, clock = io.StringIO(), Clock()
    bar = Bar(out, Style(), clock)
    bar.start(100)
    clock.now += 2
    bar.advance(300)
    assert "100%  300 B of 100 B" in drawn(out)[-1]


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
def test_never_wider_than_the_terminal(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "get_terminal_size", lambda *_: os.terminal_size((width, 24)))
    out, clock = io.StringIO(), Clock()
    bar = Bar(out, Style(color=True), clock)
    bar.start(10**12)
    clock.now += 5
    bar.file("a/very/long/日本語の/path/that/goes/on/and/on/for/ever/train\x1b[31m.jsonl")
    bar.advance(10**9)
    for line in drawn(out):
        plain = re.sub(r"\x1b\[[\d;]*m", "", line)
        assert cells(plain) < width
        assert "\x1b" not in plain


def test_nothing_to_read() -> None:
    out, clock = io.StringIO(), Clock()
    bar = Bar(out, Style(), clock)
    bar.start(0)
    clock.now += 5
    bar.file("empty.jsonl")
    assert "  0%  0 B of 0 B" in drawn(out)[-1]


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (9_960, "10 kB"),
        (999_600, "1.0 MB"),
        (2.5e9, "2.5 GB"),
        (1e15, "1000 TB"),
    ],
)
def test_amount(count: float, text: str) -> None:
    assert amount(count) == text


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (9.4, "0:09"), (59.6, "1:00"), (3723, "1:02:03")])
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_bar() -> None:
    assert bar_of(0, 4) == "────"
    assert bar_of(0.5, 4) == "━━──"
    assert bar_of(0.625, 4) == "━━╸─"
    assert bar_of(1, 4) == "━━━━"
