"""The records of a file that is one array, read as a stream.

Held at a time: the element being read (at most `max-record-bytes`) and as much again, read ahead.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from finetooth.engine.files.source import BLOCK
from finetooth_rules.array import next_step
from finetooth_rules.framing import Bounds, column
from finetooth_rules.record import Element, Record

_BATCH_RECORDS: Final = 2048


class Batch(NamedTuple):
    """Consecutive records; for each its bytes in the file up to the next one's, and its lines likewise.

    `lead` and `lead_lines` stand before the first; `glue` counts those that are no records.
    """

    records: list[Record]
    sizes: list[int]
    line_counts: list[int]
    lead: int = 0
    lead_lines: int = 0
    glue: int = 0


class _Places:
    """Line and column of ascending offsets in a file read piece by piece."""

    def __init__(self) -> None:
        self.offset = self.line = self.column = 0

    def advance(self, buffer: bytes, start: int, end: int) -> None:
        """Go on over `buffer[start:end]`, which neither begins nor ends within a `\\r\\n`."""
        self.offset += end - start
        last = max(buffer.rfind(b"\n", start, end), buffer.rfind(b"\r", start, end))
        if last < 0:
            self.column += column(buffer[start:end], end - start)
            return
        self.line += buffer.count(b"\n", start, end)
        if returns := buffer.count(b"\r", start, end):
            self.line += returns - buffer.count(b"\r\n", start, end)
        self.column = column(buffer[last + 1 : end], end - last - 1)


def array_batches(
    stream: BinaryIO, bounds: Bounds, block: int = BLOCK, *, cut: bool = False
) -> Iterator[Batch]:
    """The elements of the array, and what is wrong between them. With `cut` the stream ends somewhere, and
    the element it ends in is left out. Raises OSError."""
    buffer = b""
    pos = base = 0  # base: the offset of the buffer in the file
    places = _Places()
    first, ended, done = True, False, False
    skipping = None
    offset = line = 0  # where the last batch ended
    while not done:
        found: list[tuple[int, int, Element]] = []
        waiting = False
        while not (done or waiting or len(found) >= _BATCH_RECORDS):
            step = next_step(buffer, pos, bounds, first=first, at_end=ended, skipping=skipping)
            if step is None:
                waiting = True
                break
            first = False
            for at, record in step.items:
                places.advance(buffer, places.offset - base, at)
                record.column = places.column
                found.append((places.offset, places.line, record))
            pos, done = step.pos, step.done
            waiting = step.skipping is not None and step.skipping is skipping
            skipping = step.skipping
        if found:
            yield _batch(found, offset, line)
            offset, line = found[-1][0], found[-1][1]
        places.advance(buffer, places.offset - base, pos)
        buffer, base, pos = buffer[pos:], base + pos, 0
        if waiting and not ended:
            more = stream.read(max(block, len(buffer)))
            ended = not more and not cut
            done = not more and cut
            buffer += more
    if places.offset > offset:
        yield Batch([], [], [], places.offset - offset, places.line - line)


def _batch(found: list[tuple[int, int, Element]], offset: int, line: int) -> Batch:
    """Sizes run to the next record; the last one's end is the next batch's lead."""
    at = [place for place, _, _ in found]
    lines = [number for _, number, _ in found]
    return Batch(
        [record for _, _, record in found],
        [end - start for start, end in zip(at, [*at[1:], at[-1]], strict=True)],
        [end - start for start, end in zip(lines, [*lines[1:], lines[-1]], strict=True)],
        at[0] - offset,
        lines[0] - line,
        sum(record.glue for _, _, record in found),
    )
