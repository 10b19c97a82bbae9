"""`textDocument/definition`: from a record that repeats another one to that other one, from a call to its
tool, from an argument to its description, from a result to its call; from a file's name in settings to the
file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

from finetooth.engine.cursor.place import Place
from finetooth.engine.cursor.relations import definition as tool_definition
from finetooth.engine.cursor.spot import spot_at
from finetooth.lsp.places import json_range, place_of
from finetooth.lsp.protocol import Json
from finetooth.lsp.settings_links import settings_links
from finetooth.lsp.under import findings_at

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer
    from finetooth.lsp.session import Session


def register(server: FinetoothServer) -> None:
    """Wire the request."""
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    async def definition(params: types.DefinitionParams) -> Json:
        document = session.locate(params.text_document.uri)
        if document is None or not document.is_dataset:
            return Json(await _in_settings(session, params.text_document.uri, params.position) or None)
        uri, at = params.text_document.uri, params.position
        found = await place_of(session, uri, at)
        within = _in_record(found[1], uri, at) if found is not None else []
        if within:
            return Json(within)
        under = findings_at(document, at.line, at.character)
        return Json([location for drawn in under for location in drawn.elsewhere] or None)


def _in_record(place: Place, uri: str, at: types.Position) -> list[dict[str, Any]]:
    """What of the record's tools, calls and results explains what is under the cursor."""
    if place.record.oversize or (example := place.example) is None:
        return []
    spot = spot_at(place.record, place.offset(at.line, at.character))
    return [
        {"uri": uri, "range": json_range(place.range_of(path, on_key=on_key))}
        for path, on_key in tool_definition(example, spot)
    ]


async def _in_settings(session: Session, uri: str, at: types.Position) -> list[dict[str, Any]]:
    """The file that settings name under the cursor."""
    start = {"line": 0, "character": 0}
    found: list[dict[str, Any]] = []
    for link in await settings_links(session, uri):
        left, right = link.range["start"], link.range["end"]
        place = (at.line, at.character)
        if (left["line"], left["character"]) <= place <= (right["line"], right["character"]):
            found.append({"uri": link.path.as_uri(), "range": {"start": start, "end": start}})
    return found
