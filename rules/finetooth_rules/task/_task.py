"""The task that the settings describe: which records of a file fit its words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from finetooth_rules.task._split import similarities
from finetooth_rules.task._vectors import unit, unpack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finetooth_rules.features import Embedder
    from finetooth_rules.profile import Task
    from finetooth_rules.task._split import Floats, Mask
    from finetooth_rules.task._vectors import Matrix

NEAR_TASK: Final = 0.16
"""Similarity to a text of the task from which on a record fits it: unrelated texts reach 0.15."""

CLEARLY: Final = 0.45
"""A record must also be this many times as near as the middle one of those that fit: where the words fit
clearly, a chance likeness is none."""

FITS_TASK: Final = 0.25
"""The same, from which on a record is not reported, whatever it is like otherwise."""

RESEMBLES: Final = 0.2
"""Similarity to the records that fit the task from which on a record counts as one of them."""

SEEDS: Final = 0.4
"""Least share of these records that the task's own words must fit."""

MAX_ANCHORS: Final = 64
"""Texts of the `[task]` that are used."""


class OnTask(NamedTuple):
    """`total`: sum of the records that fit the task; the similarities of all records to it, and of those
    that fit (`usual`); `anchors`: unit vectors of the task's texts."""

    total: Matrix
    cosines: Floats
    usual: Floats
    anchors: Matrix


def on_task(task: Task, rows: Matrix, prompts: Matrix, answers: Matrix, embedder: Embedder) -> OnTask | None:
    """What fits the task; None where there is none, or it fits too few."""
    texts = _texts(task)
    if not len(rows) or not texts:
        return None
    anchors = unit(embedder.embed(texts))
    core = _core(rows, prompts, answers, anchors)
    if core is None:
        return None
    total = rows[core].sum(axis=0)
    cosines = similarities(rows, total, core)
    return OnTask(total, cosines, cosines[core], anchors)


def fits(vectors: bytes, anchors: bytes) -> bool:
    """Whether a record is near the task's own words."""
    import numpy as np

    prompts, answers = unpack([vectors])
    texts = np.frombuffer(anchors, np.float32).reshape(-1, len(vectors) // 2)
    return bool(_nearness(prompts, answers, texts)[0] >= FITS_TASK)


def _texts(task: Task) -> Sequence[str]:
    return [text for text in (task.description, *task.examples) if text.strip()][:MAX_ANCHORS]


def _core(rows: Matrix, prompts: Matrix, answers: Matrix, anchors: Matrix) -> Mask | None:
    """The records near the task's words, and those that resemble them; None where the words fit too few of
    them, or these are less than half of the file: then it is the description that is off."""
    import numpy as np

    near = _nearness(prompts, answers, anchors)
    fitting = near[near >= NEAR_TASK]
    if not len(fitting):
        return None
    seeds = near >= max(NEAR_TASK, CLEARLY * float(np.median(fitting)))
    core = seeds
    for _ in range(5):
        grown = seeds | (similarities(rows, rows[core].sum(axis=0), core) >= RESEMBLES)
        if (grown == core).all():
            break
        core = grown
    return core if 2 * core.sum() >= len(rows) and seeds.sum() >= SEEDS * core.sum() else None


def _nearness(prompts: Matrix, answers: Matrix, anchors: Matrix) -> Matrix:
    """Greatest similarity of each record's prompt, answer, or both together, to any of the anchors."""
    import numpy as np

    parts = (prompts, answers, unit(prompts + answers))
    return np.asarray(np.max([(part @ anchors.T).max(axis=1) for part in parts], axis=0), np.float32)
