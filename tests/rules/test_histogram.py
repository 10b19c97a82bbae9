"""A histogram of sizes on a log scale."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from finetooth_rules.histogram import Histogram, add, bucket, least_in, merge, most_in, quantile


@given(st.integers(0, 2**40))
def test_a_size_lies_in_its_bucket(size: int) -> None:
    number = bucket(size)
    assert least_in(number) <= size <= most_in(number)
    assert most_in(number) - least_in(number) <= max(0, least_in(number) / 32)


def test_buckets_follow_on_one_another() -> None:
    assert [bucket(size) for size in range(300)] == sorted(bucket(size) for size in range(300))
    assert [least_in(number) for number in range(1, 900)] == [
        most_in(number - 1) + 1 for number in range(1, 900)
    ]


def counted(sizes: list[int]) -> Histogram:
    total = Histogram()
    for size in sizes:
        add(total, size)
    return total


@given(st.lists(st.integers(0, 10**6)), st.lists(st.integers(0, 10**6)))
def test_parts_give_the_whole(one: list[int], other: list[int]) -> None:
    assert merge(counted(one), counted(other)) == counted(other + one)


def test_a_quantile_is_that_of_the_sizes() -> None:
    total = counted([*range(1, 1_001)])
    assert least_in(quantile(total, 0.5)) <= 500 <= most_in(quantile(total, 0.5))
    assert least_in(quantile(total, 0.95)) <= 950 <= most_in(quantile(total, 0.95))
    assert quantile(total, 1.0) == bucket(1_000)
    assert quantile(Histogram(), 0.5) == 0
