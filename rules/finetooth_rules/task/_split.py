"""Whether the records are one group or two: a mixture fitted to their similarities to the file's centre."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from finetooth_rules.task._vectors import Matrix

    Floats = NDArray[np.floating]
    Mask = NDArray[np.bool_]


class Strangers(NamedTuple):
    """What records that have nothing to do with a file look like: the second component of the mixture.

    With static word vectors, unrelated texts have a cosine of about 0.03 ± 0.07 in every corpus that was
    tried, while records of one task have 0.45 or so with their mean. So this component is known
    beforehand but for its share and for a small shift within `mean`, and a file without such records gets
    none, however long its tail is. `tail` is the least share of a third component: neither usual nor
    strange, spread evenly below the usual.
    """

    mean: tuple[float, float] = (-0.05, 0.10)
    spread: float = 0.07
    tail: float = 0.01


STRANGERS: Final = Strangers()


@dataclass(frozen=True, slots=True)
class Gap:
    """What makes a few records plainly far from all others: at least `count` and at most `share` of them,
    their middle similarity `nearness` of the usual one, which is `focus` or more, and no record in between,
    for `width` of the usual one. Files with one task have gaps of up to 0.28."""

    count: int = 2
    share: float = 0.12
    nearness: float = 0.5
    focus: float = 0.45
    width: float = 0.34


GAP: Final = Gap()

WIDE_GAP: Final = Gap(count=3, share=0.16, width=0.75)
"""More records may be far where the gap is wider: in a short file three are one in eight."""

LEAST_SPREAD: Final = 0.02
LEAST_FOCUS: Final = 0.35
"""Usual similarity under which a file is deliberately diverse: instruction sets have 0.20 to 0.29, files with
one task 0.43 and more. Of a handful of records the similarities are lower, so these must be more alike."""

KEPT: Final = 0.85
"""Share of the records, the nearest ones, that make the centre."""

_ROUNDS: Final = 60


@dataclass(frozen=True, slots=True)
class Limits:
    """What counts as a group of strangers: their least number, their least and their greatest share."""

    count: float
    least: float
    most: float


class Cut(NamedTuple):
    """Similarities below `threshold` are strange; `usual` is what 95 % of the other records reach."""

    threshold: float
    usual: float


def centre_of(rows: Matrix) -> tuple[Matrix, Mask]:
    """Sum of the nearest `KEPT` of the unit rows, found by iteration from the mean, and which they are."""
    import numpy as np

    inside = np.ones(len(rows), bool)
    for _ in range(10):
        nearness = rows @ rows[inside].sum(axis=0)
        nearest = nearness >= np.quantile(nearness, 1 - KEPT)
        if (nearest == inside).all():
            break
        inside = nearest
    return rows[inside].sum(axis=0), inside


def similarities(rows: Matrix, total: Matrix, inside: Mask) -> Floats:
    """Cosine of each unit row with the sum; a row that is part of the sum is compared with the rest of it."""
    import numpy as np

    products = rows @ total
    length = float(total @ total)
    own = np.where(inside, (rows * rows).sum(axis=1), 0)
    others = np.sqrt(np.maximum(length - 2 * np.where(inside, products, 0) + own, 1e-9))
    return np.asarray((products - own) / others, np.float64)


def cut(
    cosines: Floats, usual: Floats, limits: Limits, certainty: float, strangers: Strangers = STRANGERS
) -> Cut | None:
    """Where the strangers among `cosines` end; None when there is one component only.

    `usual` are the similarities of records taken to be on task; their middle half sets the first component,
    so strangers among them do no harm. A similarity is strange where the second component holds at least
    `certainty` of the probability.
    """
    import numpy as np

    first, middle, third = (float(value) for value in np.quantile(usual, [0.25, 0.5, 0.75]))
    if middle < LEAST_FOCUS:
        return None
    spread = max((third - first) / 1.349, (middle - first) / 0.6745, LEAST_SPREAD)
    even = 1 / (middle + 0.25)
    densities = np.empty((3, len(cosines)))
    densities[0] = _bell(cosines, middle, spread)
    densities[2] = np.where(cosines < middle, even, 0)
    shares, mean = np.array([0.96, 0.02, 0.02]), 0.03
    for _ in range(_ROUNDS):
        densities[1] = _bell(cosines, mean, strangers.spread)
        weights = shares[:, None] * densities
        weights /= weights.sum(axis=0) + 1e-300
        shares = weights.mean(axis=1)
        shares[2] = max(shares[2], strangers.tail)
        shares /= shares.sum()
        mean = float(np.clip(weights[1] @ cosines / (weights[1].sum() + 1e-9), *strangers.mean))
    strange = float(shares[1])
    if strange * len(cosines) < limits.count or not limits.least <= strange <= limits.most:
        return None
    grid = np.linspace(mean, middle, 400)
    second = strange * _bell(grid, mean, strangers.spread)
    others = shares[0] * _bell(grid, middle, spread) + shares[2] * even
    beyond = np.flatnonzero(second >= certainty * (second + others))
    if not len(beyond):
        return None
    threshold = float(grid[beyond[-1]])
    return Cut(threshold, max(threshold, middle - 1.645 * spread))


def gap(cosines: Floats, least: Gap = GAP) -> Cut | None:
    """Where no record lies between a few far ones and all others; None where there is no such place."""
    import numpy as np

    ordered, middle = np.sort(cosines), float(np.median(cosines))
    most = int(least.share * len(ordered))
    if middle < least.focus or most < least.count:
        return None
    widths = np.diff(ordered[: most + 1])
    widths[: least.count - 1] = 0
    last = int(widths.argmax())
    far, near = float(ordered[last]), float(ordered[last + 1])
    if near - far < least.width * middle or np.median(ordered[: last + 1]) > least.nearness * middle:
        return None
    return Cut((far + near) / 2, float(np.quantile(ordered[last + 1 :], 0.05)))


def _bell(values: Floats, mean: float, spread: float) -> Floats:
    """Density of the normal distribution."""
    import numpy as np

    return np.asarray(np.exp(-0.5 * ((values - mean) / spread) ** 2) / (spread * 2.5066283))
