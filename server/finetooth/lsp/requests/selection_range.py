"""`textDocument/selectionRange`: from the word outwards, through the text, the value and the turn to the
record; in an array also to the array."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from finetooth.engine.cursor.selection import selections
from finetooth.lsp.places import json_range, place_of
from finetooth.lsp.positions import document_end
from finetooth.lsp.protocol import Json

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer
    from finetooth.lsp.session import Session


def register(server: FinetoothServer) -> None:
    """Wire the request."""
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_SELECTION_RANGE)
    async def selection_range(params: types.SelectionRangeParams) -> Json:
        found = [await _ranges(session, params.text_document.uri, at) for at in params.positions]
        return Json(found if any(found) else None)


async def _ranges(session: Session, uri: str, position: types.Position) -> dict[str, Any]:
    """The innermost range, each with the next one as its parent; empty at the position where there is no
    record (every position has its answer)."""
    at = {"line": position.line, "character": position.character}
    nothing = {"range": {"start": at, "end": at}}
    found = await place_of(session, uri, position)
    if found is None:
        return nothing
    document, place = found
    if place.record.oversize:
        return nothing
    spans = selections(place.record, place.offset(position.line, position.character))
    ranges = [json_range(where) for where in place.ranges(spans)]
    if place.index.is_array:
        end = document_end(document.document, session.facts.encoding)
        ranges.append({"start": {"line": 0, "character": 0}, "end": end})
    return _chained(ranges) or nothing


def _chained(ranges: Iterable[Any]) -> dict[str, Any]:
    chain: dict[str, Any] = {}
    for where in reversed([*ranges]):
        chain = {"range": where, "parent": chain} if chain else {"range": where}
    return chain
