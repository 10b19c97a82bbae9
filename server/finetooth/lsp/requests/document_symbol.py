"""`textDocument/documentSymbol`: the records, named by the first words of their prompts, and their turns.

At most `finetooth.maxItems` symbols: first all records, then turns as far as they go. What is left out is
counted in the last symbol. The work is done in slices, and begins anew when the document is edited.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import orjson
from lsprotocol import types

from finetooth.engine.cursor.outline import Kind, Node, outline
from finetooth.engine.cursor.place import Place, place_of_entry, record_entries
from finetooth.engine.live.blocks import Entry
from finetooth.engine.live.document import Columns
from finetooth.lsp.open_document import OpenDocument
from finetooth.lsp.places import Breath, json_range, on_dataset, tell_limit
from finetooth.lsp.positions import document_end
from finetooth.lsp.protocol import Json, encode
from finetooth_rules.finding import Span

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer
    from finetooth.lsp.session import Session

_KINDS: Final = {
    Kind.RECORD: types.SymbolKind.Object,
    Kind.SYSTEM: types.SymbolKind.Namespace,
    Kind.USER: types.SymbolKind.Field,
    Kind.ASSISTANT: types.SymbolKind.Method,
    Kind.RESULT: types.SymbolKind.Event,
    Kind.OTHER: types.SymbolKind.Property,
    Kind.CALL: types.SymbolKind.Function,
    Kind.TOOL: types.SymbolKind.Interface,
    Kind.FIELD: types.SymbolKind.Property,
}
_MOST_TURNS: Final = 500
"""Of a record with more turns and tools only the record is listed."""


def register(server: FinetoothServer) -> None:
    """Wire the request."""
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def document_symbol(params: types.DocumentSymbolParams) -> Json:
        async def work(document: OpenDocument, breath: Breath) -> bytes:
            return await _symbols(session, document, breath)

        found = await on_dataset(session, params.text_document.uri, work)
        return Json(None if found is None else orjson.Fragment(found))


async def _symbols(session: Session, document: OpenDocument, breath: Breath) -> bytes:
    """A JSON array. Each symbol is encoded at once: thousands of them kept as objects cost Python a look for
    garbage, in which nobody is answered."""
    await breath.until_read()
    index, most = document.index, document.settings.max_items
    chosen: list[tuple[Entry, int]] = []
    count = 0
    for several in record_entries(index):
        chosen += several[: most - len(chosen)]
        count += len(several)
        await breath()
    if count > most:
        del chosen[most - 1 :]
    budget = most - len(chosen) - (count > most)
    counter = Columns(session.facts.encoding)
    found: list[bytes] = []
    end = {"line": 0, "character": 0}

    def put(symbol: dict[str, Any]) -> None:
        if session.facts.hierarchical_symbols:
            found.append(encode(symbol))
        else:
            found.extend(map(encode, _flat(document.uri, [symbol], "")))

    for entry, line in chosen:
        place = place_of_entry(index, entry, line, counter)
        node = outline(place.record, place.example, most=min(budget, _MOST_TURNS))
        budget -= _size(node) - 1
        symbol = _symbol(place, node)
        end = symbol["range"]["end"]
        put(symbol)
        await breath()
    if count > most:
        tell_limit(session, "symbols", most)
        behind = document_end(index.document, session.facts.encoding)
        put(_rest(count - len(chosen), {"start": end, "end": behind}))
    return b"[" + b",".join(found) + b"]"


def _size(node: Node) -> int:
    return 1 + sum(map(_size, node.children))


def _symbol(place: Place, node: Node) -> dict[str, Any]:
    spans = [*_spans(node)]
    ranges = dict(zip(spans, map(json_range, place.ranges(spans)), strict=True))
    return _drawn(node, ranges)


def _spans(node: Node) -> Iterator[Span]:
    yield node.span
    yield node.name_span
    for child in node.children:
        yield from _spans(child)


def _drawn(node: Node, ranges: Mapping[Span, dict[str, Any]]) -> dict[str, Any]:
    symbol: dict[str, Any] = {
        "name": node.name,
        "kind": _KINDS[node.kind].value,
        "range": ranges[node.span],
        "selectionRange": ranges[node.name_span],
    }
    if node.detail:
        symbol["detail"] = node.detail
    if node.children:
        symbol["children"] = [_drawn(child, ranges) for child in node.children]
    return symbol


def _rest(count: int, where: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": f"… {count:,} more records",
        "detail": "finetooth.maxItems",
        "kind": types.SymbolKind.Array.value,
        "range": where,
        "selectionRange": {"start": where["start"], "end": where["start"]},
    }


def _flat(uri: str, symbols: list[dict[str, Any]], container: str) -> Iterator[dict[str, Any]]:
    """The same for a client that knows no symbols in symbols."""
    for symbol in symbols:
        location = {"uri": uri, "range": symbol["range"]}
        flat = {"name": symbol["name"], "kind": symbol["kind"], "location": location}
        yield flat | {"containerName": container} if container else flat
        yield from _flat(uri, symbol.get("children", []), symbol["name"])
