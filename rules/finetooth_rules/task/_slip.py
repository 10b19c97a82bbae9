"""Whether the answers of a file stand beside the wrong prompts: which prompts another record's answer fits.

Where the answers of a whole file, or of a great part of it, have slipped by a row (or were sorted by
themselves), there are no right ones to compare them with. But the right answers are still in the file: for
many prompts there is one answer, at another record, that fits as no other does, and that fits no other prompt
as well. In a good file of any kind this is rare among the prompts whose own answer does not fit.

Of a large file only some records are drawn, and the partner of a record seldom is. Fewer matches must do
there, but only where the answers are altogether like strangers' to their own prompts, which those of good
files are not, but for labels and numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from finetooth_rules.task._split import Floats
    from finetooth_rules.task._vectors import Matrix


@dataclass(frozen=True, slots=True)
class Limits:
    """What answers that slipped look like. Similarities are in spreads above those of strangers.

    `own`: a prompt does not fit its own answer below it. `fits`, `margin`: another record's answer fits a
    prompt from this on, and if it is so much better than the second best. `share`: least share of records
    whose own answer does not fit. `found`: least share of these that have found another, and `count` their
    least number. Good files, of 200 that were tried, have up to 0.17 of `found`; those in which all answers
    slipped have 0.25 to 0.9 wherever answers follow from their prompts by their words. `distinct`: least
    share of different answers; where they repeat they are labels. `mean`: how much the usual answer may
    fit its own prompt.
    """

    own: float = 1.0
    fits: float = 4.0
    margin: float = 1.0
    share: float = 0.27
    found: float = 0.25
    count: int = 8
    distinct: float = 0.5
    mean: float = float("inf")


LIMITS: Final = Limits()

MANY: Final = 1_000
"""Records of which chance matches are few enough."""

OF_MANY: Final = replace(LIMITS, share=0.75, mean=0.3, found=0.11)
"""Of all good files that were tried and have no labels, only ones of numbers keep `share` and `mean`, and
have no matches. Where prompts were put beside answers of quite another dataset (150 pairs of a thousand
records or more), so that all matches are chance, up to 0.055 of them had one: the limit is twice that."""


class Slip(NamedTuple):
    """`found` of `low` prompts whose own answer does not fit have another record's; `example`: the rows of
    the clearest such prompt and of the record with its answer."""

    found: int
    low: int
    example: tuple[int, int]


def slip(prompts: Matrix, answers: Matrix, mean: float, spread: float) -> Slip | None:
    """Whether answers have slipped; None where they have not, or nobody can say.

    `prompts`, `answers`: unit rows without what all have in common, a row a record; `mean`, `spread`: of the
    similarity of a prompt and a stranger's answer.
    """
    found = _slip(prompts, answers, mean, spread, LIMITS)
    if found is None and len(prompts) >= MANY:
        found = _slip(prompts, answers, mean, spread, OF_MANY)
    return found


def _slip(prompts: Matrix, answers: Matrix, mean: float, spread: float, limits: Limits) -> Slip | None:
    import numpy as np

    if len({row.tobytes() for row in answers}) < limits.distinct * len(answers):
        return None
    own = products(prompts, answers)
    low = own < mean + limits.own * spread
    if low.sum() < max(limits.share * len(prompts), limits.count):
        return None
    if own.mean() > mean + limits.mean * spread:
        return None
    likeness = prompts @ answers.T
    np.fill_diagonal(likeness, -1)
    best, best_prompt = likeness.argmax(axis=1), likeness.argmax(axis=0)
    second, first = np.partition(likeness, -2, axis=1)[:, -2:].T
    rows = np.arange(len(prompts))
    found = (
        low
        & low[best]
        & (best_prompt[best] == rows)
        & (first >= mean + limits.fits * spread)
        & (first - second >= limits.margin * spread)
    )
    if found.sum() < max(limits.found * low.sum(), limits.count):
        return None
    clearest = int(np.argmax(np.where(found, first - second, -1)))
    return Slip(int(found.sum()), int(low.sum()), (clearest, int(best[clearest])))


def products(prompts: Matrix, answers: Matrix) -> Floats:
    """Product of each row with its partner."""
    import numpy as np

    return np.asarray((prompts * answers).sum(axis=1), np.float64)
