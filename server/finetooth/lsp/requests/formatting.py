"""`textDocument/formatting` and `rangeFormatting`: every record on one line, as `engine/canonical` writes it.

Records that are not JSON, and elements of an array that stand on several lines, stay as they are. One edit a
record, of the bytes that change. A client that lets us choose is told that this is for JSON Lines alone: for
`.json` it has a formatter, and would ask which one is meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import orjson
from lsprotocol import types

from finetooth.engine.cursor.canonical import canonical, change, is_canonical
from finetooth.engine.cursor.place import Place, place_of_entry, record_entries
from finetooth.engine.live.blocks import Entry
from finetooth.engine.live.document import Columns, decode
from finetooth.lsp.open_document import LANGUAGES, SUFFIXES, OpenDocument
from finetooth.lsp.places import Breath, json_range, on_dataset
from finetooth.lsp.protocol import Json, encode
from finetooth_rules.finding import Span

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer
    from finetooth.lsp.session import Session

_SELECTOR: Final[Sequence[types.TextDocumentFilterLanguage | types.TextDocumentFilterPattern]] = [
    *(types.TextDocumentFilterLanguage(language) for language in sorted(LANGUAGES)),
    *(types.TextDocumentFilterPattern(f"**/*{suffix}") for suffix in SUFFIXES),
]


def register(server: FinetoothServer) -> None:
    """Nothing to wire before the client is known."""


def register_static(server: FinetoothServer) -> None:
    """Wire the requests, so that the server offers them for all its documents."""
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_FORMATTING)
    async def formatting(params: types.DocumentFormattingParams) -> Json:
        return await _format(session, params.text_document.uri, None)

    @server.feature(types.TEXT_DOCUMENT_RANGE_FORMATTING)
    async def range_formatting(params: types.DocumentRangeFormattingParams) -> Json:
        last = params.range.end.line - (
            params.range.end.character == 0 and params.range.end.line > params.range.start.line
        )
        return await _format(session, params.text_document.uri, (params.range.start.line, last))


def register_dynamic(server: FinetoothServer) -> list[types.Registration]:
    """Wire the requests, and offer them for JSON Lines only."""
    register_static(server)
    return [
        types.Registration(
            "finetooth-formatting",
            types.TEXT_DOCUMENT_FORMATTING,
            types.DocumentFormattingRegistrationOptions(_SELECTOR),
        ),
        types.Registration(
            "finetooth-range-formatting",
            types.TEXT_DOCUMENT_RANGE_FORMATTING,
            types.DocumentRangeFormattingRegistrationOptions(_SELECTOR),
        ),
    ]


async def _format(session: Session, uri: str, lines: tuple[int, int] | None) -> Json:
    async def work(document: OpenDocument, breath: Breath) -> bytes:
        # Encoded one by one: all edits of a large document at once would keep the loop for long.
        found: list[bytes] = []
        await breath.until_read()
        counter = Columns(session.facts.encoding)
        for several in record_entries(document.index, *(lines or ())):
            for entry, line in several:
                await breath()
                if lines is not None and (line > lines[1] or line + max(entry.lines, 1) <= lines[0]):
                    continue
                edit = _edit(document, entry, line, counter)
                if edit is not None:
                    found.append(edit)
        return b"[" + b",".join(found) + b"]"

    found = await on_dataset(session, uri, work)
    return Json(None if found is None else orjson.Fragment(found))


def _edit(document: OpenDocument, entry: Entry, line: int, counter: Columns) -> bytes | None:
    index = document.index
    raw, _, oversize, _ = index.raw_record(entry, line)
    if oversize or is_canonical(raw) or (index.is_array and (b"\n" in raw or b"\r" in raw)):
        return None
    written = canonical(raw)
    if written is None or written == raw:
        return None
    place: Place = place_of_entry(index, entry, line, counter)
    start, end, content = change(raw, written)
    return encode({"range": json_range(place.range(Span(start, end))), "newText": decode(content)})
