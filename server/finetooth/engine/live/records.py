"""Records and rows of numbers on their way between an open document and where they are worked on."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from finetooth_rules.lint import Linter
from finetooth_rules.record import Element, Record


class RawRecord(NamedTuple):
    """A record on its way to another process."""

    raw: bytes
    line_count: int
    oversize: bool
    element: bool = False


Layout: TypeAlias = tuple[tuple[str, int], ...]
"""The columns that a row of 64-bit numbers holds one after the other: name, and how many numbers."""


def columns_of(layout: Layout, rows: Sequence[bytes]) -> dict[str, array[int]]:
    """The columns of rows; several of them may come as one."""
    flat = array("Q", b"".join(rows))
    row_width = sum(width for _, width in layout)
    count = len(flat) // row_width if row_width else 0
    columns: dict[str, array[int]] = {}
    first = 0
    for name, width in layout:
        column = array("Q", bytes(8 * width * count))
        for at in range(width):
            column[at::width] = flat[first + at :: row_width]
        columns[name] = column
        first += width
    return columns


def records_of(linter: Linter, batch: Sequence[RawRecord]) -> list[Record]:
    """The records of a batch."""
    depth = linter.profile.max_depth
    return [
        (Element if item.element else Record)(item.raw, item.line_count, depth, oversize=item.oversize)
        for item in batch
    ]
