"""The tool that fits the weights of the odds: it finds weights that are there, and labels groups as told."""

from __future__ import annotations

import importlib.util
import random
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from finetooth_rules.task._odds import CONSTANT, WEIGHTS, odds_of
from finetooth_rules.task._vectors import Fact, quantise

PATH = Path(__file__).parents[2] / "tools" / "fit_odds.py"
WIDTH = 64


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fit_odds", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["fit_odds"] = module
    spec.loader.exec_module(module)
    return module


def facts(topic: int, count: int) -> list[Fact]:
    """Records about one thing, so that they stand apart from those about another."""
    rng = np.random.default_rng(topic)
    middle = rng.standard_normal(2 * WIDTH) * 0.5
    rows = middle + rng.standard_normal((count, 2 * WIDTH))
    halves = np.hstack([quantise(half.astype(np.float32)) for half in (rows[:, :WIDTH], rows[:, WIDTH:])])
    return [Fact(row.tobytes(), (), (), 1 + 1_000_003 * topic + n) for n, row in enumerate(halves)]


def test_weights_that_made_the_cases_are_found_again(tool: ModuleType) -> None:
    rng = np.random.default_rng(3)
    true, scale = rng.normal(0, 1, len(WEIGHTS)), rng.uniform(0.2, 5, len(WEIGHTS))
    measures = rng.standard_normal((30_000, len(WEIGHTS))) * scale + 2
    odds = measures @ (true / scale) - 3
    strays = (rng.random(len(odds)) < 1 / (1 + np.exp(-odds))).astype(float)
    found = tool.fit(measures, strays, np.ones(len(odds)))
    assert found.weights * scale == pytest.approx(true, rel=0.1, abs=0.1)
    assert np.corrcoef(found.odds(measures), odds)[0, 1] > 0.999
    heavier = tool.fit(measures, strays, np.where(strays == 1, 1.0, 3.0))
    assert heavier.odds(measures).mean() < found.odds(measures).mean() - 0.7


def test_one_kind_of_group_is_not_enough(tool: ModuleType) -> None:
    with pytest.raises(ValueError, match="both kinds"):
        tool.fit(np.ones((5, 2)), np.zeros(5), np.ones(5))


def test_the_shipped_weights_are_those_of_the_rule(tool: ModuleType) -> None:
    measures = dict.fromkeys(WEIGHTS, 0.5)
    row = np.array([[measures[name] for name in tool.NAMES]])
    assert tool.shipped().odds(row)[0] == pytest.approx(odds_of(measures))
    assert tool.shipped().constant == CONSTANT


@pytest.mark.parametrize(
    ("members", "off", "expected"),
    [
        (range(4), range(4), True),
        (range(4), range(5), True),
        (range(2), range(6), None),
        (range(10, 14), range(4), False),
        (range(2, 12), range(4), False),
        (range(4), (), False),
    ],
)
def test_what_a_group_is(tool: ModuleType, members: range, off: range, expected: bool | None) -> None:
    masks = [np.isin(np.arange(20), list(chosen)) for chosen in (members, off)]
    assert tool._case(*masks) is expected


def test_strays_come_from_another_source(tool: ModuleType) -> None:
    pools = [
        tool.Pool(f"{source}--{n}", source, facts(3 * n + ord(source), 90)) for source in "ab" for n in (0, 1)
    ]
    pools.append(tool.Pool("c--0", "c", facts(999, 20)))
    rows = {fact.vectors: pool.source for pool in pools for fact in pool.facts}
    drawn = list(tool.mixtures(pools, 20, random.Random(1)))
    assert len(drawn) == 20
    for file in drawn:
        assert len(file.off) >= tool.FEWEST
        for fact in file.facts:
            assert (rows[fact.vectors] != file.source) == (fact.vectors in file.off)
    assert {file.source for file in drawn} == {"a", "b"}
    assert all(not file.off for file in tool.without_strays(pools, 5, random.Random(1)))


def test_from_pools_to_weights(tool: ModuleType) -> None:
    """Strays that stand well apart are told, by weights that never saw their host's source."""
    pools = [tool.Pool(f"{n}", f"{n}", facts(n, 200)) for n in range(6)]
    rng = random.Random(2)
    cases = tool.gathered([*tool.mixtures(pools, 24, rng), *tool.without_strays(pools, 24, rng)], 1)
    _, strays, weights = tool.table(cases)
    assert strays.sum() >= 15
    assert set(weights) == {1.0, tool.GRAVE}
    odds = tool.held_out(cases)
    assert odds[strays == 1].min() > np.quantile(odds[strays == 0], 0.95)
    printed = list(tool.lines(cases, tool.fit(*tool.table(cases)), True))
    assert [line.split('"')[1] for line in printed if line.startswith('    "')] == list(WEIGHTS)
    assert "signs the same" in printed[-1]
