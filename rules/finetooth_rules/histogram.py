"""A histogram of sizes on a log scale: bounded, and the same in whatever order and grouping it is counted.

Sizes below 16 have a bucket each; above, each doubling has eight, so a bucket is at most 12.5 % wide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from math import log2

_STEPS = 8
_BITS = 4

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
    """The bucket in which the size stands that this share of all sizes do not exceed (0 where there are
    none).
    """
    return _at(total, share, float)


def spread(total: Histogram) -> float:
    """How far the sizes lie from the middle one, in doublings: the median of the distances on the log scale,
    times 1.4826, which is the standard deviation of a log-normal distribution. Single sizes do not move it.
    """
    middle = _log(quantile(total, 0.5))
    typical = _at(total, 0.5, lambda number: abs(_log(number) - middle))
    return 1.4826 * abs(_log(typical) - middle)


def _at(total: Histogram, share: float, order: Callable[[int], float]) -> int:
    """The bucket that holds the size at this share of all, in an order of the buckets."""
    wanted, seen, found = share * total.total(), 0, 0
    for found in sorted(total, key=lambda number: (order(number), number)):
        seen += total[found]
        if seen >= wanted:
            break
    return found


def _log(number: int) -> float:
    return log2(least_in(number) + 0.5)
