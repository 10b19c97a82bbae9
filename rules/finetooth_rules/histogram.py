"""A histogram of sizes on a log scale: bounded, and the same in whatever order and grouping it is counted.

Sizes below 64 have a bucket each; above, each doubling has 32, so a bucket is at most 3.2 % wide.
"""

from __future__ import annotations

from collections import Counter

_STEPS = 32
_BITS = 6

Histogram = Counter[int]
"""Bucket → how many sizes are in it."""


def bucket(size: int) -> int:
    """The bucket of a size (0 or more)."""
    extra = size.bit_length() - _BITS
    return size if extra <= 0 else extra * _STEPS + (size >> extra)


def least_in(number: int) -> int:
    """The smallest size in a bucket."""
    if number < 2 * _STEPS:
        return number
    extra = number // _STEPS - 1
    return (number % _STEPS + _STEPS) << extra


def add(total: Histogram, size: int) -> Histogram:
    """Count one size in."""
    total[bucket(size)] += 1
    return total


def merge(one: Histogram, other: Histogram) -> Histogram:
    """The counts of both."""
    one.update(other)
    return one


def most_in(number: int) -> int:
    """The largest size in a bucket."""
    return least_in(number + 1) - 1


def quantile(total: Histogram, share: float) -> int:
    """The bucket in which the size stands that this share of all sizes do not exceed; 0 where there are
    none.
    """
    wanted, seen, found = share * total.total(), 0, 0
    for found in sorted(total):
        seen += total[found]
        if seen >= wanted:
            break
    return found
