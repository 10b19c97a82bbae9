"""Whether a group of records came from elsewhere: measures of it, and what each of them says.

A group that stands apart may be strays, or a kind of its own that belongs (an intent, a programming language,
the last turns of dialogues). No single measure tells these apart. So twenty are taken, and a logistic
regression says how likely such a group is one of strays. It was fitted once, on thousands of files drawn from
some 150 public datasets with records of another dataset put in or not; docs/off-task.md says which,
and what came of it on datasets that it never saw. `tools/fit_odds.py` fits them anew to other pools.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from finetooth_rules.task import _strays
from finetooth_rules.task._split import Limits, centre_of, cut, gap, similarities

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finetooth_rules.task._split import Mask
    from finetooth_rules.task._strays import Group
    from finetooth_rules.task._vectors import Matrix
    from finetooth_rules.task._view import View

LEAST_RECORDS: Final = 60
"""Of fewer records, directions cannot be told from chance."""

IN_FILE: Final = Limits(count=2.5, least=0.003, most=0.15)
FARTHEST: Final = (0.015, 0.03, 0.05, 0.08, 0.12)
FARTHEST_PROMPTS: Final = (0.03, 0.08)
"""Shares of the records, the farthest, that are taken for guesses."""

REFERENCE: Final = 500
TRIED: Final = 60
"""Records of the file, and of a group, that are compared one by one."""

NEIGHBOURS: Final = 3
KEPT_NEIGHBOURS: Final = 12

WEIGHTS: Final[Mapping[str, float]] = {
    # How near its prompts, its records, and its answers are to the nearest of the others.
    "prompts_to_rest": -18.34,
    "records_to_rest": -14.24,
    "answers_to_rest": -1.07,
    # How near the others are to each other, in the same way; of the answers, those that are least so.
    "prompts_in_rest": 2.89,
    "records_in_rest": -8.0,
    "answers_nearer_in_rest": 5.27,
    # How alike the prompts are within it, and within the rest.
    "prompts_alike": -4.31,
    "prompts_of_rest_alike": 4.68,
    # How near it is to the centre (of prompts; of what is looked at), by what is usual; and what is usual.
    "prompts_near": -1.4,
    "near": -0.48,
    "usual": 7.95,
    # Its share of the file, and how large both are.
    "share": -28.47,
    "log_records": 0.47,
    "log_members": 0.85,
    # How many others lie more than half-way towards it, and between it and them, for one of its members.
    "log_beyond_half": -1.47,
    "log_between": -1.74,
    # How many times as separate it is as the file's other groups.
    "log_lead": 1.19,
    # Different prompts among its own, different answers among the others.
    "prompts_differ": 4.21,
    "answers_of_rest_differ": 0.48,
    # How many guesses led to it.
    "guesses": 0.33,
}
CONSTANT: Final = -1.1


class Certain(NamedTuple):
    """From which logarithm of the odds on a group is one of strays: by the odds alone (2.5 is 12 to 1); where
    it also keeps the limits of `_apart`; where it is also round records as far as unrelated texts (`seeded`);
    where it is just these (`cut`). The last three are one more than the highest of any file without strays
    that the odds were fitted on."""

    odds: float = 2.5
    apart: float = -6.0
    seeded: float = 1.3
    cut: float = -3.0


CERTAIN: Final = Certain()


class Suspects(NamedTuple):
    """A group, and the logarithm of the odds that it came from elsewhere."""

    group: Group
    odds: float


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A group that grew from guesses: the `shares` of the farthest records among these; whether the records
    as far as strangers (`cut`), or a cluster, were among them too."""

    group: Group
    shares: frozenset[float]
    guesses: int
    cut: bool
    cluster: bool


class Groups:
    """The groups of a file, and how likely each came from elsewhere. None in a file that is too short."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.candidates: list[Candidate] = []
        if len(view.rows) >= LEAST_RECORDS:
            self._space = _strays.Space(view.looked_at)
            self.candidates = _grown(view, self._space)

    @cached_property
    def _measured(self) -> _Measured:
        return _Measured(self.view, self._space, [candidate.group for candidate in self.candidates])

    @cached_property
    def suspects(self) -> list[Suspects]:
        """All groups, the most likely strays first."""
        found = [
            Suspects(candidate.group, odds_of(self.measures(candidate))) for candidate in self.candidates
        ]
        return sorted(found, key=lambda suspect: -suspect.odds)

    def measures(self, candidate: Candidate) -> dict[str, float]:
        """What the odds of one of the groups are made from; `tools/fit_odds.py` reads them too."""
        group = candidate.group
        return self._measured.of(group.members, group.separation, group.nearness, candidate.guesses)

    def odds_of_members(self, members: Mask) -> float:
        """The same for any records."""
        import numpy as np

        if len(members) < LEAST_RECORDS or not members.any():
            return -np.inf
        fitted = _strays.discriminants(self._space, members)
        if fitted is None:
            return -np.inf
        inside, rest = fitted[0][members], fitted[0][~members]
        separation = float((inside.mean() - rest.mean()) / max(inside.std() + rest.std(), 1e-6))
        near = self.view.nearness
        nearness = float(np.median(near[members]) / max(float(np.median(near)), 0.01))
        guesses = max(
            (c.guesses for c in self.candidates if _strays.alike(c.group.members, members)), default=0
        )
        return odds_of(self._measured.of(members, separation, nearness, guesses))


def odds_of(measures: Mapping[str, float]) -> float:
    """Logarithm of the odds that a group with these measures came from elsewhere."""
    return CONSTANT + sum(weight * measures[name] for name, weight in WEIGHTS.items())


def _grown(view: View, space: _strays.Space) -> list[Candidate]:
    """Groups that differ, and which guesses led to each."""
    import numpy as np

    relative = view.nearness / max(float(np.median(view.nearness)), 0.01)
    found: list[Candidate] = []
    for guess, share, is_cut, is_cluster in _guesses(view, space):
        if not 2 <= guess.sum() <= 0.3 * len(guess):
            continue
        group = _strays.grown(space, guess, relative)
        if group is None:
            continue
        shares = frozenset([share]) if share else frozenset()
        new = Candidate(group, shares, int(share is not None), is_cut, is_cluster)
        for index, known in enumerate(found):
            if _strays.alike(group.members, known.group.members):
                found[index] = Candidate(
                    known.group,
                    known.shares | new.shares,
                    known.guesses + new.guesses,
                    known.cut or new.cut,
                    known.cluster or new.cluster,
                )
                break
        else:
            found.append(new)
    return found


class _Guess(NamedTuple):
    """Records that may be strays. `share`: they are chosen by their distance alone (0: that of prompts)."""

    members: Mask
    share: float | None = None
    is_cut: bool = False
    is_cluster: bool = False


def _guesses(view: View, space: _strays.Space) -> Iterator[_Guess]:
    import numpy as np

    near = view.nearness
    for border in (cut(near, near, IN_FILE, 0.5), gap(near)):
        if border is not None:
            yield _Guess(np.asarray(near < border.threshold, bool), is_cut=True)
    for share in FARTHEST:
        yield _Guess(np.asarray(near <= np.quantile(near, share), bool), share)
    if not view.labels:
        prompts = similarities(view.asked, *centre_of(view.asked))
        for share in FARTHEST_PROMPTS:
            yield _Guess(np.asarray(prompts <= np.quantile(prompts, share), bool), 0.0)
    for cluster in _strays.clusters(space.rows):
        yield _Guess(cluster, is_cluster=True)


class _Measured:
    """Measures the groups of one file."""

    def __init__(self, view: View, space: _strays.Space, groups: list[Group]) -> None:
        import numpy as np

        self.view, self.space, self.groups = view, space, groups
        self.prompts_near = similarities(view.asked, *centre_of(view.asked))
        self.usual = float(np.median(self.prompts_near))
        self.near = [_Neighbours(rows) for rows in (view.asked, view.looked_at, view.answered)]

    def of(self, members: Mask, separation: float, near: float, guesses: int) -> dict[str, float]:
        """The measures of some records."""
        import numpy as np

        count, inside = len(members), int(members.sum())
        prompts, records, answers = (near.of(members) for near in self.near)
        asked = self.view.asked
        beyond, between = self._on_the_way(members)
        nearness = float(np.median(self.prompts_near[members])) / max(self.usual, 0.05)
        return {
            "prompts_to_rest": prompts.to_rest,
            "records_to_rest": records.to_rest,
            "answers_to_rest": answers.to_rest,
            "prompts_in_rest": prompts.in_rest,
            "records_in_rest": records.in_rest,
            "answers_nearer_in_rest": answers.least_in_rest - answers.to_rest,
            "prompts_alike": _alike(asked[members]),
            "prompts_of_rest_alike": _alike(asked[~members]),
            "prompts_near": float(np.clip(nearness, -1, 2)),
            "near": near,
            "usual": self.usual,
            "share": inside / count,
            "log_records": float(np.log(count)),
            "log_members": float(np.log(inside)),
            "log_beyond_half": float(np.log1p(beyond / inside)),
            "log_between": float(np.log1p(between / inside)),
            "log_lead": float(np.log(max(separation, 0.3) / max(self._others(members), 1.0))),
            "prompts_differ": _distinct(asked[members]),
            "answers_of_rest_differ": _distinct(self.view.answered[~members]),
            "guesses": float(min(guesses, 6)),
        }

    def _on_the_way(self, members: Mask) -> tuple[int, int]:
        """How many of the others lie more than half-way from their middle to that of the group; and how many
        records lie in the middle third between."""
        import numpy as np

        fitted = _strays.discriminants(self.space, members)
        if fitted is None:
            return len(members), len(members)
        scores = fitted[0]
        high, low = float(np.median(scores[members])), float(np.median(scores[~members]))
        third = (high - low) / 3
        beyond = (scores[~members] > (high + low) / 2).sum()
        return int(beyond), int(((scores > low + third) & (scores < high - third)).sum())

    def _others(self, members: Mask) -> float:
        """Separation of the most separate of the file's other groups."""
        return max(
            (
                other.separation
                for other in self.groups
                if other.members.mean() >= 0.02
                and (other.members & members).sum() < 0.3 * other.members.sum()
            ),
            default=0.0,
        )


class _Near(NamedTuple):
    """Mean similarity to the three nearest of the rest: of a group's rows (the middle one), of the rest's
    own, and what nine in ten of these reach."""

    to_rest: float
    in_rest: float
    least_in_rest: float


class _Neighbours:
    """The nearest neighbours of some rows among themselves."""

    def __init__(self, rows: Matrix) -> None:
        import numpy as np

        self.rows, self.reference = rows, rows[:REFERENCE]
        products = self.reference @ self.reference.T
        np.fill_diagonal(products, -1)
        kept = min(KEPT_NEIGHBOURS, len(products) - 1)
        self.nearest = np.argpartition(products, -kept, axis=1)[:, -kept:]
        self.likeness = np.take_along_axis(products, self.nearest, axis=1)
        order = np.argsort(-self.likeness, axis=1, kind="stable")
        self.nearest = np.take_along_axis(self.nearest, order, axis=1)
        self.likeness = np.take_along_axis(self.likeness, order, axis=1)

    def of(self, members: Mask) -> _Near:
        import numpy as np

        rest = ~members[: len(self.reference)]
        usable = rest[self.nearest[rest]]
        first = usable & (usable.cumsum(axis=1) <= NEIGHBOURS)
        among = (self.likeness[rest] * first).sum(axis=1) / np.maximum(first.sum(axis=1), 1)
        products = self.rows[members][:TRIED] @ self.reference[rest].T
        nearest = min(NEIGHBOURS, products.shape[1])
        to_rest = np.partition(products, -nearest, axis=1)[:, -nearest:].mean(axis=1)
        return _Near(float(np.median(to_rest)), float(np.median(among)), float(np.quantile(among, 0.1)))


def _alike(rows: Matrix) -> float:
    """Mean cosine of two different rows."""
    total = rows.sum(axis=0)
    count = len(rows)
    return (float(total @ total) - float((rows * rows).sum())) / max(count * (count - 1), 1)


def _distinct(rows: Matrix) -> float:
    return len({row.tobytes() for row in rows}) / len(rows)
