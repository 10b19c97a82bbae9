"""An array in lines: the elements that begin on a line. An editor keeps a document by its lines."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Final

from finetooth_rules.array import Item, next_step, skip_white
from finetooth_rules.framing import Bounds


@dataclass(frozen=True, slots=True)
class Segment:
    """Lines that hold whole elements, and what stands behind them up to the line the next one begins on.

    Offsets of the items count from the first line's start. `lines` it covers, `reach` decided that.
    """

    items: tuple[Item, ...]
    lines: int
    reach: int


_WINDOW_LINES: Final = 32


def segment(lines: Sequence[bytes], index: int, bounds: Bounds) -> Segment:
    """The segment that begins with `lines[index]`, of a whole file's lines."""
    steps = segment_steps(lines, index, bounds)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            found: Segment = done.value
            return found


def segment_steps(lines: Sequence[bytes], index: int, bounds: Bounds) -> Generator[None, None, Segment]:
    """The same, stopping after each element: there may be thousands on one line."""
    count = _WINDOW_LINES
    while True:
        window = lines[index : index + count]
        at_end = index + count >= len(lines)
        found = yield from _segment(window, b"".join(window), bounds, index == 0, at_end)
        if found is not None:
            return found
        count *= 2


def _segment(
    window: Sequence[bytes], buffer: bytes, bounds: Bounds, first: bool, at_end: bool
) -> Generator[None, None, Segment | None]:
    items: list[Item] = []
    pos = looked = 0
    skipping: re.Pattern[bytes] | None = None
    while True:
        step = next_step(
            buffer, pos, bounds, first=first, at_end=at_end, line_start=pos == 0, skipping=skipping
        )
        if step is None or (step.skipping is not None and step.skipping is skipping):
            return None
        yield
        first = False
        items += step.items
        looked = max(looked, step.looked)
        pos, skipping = step.pos, step.skipping
        if step.done:
            # Whatever is appended belongs to it: it looked behind the last line.
            return Segment(tuple(items), len(window), len(window) + 1)
        if skipping is not None:
            continue
        after = skip_white(buffer, pos)
        if after == len(buffer):
            if not at_end:
                return None
            continue
        line = max(buffer.rfind(b"\n", pos, after), buffer.rfind(b"\r", pos, after)) + 1
        if line:
            return Segment(tuple(items), _lines_to(window, line), _reach(window, max(looked, after + 1)))


def _lines_to(window: Sequence[bytes], offset: int) -> int:
    count = total = 0
    while total < offset:
        total += len(window[count])
        count += 1
    return count


def _reach(window: Sequence[bytes], looked: int) -> int:
    count = total = 0
    while total < looked and count < len(window):
        total += len(window[count])
        count += 1
    return count + (total < looked)
