"""`textDocument/codeLens`: the whole file in a line above the first; a click opens the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from finetooth.lsp.protocol import Json

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer

OPEN_REPORT: Final = "finetooth.openReport"
_FIRST: Final = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}


def register(server: FinetoothServer) -> None:
    """Wire the request."""
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS, types.CodeLensOptions(resolve_provider=False))
    def code_lens(params: types.CodeLensParams) -> Json:
        document = session.documents.get(params.text_document.uri)
        if document is None or document.overview is None:
            return Json(None)
        if not (document.settings.enable and document.settings.code_lens and document.is_dataset):
            return Json(None)
        command: dict[str, Any] = {"title": document.overview.title(), "command": ""}
        if OPEN_REPORT in session.facts.commands or OPEN_REPORT in server.protocol.fm.commands:
            command |= {"command": OPEN_REPORT, "arguments": [document.uri]}
        return Json([{"range": _FIRST, "command": command}])
