"""Edits on decoded text, and what they leave where."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from finetooth_rules.fences._cause import TextEdit


class Draft:
    """A text under repair: applies edits one after the other, and finds the way back to the offsets of the
    original.
    """

    __slots__ = ("_origins", "_starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0]  # of the pieces kept, in the draft …
        self._origins = [0]  # … and in the original

    def origin(self, offset: int) -> int:
        """The offset in the original of what stands at `offset`; for inserted text, of what follows the
        insertion.
        """
        piece = bisect_right(self._starts, offset) - 1
        origin = self._origins[piece] + offset - self._starts[piece]
        return min(origin, self._origins[piece + 1]) if piece + 1 < len(self._origins) else origin

    def apply(self, edits: Sequence[TextEdit]) -> None:
        """Apply edits in the draft's own offsets, sorted and not overlapping."""
        for edit in reversed(edits):
            self.text = self.text[: edit.start] + edit.new + self.text[edit.end :]
            tail = self.origin(edit.end)
            ahead = bisect_right(self._starts, edit.start)
            behind = bisect_right(self._starts, edit.end)
            shift = len(edit.new) - (edit.end - edit.start)
            self._starts[ahead:] = [
                edit.start + len(edit.new),
                *(start + shift for start in self._starts[behind:]),
            ]
            self._origins[ahead:] = [tail, *self._origins[behind:]]


def applied(text: str, edits: Sequence[TextEdit]) -> str:
    """The text after the edits."""
    for edit in reversed(edits):
        text = text[: edit.start] + edit.new + text[edit.end :]
    return text
