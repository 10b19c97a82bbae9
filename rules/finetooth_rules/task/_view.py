"""A file as its own measure: its records as unit rows, and how near each is to the centre of all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from finetooth_rules.task._split import centre_of, similarities
from finetooth_rules.task._vectors import unit, unpack

if TYPE_CHECKING:
    from finetooth_rules.task._split import Floats
    from finetooth_rules.task._vectors import Matrix

LABELS: Final = 0.2
"""Where there are fewer distinct answers to a record, they are labels: equal ones make a group, which says
nothing of whether it belongs."""


class View(NamedTuple):
    """The sampled records of a file. `rows`: prompt half and answer half; `centre`, `cosines`: the sum of the
    nearest of them, and how near each is to it. `asked`: unit rows of the prompts (of the answers, where
    there are no prompts), `answered`: of the answers. Where these are `labels`, only the prompts are
    `looked_at`: `nearness` is to their centre."""

    prompts: Matrix
    answers: Matrix
    rows: Matrix
    centre: Matrix
    cosines: Floats
    asked: Matrix
    answered: Matrix
    labels: bool
    looked_at: Matrix
    nearness: Floats


def view_of(sample: Sequence[bytes]) -> View:
    """The view of a sample in order of its digests."""
    import numpy as np

    prompts, answers = unpack(sample)
    rows = rows_of(prompts, answers)
    centre, inside = centre_of(rows)
    cosines = similarities(rows, centre, inside)
    half = len(sample[0]) // 2
    labels = len({vectors[half:] for vectors in sample}) < LABELS * len(sample)
    asks = bool(prompts.any(axis=1).mean() >= 0.5)
    asked, answered = (prompts, answers) if asks else (answers, np.zeros_like(answers))
    looked_at, nearness = rows, cosines
    if labels and asks:
        looked_at = np.hstack([prompts, np.zeros_like(answers)])
        nearness = similarities(looked_at, *centre_of(looked_at))
    return View(
        prompts, answers, rows, centre, cosines, asked, answered, labels and asks, looked_at, nearness
    )


def rows_of(prompts: Matrix, answers: Matrix) -> Matrix:
    """Unit rows of both halves; a half that most records lack says nothing about the few that have it."""
    import numpy as np

    weights = [np.float32(half.any(axis=1).mean() >= 0.5) for half in (prompts, answers)]
    return unit(np.hstack([prompts * weights[0], answers * weights[1]]))
