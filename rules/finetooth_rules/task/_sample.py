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
    """The values with the smallest digests ("bottom-k"): a uniform draw from the distinct values.

    A value among the smallest of the whole is among the smallest of every part that has it, so it is never
    dropped, however the dataset was split.
    """

    values: dict[bytes, bytes] = field(default_factory=dict)
    cutoff: bytes | None = None
    """Digests above it cannot be among the smallest any more."""

    def add(self, value: bytes) -> Sample:
        """Put one value in; returns itself."""
        digest = blake2b(value, digest_size=8).digest()
        if self.cutoff is None or digest < self.cutoff:
            self.values[digest] = value
            self._trim()
        return self

    def merge(self, other: Sample) -> Sample:
        """Put in the values of another sample; returns itself."""
        self.values.update(other.values)
        self._trim()
        return self

    def smallest(self) -> list[bytes]:
        """The sample: at most `SAMPLE_SIZE` values in the order of their digests."""
        return [self.values[digest] for digest in sorted(self.values)[:SAMPLE_SIZE]]

    def _trim(self) -> None:
        if len(self.values) > _SLACK * SAMPLE_SIZE:
            kept = sorted(self.values)[:SAMPLE_SIZE]
            self.values = {digest: self.values[digest] for digest in kept}
            self.cutoff = kept[-1]
