"""The bench of TSK002 counts what it says it counts."""

from __future__ import annotations

import random

import numpy as np
import pytest

from bench import bench_answers as bench
from finetooth_rules.task._vectors import Fact, quantise

WIDTH = 64


def pool(noise: float, count: int = 400) -> bench.Pool:
    """Records whose answers are as much like their prompts as `noise` lets them be."""
    rng = np.random.default_rng(1)
    prompts = rng.standard_normal((count, WIDTH))
    answers = prompts + noise * rng.standard_normal((count, WIDTH))
    rows = np.hstack([quantise(half.astype(np.float32)) for half in (prompts, answers)])
    facts = [Fact(row.tobytes(), (), ("completion",), n + 1) for n, row in enumerate(rows)]
    return bench.Pool("of numbers", facts, [f"answer {n}" for n in range(count)], "texts")


def test_wrong_answers_are_counted() -> None:
    tallies = bench.measure([pool(0.3)])
    assert sorted(tallies) == [("texts", 100), ("texts", 300)]
    for (_, size), tally in tallies.items():
        assert (tally.files, tally.spoilt, tally.good) == (1, 2, size)
        assert (tally.alarms, tally.loud, tally.names) == (0, 0, [])
        assert tally.wrong == max(3, round(0.05 * size)) + max(3, round(0.1 * size))
        assert tally.hits >= 0.8 * tally.wrong
        assert tally.reported >= tally.hits
        assert tally.slipped == 1
    assert sum("texts" in line for line in bench.table(tallies)) == 2


def test_what_cannot_be_seen_is_no_hit() -> None:
    tallies = bench.measure([pool(30.0)])
    assert {(tally.hits, tally.reported, tally.spoke, tally.slipped) for tally in tallies.values()} == {
        (0, 0, 0, 0)
    }


@pytest.mark.parametrize("spoil", [bench.few, bench.run, bench.slip])
def test_spoiling_gives_each_answer_to_one_record(spoil: object) -> None:
    assert callable(spoil)
    order = random.Random(3).sample(range(50), 50)
    given = spoil(order, random.Random(1))
    assert sorted(given) == sorted(order)
    assert (
        sum(a != b for a, b in zip(order, given, strict=True))
        == {bench.few: 3, bench.run: 5, bench.slip: 50}[spoil]
    )


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        (["yes", "no"] * 20, "labels"),
        ([f"Number {n} is one." for n in range(20)], "texts"),
        ([f"def f{n}(x):\n    return x + {n}" for n in range(20)], "code"),
    ],
)
def test_what_answers_are(answers: list[str], kind: str) -> None:
    assert bench.kind_of(answers) == kind
