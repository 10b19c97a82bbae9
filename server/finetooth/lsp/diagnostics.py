"""A finding as a diagnostic: what is kept of it with its record, and with the block of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from finetooth.lsp.positions import at_place
from finetooth.lsp.related import Elsewhere
from finetooth_rules.alike import Kind
from finetooth_rules.finding import Finding, Severity

Json = dict[str, Any]
Layout = tuple[tuple[int, int], ...]
SOURCE: Final = "finetooth"
SEVERITIES: Final[Mapping[Severity, int]] = {Severity.ERROR: 1, Severity.WARNING: 2, Severity.INFO: 3}


@dataclass(slots=True)
class Drawn:
    """A finding as a diagnostic; `start` and `end` are its lines counted from the record's first."""

    severity: Severity
    finding: Finding
    diagnostic: Json
    start: int
    end: int
    related: list[Elsewhere]
    json: bytes | None = None
    """The diagnostic as it is sent; None when it was moved since."""

    @property
    def elsewhere(self) -> list[Json]:
        """The locations of other records that it points at."""
        return [related.drawn["location"] for related in self.related if related.other and related.shown]

    @property
    def outdated(self) -> bool:
        """Whether a related place is gone or back, or moved on its line."""
        return any(
            related.shown is related.gone or (related.shifted and related.shown) for related in self.related
        )


@dataclass(slots=True)
class DrawnEntry:
    """All diagnostics of a record, for the record at line `base` under a layout of the document."""

    base: int
    layout: Layout
    items: list[Drawn]


@dataclass(slots=True)
class DrawnBlock:
    """The diagnostics of a block as they are sent: severity, line and JSON of each, and joined by
    severities."""

    start: int
    layout: Layout
    related: bool
    parts: list[tuple[Severity, int, bytes]]
    joined: dict[tuple[Severity, ...], bytes]
    once: frozenset[Kind]
    """The kinds of findings that are left out, as they are told once."""

    def of(self, severities: tuple[Severity, ...]) -> bytes:
        """All of some severities, with commas between them."""
        found = self.joined.get(severities)
        if found is None:
            found = b",".join([json for severity, _, json in self.parts if severity in severities])
            self.joined[severities] = found
        return found


def notice(message: str) -> Json:
    """A diagnostic of our own, on the first line."""
    where = {"start": at_place(0, 0), "end": at_place(0, 0)}
    return {"range": where, "severity": SEVERITIES[Severity.INFO], "source": SOURCE, "message": message}
