"""Numbers remembered by a digest in bounded memory: what both token counters keep."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Final

ENTRY_BYTES: Final = 224
"""What one remembered number takes: a 16-byte digest, an int, and their slot in an ordered dict."""


class Numbers:
    """Digest → number, the least recently asked for forgotten first; safe to share between threads."""

    def __init__(self, cache_bytes: int) -> None:
        self._lock = Lock()
        self._held: OrderedDict[bytes, int] = OrderedDict()
        self._most = cache_bytes // ENTRY_BYTES

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: bytes) -> int | None:
        """The number of a digest; None where it is not remembered."""
        with self._lock:
            number = self._held.get(key)
            if number is not None:
                self._held.move_to_end(key)
            return number

    def put(self, key: bytes, number: int) -> int:
        """Remember a number, and hand it back."""
        with self._lock:
            self._held[key] = number
            while len(self._held) > self._most:
                self._held.popitem(last=False)
        return number
