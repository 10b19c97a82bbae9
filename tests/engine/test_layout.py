"""The map's layout: the same each time, within the square, near what is near."""

from __future__ import annotations

import numpy as np
import pytest

from finetooth.engine.overview.layout import FEW, GAP, components, layout, neighbours


def clusters(count: int, size: int = 60) -> np.ndarray:
    random = np.random.default_rng(1)
    centres = random.standard_normal((count, 64)).repeat(size, axis=0)
    return (centres + 0.3 * random.standard_normal(centres.shape)).astype(np.float32)


def test_it_is_the_same_each_time_and_within_the_square() -> None:
    vectors = clusters(3)
    places = layout(vectors)
    assert places.shape == (180, 2)
    assert (places == layout(vectors)).all()
    assert float(places.min()) >= -1e-6
    assert float(places.max()) <= 1 + 1e-6
    assert float(np.ptp(places, axis=0).max()) == pytest.approx(1, abs=1e-5)


def test_groups_stay_together() -> None:
    """The nearest neighbours in the picture are of the same group as in the data."""
    places = layout(clusters(4))
    near, _ = neighbours(places, 5)
    group = np.arange(240) // 60
    assert float((group[near] == group[:, None]).mean()) > 0.99


@pytest.mark.parametrize("count", [1, 2, 3, FEW, FEW + 1, 40])
def test_any_number_of_points_also_equal_ones(count: int) -> None:
    assert np.isfinite(layout(np.ones((count, 8), np.float32))).all()
    assert layout(np.eye(count, 8, dtype=np.float32)).shape == (count, 2)


def test_equal_points_come_apart_where_there_are_others() -> None:
    vectors = np.vstack([clusters(2), np.repeat(clusters(1, 1), 30, axis=0)])
    places = layout(vectors)
    assert len(np.unique(places.round(5), axis=0)) > 140


def test_points_do_not_cover_each_other() -> None:
    places = layout(clusters(4))
    _, far = neighbours(places, 1)
    assert float(np.quantile(far, 0.02)) > 0.5 * GAP


def test_components_are_of_falling_size() -> None:
    spread = components(clusters(5)).std(axis=0)
    assert (np.diff(spread) <= 1e-4).all()


def test_neighbours_are_the_nearest_others() -> None:
    points = np.array([[0, 0], [1, 0], [3, 0], [3, 0.5]], np.float32)
    near, far = neighbours(points, 1)
    assert near[:, 0].tolist() == [1, 0, 3, 2]
    assert far[:, 0].tolist() == pytest.approx([1, 1, 0.5, 0.5])
