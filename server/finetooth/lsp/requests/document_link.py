"""`textDocument/documentLink`: addresses in the texts of records, images and other files they name (where
such a file is there), and the files that settings name.

At most `finetooth.maxItems`, the first ones.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from finetooth.engine.cursor.links import Link, existing, links
from finetooth.engine.cursor.place import place_of_entry, record_entries
from finetooth.engine.live.document import Columns
from finetooth.lsp.open_document import OpenDocument
from finetooth.lsp.places import Breath, json_range, on_dataset, tell_limit
from finetooth.lsp.protocol import Json
from finetooth.lsp.settings_links import settings_links

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer
    from finetooth.lsp.session import Session


def register(server: FinetoothServer) -> None:
    """Wire the request."""
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_LINK, types.DocumentLinkOptions(resolve_provider=False))
    async def document_link(params: types.DocumentLinkParams) -> Json:
        async def work(document: OpenDocument, breath: Breath) -> list[dict[str, Any]]:
            return await _links(session, document, breath)

        uri = params.text_document.uri
        found = await on_dataset(session, uri, work)
        if found is None:
            named = await settings_links(session, uri)
            found = [{"range": link.range, "target": link.path.as_uri()} for link in named]
        return Json(found or None)


async def _links(session: Session, document: OpenDocument, breath: Breath) -> list[dict[str, Any]]:
    await breath.until_read()
    most = document.settings.max_items
    found: list[tuple[Link, dict[str, Any]]] = []
    counter = Columns(session.facts.encoding)
    for several in record_entries(document.index):
        for entry, line in several:
            await breath()
            if len(found) >= most:
                break
            of_record = sorted(links(document.index.raw_record(entry, line).raw))[: most - len(found)]
            if of_record:
                place = place_of_entry(document.index, entry, line, counter)
                ranges = place.ranges([link.span for link in of_record])
                found += zip(of_record, map(json_range, ranges), strict=True)
    if len(found) >= most:
        tell_limit(session, "links", most)
    del found[most:]
    files = await _files(session, document, {link.target for link, _ in found if link.is_file})
    await breath.pause(0)
    return [
        {"range": where, "target": files[link.target].as_uri() if link.is_file else link.target}
        for link, where in found
        if not link.is_file or link.target in files
    ]


async def _files(session: Session, document: OpenDocument, names: set[str]) -> dict[str, Path]:
    """The files there are; the disk is asked in a thread."""
    if not names or document.path is None:
        return {}
    folders = [document.path.parent, *session.folders]
    return await asyncio.get_running_loop().run_in_executor(None, existing, names, folders)
