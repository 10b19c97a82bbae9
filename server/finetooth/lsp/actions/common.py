"""What the kinds of code actions have in common."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from finetooth.lsp.diagnostics import Drawn

if TYPE_CHECKING:
    from finetooth.lsp.client import ClientFacts
    from finetooth.lsp.open_document import OpenDocument
    from finetooth.lsp.settings_documents import SettingsDocument

Action = dict[str, Any]
Edits = list[dict[str, Any]]
QUICK_FIX: Final = "quickfix"
FIX_ALL: Final = "source.fixAll"
OUR_FIX_ALL: Final = "source.fixAll.finetooth"
_SLICE_SECONDS: Final = 0.002


def wanted(kind: str, only: Sequence[str]) -> bool:
    """Whether a kind is asked for: without any it is, and a kind stands for all below it."""
    return not only or any(not asked or kind == asked or kind.startswith(asked + ".") for asked in only)


def workspace_edit(facts: ClientFacts, document: OpenDocument | SettingsDocument, edits: Edits) -> Action:
    """Edits of one document, as the client takes them."""
    if facts.document_changes:
        of = {"uri": document.uri, "version": document.version}
        return {"documentChanges": [{"textDocument": of, "edits": edits}]}
    return {"changes": {document.uri: edits}}


async def in_slices(document: OpenDocument, make: Callable[[], Iterator[Edits]]) -> Edits:
    """Edits of a whole document, made anew where it changes meanwhile; other requests are answered in
    between, and it may be cancelled there.
    """
    while True:
        version = document.version
        edits: Edits = []
        began = time.perf_counter()
        for more in make():
            edits += more
            if time.perf_counter() - began > _SLICE_SECONDS:
                await asyncio.sleep(0)
                began = time.perf_counter()
                if document.version != version:
                    break
        else:
            return edits


def meets(selection: types.Range, where: Any) -> bool:
    """Whether a range, as plain JSON, has a place in common with the selection."""
    return not (
        place(selection.end) < (where["start"]["line"], where["start"]["character"])
        or (where["end"]["line"], where["end"]["character"]) < place(selection.start)
    )


def place(position: types.Position) -> tuple[int, int]:
    """Line and character."""
    return position.line, position.character


def is_drawn(item: types.Diagnostic, drawn: Drawn) -> bool:
    """Whether a diagnostic of the client is this finding."""
    return is_alike(item, drawn) and _range(item.range) == drawn.diagnostic["range"]


def is_alike(item: types.Diagnostic, drawn: Drawn) -> bool:
    """Whether it says the same of the same line."""
    return (
        item.code == drawn.finding.code
        and item.message.startswith(drawn.finding.message)
        and item.range.start.line == drawn.diagnostic["range"]["start"]["line"]
    )


def _range(where: types.Range) -> dict[str, dict[str, int]]:
    start, end = where.start, where.end
    return {
        "start": {"line": start.line, "character": start.character},
        "end": {"line": end.line, "character": end.character},
    }
