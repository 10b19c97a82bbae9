"""The map: what is drawn of each kind of point, and the data that the page's script reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finetooth.engine.overview.record_map import PROMPT_SHOWN, Mark
from finetooth.output.html._text import clean
from finetooth_rules.patterns import lazy

if TYPE_CHECKING:
    from markupsafe import Markup

    from finetooth.engine.overview.record_map import Point, RecordMap

WIDTH: Final = 1000
"""Width of the drawing, in its own units."""
FLATTEST: Final = 600
"""Its least height."""
EDGE: Final = 24
ROOM: Final = WIDTH - 2 * EDGE
MOST_BYTES: Final = 2_000_000
"""Bytes that all prompts of the map may take in the page."""
MOST_LISTED: Final = 100
"""Marked points that are listed beside the map."""
FEW: Final = 150
"""Points up to which each is drawn larger."""
MOST_GROUPS: Final = 4
"""Groups with a look of their own."""


@dataclass(frozen=True, slots=True)
class Layer:
    """All points of a kind: one path. `name` is its class, and its key in the data of the script."""

    name: str
    title: str
    count: int
    path: str
    sign: str
    """One such point, for the legend."""


@dataclass(frozen=True, slots=True)
class MapView:
    """The map as it is shown. `data` is JSON for the script."""

    layers: tuple[Layer, ...]
    data: Markup
    points: int
    records: int
    listed: tuple[Point, ...]
    more: int
    few: bool
    height: int
    width: int = WIDTH


_TITLES: Final = {
    Mark.OFF_TASK: "off task",
    Mark.DUPLICATE: "duplicate",
    Mark.FAULTY: "another error or warning",
    Mark.PLAIN: "none of these",
}
# In units of the drawing; a round cap makes the first a dot. A shape each, so that colour is not needed.
# Of few points each is drawn larger.
_SHAPES: Final = {
    Mark.PLAIN: "h0",
    Mark.OFF_TASK: "m0-10l10 10-10 10-10-10z",
    Mark.DUPLICATE: "m0-10l9 17h-18z",
    Mark.FAULTY: "m-7-7h14v14h-14z",
}
_NUMBER: Final = lazy(r"[+-]?\d+")
_GROUPS: Final = ("h0", "m-6 0h12m-6-6v12", "m-5-5l10 10m0-10l-10 10", "m-7 0h14")


def shown(record_map: RecordMap, folder: str = "") -> MapView:
    """Layers from the one below to the one on top, and the data. `folder` is left out of names of files."""
    keys = {_key(point): None for point in sorted(record_map.points, key=_depth)}
    few = len(record_map.points) <= FEW
    frame = _Frame.around(record_map.points)
    layers = [
        _layer(key, few, frame, [point for point in record_map.points if _key(point) == key]) for key in keys
    ]
    marked = sorted(
        (point for point in record_map.points if point.mark is not Mark.PLAIN),
        key=lambda point: (list(Mark).index(point.mark), point.filename, point.line),
    )
    return MapView(
        tuple(layers),
        script_json(_data(record_map, folder, frame)),
        len(record_map.points),
        record_map.records,
        tuple(marked[:MOST_LISTED]),
        len(marked[MOST_LISTED:]),
        few,
        frame.height,
    )


def script_json(value: object) -> Markup:
    """JSON that may stand in a `<script>`: it holds no character that HTML or JavaScript could take for an
    end.
    """
    from markupsafe import Markup

    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)


def _data(record_map: RecordMap, folder: str, frame: _Frame) -> dict[str, object]:
    files = list(dict.fromkeys(point.filename for point in record_map.points))
    most = _room(record_map)
    keys = list(dict.fromkeys(map(_key, record_map.points)))
    number = {name: index for index, name in enumerate(files)}
    return {
        "files": [clean(name.removeprefix(folder)) for name in files],
        "kinds": keys,
        "points": [
            [
                *frame.place(point),
                keys.index(_key(point)),
                number[point.filename],
                point.line,
                clean(point.prompt[:most]),
                " ".join(point.codes),
            ]
            for point in record_map.points
        ],
    }


def _room(record_map: RecordMap) -> int:
    """Characters of each prompt that there is room for; all of them but where they take many bytes each."""
    size = sum(len(str(script_json(clean(point.prompt))).encode()) for point in record_map.points)
    return max(1, PROMPT_SHOWN * MOST_BYTES // size) if size > MOST_BYTES else PROMPT_SHOWN


def _key(point: Point) -> str:
    """The class of a point: its mark, or of a point without one its group."""
    if point.mark is Mark.PLAIN and point.group:
        return f"group-{min(point.group, MOST_GROUPS)}"
    return str(point.mark)


def _depth(point: Point) -> tuple[int, int]:
    return -list(Mark).index(point.mark), point.group


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where the points stand in the drawing, which is as high as they need; `top` is the place of y = 0."""

    height: int
    top: float

    @classmethod
    def around(cls, points: Sequence[Point]) -> _Frame:
        low, high = min(point.y for point in points), max(point.y for point in points)
        height = max(FLATTEST, round(2 * EDGE + (high - low) * ROOM))
        return cls(height, height / 2 - (low + high) / 2 * ROOM)

    def place(self, point: Point) -> tuple[int, int]:
        return round(EDGE + point.x * ROOM), round(self.top + point.y * ROOM)


def _layer(key: str, few: bool, frame: _Frame, points: Iterable[Point]) -> Layer:
    group = int(key.removeprefix("group-")) if key.startswith("group-") else 0
    shape = _GROUPS[group - 1] if group else _SHAPES[Mark(key)]
    if few:
        shape = _NUMBER.sub(lambda match: f"{round(1.6 * int(match[0])):+}", shape)
    there = [frame.place(point) for point in points]
    path = "".join(f"M{x} {y}{shape}" for x, y in there)
    title = f"task {group} of the file" if group else _TITLES[Mark(key)]
    return Layer(key, title, len(there), path, f"M16 16{shape}")
