"""`textDocument/foldingRange`, in an array: its records, and the objects and lists in them. A record of JSON
Lines is one line.

At most `finetooth.maxItems`, or as many as the client takes: the outer ones first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

from finetooth.engine.cursor.folds import Fold, folds
from finetooth.engine.cursor.place import Place, place_of_entry, record_entries
from finetooth.engine.live.document import Columns
from finetooth.lsp.open_document import OpenDocument
from finetooth.lsp.places import Breath, on_dataset, tell_limit
from finetooth.lsp.protocol import Json

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer
    from finetooth.lsp.session import Session

_BY_DEPTH = 64


def register(server: FinetoothServer) -> None:
    """Wire the request."""
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_FOLDING_RANGE)
    async def folding_range(params: types.FoldingRangeParams) -> Json:
        async def work(document: OpenDocument, breath: Breath) -> list[dict[str, Any]] | None:
            return await _folds(session, document, breath) if document.index.is_array else None

        return Json(await on_dataset(session, params.text_document.uri, work))


async def _folds(session: Session, document: OpenDocument, breath: Breath) -> list[dict[str, Any]]:
    most = document.settings.max_items
    if session.facts.most_folds:
        most = min(most, session.facts.most_folds)
    await breath.until_read()
    counter = Columns(session.facts.encoding)
    by_depth: list[list[dict[str, Any]]] = [[] for _ in range(_BY_DEPTH)]
    deepest = _BY_DEPTH - 1
    for several in record_entries(document.index):
        await breath()
        for entry, line in several:
            if entry.size < 2 or entry.oversize or len(by_depth[0]) >= most:
                continue
            place = place_of_entry(document.index, entry, line, counter)
            for fold in folds(place.record.raw):
                # What is certainly over the limit is not drawn.
                if fold.depth <= deepest and len(by_depth[fold.depth]) < most:
                    drawn = _drawn(place, fold, lines_only=session.facts.folds_lines_only)
                    if drawn is not None:
                        by_depth[fold.depth].append(drawn)
            while deepest and sum(map(len, by_depth[:deepest])) >= most:
                by_depth[deepest].clear()
                deepest -= 1
            await breath()
    chosen = [fold for of_depth in by_depth[: deepest + 1] for fold in of_depth][:most]
    if len(chosen) == document.settings.max_items:
        tell_limit(session, "folds", most)
    return sorted(chosen, key=lambda fold: (fold["startLine"], -fold["endLine"]))


def _drawn(place: Place, fold: Fold, *, lines_only: bool) -> dict[str, Any] | None:
    """A fold as the protocol writes it: the line of the closing bracket stays to be seen."""
    (line, left), (last, right) = place.range(fold.span)
    if not lines_only:
        return {"startLine": line, "startCharacter": left, "endLine": last, "endCharacter": right}
    return {"startLine": line, "endLine": last - 1} if last - 1 > line else None
