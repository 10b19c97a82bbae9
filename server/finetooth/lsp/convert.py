"""From findings to what the protocol shows: ranges and diagnostics, all as plain JSON.

The only module that knows both. What is drawn of a record is kept with its entry and only moved when lines
above it come or go (`diagnostics`, `related`); `text_edits` does the same for fixes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final

from finetooth.engine.live.addresses import Address, FarAddress
from finetooth.engine.live.alike import first_with
from finetooth.engine.live.blocks import Block, Entry, Flagged
from finetooth.engine.live.document import Columns, columns, content_length
from finetooth.engine.live.index import LiveIndex
from finetooth.engine.locate import page_of
from finetooth.engine.settings.plugins import catalogue_of
from finetooth.lsp.client import ClientFacts
from finetooth.lsp.diagnostics import SEVERITIES, SOURCE, Drawn, DrawnBlock, DrawnEntry
from finetooth.lsp.positions import at_place, place_in, places_in_element, places_in_record
from finetooth.lsp.protocol import encode_to_keep
from finetooth.lsp.related import Elsewhere, in_file, location, related_span
from finetooth_rules.alike import Kind, in_others, kind_of
from finetooth_rules.finding import Finding, Related, Severity, Span
from finetooth_rules.framing import span_of
from finetooth_rules.record import Record

Json = dict[str, Any]
_AND_HERE: Final = "and here"


class Renderer:
    """Draws the findings of one document for one client."""

    def __init__(self, uri: str, index: LiveIndex, facts: ClientFacts) -> None:
        self.uri = uri
        self.index = index
        self.facts = facts
        self._known = catalogue_of(index.linter.profile)
        self._counter = Columns(facts.encoding)
        """Thousands of records may stand on one line, and they are drawn in order."""
        self.hidden_bytes = 0
        """Length of a byte-order mark that is in the file and not in the editor's text."""

    def entry(self, entry: Entry, start: int) -> list[Drawn]:
        """The diagnostics of the record at line `start`."""
        layout = self.index.layout()
        drawn: DrawnEntry | None = entry.rendered
        if drawn is None or any(
            related.shifted and not related.gone for item in drawn.items for related in item.related
        ):
            drawn = entry.rendered = DrawnEntry(-1, (), self._draw(entry, start))
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
                        item.json = encode_to_keep(item.diagnostic)
                    parts.append((item.severity, start + line, item.json))
                    related = related or bool(item.related)
            drawn = flagged.drawn = DrawnBlock(start, self.index.layout(), related, parts, {}, once)
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
        return drawn.layout != self.index.layout() or any(
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
        if elsewhere is None:
            return None
        elsewhere.put_lines(0)
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
        return place_in(document, start, self.facts.encoding), place_in(document, end, self.facts.encoding)

    def _draw(self, entry: Entry, start: int) -> list[Drawn]:
        record = self.index.record(entry, start)
        shown = [
            (severity, finding, span_of(record, finding)) for severity, finding in self.index.visible(entry)
        ]
        spans = [span for _, _, span in shown]
        spans += [span for _, finding, _ in shown for span in finding.more_spans]
        spans += [
            related_span(record, r) for _, finding, _ in shown for r in finding.related if r.address is None
        ]
        places = places_in_record(self.index, entry, start, record, spans, self._counter)
        drawn: list[Drawn] = []
        for severity, finding, span in shown:
            (first, left), (last, right) = places[span.start], places[span.end]
            diagnostic = self._diagnostic(severity, finding, at_place(first, left), at_place(last, right))
            related = [
                there
                for item in finding.related
                if (there := self._related(record, places, item)) is not None
            ]
            related += [self._here(places, span, _AND_HERE) for span in finding.more_spans]
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

    def place_in(self, entry: Entry, start: int, offset: int) -> Json:
        """The position of a byte of an element of an array whose lines begin with `start`."""
        line, column = places_in_element(self.index, entry, start, [offset], self._counter)[offset]
        return at_place(start + line, column)

    def range(self, entry: Entry, start: int, record: Record, span: Span) -> Json:
        """A span of the record at line `start`."""
        places = places_in_record(self.index, entry, start, record, [span], self._counter)
        (first, left), (last, right) = places[span.start], places[span.end]
        return {"start": at_place(start + first, left), "end": at_place(start + last, right)}

    def end(self, entry: Entry, start: int) -> Json:
        """The position behind the record at line `start`."""
        lines = self.index.document.lines
        if self.index.is_array:
            return self.place_in(entry, start, entry.size)
        last = start + entry.lines - 1
        return at_place(last, columns(lines[last], [content_length(lines[last])], self.facts.encoding)[0])

    def _related(
        self, record: Record, places: Mapping[int, tuple[int, int]], related: Related
    ) -> Elsewhere | None:
        if related.address is None:
            return self._here(places, related_span(record, related), related.message)
        return self._in_another_record(related)

    def _in_another_record(self, related: Related) -> Elsewhere | None:
        address = related.address
        if isinstance(address, FarAddress):
            return in_file(address, related)
        if not isinstance(address, Address) or address.entry is None or address.index is None:
            return None
        other, index = address.entry, address.index
        if other.block is None or other.pending:
            return None
        start = index.blocks.place(other)[2]
        there = index.record(other, start)
        span = related_span(there, related)
        places = places_in_record(index, other, start, there, [span], self._counter)
        (first, left), (last, right) = places[span.start], places[span.end]
        uri = self.uri if index is self.index else index.uri
        drawn = location(uri, (first, left), (last, right), related.message)
        return Elsewhere(other, index, first, last, drawn, True, other.moves)

    def _here(self, places: Mapping[int, tuple[int, int]], span: Span, message: str) -> Elsewhere:
        first, last = places[span.start], places[span.end]
        return Elsewhere(None, None, first[0], last[0], location(self.uri, first, last, message), False)

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
            if related.shown:
                related.put_lines(start)
        if self.facts.related_information:
            item.diagnostic["relatedInformation"] = [r.drawn for r in item.related if r.shown]
