"""`textDocument/references`: the calls of a tool, the places of a call's id; of a record that others repeat,
the copies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from finetooth.engine.cursor.place import Place, place_of_entry
from finetooth.engine.cursor.relations import references as related_paths
from finetooth.engine.cursor.spot import spot_at
from finetooth.engine.live.addresses import Address
from finetooth.engine.live.blocks import Entry
from finetooth.engine.live.document import Columns
from finetooth.engine.live.index import LiveIndex
from finetooth.lsp.open_document import OpenDocument
from finetooth.lsp.places import Breath, json_range, on_dataset, place_of
from finetooth.lsp.protocol import Json
from finetooth_rules.finding import Finding
from finetooth_rules.framing import span_of, whole

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer
    from finetooth.lsp.session import Session


def register(server: FinetoothServer) -> None:
    """Wire the request."""
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    async def references(params: types.ReferenceParams) -> Json:
        uri, declaration = params.text_document.uri, params.context.include_declaration
        found = await place_of(session, uri, params.position)
        if found is None or found[1].record.oversize:
            return Json(None)
        within = _in_record(found[1], uri, params.position, declaration)
        if within:
            return Json(within)

        async def work(document: OpenDocument, breath: Breath) -> list[dict[str, Any]]:
            place = await place_of(session, uri, params.position)
            if place is None:
                return []
            return await _copies(session, document, place[1].entry, declaration, breath)

        return Json(await on_dataset(session, uri, work) or None)


def _in_record(place: Place, uri: str, at: types.Position, declaration: bool) -> list[dict[str, Any]]:
    example = place.example
    if example is None:
        return []
    spot = spot_at(place.record, place.offset(at.line, at.character))
    paths = related_paths(example, spot, declaration=declaration)
    return [{"uri": uri, "range": json_range(where)} for where in place.ranges_of(paths)]


async def _copies(
    session: Session, document: OpenDocument, entry: Entry, declaration: bool, breath: Breath
) -> list[dict[str, Any]]:
    """The records that repeat the one under the cursor, or the one that it repeats itself."""
    index = document.index
    originals = {*_originals(index.visible(entry) if not entry.pending else (), index)} or {entry}
    found: list[tuple[Entry, int, Finding | None]] = []
    for block in index.blocks:
        start = index.blocks.start(block)
        for line, other in index.flagged(block).entries:
            for _, finding in index.visible(other):
                if any(original in originals for original in _originals([(None, finding)], index)):
                    found.append((other, start + line, finding))
                    break
        await breath()
    if not found:
        return []
    if declaration:
        found = [(original, index.blocks.place(original)[2], None) for original in originals] + found
    counter = Columns(session.facts.encoding)
    locations: list[dict[str, Any]] = []
    for other, line, told in sorted(found, key=lambda item: item[1]):
        place = place_of_entry(index, other, line, counter)
        span = whole(place.record) if told is None else span_of(place.record, told)
        locations.append({"uri": document.uri, "range": json_range(place.range(span))})
        await breath()
    return locations


def _originals(shown: Any, index: LiveIndex) -> Iterator[Entry]:
    """The records of this document that findings point at."""
    for _, finding in shown:
        for related in finding.related:
            address = related.address
            if not isinstance(address, Address) or address.index not in (None, index):
                continue
            entry = address.entry
            if entry is not None and entry.block is not None and not entry.pending:
                yield entry
