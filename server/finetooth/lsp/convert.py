"""From findings to what the protocol shows: ranges, diagnostics, text edits, all as plain JSON.

The only module that knows both. What is drawn of a record is kept with its entry and only moved when lines
above it come or go.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from finetooth.engine.document import Document, Encoding, columns, content_length, line_ending
from finetooth.engine.live import LiveIndex
from finetooth.engine.live_alike import first_with
from finetooth.engine.live_blocks import Block, Entry, Flagged
from finetooth.engine.live_groups import Address
from finetooth.engine.locate import page_of
from finetooth.engine.plugins import catalogue_of
from finetooth.lsp.client import ClientFacts
from finetooth.lsp.protocol import encode
from finetooth_rules.alike import Kind, in_others, kind_of
from finetooth_rules.finding import Finding, Related, Severity, Span
from finetooth_rules.framing import position, span_of, whole
from finetooth_rules.record import Record

Json = dict[str, Any]
SOURCE: Final = "finetooth"
BOM: Final = b"\xef\xbb\xbf"
SEVERITIES: Final[Mapping[Severity, int]] = {Severity.ERROR: 1, Severity.WARNING: 2, Severity.INFO: 3}
_AND_HERE: Final = "and here"


@dataclass(slots=True)
class _Elsewhere:
    """A related place: the entry it is in (None: the finding's own), its lines counted from that entry's
    first; `moves` are those of that entry then."""

    entry: Entry | None
    start: int
    end: int
    drawn: Json
    moves: int
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


@dataclass(slots=True)
class Drawn:
    """A finding as a diagnostic; `start` and `end` are its lines counted from the record's first."""

    severity: Severity
    finding: Finding
    diagnostic: Json
    start: int
    end: int
    related: list[_Elsewhere]
    json: bytes | None = None
    """The diagnostic as it is sent; None when it was moved since."""

    @property
    def elsewhere(self) -> list[Json]:
        """The locations of other records that it points at."""
        return [
            related.drawn["location"]
            for related in self.related
            if related.entry is not None and related.shown
        ]

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
    layout: int
    items: list[Drawn]


@dataclass(slots=True)
class DrawnBlock:
    """The diagnostics of a block as they are sent: severity, line and JSON of each, and joined by
    severities."""

    start: int
    layout: int
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


class Renderer:
    """Draws the findings of one document for one client."""

    def __init__(self, uri: str, index: LiveIndex, facts: ClientFacts) -> None:
        self.uri = uri
        self.index = index
        self.facts = facts
        self._known = catalogue_of(index.linter.profile)
        self._counted: tuple[bytes, int, int] = (b"", 0, 0)
        self.hidden_bytes = 0
        """Length of a byte-order mark that is in the file and not in the editor's text."""

    def entry(self, entry: Entry, start: int) -> list[Drawn]:
        """The diagnostics of the record at line `start`."""
        layout = self.index.blocks.layout
        drawn: DrawnEntry | None = entry.rendered
        if drawn is None or any(
            related.shifted and not related.gone for item in drawn.items for related in item.related
        ):
            drawn = entry.rendered = DrawnEntry(-1, -1, self._draw(entry, start))
        if drawn.layout != layout or any(item.outdated for item in drawn.items):
            for item in drawn.items:
                if drawn.base != start or item.related:
                    self._move(item, start)
            drawn.base = start
            drawn.layout = layout
        return drawn.items

    def block(self, block: Block, told: Collection[Kind] = ()) -> DrawnBlock:
        """The diagnostics of a block but those that are `told` once; made anew only where something in it
        changed or moved.
        """
        flagged, start = self.index.flagged(block), self.index.blocks.start(block)
        layout = self.index.blocks.layout
        drawn: DrawnBlock | None = flagged.drawn
        once = frozenset(kind for kind in told if kind in flagged.alike)
        if (
            drawn is None
            or drawn.start != start
            or drawn.once != once
            or (drawn.related and self._moved(drawn, flagged))
        ):
            parts: list[tuple[Severity, int, bytes]] = []
            related = False
            for line, entry in flagged.entries:
                for item in self.entry(entry, start + line):
                    if once and kind_of(item.finding) in once:
                        continue
                    if item.json is None:
                        item.json = encode(item.diagnostic)
                    parts.append((item.severity, start + line, item.json))
                    related = related or bool(item.related)
            drawn = flagged.drawn = DrawnBlock(start, layout, related, parts, {}, once)
        return drawn

    def told(self, kind: Kind, records: int) -> Drawn:
        """The diagnostic of what `records` records have in common, in the first of them."""
        entry, start = first_with(self.index, kind)
        item = next(item for item in self.entry(entry, start) if kind_of(item.finding) == kind)
        others = in_others(records - 1, blank=not self.index.raw_record(entry, start).raw.strip())
        return replace(
            item, diagnostic=item.diagnostic | {"message": item.finding.message + others}, json=None
        )

    def _moved(self, drawn: DrawnBlock, flagged: Flagged) -> bool:
        """Whether a place in another record that is shown with a finding of the block moved or is gone."""
        return drawn.layout != self.index.blocks.layout or any(
            item.outdated
            for _, entry in flagged.entries
            if entry.rendered is not None
            for item in entry.rendered.items
        )

    def of_file(self) -> list[Drawn]:
        """The diagnostics on the file as a whole."""
        drawn: list[Drawn] = []
        for severity, finding in self.index.file_findings():
            start, end = self._file_range(finding.span)
            diagnostic = self._diagnostic(severity, finding, start, end)
            if finding.related and self.facts.related_information:
                places = (self._record_place(related) for related in finding.related)
                diagnostic["relatedInformation"] = [place for place in places if place is not None]
            drawn.append(Drawn(severity, finding, diagnostic, 0, 0, []))
        return drawn

    def _record_place(self, related: Related) -> Json | None:
        """A record that a finding on the file as a whole points at, where it stands now."""
        elsewhere = self._in_another_record(related)
        if elsewhere is None or elsewhere.entry is None:
            return None
        base = self.index.blocks.place(elsewhere.entry)[2]
        where = elsewhere.drawn["location"]["range"]
        where["start"]["line"] += base
        where["end"]["line"] += base
        return elsewhere.drawn

    def _file_range(self, span: Span | None) -> tuple[Json, Json]:
        """A span in the file; the file's end where it lies beyond the document, its first character for
        none."""
        document = self.index.document
        start, end = (0, 0) if span is None else (max(0, offset - self.hidden_bytes) for offset in span)
        if not end or not document.lines:
            return at_place(0, 0), at_place(
                0, 1 if document.lines and content_length(document.lines[0]) else 0
            )
        return self._file_place(start), self._file_place(end)

    def _file_place(self, offset: int) -> Json:
        document = self.index.document
        if offset < document.size:
            for number, line in enumerate(document.lines):
                if offset < len(line):
                    at = min(offset, content_length(line))
                    return at_place(number, columns(line, [at], self.facts.encoding)[0])
                offset -= len(line)
        return document_end(document, self.facts.encoding)

    def _draw(self, entry: Entry, start: int) -> list[Drawn]:
        record = self.index.record(entry, start)
        shown = [
            (severity, finding, span_of(record, finding)) for severity, finding in self.index.visible(entry)
        ]
        spans = [span for _, _, span in shown]
        spans += [span for _, finding, _ in shown for span in finding.more_spans]
        spans += [
            _related_span(record, r) for _, finding, _ in shown for r in finding.related if r.address is None
        ]
        places = self._places(entry, start, record, spans)
        drawn: list[Drawn] = []
        for severity, finding, span in shown:
            (first, left), (last, right) = places[span.start], places[span.end]
            diagnostic = self._diagnostic(severity, finding, at_place(first, left), at_place(last, right))
            related = [
                there
                for item in finding.related
                if (there := self._related(record, places, item)) is not None
            ]
            related += [self._elsewhere(None, places, span, _AND_HERE) for span in finding.more_spans]
            drawn.append(Drawn(severity, finding, diagnostic, first, last, related))
        return drawn

    def _diagnostic(self, severity: Severity, finding: Finding, start: Json, end: Json) -> Json:
        diagnostic: Json = {
            "range": {"start": start, "end": end},
            "severity": SEVERITIES[severity],
            "code": finding.code,
            "source": SOURCE,
            "message": finding.message,
        }
        rule = self._known.by_code.get(finding.code)
        if self.facts.code_description and rule is not None and (page := page_of(rule, self._known)):
            diagnostic["codeDescription"] = {"href": page}
        return diagnostic

    # -- places -------------------------------------------------------------------------------------------

    def _places(
        self, entry: Entry, start: int, record: Record, spans: Iterable[Span]
    ) -> dict[int, tuple[int, int]]:
        """Byte offset in the record → line counted from its first, and column in the client's units."""
        offsets = sorted({offset for span in spans for offset in span})
        lines = self.index.document.lines
        if self.index.is_array:
            return self._places_in_array(entry, start, offsets)
        if entry.lines == 1:
            found = columns(lines[start], offsets, self.facts.encoding)
            return {offset: (0, column) for offset, column in zip(offsets, found, strict=True)}
        places: dict[int, tuple[int, int]] = {}
        for offset in offsets:
            line, at = position(record.raw, offset)
            if line >= entry.lines:
                line, at = entry.lines - 1, content_length(lines[start + entry.lines - 1])
            places[offset] = (line, columns(lines[start + line], [at], self.facts.encoding)[0])
        return places

    def _places_in_array(
        self, entry: Entry, start: int, offsets: Sequence[int]
    ) -> dict[int, tuple[int, int]]:
        """The same where the record begins at byte `at` of its lines."""
        lines = self.index.document.lines
        places: dict[int, tuple[int, int]] = {}
        line, base = start, -entry.at
        for offset in offsets:
            while line + 1 < len(lines) and base + len(lines[line]) <= offset:
                base += len(lines[line])
                line += 1
            at = min(offset - base, content_length(lines[line]))
            places[offset] = (line - start, self._column(lines[line], at))
        return places

    def _column(self, line: bytes, offset: int) -> int:
        """The client's column. Counted on from where it was last counted to: thousands of records may stand
        on one line, and they are drawn in order."""
        known, at, units = self._counted
        if line is not known or offset < at:
            at = units = 0
        units += columns(line[at:offset], [offset - at], self.facts.encoding)[0]
        self._counted = (line, offset, units)
        return units

    def place_in(self, entry: Entry, start: int, offset: int) -> Json:
        """The position of a byte of an element of an array whose lines begin with `start`."""
        line, column = self._places_in_array(entry, start, [offset])[offset]
        return at_place(start + line, column)

    def range(self, entry: Entry, start: int, record: Record, span: Span) -> Json:
        """A span of the record at line `start`."""
        places = self._places(entry, start, record, [span])
        (first, left), (last, right) = places[span.start], places[span.end]
        return {"start": at_place(start + first, left), "end": at_place(start + last, right)}

    def end(self, entry: Entry, start: int) -> Json:
        """The position behind the record at line `start`."""
        lines = self.index.document.lines
        if self.index.is_array:
            line, column = self._places_in_array(entry, start, [entry.size])[entry.size]
            return at_place(start + line, column)
        last = start + entry.lines - 1
        return at_place(last, columns(lines[last], [content_length(lines[last])], self.facts.encoding)[0])

    def _related(
        self, record: Record, places: Mapping[int, tuple[int, int]], related: Related
    ) -> _Elsewhere | None:
        if related.address is None:
            return self._elsewhere(None, places, _related_span(record, related), related.message)
        return self._in_another_record(related)

    def _in_another_record(self, related: Related) -> _Elsewhere | None:
        other = related.address.entry if isinstance(related.address, Address) else None
        if other is None or other.block is None or other.pending:
            return None
        start = self.index.blocks.place(other)[2]
        there = self.index.record(other, start)
        span = _related_span(there, related)
        return self._elsewhere(other, self._places(other, start, there, [span]), span, related.message)

    def _elsewhere(
        self, entry: Entry | None, places: Mapping[int, tuple[int, int]], span: Span, message: str
    ) -> _Elsewhere:
        (first, left), (last, right) = places[span.start], places[span.end]
        location = {"uri": self.uri, "range": {"start": at_place(first, left), "end": at_place(last, right)}}
        moves = 0 if entry is None else entry.moves
        return _Elsewhere(entry, first, last, {"location": location, "message": message}, moves)

    def _move(self, item: Drawn, start: int) -> None:
        """Set the lines of a diagnostic for its record at line `start`, those of related places for
        theirs."""
        item.json = None
        where = item.diagnostic["range"]
        where["start"]["line"] = start + item.start
        where["end"]["line"] = start + item.end
        if not item.related:
            return
        for related in item.related:
            related.shown = not related.gone
            if not related.shown:
                continue
            base = start if related.entry is None else self.index.blocks.place(related.entry)[2]
            there = related.drawn["location"]["range"]
            there["start"]["line"] = base + related.start
            there["end"]["line"] = base + related.end
        if self.facts.related_information:
            item.diagnostic["relatedInformation"] = [r.drawn for r in item.related if r.shown]


def place_in(document: Document, offset: int, encoding: Encoding) -> Json:
    """The position of a byte offset in a document."""
    for number, line in enumerate(document.lines):
        if offset < len(line):
            return at_place(number, columns(line, [min(offset, content_length(line))], encoding)[0])
        offset -= len(line)
    return document_end(document, encoding)


def document_end(document: Document, encoding: Encoding) -> Json:
    """The position behind the last character."""
    if not document.lines:
        return at_place(0, 0)
    last = document.lines[-1]
    if line_ending(last):
        return at_place(len(document.lines), 0)
    return at_place(len(document.lines) - 1, columns(last, [len(last)], encoding)[0])


def notice(message: str) -> Json:
    """A diagnostic of our own, on the first line."""
    where = {"start": at_place(0, 0), "end": at_place(0, 0)}
    return {"range": where, "severity": SEVERITIES[Severity.INFO], "source": SOURCE, "message": message}


def at_place(line: int, character: int) -> Json:
    """A position."""
    return {"line": line, "character": character}


def _related_span(record: Record, related: Related) -> Span:
    if related.span is not None:
        return related.span
    return record.locate(related.path) if related.path else whole(record)
