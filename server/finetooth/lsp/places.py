"""What requests on the structure of a document share: the record under the cursor, ranges as JSON, and work
in slices that ends when the document is edited or the request is cancelled."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from lsprotocol import types

from finetooth.engine.cursor.place import Place, Range, place_at
from finetooth.lsp.open_document import OpenDocument

if TYPE_CHECKING:
    from finetooth.lsp.session import Session

Json = dict[str, Any]
T = TypeVar("T")
SLICE_SECONDS: Final = 0.002
_POLL: Final = 0.01
_PATIENCE: Final = 2.0
_TRIES: Final = 3


class Stale(Exception):
    """The document is not what it was when the work began."""


class Breath:
    """Lets the loop look at its input, whenever a slice is over. Raises Stale where that brought an edit."""

    def __init__(self, session: Session, document: OpenDocument) -> None:
        self._session = session
        self._document = document
        self._version = document.version
        self._index = document.index
        self._until = time.perf_counter() + SLICE_SECONDS

    async def __call__(self) -> None:
        """To be awaited between two steps, each of which is short."""
        if time.perf_counter() >= self._until:
            await self.pause(0)

    async def pause(self, seconds: float) -> None:
        """Wait; also for nothing but the others."""
        await asyncio.sleep(seconds)
        document = self._document
        if (
            self._session.documents.get(document.uri) is not document
            or document.version != self._version
            or document.index is not self._index
        ):
            raise Stale
        self._until = time.perf_counter() + SLICE_SECONDS

    async def until_read(self) -> None:
        """Wait until all records are read."""
        while not self._index.settled:
            await self.pause(_POLL)


def dataset(session: Session, uri: str) -> OpenDocument | None:
    """The open dataset of a URI, if it is one and Finetooth is on."""
    document = session.locate(uri)
    if document is None or not document.is_dataset or not document.settings.enable:
        return None
    return document


async def on_dataset(
    session: Session, uri: str, work: Callable[[OpenDocument, Breath], Awaitable[T]]
) -> T | None:
    """Do something with a dataset; anew when it is edited meanwhile, and not at all where that goes on."""
    for _ in range(_TRIES):
        document = dataset(session, uri)
        if document is None:
            return None
        try:
            return await work(document, Breath(session, document))
        except Stale:
            continue
    return None


async def place_of(session: Session, uri: str, position: types.Position) -> tuple[OpenDocument, Place] | None:
    """The document and the record under the cursor. Waits a little for an array that is still read."""
    deadline = time.perf_counter() + _PATIENCE
    while (document := dataset(session, uri)) is not None:
        place = place_at(document.index, position.line, position.character, session.facts.encoding)
        if place is not None:
            return document, place
        found = document.index.entry_at(position.line)
        if found is None or not found[0].pending or time.perf_counter() > deadline:
            return None
        await asyncio.sleep(_POLL)
    return None


def tell_limit(session: Session, what: str, most: int) -> None:
    """Say in the log, once in a session, that not all of something is listed."""
    if what not in session.items_told:
        session.items_told.add(what)
        session.server.log(
            types.MessageType.Info,
            f"Only {most:,} {what} of a file are listed (setting `finetooth.maxItems`).",
        )


def json_range(where: Range) -> Json:
    """A range as the protocol writes it."""
    (line, left), (last, right) = where
    return {"start": {"line": line, "character": left}, "end": {"line": last, "character": right}}
