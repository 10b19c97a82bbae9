"""A record's fact against a direction or a centre: what makes the judging of one record cheap."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from finetooth_rules.task._vectors import SCALE

if TYPE_CHECKING:
    from finetooth_rules.task._vectors import Matrix

NOT_COMPARED: Final = -math.inf


def product(vectors: bytes, direction: bytes) -> float:
    """Product of a fact's unit vector with a direction; -inf where the fact lacks a half that the direction
    looks at."""
    import numpy as np

    half = len(vectors) // 2
    way, halves = _halves(direction)
    missing = (vectors.count(0, 0, half) == half, vectors.count(0, half) == half)
    if any(gone and length for gone, length in zip(missing, halves, strict=True)):
        return NOT_COMPARED
    row = np.frombuffer(vectors, np.int8).astype(np.float32)
    return float(row @ way) / (SCALE * (2**0.5 if all(halves) else 1.0))


def similarity(vectors: bytes, centre: bytes) -> float:
    """Cosine of a fact's vectors with a centre; of one half, where the record or the centre has only that."""
    import numpy as np

    half = len(vectors) // 2
    middle, lengths = _halves(centre)
    row = np.frombuffer(vectors, np.int8).astype(np.float32)
    prompt, answer = vectors.count(0, 0, half) < half, vectors.count(0, half) < half
    if prompt and answer and all(lengths):
        return float(row @ middle) / (SCALE * 2**0.5)
    if prompt and lengths[0]:
        return float(row[:half] @ middle[:half]) / (SCALE * lengths[0])
    if answer and lengths[1]:
        return float(row[half:] @ middle[half:]) / (SCALE * lengths[1])
    return 1.0


@lru_cache(maxsize=8)
def _halves(vector: bytes) -> tuple[Matrix, tuple[float, float]]:
    """A vector as an array, and the lengths of its halves."""
    import numpy as np

    middle = np.frombuffer(vector, np.float32)
    first, second = middle.reshape(2, -1)
    return middle, (float(np.linalg.norm(first)), float(np.linalg.norm(second)))
