"""Whether a few records are a group of their own: the direction in which they differ from all others.

Records far from the centre may be strays, or only the rim of one task. Strays from one source have
something in common, be it the topic, the language or the form of the answer, and so there is a direction in
which they stand apart. It is found as a linear discriminant is, but without labels: from a guess (the
farthest records), by turns the direction that tells the guess from the rest, and the guess by that
direction. Each record is scored by a direction that was fitted without it, so that a group which only
chance makes is seen to be none; and guesses of several sizes must lead to the same group. A file has groups
of its own as well (intents, templates): a group counts only where it stands further apart than these do, and
far from the centre.
"""

from __future__ import annotations

from collections.abc import Iterator
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
LEAST_RECORDS: Final = 60
LEAST_GROUP: Final = 3
ROUNDS: Final = 4

FARTHEST: Final = (0.03, 0.05, 0.08, 0.12)
AGREEING: Final = 3
"""Shares of the records, the farthest, that are taken for guesses; and how many of these guesses must lead
to a group."""


@dataclass(frozen=True, slots=True)
class Apart:
    """What makes a group of strays. `separation`: distance of its mean from that of the rest, by the sum of
    their spreads. `nearness`: its similarity to the centre, by the usual one. `share` of the records. `lead`:
    how many times as separate as the file's own groups, the most separate of which has at most
    `templates` (files made of templates have groups without end).
    """

    separation: float = 2.2
    nearness: float = 0.62
    share: float = 0.09
    lead: float = 1.3
    templates: float = 4.0


APART: Final = Apart()

SEEDED_NEARNESS: Final = 0.45
SEEDED_GROWTH: Final = 1.8
"""A group round records that are as far as unrelated texts needs less: to be near none, and not to be many
more than these."""


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


def find(rows: Matrix, nearness: Floats, strange: Mask, apart: Apart = APART) -> Group | None:
    """The most separate group of strays; None where there is none. `nearness`: similarity of each row to
    the centre; `strange`: those known to be far.
    """
    import numpy as np

    count, usual = len(rows), float(np.median(nearness))
    if count < LEAST_RECORDS:
        return None
    space = _Space(rows)
    relative = nearness / usual
    seeded = list(_groups(space, [strange], relative)) if strange.any() else []
    from_far = [nearness <= np.quantile(nearness, share) for share in FARTHEST]
    grown = list(_groups(space, from_far, relative))
    agreed = [group for group in grown if sum(_alike(group, other) for other in grown) >= AGREEING]
    found = [group for group in seeded + agreed if _is_apart(group, strange, apart)]
    if any(not _is_seeded(group, strange, apart) for group in found):
        own = _groups(space, _clusters(space.rows), relative)
        limit = max(
            (group.separation for group in own if group.nearness > apart.nearness and _counts(group)),
            default=0,
        )
        found = [
            group
            for group in found
            if _is_seeded(group, strange, apart)
            or (limit <= apart.templates and group.separation >= apart.lead * limit)
        ]
    return max(found, key=lambda group: group.separation, default=None)


def _alike(one: Group, other: Group) -> bool:
    """Whether two groups are nearly the same records."""
    return bool((one.members & other.members).sum() >= 0.8 * (one.members | other.members).sum())


def _counts(group: Group) -> bool:
    """Whether a group is large enough to be one of the file's own."""
    return float(group.members.mean()) >= 0.02


def _is_apart(group: Group, strange: Mask, apart: Apart) -> bool:
    if group.separation < apart.separation or (group.members & strange).sum() < 0.7 * strange.sum():
        return False
    return _is_seeded(group, strange, apart) or (
        group.nearness <= apart.nearness and float(group.members.mean()) <= apart.share
    )


def _is_seeded(group: Group, strange: Mask, apart: Apart) -> bool:
    """Whether a group is the records that are known to be far, and some more."""
    return bool(
        strange.any()
        and group.nearness <= SEEDED_NEARNESS
        and group.members.sum() <= SEEDED_GROWTH * strange.sum() + 2
    )


class _Space:
    """The rows in their principal components, and what the fits of all groups share."""

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


def _groups(space: _Space, seeds: list[Mask], relative: Floats) -> Iterator[Group]:
    """The groups that grow from guesses."""
    for seed in seeds:
        group = _grown(space, seed, relative)
        if group is not None:
            yield group


def _grown(space: _Space, members: Mask, relative: Floats) -> Group | None:
    """The group that a guess leads to; None where it is no group."""
    import numpy as np

    count = len(members)
    found: Group | None = None
    for _ in range(ROUNDS):
        if not 2 <= members.sum() <= 0.3 * count:
            break
        fitted = _discriminants(space, members)
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


def _discriminants(space: _Space, members: Mask) -> tuple[Doubles, Doubles, float] | None:
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
        direction /= np.sqrt(direction @ spread @ direction + 1e-12)
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


def _clusters(rows: Doubles) -> list[Mask]:
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
