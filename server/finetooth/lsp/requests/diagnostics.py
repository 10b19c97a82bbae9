"""`textDocument/diagnostic`, for clients that ask and can be told to ask anew. To all others the session
pushes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from lsprotocol import types

from finetooth.lsp.protocol import Json
from finetooth.lsp.requests.workspace_diagnostics import register_workspace
from finetooth.lsp.showing import result_id

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer


def register(server: FinetoothServer) -> None:
    """Nothing to wire before the client is known."""


def register_pull(server: FinetoothServer) -> None:
    """Wire the request, so that the server offers it."""
    session = server.session
    of_workspace = session.settings.workspace_diagnostics
    options = types.DiagnosticOptions(
        identifier="finetooth", inter_file_dependencies=False, workspace_diagnostics=of_workspace
    )
    if of_workspace:
        register_workspace(server)

    @server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)
    async def diagnostic(params: types.DocumentDiagnosticParams) -> Json:
        document = session.documents.get(params.text_document.uri)
        of_settings = session.settings_documents.get(params.text_document.uri)
        if document is None and of_settings is None:
            return Json({"kind": "full", "items": []})
        if document is not None and (document.is_dataset or of_settings is None):
            identifier, payload = await session.showing.pulled(document)
        else:
            assert of_settings is not None
            payload = of_settings.sent = session.settings_documents.payload(of_settings)
            identifier = result_id(payload)
        if identifier == params.previous_result_id:
            return Json({"kind": "unchanged", "resultId": identifier})
        return Json({"kind": "full", "resultId": identifier, "items": orjson.Fragment(payload)})
