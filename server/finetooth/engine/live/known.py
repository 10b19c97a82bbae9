"""What is known of records when their lines are read again.

While somebody types in a record, what the rules beyond a keystroke said of it is shown until they have judged
it anew, as far as it is said of the whole record or of a value: no edit makes that point at other characters.

A minified array has thousands of records on one line, and a keystroke touches the line. Where each record
ends has to be read anew; what was found in a record whose bytes are as they were has not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

from finetooth.engine.live.blocks import CARRIED, Entry
from finetooth_rules.array_lines import Segment
from finetooth_rules.finding import Finding
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


def carried(old: Sequence[Entry], lines: int) -> tuple[Finding, ...]:
    """What goes on to be shown of a record that covers as many lines as the one it was."""
    if len(old) != 1 or old[0].lines != lines:
        return ()
    entry = old[0]
    if entry.pending:
        return entry.carried
    judged = entry.judged or {}
    shown = (judged[CARRIED],) if CARRIED in judged else judged.values()
    return tuple(finding for several in shown for finding in several if _of_values(finding))


def _of_values(finding: Finding) -> bool:
    """Whether neither it nor what it offers names bytes of the record."""
    return (
        finding.span is None
        and not finding.more_spans
        and not any(fix.edits for fix in finding.fixes)
        and not any(related.address is None and related.span is not None for related in finding.related)
    )


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
