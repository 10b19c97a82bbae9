"""`textDocument/definition`: from a record that repeats another one to that other one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from finetooth.lsp.protocol import Json
from finetooth.lsp.under import findings_at

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer


def register(server: FinetoothServer) -> None:
    """Wire the request."""
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def definition(params: types.DefinitionParams) -> Json:
        document = session.locate(params.text_document.uri)
        if document is None or not document.is_dataset:
            return Json(None)
        under = findings_at(document, params.position.line, params.position.character)
        return Json([location for drawn in under for location in drawn.elsewhere] or None)
