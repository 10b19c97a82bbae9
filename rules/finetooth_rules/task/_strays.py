"""Whether a few records are a group of their own: the direction in which they differ from all others.

Records far from the centre may be strays, or only the rim of one task. Strays from one source have
something in common, be it the topic, the language or the form of the answer, and so there is a direction in
which they stand apart. It is found as a linear discriminant is, but without labels: from a guess (the
farthest records), by turns the direction that tells the guess from the rest, and the guess by that
direction. Each record is scored by a direction that was fitted without it, so that a group which only
chance makes is seen to be none. A file has groups of its own as well (intents, templates): whether a group is
one of these or came from elsewhere, `_odds` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from finetooth_rules.task._split import Floats, Mask
    from finetooth_rules.task._vectors import Matrix

    Doubles = NDArray[np.float64]

DIMENSIONS: Final = 96
"""Principal components that are looked at."""

RIDGE: Final = 3 / 512
"""Added to the variance of each; on labelled mixtures a tenth of it fits noise."""

FOLDS: Final = 3
CLUSTERS: Final = 12
LEAST_GROUP: Final = 3
ROUNDS: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Some of the records, and what tells them apart: `row @ direction - bias` is a score, 0 in the middle of
    the others and 1 for one spread of theirs. `nearness` is theirs to the centre, by the usual one."""

    members: Mask
    separation: float
    nearness: float
    direction: Doubles
    bias: float
    bells: Bells

    def limit(self, certainty: float) -> float:
        """The least score from which on a record is in the group with at least this certainty."""
        return self.bells.limit(certainty)


class Bells(NamedTuple):
    """Two normal distributions: mean and spread of the rest, then of the group, and the group's share."""

    rest: float
    rest_spread: float
    mean: float
    spread: float
    share: float

    def limit(self, certainty: float) -> float:
        """The least score from which on the group holds at least `certainty` of the probability."""
        import numpy as np

        grid = np.linspace(self.rest, self.mean, 400)
        weights = self.weights_of(grid)
        enough = weights >= certainty
        return float(grid[int(np.argmax(enough))]) if enough.any() else self.mean

    def weights_of(self, scores: Doubles) -> Doubles:
        """Probability of being in the group; none below the middle of the rest."""
        import numpy as np

        rest = (1 - self.share) * _bell(scores, self.rest, self.rest_spread)
        group = self.share * _bell(scores, self.mean, self.spread)
        return np.where(scores < self.rest, 0, group / (rest + group + 1e-300))


def alike(one: Mask, other: Mask) -> bool:
    """Whether two groups are nearly the same records."""
    return bool((one & other).sum() >= 0.8 * (one | other).sum())


class Space:
    """Rows of unit length in their principal components, and what the fits of all groups share."""

    def __init__(self, rows: Matrix) -> None:
        import numpy as np

        self.mean = rows.mean(axis=0, dtype=np.float64)
        centred = rows - self.mean.astype(np.float32)
        self.basis = _components(centred)
        self.rows = np.asarray(centred @ self.basis, np.float64)
        self.fold = np.arange(len(rows)) % FOLDS
        parts = [self.rows[self.fold != number] for number in range(FOLDS)]
        self.counts = [len(part) for part in parts]
        self.sums = [part.sum(axis=0) for part in parts]
        self.scatters = [part.T @ part for part in parts]
        self.ridge = RIDGE * np.eye(self.rows.shape[1])


def _components(centred: Matrix) -> Matrix:
    """The first principal directions, one a column."""
    import numpy as np

    if len(centred) > centred.shape[1]:
        return np.ascontiguousarray(np.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, :DIMENSIONS])
    values, vectors = np.linalg.eigh(centred @ centred.T)
    kept = np.flatnonzero(values > 1e-5 * values[-1])[::-1][:DIMENSIONS]
    return np.asarray(centred.T @ vectors[:, kept] / np.sqrt(values[kept]), np.float32)


def grown(space: Space, members: Mask, relative: Floats) -> Group | None:
    """The group that a guess leads to; None where it is no group."""
    import numpy as np

    count = len(members)
    found: Group | None = None
    for _ in range(ROUNDS):
        if not 2 <= members.sum() <= 0.3 * count:
            break
        fitted = discriminants(space, members)
        if fitted is None:
            break
        scores, direction, bias = fitted
        middle = float(np.median(scores))
        scale = max(middle - float(np.quantile(scores, 0.1587)), 1e-6)
        scores = (scores - middle) / scale
        bells = _two_bells(scores, float(members.mean()))
        if bells is None:
            break
        new = bells.weights_of(scores) > 0.5
        if not max(LEAST_GROUP, 0.003 * count) <= new.sum() <= 0.25 * count:
            break
        found = Group(
            new,
            (bells.mean - bells.rest) / (bells.spread + bells.rest_spread),
            float(np.median(relative[new])),
            direction / scale,
            (bias + middle) / scale,
            bells,
        )
        if (new == members).all():
            break
        members = new
    return found


def discriminants(space: Space, members: Mask) -> tuple[Doubles, Doubles, float] | None:
    """Scores of the rows, each by a direction fitted to the other folds; and the mean of the directions with
    its bias, in the space of the vectors."""
    import numpy as np

    scores = np.empty(len(members))
    total, bias = np.zeros(space.rows.shape[1]), 0.0
    for number in range(FOLDS):
        held = space.fold == number
        inside = space.rows[members & ~held]
        rest = space.counts[number] - len(inside)
        if not len(inside) or rest < 2:
            return None
        mean = (space.sums[number] - inside.sum(axis=0)) / rest
        spread = (space.scatters[number] - inside.T @ inside) / rest - np.outer(mean, mean)
        direction = np.linalg.solve(spread + space.ridge, inside.mean(axis=0) - mean)
        direction /= np.sqrt(max(float(direction @ spread @ direction), 0) + 1e-12)
        scores[held] = space.rows[held] @ direction - mean @ direction
        total += direction / FOLDS
        bias += float(mean @ direction) / FOLDS
    outer = space.basis.astype(np.float64) @ total
    return scores, outer, bias + float(space.mean @ outer)


def _two_bells(scores: Doubles, share: float) -> Bells | None:
    """Two normal distributions fitted by expectation and maximisation."""
    import numpy as np

    top = scores[scores >= np.quantile(scores, 1 - share)]
    bells = Bells(0.0, 1.0, max(float(top.mean()), 2.5), max(float(top.std()), 0.5), share)
    for _ in range(40):
        weights = bells.weights_of(scores)
        mass = float(weights.sum())
        if mass < 1.5:
            return None
        mean = float(weights @ scores) / mass
        spread = float(np.sqrt(weights @ (scores - mean) ** 2 / mass))
        others = 1 - weights
        rest = float(others @ scores) / (len(scores) - mass)
        rest_spread = float(np.sqrt(others @ (scores - rest) ** 2 / (len(scores) - mass)))
        new = Bells(
            rest, max(rest_spread, 0.3), mean, max(spread, 0.4), min(max(mass / len(scores), 1e-4), 0.5)
        )
        if max(abs(a - b) for a, b in zip(new, bells, strict=True)) < 1e-3:
            return new
        bells = new
    return bells


def clusters(rows: Doubles) -> list[Mask]:
    """k-means; each centre begins as the row that is farthest from those before it."""
    import numpy as np

    chosen = [rows[0]]
    distances = ((rows - chosen[0]) ** 2).sum(axis=1)
    for _ in range(CLUSTERS - 1):
        chosen.append(rows[int(distances.argmax())])
        distances = np.minimum(distances, ((rows - chosen[-1]) ** 2).sum(axis=1))
    centres = np.array(chosen)
    labels: NDArray[np.intp] = np.zeros(len(rows), np.intp)
    for _ in range(8):
        labels = (2 * rows @ centres.T - (centres * centres).sum(axis=1)).argmax(axis=1)
        for number in range(CLUSTERS):
            if (labels == number).any():
                centres[number] = rows[labels == number].mean(axis=0)
    return [labels == number for number in range(CLUSTERS) if (labels == number).any()]


def _bell(values: Any, mean: float, spread: float) -> Any:
    """Density of the normal distribution."""
    import numpy as np

    return np.exp(-0.5 * ((values - mean) / spread) ** 2) / (spread * 2.5066283)
