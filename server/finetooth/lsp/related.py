"""Places that a finding points at besides its own, as the protocol shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pygls import uris

from finetooth.engine.live.addresses import FarAddress
from finetooth.engine.live.blocks import Entry
from finetooth.engine.live.index import LiveIndex
from finetooth.lsp.positions import at_place
from finetooth_rules.finding import Related, Span
from finetooth_rules.framing import whole
from finetooth_rules.record import Record

Json = dict[str, Any]


@dataclass(slots=True)
class Elsewhere:
    """A related place: the entry it is in, and the document that is of (None: the finding's own, or a file
    that is not open), its lines counted from that entry's first; `other`: in another record; `moves` are
    those of that entry then."""

    entry: Entry | None
    index: LiveIndex | None
    start: int
    end: int
    drawn: Json
    other: bool
    moves: int = 0
    shown: bool = True

    @property
    def gone(self) -> bool:
        """Whether that record was edited since (the finding is then judged anew in a moment), or its line is
        read again."""
        return self.entry is not None and (self.entry.block is None or self.entry.pending)

    @property
    def shifted(self) -> bool:
        """Whether that record moved on its line."""
        return self.entry is not None and self.entry.moves != self.moves

    def put_lines(self, start: int) -> None:
        """Set the lines of the place, where it is one that moves; the finding is at `start`."""
        if self.index is not None and self.entry is not None:
            start = self.index.blocks.place(self.entry)[2]
        elif self.other:
            return
        there = self.drawn["location"]["range"]
        there["start"]["line"] = start + self.start
        there["end"]["line"] = start + self.end


def in_file(address: FarAddress, related: Related) -> Elsewhere | None:
    """A place in a file that is not open; None where it is no longer there."""
    found = address.file.range(address.row, related)
    if found is None:
        return None
    uri = uris.from_fs_path(str(address.file.listed.path))
    start, end = (found.line, found.column), (found.end_line, found.end_column)
    return Elsewhere(None, None, 0, 0, location(uri or "", start, end, related.message), True)


def related_span(record: Record, related: Related) -> Span:
    """Where in its record a related place is."""
    if related.span is not None:
        return related.span
    return record.locate(related.path) if related.path else whole(record)


def location(uri: str, start: tuple[int, int], end: tuple[int, int], message: str) -> Json:
    """A `DiagnosticRelatedInformation`."""
    where = {"uri": uri, "range": {"start": at_place(*start), "end": at_place(*end)}}
    return {"location": where, "message": message}
