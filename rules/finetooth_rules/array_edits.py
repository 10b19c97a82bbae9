"""Taking an element out of an array, or putting others in its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from finetooth_rules.array import skip_white


class Removal(NamedTuple):
    """Bytes to take away before and behind an element's slice so that one comma goes with it."""

    before: int
    behind: int


def removal(before: bytes, behind: bytes) -> Removal:
    """How to take an element away, by what stands before and behind it (as far as the next element).

    With a comma behind it everything up to the next element goes, which takes its place; the last element
    goes with the comma before it.
    """
    at = skip_white(behind, 0)
    if behind[at : at + 1] == b",":
        return Removal(0, skip_white(behind, at + 1))
    left = before.rstrip(b" \t\r\n")
    return Removal(len(before) - len(left) + 1, 0) if left.endswith(b",") else Removal(0, 0)


def in_place(lines: Sequence[bytes], lead: bytes) -> bytes:
    """Records that take the place of one, each on a line with its indentation; `lead` is the line before the
    slice."""
    indent = lead if not lead.strip(b" \t") else b" "
    between = b",\n" + indent if indent != b" " else b", "
    return between.join(lines)
