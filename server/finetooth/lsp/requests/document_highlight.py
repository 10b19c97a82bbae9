"""`textDocument/documentHighlight`: the other end of a code fence, a call's id in its result, a tool's name
wherever it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from finetooth.engine.cursor.place import Place
from finetooth.engine.cursor.relations import MOST_TEXT, Part, alike, fence, under
from finetooth.engine.cursor.spot import Spot, Where, spot_at, text_at
from finetooth.lsp.places import json_range, place_of
from finetooth.lsp.protocol import Json

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer

_WRITTEN: Final = frozenset({Part.TOOL, Part.CALL_ID})
"""Where a name or an id is introduced."""


def register(server: FinetoothServer) -> None:
    """Wire the request."""
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    async def document_highlight(params: types.DocumentHighlightParams) -> Json:
        found = await place_of(session, params.text_document.uri, params.position)
        if found is None or found[1].record.oversize:
            return Json(None)
        place = found[1]
        spot = spot_at(place.record, place.offset(params.position.line, params.position.character))
        return Json(_names(place, spot) or _fences(place, spot) or None)


def _names(place: Place, spot: Spot) -> list[dict[str, Any]]:
    """All places of the name or id under the cursor."""
    if spot.where is not Where.VALUE or spot.string is None or (example := place.example) is None:
        return []
    found = under(example, spot)
    if found is None or not found[1]:
        return []
    kinds = types.DocumentHighlightKind
    others = alike(example, found[0])
    ranges = place.ranges_of([other.path for other in others], text=True)
    return [
        {
            "range": json_range(where),
            "kind": (kinds.Write if other.part in _WRITTEN else kinds.Read).value,
        }
        for other, where in zip(others, ranges, strict=False)
    ]


def _fences(place: Place, spot: Spot) -> list[dict[str, Any]]:
    """Both ends of the code block on one of whose fences the cursor is."""
    if (
        spot.where is not Where.VALUE
        or spot.string is None
        or spot.string.end - spot.string.start > MOST_TEXT
    ):
        return []
    return [
        {
            "range": json_range(place.range_of_text(spot.path, start, end)),
            "kind": types.DocumentHighlightKind.Text.value,
        }
        for start, end in fence(text_at(place.record, spot), spot.char)
    ]
