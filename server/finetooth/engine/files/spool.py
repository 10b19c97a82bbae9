"""What is known of the records of a large file, on disk where it takes more memory than it may.

The files have no name (where the system can do that) and are gone with the process, however it ends.
"""

from __future__ import annotations

import mmap
import os
import pickle
import sys
import weakref
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import IO, Any, Final, TypeVar

from finetooth.engine.shards import Part

Value = TypeVar("Value")

_WEIGHED: Final = 32
"""Of each list, values that are weighed."""
_POINTER: Final = 8


class Unnamed:
    """A temporary file without a name; closed when nobody reads from it any more."""

    def __init__(self) -> None:
        import tempfile

        self.file: IO[bytes] = tempfile.TemporaryFile(prefix="finetooth-")  # noqa: SIM115
        weakref.finalize(self, self.file.close)

    def append(self, data: bytes | array[int]) -> int:
        """Write at the end; where that was. Raises OSError where the disk is full."""
        at = self.file.seek(0, os.SEEK_END)
        self.file.write(data)
        return at


class Stored(Mapping[str, Value]):
    """A table whose values are read from a file each time they are asked for."""

    def __init__(self, stored: Unnamed, places: Mapping[str, tuple[int, int]]) -> None:
        self._stored = stored
        self._places = places

    def __getitem__(self, name: str) -> Value:
        offset, size = self._places[name]
        self._stored.file.seek(offset)
        found: Value = pickle.loads(self._stored.file.read(size))
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


class Spool:
    """Keeps the parts of one file: in memory up to `most` bytes, about, and what is more on disk. Places of
    records, findings and summaries stay in memory.
    """

    def __init__(self, most: int) -> None:
        self._left = most
        self._stored: Unnamed | None = None

    def hold(self, part: Part) -> Part:
        """The part, to be kept instead of the one given. Raises OSError where the disk is full."""
        weight = _weight(part)
        if weight <= self._left:
            self._left -= weight
            return part
        return replace(
            part, facts=self._put(part.facts), keys=self._put(part.keys), numbers=self._put(part.numbers)
        )

    def _put(self, table: Mapping[str, Value]) -> Mapping[str, Value]:
        stored = self._stored = self._stored or Unnamed()
        written: dict[int, tuple[int, int]] = {}  # rules share lists
        places = {}
        for name, value in table.items():
            place = written.get(id(value))
            if place is None:
                data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
                place = written[id(value)] = (stored.append(data), len(data))
            places[name] = place
        return Stored(stored, places)


class Joined:
    """Columns of several parts, of 64-bit numbers, one behind the other: in memory up to `most` bytes, else
    mapped from disk.
    """

    def __init__(self, most: int) -> None:
        self._left = most
        self._parts = 0
        self._columns: dict[str, array[int]] = {}
        self._files: dict[str, Unnamed] = {}

    def add(self, columns: Mapping[str, array[int]]) -> None:
        """The next part. Raises OSError where the disk is full."""
        self._parts += 1
        self._left -= sum(len(values) * values.itemsize for values in columns.values())
        if self._left < 0 and not self._files:
            self._files = {name: Unnamed() for name in columns}
            for name, values in self._columns.items():
                self._files[name].append(values)
            self._columns = {}
        for name, values in columns.items():
            if self._files:
                self._files[name].append(values)
            elif self._parts == 1:
                self._columns[name] = values
            else:
                if self._parts == 2:
                    self._columns[name] = array("Q", self._columns[name])  # no longer that of the first part
                self._columns[name].extend(values)

    def columns(self) -> dict[str, Any]:
        """All of them: each an array, or a memoryview that is used as one."""
        return {name: _mapped(file) for name, file in self._files.items()} or dict(self._columns)


def _mapped(stored: Unnamed) -> memoryview:
    stored.file.flush()
    if not stored.file.seek(0, os.SEEK_END):
        return memoryview(b"").cast("Q")
    # What is mapped stays there when the file is closed.
    return memoryview(mmap.mmap(stored.file.fileno(), 0, access=mmap.ACCESS_READ)).cast("Q")


def _weight(part: Part) -> int:
    """About how many bytes of memory facts, keys and numbers take."""
    lists = {id(values): values for table in (part.facts, part.keys) for values in table.values()}
    columns = (values for table in part.numbers.values() for values in table.values())
    return sum(map(_weight_of_list, lists.values())) + sum(len(one) * one.itemsize for one in columns)


def _weight_of_list(values: Sequence[Any]) -> int:
    some = [*islice(values, 0, None, max(1, len(values) // _WEIGHED))]
    return len(values) * (_POINTER + sum(map(_weight_of, some)) // max(1, len(some)))


def _weight_of(value: Any) -> int:
    """Without what is behind its own attributes."""
    if value is None or isinstance(value, (bool, str)):
        return 0  # one for many
    return sys.getsizeof(value) + (sum(map(_weight_of, value)) if isinstance(value, (tuple, list)) else 0)
