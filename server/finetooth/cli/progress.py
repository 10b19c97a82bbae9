"""A progress bar on standard error, for work that takes longer than a second."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import TextIO

from finetooth.output._cells import cells, char_cells, printable
from finetooth.output._style import CYAN, DIM, Style

_APPEARS_AFTER = 1.0
_EVERY = 0.1
_BAR = 24
_CLEAR = "\r\x1b[2K"
_UNITS = ("B", "kB", "MB", "GB", "TB")


class Bar:
    """A `Progress` drawn on a terminal, on one line that is gone when the work is done.

    `clock` gives seconds; `out` must be a terminal.
    """

    def __init__(self, out: TextIO, style: Style, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = out
        self._style = style
        self._clock = clock
        self._began = clock()
        self._drawn_at = self._began + _APPEARS_AFTER - _EVERY
        self._drawn = False
        self._total = 0
        self._done = 0
        self._name = ""

    def start(self, total_bytes: int) -> None:
        """The size of the work."""
        self._total = total_bytes

    def file(self, name: str) -> None:
        """The file that is read now."""
        self._name = name
        self._draw()

    def advance(self, count: int) -> None:
        """So many more bytes are done."""
        self._done += count
        self._draw()

    def finish(self) -> None:
        """Take the bar away. May be called twice."""
        if self._drawn:
            self._out.write(_CLEAR)
            self._out.flush()
            self._drawn = False

    def _draw(self) -> None:
        now = self._clock()
        if now - self._drawn_at < _EVERY:
            return
        self._drawn_at, self._drawn = now, True
        columns = shutil.get_terminal_size().columns
        self._out.write(_CLEAR + self._line(now - self._began, columns - 1))
        self._out.flush()

    def _line(self, seconds: float, room: int) -> str:
        # Fixing reads a file again, so more than the total may be done.
        share = min(1.0, self._done / self._total) if self._total else 0.0
        rate = self._done / seconds if seconds else 0.0
        left = max(0.0, (self._total - self._done) / rate) if rate else 0.0
        figures = f" {share:4.0%}  {amount(self._done)} of {amount(self._total)}"
        if rate:
            figures += f"  {amount(rate)}/s" + (f"  {duration(left)} left" if share < 1 else "")
        bar = bar_of(share, _BAR) if room >= _BAR + len(figures) else ""
        used = cells(bar) + len(figures) + 2
        name = _tail(printable(self._name), room - used)
        line = self._style.paint(bar, CYAN) + figures[: room - cells(bar)]
        return line + (f"  {self._style.paint(name, DIM)}" if name else "")


def bar_of(share: float, length: int) -> str:
    """`share` (0 to 1) of a line of `length` cells, in halves of a cell."""
    halves = int(share * length * 2)
    full, half = divmod(halves, 2)
    return ("━" * full + ("╸" if half else "")).ljust(length, "─")


def amount(count: float) -> str:
    """Bytes for people, in powers of ten: `950 B`, `1.2 MB`, `34 GB`."""
    unit = 0
    while count >= 999.5 and unit < len(_UNITS) - 1:
        count /= 1000
        unit += 1
    digits = 1 if unit and count < 9.95 else 0
    return f"{count:.{digits}f} {_UNITS[unit]}"


def duration(seconds: float) -> str:
    """`0:09`, `12:30`, `1:02:03`."""
    whole = int(seconds + 0.5)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _tail(name: str, room: int) -> str:
    """The end of a name, which tells files apart, in at most `room` cells; nothing where that is too
    little."""
    if cells(name) <= room:
        return name
    if room < 8:
        return ""
    kept, used = "", 1
    for char in reversed(name):
        used += char_cells(char)
        if used > room:
            break
        kept = char + kept
    return "…" + kept
