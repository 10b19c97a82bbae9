"""Points of many dimensions laid out in two, so that near ones stay near: for a map that people look at.

Principal components first; then each point is drawn towards its nearest neighbours and pushed away from
others. The forces are those of UMAP (McInnes, Healy and Melville 2018, section 3.2) with a = b = 1; all
points move at once. Nothing is random: whom a point is pushed away from follows from the number of the step,
so the same vectors give the same map. 3,000 points take about half a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]
    Places = NDArray[np.complex64]

COMPONENTS: Final = 24
"""Principal components in which neighbours are looked for."""

NEIGHBOURS: Final = 12
PUSHED: Final = 4
"""Others that a point is pushed away from, and as many that push it, in each step."""

REPULSION: Final = 5.0
"""How much these count, as they stand for all others."""

GRAVITY: Final = 0.02
"""Pull to the middle, so that what has no neighbours does not drift away and make the rest small."""

SPREAD: Final = 0.06
"""Standard deviation of the first places, times the square root of the number of points."""

STEPS: Final = 180
INERTIA: Final = 0.6
PACE: Final = 0.1
STRONGEST: Final = 4.0
"""Bound of a force along either axis."""

GAP: Final = 0.018
"""Distance that neighbouring points are given in the end, where there is room: the size of a mark."""

FEW: Final = 12
"""Points up to which the principal components alone are the map."""


def layout(vectors: Matrix) -> Matrix:
    """Shape (n, dimensions) to (n, 2), both coordinates within 0 and 1, the same scale on both axes."""
    import numpy as np

    points = components(vectors)
    plane = np.zeros((len(points), 2), np.float32)
    plane[:, : points.shape[1]] = points[:, :2]
    if len(points) > FEW and plane.any():
        plane = _apart(framed(_relaxed(points, plane)))
    return framed(plane)


def components(vectors: Matrix) -> Matrix:
    """The first `COMPONENTS` principal components of the rows, largest first; signs are fixed."""
    import numpy as np

    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    _, axes = np.linalg.eigh(centred.T @ centred)
    axes = axes[:, ::-1][:, :COMPONENTS]
    axes = axes * np.where(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])] < 0, -1, 1)
    return np.asarray(centred @ axes, np.float32)


def neighbours(points: Matrix, count: int) -> tuple[NDArray[np.intp], Matrix]:
    """For each row its `count` nearest other rows, and their distances; both of shape (n, count)."""
    import numpy as np

    near = np.empty((len(points), count), np.intp)
    far = np.empty((len(points), count), np.float32)
    squares = (points * points).sum(axis=1)
    for start in range(0, len(points), 512):
        block = points[start : start + 512]
        distances = squares - 2 * (block @ points.T) + squares[start : start + 512, None]
        distances[np.arange(len(block)), np.arange(start, start + len(block))] = np.inf
        found = np.argpartition(distances, count - 1, axis=1)[:, :count]
        near[start : start + 512] = found
        far[start : start + 512] = np.sqrt(np.maximum(np.take_along_axis(distances, found, axis=1), 0))
    return near, far


def framed(plane: Matrix) -> Matrix:
    """Moved and scaled into the unit square, the longer side lying."""
    import numpy as np

    if np.ptp(plane[:, 1]) > np.ptp(plane[:, 0]):
        plane = plane[:, ::-1]
    low, high = plane.min(axis=0), plane.max(axis=0)
    size = max(float((high - low).max()), 1e-9)
    return np.asarray((plane - (low + high) / 2) / size + 0.5, np.float32)


def _relaxed(points: Matrix, plane: Matrix) -> Matrix:
    """The plane after the forces have done their work. A place is a complex number: its two coordinates."""
    import numpy as np

    count = len(points)
    near, far = neighbours(points, min(NEIGHBOURS, count - 1))
    # UMAP's weights: 1 for the nearest, falling with the distance beyond it in units of a point's own scale.
    beyond = far - far.min(axis=1, keepdims=True)
    weights = 2 * np.exp(-beyond / np.maximum(beyond.mean(axis=1, keepdims=True), 1e-6)).astype(np.float32)
    to = near.ravel()
    scale = SPREAD * np.sqrt(count) / max(float(plane.std()), 1e-9)
    places: Places = ((plane[:, 0] + 1j * plane[:, 1]) * scale + _spiral(count)).astype(np.complex64)
    speed = np.zeros_like(places)
    for step in range(STEPS):
        pull = places[near]
        pull -= places[:, None]
        pull *= weights / (1 + _squared(pull))
        back = pull.ravel()
        force = pull.sum(axis=1) - np.float32(GRAVITY) * places
        force -= np.bincount(to, back.real, count) + 1j * np.bincount(to, back.imag, count)
        for number in range(PUSHED):
            shift = 1 + (step * PUSHED + number) * 7919 % (count - 1)
            away = places - np.roll(places, shift)
            apart = _squared(away)
            away *= np.float32(2 * REPULSION) / ((np.float32(0.05) + apart) * (1 + apart))
            force += away
            force -= np.roll(away, -shift)
        force = np.clip(force.real, -STRONGEST, STRONGEST) + 1j * np.clip(force.imag, -STRONGEST, STRONGEST)
        speed = np.float32(INERTIA) * speed + force * np.float32(PACE * (1 - step / STEPS))
        places = (places + speed).astype(np.complex64)
    return np.stack([places.real, places.imag], axis=1)


def _apart(plane: Matrix) -> Matrix:
    """Points that nearly cover each other moved aside, so that each can be seen and pointed at."""
    import numpy as np

    count = len(plane)
    gap = min(GAP, 0.35 / float(np.sqrt(count)))
    places: Places = (plane[:, 0] + 1j * plane[:, 1] + gap * _spiral(count)).astype(np.complex64)
    for _ in range(2):
        near, _ = neighbours(np.stack([places.real, places.imag], axis=1), min(16, count - 1))
        for _ in range(12):
            apart = places[:, None] - places[near]
            distance = np.maximum(np.abs(apart), np.float32(1e-6))
            places += (apart / distance * np.maximum(gap - distance, 0)).sum(axis=1) * np.float32(0.3)
    return np.stack([places.real, places.imag], axis=1)


def _squared(places: Places) -> Matrix:
    import numpy as np

    return np.asarray(places.real * places.real + places.imag * places.imag, np.float32)


def _spiral(count: int) -> Places:
    """A small place of its own for each point: equal points would never come apart."""
    import numpy as np

    numbers = np.arange(count)
    return np.asarray(0.05 * np.sqrt(numbers / count) * np.exp(2.399963j * numbers), np.complex64)
