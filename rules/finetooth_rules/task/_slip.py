"""Whether the answers of a file stand beside the wrong prompts: which prompts another record's answer fits.

Where the answers of a whole file, or of a great part of it, have slipped by a row (or were sorted by
themselves), there are no right ones to compare them with. But the right answers are still in the file: for
many prompts there is one answer, at another record, that fits as no other does, and that fits no other prompt
as well. In a good file of any kind this is rare among the prompts whose own answer does not fit.
"""

from __future__ import annotations

from dataclasses import dataclass
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
    share of different answers; where they repeat they are labels.
    """

    own: float = 1.0
    fits: float = 4.0
    margin: float = 1.0
    share: float = 0.27
    found: float = 0.25
    count: int = 8
    distinct: float = 0.5


LIMITS: Final = Limits()


class Slip(NamedTuple):
    """`found` of `low` prompts whose own answer does not fit have another record's; `example`: the rows of
    the clearest such prompt and of the record with its answer."""

    found: int
    low: int
    example: tuple[int, int]


def slip(
    prompts: Matrix, answers: Matrix, mean: float, spread: float, limits: Limits = LIMITS
) -> Slip | None:
    """Whether answers have slipped; None where they have not, or nobody can say.

    `prompts`, `answers`: unit rows without what all have in common, a row a record; `mean`, `spread`: of the
    similarity of a prompt and a stranger's answer.
    """
    import numpy as np

    if len({row.tobytes() for row in answers}) < limits.distinct * len(answers):
        return None
    low = (prompts * answers).sum(axis=1) < mean + limits.own * spread
    if low.sum() < max(limits.share * len(prompts), limits.count):
        return None
    products = prompts @ answers.T
    np.fill_diagonal(products, -1)
    best, best_prompt = products.argmax(axis=1), products.argmax(axis=0)
    second, first = np.partition(products, -2, axis=1)[:, -2:].T
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
