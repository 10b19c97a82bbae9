"""What a profile carries of benchmarks: files whose items must not be trained on."""

from __future__ import annotations

from typing import NamedTuple


class BenchmarkFile(NamedTuple):
    """A file of items, one a record. `name` is how messages call it; `stamp` changes when the file does."""

    path: str
    name: str
    stamp: str = ""
