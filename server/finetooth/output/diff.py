"""`--diff`: what fixes would change, as a unified diff without context (records are long; `patch` needs
none).

On a terminal the characters that differ are marked inside the lines; the text is the same as without colours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import TextIO

from finetooth.engine.report import Change, Hunk, Report
from finetooth.output import OutputOptions
from finetooth.output._cells import printable
from finetooth.output._style import BOLD, CYAN, GREEN, RED, Style, style_of

_REVERSE = "7"


def write(report: Report, out: TextIO, options: OutputOptions) -> None:
    """All changes of a report. Bytes that are not UTF-8 are written as they are where `out` can
    (surrogateescape)."""
    style = style_of(options)
    for change in report.changes:
        out.writelines(_lines(change, style))


def _lines(change: Change, style: Style) -> Iterator[str]:
    yield style.bold(f"--- {change.filename}") + "\n"
    yield style.bold(f"+++ {change.filename}") + "\n"
    shift = 0
    for hunk in change.hunks:
        old, new = len(hunk.before), len(hunk.after)
        # An empty side names the line before it, as diff does.
        before = _range(hunk.line if old else hunk.line - 1, old)
        after = _range(hunk.line + shift if new else hunk.line + shift - 1, new)
        shift += new - old
        yield style.paint(f"@@ -{before} +{after} @@", CYAN) + "\n"
        yield from _hunk(hunk, style)


def _range(line: int, count: int) -> str:
    return str(line) if count == 1 else f"{line},{count}"


def _hunk(hunk: Hunk, style: Style) -> Iterator[str]:
    before, after = [_decode(line) for line in hunk.before], [_decode(line) for line in hunk.after]
    if not style.color:
        yield from (_whole("-", line) for line in before)
        yield from (_whole("+", line) for line in after)
        return
    pairs = [_differing(old, new) for old, new in zip_longest(before, after)]
    yield from _painted("-", RED, before, [pair[0] for pair in pairs], style)
    yield from _painted("+", GREEN, after, [pair[1] for pair in pairs], style)


def _decode(line: bytes) -> str:
    return line.decode("utf-8", "surrogateescape")


def _whole(sign: str, line: str) -> str:
    ended = line.endswith(("\n", "\r"))
    return f"{sign}{line}" if line.endswith("\n") else f"{sign}{line}\n" + ("" if ended else _NO_NEWLINE)


_NO_NEWLINE = "\\ No newline at end of file\n"


def _differing(old: str | None, new: str | None) -> tuple[tuple[int, int], tuple[int, int]]:
    """The ranges behind the common start and before the common end; empty where a side has no partner."""
    if old is None or new is None:
        return (0, 0), (0, 0)
    start, limit = 0, min(len(old), len(new))
    while start < limit and old[start] == new[start]:
        start += 1
    end = 0
    while end < limit - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return (start, len(old) - end), (start, len(new) - end)


def _painted(
    sign: str, color: str, lines: Sequence[str], ranges: Sequence[tuple[int, int]], style: Style
) -> Iterator[str]:
    for line, (start, end) in zip(lines, ranges, strict=False):
        body = line.rstrip("\r\n")
        end = min(end, len(body))
        start = min(start, end)
        yield (
            style.paint(sign + printable(body[:start]), color)
            + style.paint(printable(body[start:end]), BOLD, _REVERSE, color)
            + style.paint(printable(body[end:]), color)
            + _whole("", line[len(body) :])
        )
