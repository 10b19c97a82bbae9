"""Why a fence stays open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

UNCLOSED: Final = "FEN001"
GLUED: Final = "FEN002"
MISMATCHED: Final = "FEN003"
INDENTED: Final = "FEN004"
HARMLESS: Final = ""
"""An opening by the letter of CommonMark that nobody meant as one: a line of tildes, a fence in a comment."""


class TextEdit(NamedTuple):
    """Replace the characters `start` to `end` by `new`."""

    start: int
    end: int
    new: str


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause: the rule that reports it, the characters it points at, what it says, and the edits
    (sorted, on decoded text) after which the fence is closed. `related` is the other place that matters:
    start, end, what it is.
    """

    code: str
    start: int
    end: int
    message: str = ""
    title: str = ""
    edits: tuple[TextEdit, ...] = ()
    related: tuple[int, int, str] | None = None

    def moved(self, by: int) -> Cause:
        """The same in a text of which it is a part."""
        edits = tuple(TextEdit(edit.start + by, edit.end + by, edit.new) for edit in self.edits)
        related = self.related and (self.related[0] + by, self.related[1] + by, self.related[2])
        return replace(self, start=self.start + by, end=self.end + by, edits=edits, related=related)


def name_of(char: str, length: int) -> str:
    """`3 backticks`."""
    return f"{length} {'tilde' if char == '~' else 'backtick'}{'s' if length > 1 else ''}"
