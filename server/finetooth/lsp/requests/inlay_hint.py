"""`textDocument/inlayHint`: behind each record how many tokens it has, and whether they are too many."""

from __future__ import annotations

import asyncio
import time
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from finetooth.engine.live.worker import RecordTokens
from finetooth.lsp.open_document import OpenDocument
from finetooth.lsp.protocol import Json
from finetooth.lsp.token_counts import Placed, placed_in, spelled, wait_for
from finetooth_rules.tokens._measure import Limit, limit_of

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer

_MOST_HINTS: Final = 1_000
"""In an answer. A client that asks for a whole large document gets those around the last edit."""
_PATIENCE: Final = 0.3
"""How long an answer waits for counts; what comes later comes by a refresh."""
_PATIENCE_WITHOUT_REFRESH: Final = 2.0
_PAUSE: Final = 0.01


def register(server: FinetoothServer) -> None:
    """Wire the request."""
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    async def inlay_hint(params: types.InlayHintParams) -> Json:
        document = session.locate(params.text_document.uri)
        if document is None or not _wanted(document):
            return Json(None)
        patience = _PATIENCE if session.facts.refreshes_hints else _PATIENCE_WITHOUT_REFRESH
        deadline = time.perf_counter() + patience
        document.hints_of = document.counts
        first, last = _window(document, params.range.start.line, params.range.end.line)
        while _unread(document, first, last) and time.perf_counter() < deadline:
            await asyncio.sleep(_PAUSE)
        placed = list(islice(placed_in(document.index, first, last), _MOST_HINTS))
        calls = document.counts.ask(placed)
        if not await wait_for(calls, max(0.0, deadline - time.perf_counter())):
            session.annotations.refresh_hints_after(calls, document)
        document.hints_late |= _unread(document, first, last)
        limit = limit_of(document.profile)
        return Json([hint for one in placed if (hint := _hint(document, one, limit)) is not None])


def _wanted(document: OpenDocument) -> bool:
    settings = document.settings
    return settings.enable and settings.inlay_hints and document.is_dataset


def _window(document: OpenDocument, first: int, last: int) -> tuple[int, int]:
    """The lines that are answered for."""
    last = min(last, len(document.document.lines) - 1)
    if last - first < _MOST_HINTS:
        return first, last
    first = max(first, min(document.edited_line, last) - _MOST_HINTS // 2)
    return first, min(last, first + _MOST_HINTS - 1)


def _unread(document: OpenDocument, first: int, last: int) -> bool:
    return any(entry.pending for entry, _ in placed_in(document.index, first, last))


def _hint(document: OpenDocument, placed: Placed, limit: Limit | None) -> dict[str, Any] | None:
    entry = placed[0]
    known = document.counts.known(entry)
    if known is None or entry.block is None:  # edited while the answer waited
        return None
    over = limit is not None and known.total > limit.tokens
    count = spelled(known.total, estimated=known.estimated)
    label = f"{count} token{'s' * (known.total != 1)}"
    return {
        "position": document.renderer.end(entry, document.index.blocks.place(entry)[2]),
        "label": f"⚠ {label}, limit {limit.tokens:,}" if over and limit is not None else label,
        "paddingLeft": True,
        "tooltip": _tooltip(known, limit, over),
    }


def _tooltip(known: RecordTokens, limit: Limit | None, over: bool) -> str:
    parts = [_how(known)]
    if limit is not None:
        left = limit.tokens - known.total
        room = f"{-left:,} over" if over else f"{left:,} below"
        parts.append(f"{room} the limit of {limit.tokens:,} ({limit.source})".replace("`", ""))
    return "; ".join(parts)


def _how(known: RecordTokens) -> str:
    if not known.counter:
        return "estimated by the size of the record"
    written = f", written by {known.template}" if known.template else ""
    return f"{'about, by' if known.estimated else 'counted by'} {known.counter}{written}"
