"""A place in a text, and what was found on the way there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from finetooth_rules.finding import Edit
from finetooth_rules.reading.grammar import BOM, COMMENT, ODD_SPACE, SPACE
from finetooth_rules.reading.spots import Cause, Spot, Unreadable, replace, stop

MOST_SLIPS: Final = 2_000
"""Text with more slips is no JSON."""
MOST_SPOTS: Final = 50_000
"""Of all kinds, for the sake of time and memory."""


def skip(raw: bytes, at: int) -> int:
    """Where the white space from `at` on ends."""
    match = SPACE.match(raw, at)
    return match.end() if match else at


class Cursor:
    """Moves over a text and keeps its spots, in the order they are met."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.pos = len(BOM) if raw.startswith(BOM) else 0
        self.spots: list[Spot] = []
        self.slips = 0

    def inside(self) -> bool:
        """Whether the text so far asks for more."""
        return False

    def note(self, cause: Cause, edit: Edit, *, safe: bool = True, detail: str = "") -> None:
        """A slip, where its edit is."""
        self.slip(Spot(edit.span, cause, (edit,), safe, detail))

    def slip(self, spot: Spot) -> None:
        """A place that is not JSON's grammar."""
        self.slips += 1
        if self.slips > MOST_SLIPS:
            raise Unreadable(spot._replace(edits=()))
        self.spots.append(spot)

    def found(self, spots: Iterable[Spot]) -> None:
        """Spots of other kinds."""
        for spot in spots:
            if len(self.spots) >= MOST_SPOTS:
                raise Unreadable(spot._replace(edits=()))
            self.spots.append(spot)

    def blank(self) -> bool:
        """Skip white space; True when comments, or characters that are no white space in JSON, were among
        it."""
        raw, found = self.raw, False
        while True:
            at = self.pos = skip(raw, self.pos)
            match = ODD_SPACE.match(raw, at)
            if match is not None:
                self.note(Cause.ODD_SPACE, replace(*match.span(), b" "))
            else:
                match = COMMENT.match(raw, at)
                if match is None:
                    return found
                self._comment(match[0], at)
            self.pos = match.end()
            found = True

    def _comment(self, text: bytes, at: int) -> None:
        open_block = text.startswith(b"/*") and (len(text) < 4 or not text.endswith(b"*/"))
        swallows = self.inside() and at + len(text) == len(self.raw)
        if open_block or swallows:
            raise stop(Cause.OPEN_COMMENT, at, at + (1 if text.startswith(b"#") else 2))
        self.note(Cause.COMMENT, replace(at, at + len(text), b""))
