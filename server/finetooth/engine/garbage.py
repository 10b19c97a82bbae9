"""When Python looks for garbage.

A full look over the records of a large document takes a tenth of a second, in which nobody is answered; so
what is there to stay is left out of it, and looked over only after a document was closed. A run from the
command line makes next to none: there the looking alone took a tenth of the time.
"""

from __future__ import annotations

import gc
import sys
from typing import Final

_THRESHOLDS: Final = (50_000, 20, 100)


def prepare() -> None:
    """At the start of the server: what is imported stays."""
    gc.collect()
    rarely()


def rarely() -> None:
    """At the start of a run, and of each of its processes."""
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)


def keep() -> None:
    """After a document was read: its records stay."""
    gc.freeze()


def reclaim() -> None:
    """After documents were closed or judged anew: look over everything, once, and give back what is free."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    _give_back()


def _give_back() -> None:
    """Let the system have the memory of what is gone: the C library keeps it, between what is still there."""
    if sys.platform == "linux":
        import ctypes

        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's; others have none
        if trim is not None:
            trim(0)
