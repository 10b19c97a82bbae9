"""Work on a large document: it never keeps the loop for long, begins anew after an edit, and ends when the
client no longer wants it."""

from __future__ import annotations

import asyncio
import gc
import json
import time
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from lsprotocol import types

from finetooth.engine import garbage
from finetooth.engine.live.document import Change
from finetooth.engine.live.worker import Worker
from finetooth.lsp.client import ClientFacts
from finetooth.lsp.open_document import OpenDocument
from finetooth.lsp.places import Breath, on_dataset
from finetooth.lsp.requests import document_link, document_symbol, folding_range, formatting
from lsp.harness import editor
from lsp.raw import CAPABILITIES, RawClient
from lsp.structure import chat, client

ROWS = 8_000
URI = "file:///nowhere/a.jsonl"
ROW = chat("é漢😀 see https://example.com/%d and " + "more words " * 20, "answer " * 60)


class FakeSession:
    """As much of a session as the work on one document needs."""

    def __init__(self, uri: str, text: str) -> None:
        self.facts = ClientFacts(hierarchical_symbols=True)
        self.folders: list[Any] = []
        self.items_told = {"symbols", "links", "folds"}
        self.settings_documents: dict[str, Any] = {}
        document = OpenDocument(uri, text, 1, self.facts, Worker())
        self.documents = {uri: document}
        for _ in document.index.lint_steps():
            pass

    def locate(self, uri: str) -> OpenDocument | None:
        return self.documents.get(uri)


class Watched(Breath):
    """Remembers the longest time of the processor between two breaths."""

    longest = 0.0
    _last = 0.0

    async def __call__(self) -> None:
        now = time.thread_time()
        if Watched._last:
            Watched.longest = max(Watched.longest, now - Watched._last)
        await super().__call__()
        Watched._last = time.thread_time()


Work = Callable[[Any, OpenDocument, Breath], Awaitable[Any]]


async def _formatted(session: Any, document: OpenDocument, breath: Breath) -> Any:
    return (await formatting._format(session, document.uri, None)).value


@pytest.mark.parametrize(
    ("work", "name"),
    [
        (document_symbol._symbols, URI),
        (document_link._links, URI),
        (folding_range._folds, "file:///nowhere/a.json"),
        (_formatted, URI),
    ],
)
async def test_the_loop_is_never_kept_for_long(
    work: Work, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("finetooth.lsp.places.Breath", Watched)
    text = "\n".join(ROW % number for number in range(ROWS)) + "\n"
    if name.endswith(".json"):
        text = json.dumps([json.loads(row) for row in text.split("\n")[:2000]], indent=2, ensure_ascii=False)
    elif work is _formatted:
        text = text.replace(": ", ":").replace(", ", ",")
    session: Any = FakeSession(name, text)
    garbage.keep()  # as the server does when a document was read
    longest = []
    for _ in range(3):  # a step that is too long is so each time; what the machine takes from one is not
        Watched.longest = Watched._last = 0.0
        found = await work(session, session.documents[name], Watched(session, session.documents[name]))
        assert found
        longest.append(Watched.longest)
    gc.unfreeze()
    assert 0 < min(longest) < 0.030


async def test_work_begins_anew_after_an_edit_and_gives_up_in_the_end() -> None:
    session: Any = FakeSession(URI, ROW % 1)
    seen: list[int] = []
    document = session.documents[URI]

    async def work(document: OpenDocument, breath: Breath) -> int:
        seen.append(document.version)
        await breath.pause(0)
        return document.version

    async def type_once() -> None:
        document.version += 1

    found, _ = await asyncio.gather(on_dataset(session, URI, work), type_once())
    assert (found, seen) == (2, [1, 2])

    async def edited(document: OpenDocument, breath: Breath) -> int:
        document.version += 1
        await breath.pause(0)
        return 0

    assert await on_dataset(session, URI, edited) is None
    document.settings = SimpleNamespace(enable=False)
    assert await on_dataset(session, URI, work) is None


async def test_an_edit_comes_before_the_answer() -> None:
    async with editor(client()) as ed:
        text = "\n".join(ROW % number for number in range(3000)) + "\n"
        uri = ed.open(URI, text)
        params = types.DocumentSymbolParams(types.TextDocumentIdentifier(uri))
        asked = asyncio.ensure_future(ed.client.text_document_document_symbol_async(params))
        await asyncio.sleep(0)
        ed.edit(uri, Change("", (0, 0), (2999, 0)))
        found = await asked
        assert len(found or ()) == 1


@pytest.mark.parametrize("method", ["documentSymbol", "documentLink", "formatting", "foldingRange"])
def test_a_cancelled_request_is_not_answered_with_work(method: str) -> None:
    with RawClient() as raw:
        raw.start(CAPABILITIES)
        uri = "file:///nowhere/a.json" if method == "foldingRange" else URI
        rows = [ROW % number for number in range(ROWS)]
        raw.open(uri, "[" + ",\n".join(rows) + "]" if method == "foldingRange" else "\n".join(rows))
        options = {"options": {"tabSize": 2, "insertSpaces": True}} if method == "formatting" else {}
        number = raw.ask(f"textDocument/{method}", {"textDocument": {"uri": uri}, **options})
        raw.notify("$/cancelRequest", {"id": number})
        _, answer = raw.until(lambda message: message.get("id") == number and "method" not in message)
        assert answer["error"]["code"] == types.LSPErrorCodes.RequestCancelled
        at = {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 30}}
        assert "error" not in raw.request("textDocument/definition", at)
