"""The code frame of a finding: the line it is in, cut to the terminal's width, and marks under the exact
characters.

   |
12 | …"content": "Sure:\\n```python\\nprint(1)"}]}
   |                    ^^^^^^^^^
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from finetooth.engine.report import Excerpt, Shown
from finetooth.output._cells import cells, visible
from finetooth.output._style import BLUE, BOLD, Style

_MORE = "…"


class Mark(NamedTuple):
    """A range of the excerpt's text to underline; `end` may equal `start` (a place between two
    characters)."""

    start: int
    end: int
    main: bool = True


def frame(finding: Shown, style: Style, width: int) -> Iterator[str]:
    """Lines of the frame without endings; none where the finding has no excerpt. No line is wider than
    `width`."""
    excerpt = finding.excerpt
    if excerpt is None:
        return
    number = str(finding.place.line)
    bar = style.paint("|", BOLD, BLUE)
    gutter = f"{' ' * len(number)} {bar}"
    marks = [Mark(excerpt.start, excerpt.end), *_secondary(finding, excerpt)]
    goes_on = finding.place.end_line > finding.place.line or (
        excerpt.cut_right and excerpt.end >= len(excerpt.text)
    )
    text, line = _draw(excerpt, marks, max(20, width - len(number) - 3), goes_on, finding.severity, style)
    yield gutter
    yield f"{style.paint(number, BOLD, BLUE)} {bar} {text}"
    yield f"{gutter} {line}"


def _secondary(finding: Shown, excerpt: Excerpt) -> Iterator[Mark]:
    """Related places that lie in the excerpt too: the further spans of a finding that has several."""
    here = finding.place
    for related in finding.related:
        place = related.place
        if (place.filename, place.line, place.end_line) != (here.filename, here.line, here.line):
            continue
        start = place.column - here.column + excerpt.start
        end = min(place.end_column - here.column + excerpt.start, len(excerpt.text))
        if 0 <= start <= len(excerpt.text) and (end <= excerpt.start or start >= excerpt.end):
            yield Mark(start, end, main=False)


def _draw(
    excerpt: Excerpt, marks: Sequence[Mark], room: int, goes_on: bool, severity: str, style: Style
) -> tuple[str, str]:
    """The text that fits into `room` cells, and the line of marks under it."""
    source = excerpt.text
    shown = [visible(char, source[index - 1] if index else "") for index, char in enumerate(source)]
    widths = [cells(part) for part in shown]
    left, right = _window(widths, excerpt.start, room)
    before = _MORE if left or excerpt.cut_left else ""
    after = _MORE if right < len(shown) or excerpt.cut_right else ""
    text = style.dim(before) + "".join(shown[left:right]) + style.dim(after)

    line, drawn = "", 0
    for mark in sorted(marks, key=lambda mark: mark.start):
        start, end = max(mark.start, left), min(mark.end, right)
        if start > end or (start == right and mark.start != mark.end):
            continue
        at = len(before) + sum(widths[left:start])
        if at < drawn:
            continue
        length = max(1, sum(widths[start:end]))
        signs = ("^" if mark.main else "-") * length
        if mark.main and (goes_on or mark.end > right):
            signs += _MORE
        painted = style.severity(severity, signs) if mark.main else style.paint(signs, BOLD, BLUE)
        line += " " * (at - drawn) + painted
        drawn = at + len(signs)
    return text, line


def _window(widths: Sequence[int], start: int, room: int) -> tuple[int, int]:
    """The part of the text to show: all of it if it fits, else from a quarter of the room before `start`
    on."""
    if sum(widths) + 3 <= room:  # an ellipsis on either side, and one behind the marks
        return 0, len(widths)
    room -= 3
    left, used = start, 0
    while left and used + widths[left - 1] <= room // 4:
        left -= 1
        used += widths[left]
    right = start
    while right < len(widths) and used + widths[right] <= room:
        used += widths[right]
        right += 1
    while left and used + widths[left - 1] <= room:
        left -= 1
        used += widths[left]
    return left, right
