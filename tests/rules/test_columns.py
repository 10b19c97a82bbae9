"""The sum of a file's columns is bounded, and depends neither on order nor on grouping."""

from __future__ import annotations

from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetooth_rules.loader import _columns as columns
from finetooth_rules.loader._columns import Columns, add, merge, places, tree_of

VALUE = st.recursive(
    st.sampled_from([None, True, 1, 1.5, 1 << 63, "text", "42", "2024-01-02", ""]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)
ROW = st.dictionaries(st.sampled_from("abcdef"), VALUE, max_size=4)


def summed(rows: list[Any]) -> Columns:
    return reduce(add, [tree_of(row) for row in rows], Columns())


@given(st.lists(ROW, max_size=12), st.integers(0, 12), st.randoms())
def test_any_grouping_gives_the_same(rows: list[Any], cut: int, random: Any) -> None:
    mixed = rows[:]
    random.shuffle(mixed)
    assert merge(summed(mixed[:cut]), summed(mixed[cut:])).settle() == summed(rows).settle()


@given(st.lists(ROW, min_size=3, max_size=12), st.randoms())
def test_so_it_does_at_the_bounds(rows: list[Any], random: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "_MOST_COLUMNS", 5)
        patch.setattr(columns, "_MOST_TREES", 2)
        mixed = rows[:]
        random.shuffle(mixed)
        one = merge(summed(mixed[:2]), summed(mixed[2:])).settle()
        assert one == summed(rows).settle()
        assert len(one) <= 5


@given(ROW)
def test_a_place_holds_a_value_of_its_type(row: Any) -> None:
    tree = tree_of(row)
    for column in summed([row]).settle():
        for path, kind in places(tree, column):
            value = row
            for step in path:
                value = value[step]
            assert tree_of(value)[0] == kind
