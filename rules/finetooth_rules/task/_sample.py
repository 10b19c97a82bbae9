"""A bounded sample of a dataset that does not depend on the order or grouping in which it was gathered."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

SAMPLE_SIZE: Final = 2_000
"""Distinct values a sample keeps. A file with no more is sampled whole; in a larger one most edits touch a
value that is not in the sample, and so change nothing that is fitted to it."""

_SLACK: Final = 2
"""How many times `SAMPLE_SIZE` may be held before the surplus is dropped."""


@dataclass(slots=True)
class Sample:
    """The values with the smallest keys ("bottom-k"): a uniform draw from the distinct values, where keys are
    digests.

    A value among the smallest of the whole is among the smallest of every part that has it, so it is never
    dropped, however the dataset was split.
    """

    values: dict[int, bytes] = field(default_factory=dict)
    cutoff: int | None = None
    """Keys above it cannot be among the smallest any more."""

    def add(self, key: int, value: bytes) -> Sample:
        """Put one value in; returns itself. Equal keys come with equal values."""
        if self.cutoff is None or key < self.cutoff:
            self.values[key] = value
            self._trim()
        return self

    def merge(self, other: Sample) -> Sample:
        """Put in the values of another sample; returns itself."""
        self.values.update(other.values)
        self._trim()
        return self

    def smallest(self) -> list[bytes]:
        """The sample: at most `SAMPLE_SIZE` distinct values in the order of their digests, which is any."""
        chosen = {self.values[key] for key in sorted(self.values)[:SAMPLE_SIZE]}
        return sorted(chosen, key=lambda value: blake2b(value, digest_size=8).digest())

    @property
    def full(self) -> bool:
        """Whether there are more values than a sample holds, or just as many."""
        return len(self.values) >= SAMPLE_SIZE

    def _trim(self) -> None:
        if len(self.values) > _SLACK * SAMPLE_SIZE:
            kept = sorted(self.values)[:SAMPLE_SIZE]
            self.values = {key: self.values[key] for key in kept}
            self.cutoff = kept[-1]
