"""Lines and columns as CommonMark counts them."""

from __future__ import annotations


def normalised(text: str) -> str:
    """The text with `\\n` as its only line ending and every offset unchanged: a space before an ending
    means nothing.
    """
    return text.replace("\r\n", " \n").replace("\r", "\n") if "\r" in text else text


def indent_at(text: str, pos: int, column: int) -> tuple[int, int]:
    """The first character that is no space or tab, and its column; tabs go to the next multiple of 4."""
    first = pos
    while text[first] == " ":
        first += 1
    column += first - pos
    while text[first] in " \t":
        column += 4 - column % 4 if text[first] == "\t" else 1
        first += 1
    return first, column


def skip_columns(text: str, pos: int, column: int, width: int) -> tuple[int, int]:
    """Skip up to `width` columns of spaces and tabs. A tab of which only a part is skipped stays at the
    offset returned.
    """
    goal = column + width
    while column < goal and text[pos] in " \t":
        reached = column + 4 - column % 4 if text[pos] == "\t" else column + 1
        if reached > goal:
            return pos, goal
        pos, column = pos + 1, reached
    return pos, column
