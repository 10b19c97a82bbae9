"""Documents that are opened, edited, saved and closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from finetooth.engine.live.document import Change
from finetooth.lsp.open_document import is_left_alone, is_ours
from finetooth.lsp.settings_documents import may_hold_settings

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer


def register(server: FinetoothServer) -> None:
    """Wire the life of documents. Documents that can be neither datasets nor settings are
    not kept."""
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        lines = server.protocol.opened_lines
        if lines is None and may_hold_settings(document.uri) and not is_left_alone(document.uri):
            session.settings_opened(document.uri, document.text, document.version)
        if is_ours(document.uri, document.language_id):
            session.opened(document.uri, document.text if lines is None else lines, document.version)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: types.DidChangeTextDocumentParams) -> None:
        changes = [_change(change) for change in params.content_changes]
        session.settings_documents.changed(params.text_document.uri, changes, params.text_document.version)
        session.changed(params.text_document.uri, changes, params.text_document.version)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def did_save(params: types.DidSaveTextDocumentParams) -> None:
        session.saved(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        session.closed(params.text_document.uri)
        session.settings_closed(params.text_document.uri)


def _change(change: types.TextDocumentContentChangeEvent) -> Change:
    if isinstance(change, types.TextDocumentContentChangePartial):
        start, end = change.range.start, change.range.end
        return Change(change.text, (start.line, start.character), (end.line, end.character))
    return Change(change.text)
