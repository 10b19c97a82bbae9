"""What is known of the records of an array when their line is read again.

A minified array has thousands of records on one line, and a keystroke touches the line. Where each record
ends has to be read anew; what was found in a record whose bytes are as they were has not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

from finetooth.engine.live_blocks import Entry
from finetooth_rules.array_lines import Segment
from finetooth_rules.record import Element

_DIGEST_BYTES: Final = 16


def left_over(old: Sequence[Entry]) -> tuple[list[Entry], list[Entry]]:
    """Entries that were taken out of the document: those to forget, and those that may be met again, in
    order."""
    gone: list[Entry] = []
    kept: list[Entry] = []
    for entry in old:
        if entry.digest and not entry.pending:
            kept.append(entry)
        else:
            gone.append(entry)
            kept += entry.kept
            entry.kept = ()
    return gone, kept


class Known:
    """Entries by the bytes of their records. Equal ones are met in their order, so that the first of two
    copies stays the first."""

    def __init__(self, kept: Sequence[Entry]) -> None:
        self._kept = kept
        self._by_digest: dict[bytes, deque[Entry]] = {}
        for entry in kept:
            self._by_digest.setdefault(entry.digest, deque()).append(entry)
        self._met: set[Entry] = set()

    def entries(self, segments: Sequence[Segment]) -> tuple[list[Entry], list[tuple[Entry, Element]]]:
        """An entry for each record of the segments, and those among them that have to be checked."""
        entries: list[Entry] = []
        new: list[tuple[Entry, Element]] = []
        for part in segments:
            several = len(part.items) > 1
            for at, record in part.items:
                digest = _digest(record) if several else b""
                entry = self._meet(digest, at)
                if entry is None:
                    entry = Entry(0)
                    entry.at, entry.size, entry.digest = at, len(record.raw), digest
                    entry.oversize, entry.glue = record.oversize, record.glue
                    new.append((entry, record))
                entry.lines, entry.reach = 0, part.reach
                entries.append(entry)
            if not part.items:
                blank = Entry(0, part.reach, ())
                blank.size = 0
                entries.append(blank)
            entries[-1].lines = part.lines
        return entries, new

    def _meet(self, digest: bytes, at: int) -> Entry | None:
        waiting = self._by_digest.get(digest) if digest else None
        if not waiting:
            return None
        entry = waiting.popleft()
        self._met.add(entry)
        entry.at = at
        entry.moves += 1
        entry.rendered = None
        return entry

    def left(self) -> list[Entry]:
        """Those that were not met."""
        return [entry for entry in self._kept if entry not in self._met]


def _digest(record: Element) -> bytes:
    """Names the bytes of a record; empty where they alone do not say what is found in it."""
    if record.glue or record.oversize:
        return b""
    return blake2b(record.raw, digest_size=_DIGEST_BYTES).digest()
