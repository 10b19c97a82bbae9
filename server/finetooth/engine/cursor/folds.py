"""What can be folded in a record that stands on several lines: its objects and lists."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import Final, NamedTuple

from finetooth_rules.finding import Span
from finetooth_rules.patterns import lazy

_TOKEN: Final = lazy(rb'"[^"\\\r\n]*+(?:\\[^\r\n][^"\\\r\n]*+)*+"?|[{}\[\]]')
"""A string, which ends with its line where it is not closed, or a bracket."""
_QUOTE: Final = 0x22
_BREAK: Final = lazy(rb"\r\n|\n|\r")


class Fold(NamedTuple):
    """From behind an opening bracket to its closing one; `depth` is 0 for the record's own."""

    span: Span
    depth: int


def folds(raw: bytes) -> Iterator[Fold]:
    """The objects and lists of a record that do not begin and end on one line, in order of their ends."""
    breaks = [match.start() for match in _BREAK.finditer(raw)]
    if not breaks:
        return
    open_: list[tuple[int, int]] = []
    for match in _TOKEN.finditer(raw):
        at = match.start()
        if raw[at] == _QUOTE:
            continue
        if match[0] in b"{[":
            open_.append((at + 1, bisect_right(breaks, at)))
        elif open_:
            start, line = open_.pop()
            if line != bisect_right(breaks, at):
                yield Fold(Span(start, at), len(open_))
