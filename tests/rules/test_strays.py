"""A group is found by the direction in which it stands apart, and none is found where there is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from finetooth_rules.task._split import Limits, cut, gap
from finetooth_rules.task._strays import Bells, find
from finetooth_rules.task._vectors import unit

WIDTH = 64


def rows_of(seed: int, count: int, strays: int, push: float) -> tuple[Any, Any]:
    """Rows round one axis; the first `strays` of them are pushed off along another, which all others have
    little of."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(0, 0.12, (count, WIDTH)) + np.eye(WIDTH)[0]
    rows[:, 1] = rng.normal(0, 0.03, count)
    rows[:strays, 1] += push
    rows[:strays, 0] -= 0.55
    rows = unit(rows.astype(np.float32))
    centre = rows[strays:].mean(axis=0)
    return rows, np.asarray(rows @ centre / np.linalg.norm(centre), np.float64)


@pytest.mark.parametrize("seed", range(4))
def test_a_group_is_found_and_its_direction_gives_it_back(seed: int) -> None:
    rows, nearness = rows_of(seed, 600, 30, 0.9)
    group = find(rows, nearness, np.zeros(600, bool))
    assert group is not None
    assert group.members[:30].mean() > 0.9
    assert group.members[30:].mean() < 0.01
    given = rows @ group.direction - group.bias > group.limit(0.5)
    assert (given == group.members).mean() > 0.99


@pytest.mark.parametrize("seed", range(8))
def test_one_group_has_no_strays(seed: int) -> None:
    rows, nearness = rows_of(seed, 400, 0, 0)
    assert find(rows, nearness, np.zeros(400, bool)) is None
    assert find(rows[:50], nearness[:50], np.zeros(50, bool)) is None


def test_a_higher_certainty_asks_for_a_higher_score() -> None:
    bells = Bells(0.0, 1.0, 6.0, 1.0, 0.05)
    limits = [bells.limit(certainty) for certainty in (0.1, 0.5, 0.9)]
    assert limits == sorted(set(limits))
    assert 2 < limits[1] < 5


def test_a_wide_gap_is_found_where_the_mixture_is_not_sure() -> None:
    rng = np.random.default_rng(1)
    near = rng.normal(0.7, 0.03, 60)
    both = np.concatenate([near, [0.28, 0.3]])
    found = gap(both)
    assert found is not None
    assert 0.3 < found.threshold < near.min()
    assert cut(both, both, Limits(2.5, 0.003, 0.15), 0.5) is None
    assert gap(near) is None
    assert gap(np.concatenate([near, [0.2]])) is None  # one is no group
    assert gap(np.concatenate([near, np.full(12, 0.2)])) is None  # too many
    assert gap(both - 0.3) is None  # a diverse file
