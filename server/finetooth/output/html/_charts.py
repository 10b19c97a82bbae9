"""Histograms: which bins, where the bars, ticks and limits stand. The templates draw them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import TYPE_CHECKING, Final

from finetooth.engine.overview.stats_words import quantiles
from finetooth.output.html._overview import MOST_FILES, over_limit
from finetooth.output.html._text import share

if TYPE_CHECKING:
    from finetooth.engine.overview.report_data import FileData, ReportData

WIDTH: Final = 460
HEIGHT: Final = 230
LEFT: Final = 52
RIGHT: Final = 14
TOP: Final = 26
BOTTOM: Final = 44
MOST_BINS: Final = 40
LONG_TAIL: Final = 4
"""The largest value over the 95th percentile from which on a linear axis would show little."""
_STEPS: Final = (1, 2, 5)
_GROWING: Final = (1, 1.5, 2, 3, 5, 7)


@dataclass(frozen=True, slots=True)
class Bar:
    """Rows whose value is from `low` to `high`; its rectangle in the picture."""

    low: int
    high: int
    count: int
    x: float
    y: float
    width: float
    height: float

    @property
    def range(self) -> str:
        """`200–209`."""
        return f"{self.low:,}" if self.low == self.high else f"{self.low:,}–{self.high:,}"


@dataclass(frozen=True, slots=True)
class Tick:
    """A label on an axis, and where it stands."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class LimitLine:
    """A limit of a target: where it stands, what it says, and on which side of the line there is room."""

    x: float
    label: str
    assumed: bool
    end: bool


@dataclass(frozen=True, slots=True)
class Histogram:
    """A picture of `total` values. `growing`: bins grow with the value. `beyond` names limits outside."""

    name: str
    unit: str
    total: int
    bars: tuple[Bar, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    limits: tuple[LimitLine, ...]
    beyond: tuple[str, ...]
    growing: bool
    summary: str


@dataclass(frozen=True, slots=True)
class LengthRow:
    """A line of the table of lengths."""

    name: str
    split: str
    values: tuple[int, ...]
    limit: str
    over: str


@dataclass(frozen=True, slots=True)
class Lengths:
    """The section: pictures over all files, and a table by file."""

    tokens: Histogram | None
    turns: Histogram | None
    rows: tuple[LengthRow, ...]
    counted_by: str


@dataclass(frozen=True, slots=True)
class Limits:
    """A limit in tokens, and who says so."""

    tokens: int
    label: str
    assumed: bool


def lengths(data: ReportData) -> Lengths:
    """What the section on lengths shows."""
    tokens = sorted(length for file in data.files if sum(file.stats.lengths) for length in file.stats.lengths)
    turns = sorted(count for file in data.files for count in file.stats.turns)
    limits = {
        (file.limit.tokens, file.limit.assumed): Limits(
            file.limit.tokens,
            "assumed limit"
            if file.limit.assumed
            else f"limit of {file.limit.source if file.limit.key else file.target_title}",
            file.limit.assumed,
        )
        for file in data.files
        if file.limit is not None
    }
    some_turns = turns if turns and turns[-1] else []
    return Lengths(
        histogram(
            tokens, "Tokens of a row", "token", sorted(limits.values(), key=lambda limit: limit.tokens)
        ),
        histogram(some_turns, "Turns of a row", "turn", ()),
        tuple(_row(file) for file in data.files[:MOST_FILES] if sum(file.stats.lengths)),
        ", ".join(dict.fromkeys(file.counted_by for file in data.files if file.stats.lengths)),
    )


def _row(file: FileData) -> LengthRow:
    values = quantiles(sorted(file.stats.lengths))
    limit = file.limit
    over = over_limit(file)
    return LengthRow(
        file.name,
        file.split,
        tuple(values.values()),
        f"{limit.tokens:,}{' (assumed)' if limit.assumed else ''}" if limit is not None else "none known",
        f"{over:,} ({share(over, len(file.stats.lengths))})" if over else "0",
    )


def histogram(values: Sequence[int], name: str, unit: str, limits: Sequence[Limits]) -> Histogram | None:
    """The picture of sorted values; None of none."""
    if not values:
        return None
    middle, most = values[len(values) // 2], values[len(values) * 95 // 100]
    growing = values[-1] > LONG_TAIL * max(1, most) and values[-1] > MOST_BINS
    room = values[-1] * (4 if growing else 1.5)
    inside = [limit for limit in limits if values[0] <= limit.tokens <= room]
    high = max([values[-1], *(limit.tokens for limit in inside)])
    edges = _growing_edges(values[0], high) if growing else _even_edges(values[0], high)
    counts = [0] * (len(edges) - 1)
    for value in values:
        counts[bisect_right(edges, value) - 1] += 1
    steps = _even_edges(0, max(counts), 4)
    top = steps[-1] if steps[-1] > max(counts) else max(counts)
    wide = (WIDTH - LEFT - RIGHT) / len(counts)
    tall = HEIGHT - TOP - BOTTOM
    bars = tuple(
        _bar(edges, index, count, wide, tall * count / top) for index, count in enumerate(counts) if count
    )
    span = f"all {values[0]:,}" if values[0] == values[-1] else f"from {values[0]:,} to {values[-1]:,}"
    return Histogram(
        name,
        unit,
        len(values),
        bars,
        _x_ticks(edges, wide),
        tuple(Tick(HEIGHT - BOTTOM - tall * step / top, f"{step:,}") for step in steps if step <= top),
        tuple(_line(limit, edges, wide) for limit in inside),
        tuple(f"{limit.label} {limit.tokens:,}" for limit in limits if limit not in inside),
        growing,
        f"{span}, median {middle:,}, 95 % up to {most:,}",
    )


def _bar(edges: Sequence[int], index: int, count: int, wide: float, height: float) -> Bar:
    height = max(height, 1.5)
    gap = min(1.5, wide * 0.15)
    return Bar(
        edges[index],
        edges[index + 1] - 1,
        count,
        round(LEFT + index * wide + gap / 2, 2),
        round(HEIGHT - BOTTOM - height, 2),
        round(wide - gap, 2),
        round(height, 2),
    )


def _even_edges(low: int, high: int, most: int = MOST_BINS) -> list[int]:
    """Edges of equal bins at round numbers; the last one is above `high`."""
    step = _round_up((high - low + 1) / most)
    first = floor(low / step) * step
    count = (high - first) // step + 1
    return [first + step * number for number in range(count + 1)]


def _growing_edges(low: int, high: int) -> list[int]:
    """Edges at 1, 1.5, 2, 3, 5, 7, 10 and so on; the last one is above `high`."""
    edges = sorted({int(step * 10**power) for power in range(12) for step in _GROWING})
    start = max(0, bisect_right(edges, low) - 1)
    end = bisect_right(edges, high) + 1
    return ([0] if low < 1 else []) + edges[start:end]


def _round_up(step: float) -> int:
    """The least of 1, 2, 5, 10, 20, … that is no less."""
    power = int(10 ** max(0, floor(log10(max(step, 1)))))
    return next((one * power for one in (*_STEPS, 10) if one * power >= ceil(step)), 10 * power)


def _place(value: int, edges: Sequence[int], wide: float) -> float:
    """Where a value stands on the axis."""
    index = min(bisect_right(edges, value) - 1, len(edges) - 2)
    part = (value - edges[index]) / (edges[index + 1] - edges[index])
    return round(LEFT + (index + part) * wide, 2)


def _x_ticks(edges: Sequence[int], wide: float) -> tuple[Tick, ...]:
    """At most seven labels under edges; under the middle of the bar where each bar is one value."""
    single = len(edges) > 1 and edges[-1] - edges[0] == len(edges) - 1
    numbers = range(len(edges) - single)
    every = ceil(len(numbers) / 7)
    shift = wide / 2 if single else 0
    return tuple(
        Tick(round(LEFT + number * wide + shift, 2), f"{edges[number]:,}") for number in numbers[::every]
    )


def _line(limit: Limits, edges: Sequence[int], wide: float) -> LimitLine:
    at = _place(limit.tokens, edges, wide)
    return LimitLine(at, f"{limit.label}: {limit.tokens:,}", limit.assumed, at > (LEFT + WIDTH) / 2)
