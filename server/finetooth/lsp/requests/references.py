"""`textDocument/references`: the calls of a tool, the places of a call's id; of a record that others repeat,
the copies, in all files of the dataset."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from finetooth.engine.cursor.place import Place, Range, place_of_entry
from finetooth.engine.cursor.relations import references as related_paths
from finetooth.engine.cursor.spot import spot_at
from finetooth.engine.live.addresses import Address, FarAddress, ShutFile
from finetooth.engine.live.blocks import Entry
from finetooth.engine.live.compare import Place as Where
from finetooth.engine.live.compare import Range as FarRange
from finetooth.engine.live.compare import places
from finetooth.engine.live.document import Columns
from finetooth.lsp.open_document import OpenDocument
from finetooth.lsp.places import Breath, json_range, on_dataset, place_of
from finetooth.lsp.protocol import Json
from finetooth_rules.finding import Finding
from finetooth_rules.framing import span_of, whole

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer
    from finetooth.lsp.session import Session

_AT_ONCE: Final = 64


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
    """The records that repeat the one under the cursor, or the one that it repeats itself: in the document,
    in the others that are open, and in the dataset's other files."""
    index = document.index
    own = () if entry.pending else index.visible(entry)
    originals = {*_originals(finding for _, finding in own)} or {Address((0, 0, 0), entry, index)}
    found: dict[Address, Finding | None] = {}
    for one in (document, *session.siblings.others(document)):
        for block in [*one.index.blocks]:
            for _, other in one.index.flagged(block).entries:
                for _, finding in one.index.visible(other):
                    if not originals.isdisjoint(_originals([finding])):
                        found[Address((0, 0, 0), other, one.index)] = finding
                        break
            await breath()
    severity = document.profile.severity
    for told in index.judge.dataset.told_with(entry) if index.judge.dataset.shut else ():
        if told is not None and isinstance(told[0], FarAddress):
            address, finding = told
            shown = severity(finding.code, finding.consequence) is not None
            if shown and not originals.isdisjoint(_originals([finding])):
                found.setdefault(address, finding)
        await breath()
    if not found:
        return []
    if declaration:
        found = dict.fromkeys(originals) | found
    here = await _open(session, document, found, breath)
    return here + await _shut(session, document, found, breath)


async def _open(
    session: Session, document: OpenDocument, found: Mapping[Address, Finding | None], breath: Breath
) -> list[dict[str, Any]]:
    """Where records of open documents stand now, those of this document first."""
    counter = Columns(session.facts.encoding)
    placed: list[tuple[tuple[bool, str, int, int], dict[str, Any]]] = []
    for number, (address, told) in enumerate(found.items()):
        index, entry = address.index or document.index, address.entry
        if entry is None or entry.block is None or entry.pending:
            continue
        line = index.blocks.place(entry)[2]
        place = place_of_entry(index, entry, line, counter)
        span = whole(place.record) if told is None else span_of(place.record, told)
        uri = document.uri if index is document.index else index.uri
        order = (index is not document.index, uri, line, number)
        placed.append((order, {"uri": uri, "range": json_range(place.range(span))}))
        await breath()
    return [location for _, location in sorted(placed, key=itemgetter(0))]


async def _shut(
    session: Session, document: OpenDocument, found: Mapping[Address, Finding | None], breath: Breath
) -> list[dict[str, Any]]:
    """The same of files that are not open, as the worker has read them."""
    by_file: dict[ShutFile, list[Where]] = {}
    for address, told in found.items():
        if isinstance(address, FarAddress):
            where = (address.row, (), None) if told is None else (address.row, told.path, told.span)
            by_file.setdefault(address.file, []).append(where)
    locations: list[dict[str, Any]] = []
    for file, several in by_file.items():
        uri = file.listed.path.as_uri()
        for start in range(0, len(several), _AT_ONCE):
            some = sorted(several[start : start + _AT_ONCE], key=itemgetter(0))
            asked = document.index.judge.gatherer.ask(places, file.token, some, session.facts.encoding)
            ranges = await asyncio.wrap_future(asked)
            locations += [{"uri": uri, "range": json_range(_range(one))} for one in ranges or () if one]
            await breath()
    return locations


def _range(where: FarRange) -> Range:
    return (where.line, where.column), (where.end_line, where.end_column)


def _originals(findings: Iterable[Finding]) -> Iterator[Address]:
    """The records that findings point at."""
    for finding in findings:
        for related in finding.related:
            address = related.address
            entry = address.entry if isinstance(address, Address) else None
            is_there = entry is not None and entry.block is not None and not entry.pending
            if isinstance(address, FarAddress) or (isinstance(address, Address) and is_there):
                yield address
