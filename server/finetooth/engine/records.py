"""The records of a dataset: where they are, and reading them again by their address."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from finetooth.engine.files.source import Source
from finetooth.engine.locate import Found
from finetooth.engine.shards import Merged
from finetooth_rules.array import Framing
from finetooth_rules.features import Features
from finetooth_rules.lint import Linter
from finetooth_rules.record import Element, Record


class Address(NamedTuple):
    """A record of a dataset: number of its file, and byte offset in it."""

    file: int
    offset: int


class JudgedFile(Protocol):
    """What judging reads of one file. Files with equal `unit` and profile make up one split."""

    @property
    def source(self) -> Source:
        """What records are read from again."""

    @property
    def linter(self) -> Linter:
        """The rules of its profile."""

    @property
    def features(self) -> Features:
        """The features its records were looked at with."""

    @property
    def merged(self) -> Merged:
        """What is known of its records."""

    @property
    def unit(self) -> str:
        """The files that are judged as one."""


class Reader:
    """Reads records of a merged file again, by address, for those findings that are shown."""

    def __init__(self, source: Source, merged: Merged) -> None:
        self._source = source
        # A part without records may begin where the one behind it does.
        filled = [(p, base) for p, base in zip(merged.parts, merged.bases(), strict=True) if p.offsets]
        self._parts = [part for part, _ in filled]
        self._starts = [part.start for part in self._parts]
        self._bases = [base for _, base in filled]

    def record(
        self, offset: int, size: int, *, oversize: bool = False, column: int = 0, glue: bool = False
    ) -> Record:
        """The record whose slice is `size` bytes from `offset` on. Raises OSError."""
        raw = self._source.slice(offset, size)
        if self._source.framing is not Framing.ARRAY:
            return Record(raw, len(raw.splitlines()) or 1, oversize=oversize)
        element = Element(raw, len(raw.splitlines()) or 1, oversize=oversize)
        element.column, element.glue = column, glue
        return element

    def at(self, offset: int) -> tuple[int, Record] | None:
        """First line (from 0, in the file) and record at an offset."""
        number = bisect_right(self._starts, offset) - 1
        if number < 0:
            return None
        part = self._parts[number]
        index = bisect_right(part.offsets, offset) - 1
        if index < 0 or part.offsets[index] != offset:
            return None
        column = part.columns[index] if part.columns else 0
        return self._bases[number] + part.lines[index], self.record(offset, part.sizes[index], column=column)


class Readers:
    """Reads records of a dataset again, by their address."""

    def __init__(self, files: Sequence[JudgedFile]) -> None:
        self._files = files
        self._readers: dict[int, Reader] = {}

    def of(self, number: int) -> Reader:
        """The reader of one file."""
        if number not in self._readers:
            self._readers[number] = Reader(self._files[number].source, self._files[number].merged)
        return self._readers[number]

    def at(self, address: object) -> Found | None:
        """The record at an address; None where none begins there. Raises OSError."""
        assert isinstance(address, Address)
        found = self.of(address.file).at(address.offset)
        return found and Found(self._files[address.file].source.name, *found)
