"""`finetooth/fileFacts`: an open file in numbers, for an editor's status bar.

`{textDocument}` → `{rows, tokens, about, errors, warnings, notes, format, target, complete}`, or null for a
document that is no dataset. `tokens` is null where they are not known; `about`: they are estimated, or
counted by a sample. `complete`: all rules had their say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from finetooth.engine.live.alike import records_in
from finetooth.lsp.open_document import OpenDocument
from finetooth.lsp.protocol import Json
from finetooth.lsp.view import totals
from finetooth_rules.finding import Severity

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer

FILE_FACTS: Final = "finetooth/fileFacts"


def register(server: FinetoothServer) -> None:
    """Wire the request."""
    session = server.session

    @server.feature(FILE_FACTS)
    def file_facts(params: Any) -> Json:
        try:
            document = session.locate(str(params.textDocument.uri))
        except AttributeError:
            document = None
        if document is None or not document.is_dataset or not document.settings.enable:
            return Json(None)
        return Json(_facts(document))


def _facts(document: OpenDocument) -> dict[str, Any]:
    index, overview = document.index, document.overview
    found = totals(document.renderer)
    return {
        "rows": 0 if index.is_no_dataset else records_in(index),
        "tokens": None if overview is None else overview.tokens,
        "about": overview is not None and (overview.estimated or overview.sampled),
        "errors": found[Severity.ERROR],
        "warnings": found[Severity.WARNING],
        "notes": found[Severity.INFO],
        "format": document.profile.format,
        "target": document.profile.target.name,
        "complete": index.judged and (overview is not None or index.is_no_dataset),
    }
