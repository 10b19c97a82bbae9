"""Answers that slipped in files of which only some records are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from finetooth_rules.task._slip import MANY, products, slip
from finetooth_rules.task._vectors import unit

if TYPE_CHECKING:
    from finetooth_rules.task._slip import Slip
    from finetooth_rules.task._vectors import Matrix

WIDTH = 64


def halves(count: int, noise: float, seed: int = 1) -> tuple[Matrix, Matrix]:
    """Prompts in any direction, and answers that are somewhat like their own prompt."""
    rng = np.random.default_rng(seed)
    prompts = unit(rng.standard_normal((count, WIDTH)).astype(np.float32))
    other = unit(rng.standard_normal((count, WIDTH)).astype(np.float32))
    return prompts, unit(prompts + noise * other)


def seen(prompts: Matrix, answers: Matrix, count: int) -> Slip | None:
    """What is said of a file of which so many records are drawn."""
    drawn = np.random.default_rng(7).permutation(len(prompts))[:count]
    prompts, answers = prompts[drawn], answers[drawn]
    strange = products(prompts, np.roll(answers, 1, axis=0))
    return slip(prompts, answers, float(strange.mean()), float(strange.std()))


@pytest.mark.parametrize("rows", [2_000, 4_000, 8_000])
def test_partners_need_not_all_be_drawn(rows: int) -> None:
    prompts, answers = halves(rows, 0.8)
    assert seen(prompts, answers, 2_000) is None
    found = seen(prompts, np.roll(answers, 1, axis=0), 2_000)
    assert found is not None
    drawn = np.random.default_rng(7).permutation(rows)[:2_000]
    prompt, answer = (int(drawn[row]) for row in found.example)
    assert answer == (prompt + 1) % rows


def test_of_few_records_matches_must_be_many() -> None:
    prompts, answers = halves(4_000, 0.8)
    assert seen(prompts, np.roll(answers, 1, axis=0), MANY - 1) is None


def test_answers_that_are_altogether_strange_are_no_slip() -> None:
    """Numbers, another language: nothing fits, neither at its own record nor at another."""
    prompts, _ = halves(2_000, 0.8)
    _, answers = halves(2_000, 0.8, seed=2)
    assert seen(prompts, answers, 2_000) is None


def test_loose_answers_beside_a_few_twins_are_no_slip() -> None:
    """An eighth of the prompts have their answers at each other, as alike questions do."""
    prompts, answers = halves(2_000, 3.0)
    own = float((prompts * answers).sum(axis=1).mean() * WIDTH**0.5)
    assert own > 1.5
    twins = slice(0, 250)
    answers[twins] = np.roll(prompts[twins], 1, axis=0)
    assert seen(prompts, answers, 2_000) is None
