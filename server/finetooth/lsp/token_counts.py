"""How many tokens the records of an open document have: asked of the worker, remembered with the records."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from typing import Any, Final, TypeAlias

from finetooth.engine.live.blocks import Entry
from finetooth.engine.live.index import LiveIndex
from finetooth.engine.live.records import RawRecord
from finetooth.engine.live.worker import RecordTokens, There

Placed: TypeAlias = tuple[Entry, int]
"""An entry, and the first line of it."""

MOST_COUNTED: Final = 200_000
"""Bytes of a record that is counted; the tokens of a larger one are estimated."""
BYTES_A_TOKEN: Final = 4
_BATCH_RECORDS: Final = 64
_BATCH_BYTES: Final = 64 * 1024


class TokenCounts:
    """The counts of one document under one profile. An edit makes new entries, so a count is never of
    another text than its entry's."""

    def __init__(self, index: LiveIndex, there: There) -> None:
        self._index = index
        self._there = there
        self._asked: dict[Entry, Future[Any]] = {}

    def known(self, entry: Entry) -> RecordTokens | None:
        """The tokens of a record; None where they are not known, or it has none."""
        return entry.tokens or None

    def ask(self, placed: Iterable[Placed]) -> set[Future[Any]]:
        """Have the records counted that are not yet; the calls under way for any of them."""
        calls: set[Future[Any]] = set()
        for batch in self._batches(placed, calls):
            entries = [entry for entry, _ in batch]
            call = self._there.tokens([raw for _, raw in batch])
            self._asked.update(dict.fromkeys(entries, call))
            self._keep(call, entries)
            calls.add(call)
        return calls

    def _batches(
        self, placed: Iterable[Placed], calls: set[Future[Any]]
    ) -> Iterator[Sequence[tuple[Entry, RawRecord]]]:
        batch: list[tuple[Entry, RawRecord]] = []
        size = 0
        for entry, start in placed:
            if entry.tokens is not None or entry.pending or entry.glue:
                continue
            if entry in self._asked:
                calls.add(self._asked[entry])
                continue
            raw = self._index.raw_record(entry, start)
            if not raw.raw.strip():
                entry.tokens = False
            elif len(raw.raw) > MOST_COUNTED:
                entry.tokens = RecordTokens(len(raw.raw) // BYTES_A_TOKEN, estimated=True, counter="")
            else:
                batch.append((entry, raw))
                size += len(raw.raw)
                if size > _BATCH_BYTES or len(batch) == _BATCH_RECORDS:
                    yield batch
                    batch, size = [], 0
        if batch:
            yield batch

    def _keep(self, call: Future[Any], entries: Sequence[Entry]) -> None:
        """Remember what comes of a call, on the loop's own thread."""
        loop = asyncio.get_running_loop()

        def take() -> None:
            for entry in entries:
                self._asked.pop(entry, None)
            if call.cancelled():
                return
            counts = [None] * len(entries) if call.exception() is not None else call.result()
            for entry, known in zip(entries, counts, strict=True):
                entry.tokens = known or False

        def done(_: Future[Any]) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(take)

        call.add_done_callback(done)


def placed_in(index: LiveIndex, first: int, last: int) -> Iterator[Placed]:
    """The entries on lines `first` to `last`, each with its first line."""
    line = first
    while line <= last:
        entries, start = index.entries_at(line)
        if not entries:
            return
        yield from ((entry, start) for entry in entries)
        line = max(line, start + sum(entry.lines for entry in entries) - 1) + 1


def spelled(tokens: int, *, estimated: bool) -> str:
    """`5,812`, or `~5,812`."""
    return f"~{tokens:,}" if estimated else f"{tokens:,}"


async def wait_for(calls: set[Future[Any]], seconds: float | None) -> bool:
    """Wait for calls, at most so long; whether all are done. Their results are then taken."""
    if not calls:
        return True
    waited = [asyncio.wrap_future(call) for call in calls]
    for one in waited:
        one.add_done_callback(_look)
    _, late = await asyncio.wait(waited, timeout=seconds)
    await asyncio.sleep(0)  # so that `take` has run
    return not late


def _look(done: asyncio.Future[Any]) -> None:
    """Errors are logged by the worker."""
    if not done.cancelled():
        done.exception()
