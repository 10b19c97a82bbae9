"""What a fenced code block holds, and where each of its lines stands in the text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from finetooth_rules.fences._blocks import QUOTE, Block, Containers
from finetooth_rules.fences._lines import indent_at, normalised, skip_columns


class ContentLine(NamedTuple):
    """A line inside its containers: `start` to `end` without the ending, after `pad` columns left of a
    split tab.
    """

    start: int
    end: int
    pad: int = 0


def _column(text: str, at: int, pos: int) -> int:
    """The column of `pos` in the line that begins at `at`."""
    column = 0
    for char in text[at:pos]:
        column += 4 - column % 4 if char == "\t" else 1
    return column


def content_lines(text: str, block: Block, *, dedent: bool = True) -> Iterator[ContentLine]:
    """The lines of the block's content, without the prefixes of its containers and (`dedent`) its fence's
    indentation.
    """
    given, text = text, normalised(text) + "\n"
    at = block.body
    while at < block.body_end:
        stop = text.index("\n", at)
        following = stop + 1
        stop -= given.startswith("\r\n", stop - 1) and stop > at
        pos, column = at, 0
        for width in block.containers:
            first, first_column = indent_at(text, pos, column)
            if width != QUOTE:
                pos, column = skip_columns(text, pos, column, width)
            elif first < stop:
                pos, column = skip_columns(text, first + 1, first_column + 1, 1)
        if dedent:
            pos, column = skip_columns(text, pos, column, block.indent)
        if text[pos : pos + 1] == "\t" and (split := column - _column(text, at, pos)):
            yield ContentLine(pos + 1, stop, 4 - (column - split) % 4 - split)
        else:
            yield ContentLine(pos, stop)
        at = following


def content(text: str, block: Block) -> str:
    """What the block holds, as CommonMark gives it: every line ends in `\\n`."""
    return "".join(" " * line.pad + text[line.start : line.end] + "\n" for line in content_lines(text, block))


def prefix(containers: Containers) -> str:
    """What a line begins with to stand in these containers."""
    return "".join("> " if width == QUOTE else " " * width for width in containers)
