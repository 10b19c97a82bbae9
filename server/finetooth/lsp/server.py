"""The language server: wires requests to the session, and nothing else."""

from __future__ import annotations

import logging
from typing import Any, Final

from lsprotocol import types
from pygls.exceptions import FeatureRequestError
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from finetooth import __version__
from finetooth.lsp.protocol import Protocol, encode
from finetooth.lsp.requests import (
    code_action,
    code_lens,
    commands,
    completion,
    configuration,
    conversation,
    definition,
    diagnostics,
    document_highlight,
    document_link,
    document_symbol,
    file_facts,
    file_operations,
    folding_range,
    formatting,
    hover,
    initialize,
    inlay_hint,
    references,
    selection_range,
    text_sync,
)
from finetooth.lsp.session import Session

logger = logging.getLogger(__name__)

REQUESTS: Final = (
    initialize,
    text_sync,
    configuration,
    diagnostics,
    code_action,
    hover,
    definition,
    conversation,
    file_facts,
    commands,
    document_symbol,
    selection_range,
    formatting,
    document_highlight,
    references,
    folding_range,
    document_link,
    inlay_hint,
    code_lens,
    completion,
    file_operations,
)


class FinetoothServer(LanguageServer):
    """One server for one client."""

    protocol: Protocol

    def __init__(self) -> None:
        super().__init__(
            "finetooth",
            __version__,
            text_document_sync_kind=types.TextDocumentSyncKind.Incremental,
            protocol_cls=Protocol,
            converter_factory=default_converter,
            max_workers=2,
        )
        self.session = Session(self)
        self.protocol.after_input = self.session.flush
        self.protocol.timing = self.session.timing
        for request in REQUESTS:
            request.register(self)

    def publish(self, uri: str, version: int | None, diagnostics: bytes) -> None:
        """Send the diagnostics of a document, a JSON array."""
        given = b"" if version is None else b'"version":%d,' % version
        self.protocol.publish(b'{"uri":%b,%b"diagnostics":%b}' % (encode(uri), given, diagnostics))

    def report_server_error(self, error: Exception, source: Any) -> None:
        """An error outside of a request: to the log, where someone who asks for help finds it."""
        logger.error("%s", error, exc_info=error)
        if source is not FeatureRequestError:
            self.tell(types.MessageType.Error, f"Finetooth failed: {error}")

    def tell(self, kind: types.MessageType, message: str) -> None:
        """Show a message to the person."""
        self.window_show_message(types.ShowMessageParams(kind, message))

    def log(self, kind: types.MessageType, message: str) -> None:
        """Write to the client's log."""
        self.window_log_message(types.LogMessageParams(kind, message))
