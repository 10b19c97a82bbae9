"""A group is found by the direction in which it stands apart, and none is found where there is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from finetooth_rules.task._apart import apart
from finetooth_rules.task._kinds import KINDS, is_one_of_many_languages
from finetooth_rules.task._odds import WEIGHTS, Groups, odds_of
from finetooth_rules.task._split import Limits, cut, gap
from finetooth_rules.task._strays import Bells, Group
from finetooth_rules.task._vectors import unit
from finetooth_rules.task._view import View
from providers import FEATURES

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


def groups_of(rows: Any, nearness: Any) -> Groups:
    return Groups(View(rows, rows, rows, rows.sum(axis=0), nearness, rows, rows, False, rows, nearness))


def find(rows: Any, nearness: Any) -> Group | None:
    found = apart(groups_of(rows, nearness).candidates, np.zeros(len(rows), bool))
    return found.group if found else None


@pytest.mark.parametrize("seed", range(4))
def test_a_group_is_found_and_its_direction_gives_it_back(seed: int) -> None:
    rows, nearness = rows_of(seed, 600, 30, 0.9)
    group = find(rows, nearness)
    assert group is not None
    assert group.members[:30].mean() > 0.9
    assert group.members[30:].mean() < 0.01
    given = rows @ group.direction - group.bias > group.limit(0.5)
    assert (given == group.members).mean() > 0.99


@pytest.mark.parametrize("seed", range(8))
def test_one_group_has_no_strays(seed: int) -> None:
    rows, nearness = rows_of(seed, 400, 0, 0)
    assert find(rows, nearness) is None
    assert find(rows[:50], nearness[:50]) is None


def test_the_odds_of_strays_are_higher_than_those_of_any_other_records() -> None:
    rows, nearness = rows_of(1, 600, 30, 0.9)
    groups = groups_of(rows, nearness)
    strays = groups.suspects[0]
    assert strays.group.members[:30].mean() > 0.9
    some = np.zeros(600, bool)
    some[100:130] = True
    assert groups.odds_of_members(some) < strays.odds - 5
    assert abs(groups.odds_of_members(strays.group.members) - strays.odds) < 3
    assert groups.odds_of_members(np.zeros(600, bool)) == -np.inf
    assert groups_of(rows[:50], nearness[:50]).suspects == []


def test_the_odds_are_a_weighted_sum() -> None:
    nothing = dict.fromkeys(WEIGHTS, 0.0)
    assert odds_of(nothing | {"share": 0.2}) < odds_of(nothing | {"share": 0.02})
    assert odds_of(nothing | {"prompts_to_rest": 0.6}) < odds_of(nothing | {"prompts_to_rest": 0.1})


def test_a_language_among_many_belongs_to_a_file_of_programs() -> None:
    assert FEATURES.embedder is not None
    names = list(KINDS)
    texts = {name: [text for pair in KINDS[name] for text in pair] for name in names}
    rows = {
        name: unit(unit(FEATURES.embedder.embed(found)).reshape(len(found) // 2, -1))
        for name, found in texts.items()
    }
    code, sql, talk = rows["looks like program code"], rows["looks like SQL"], rows["looks like small talk"]
    assert is_one_of_many_languages(sql, code, 0.45, FEATURES.embedder)
    assert not is_one_of_many_languages(sql, code, 0.55, FEATURES.embedder)  # one language
    assert not is_one_of_many_languages(talk, code, 0.45, FEATURES.embedder)
    assert not is_one_of_many_languages(code, talk, 0.45, FEATURES.embedder)


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
