"""Reads the benchmarks that the settings name, once for each process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

from finetooth.engine.files.heads import HEAD_BYTES, first_values
from finetooth.engine.files.source import Source
from finetooth.engine.shards import Shard, batches
from finetooth_rules.array import framing_of
from finetooth_rules.benchmark_files import BenchmarkFile
from finetooth_rules.duplicates._benchmark import BenchmarkIndex, Item, text_of_item
from finetooth_rules.features import FeatureError, Overlap
from finetooth_rules.lint import Linter
from finetooth_rules.settings import build_profile

FEATURE: Final = "benchmarks"


class BenchmarkReader:
    """Looks for the items of some benchmark files in texts."""

    def __init__(self, files: tuple[BenchmarkFile, ...]) -> None:
        self._files = files

    @cached_property
    def _index(self) -> BenchmarkIndex:
        try:
            return BenchmarkIndex(item for file in self._files for item in _items(file))
        except OSError as error:
            raise FeatureError(FEATURE, f"a benchmark cannot be read: {error}") from error

    def overlaps(self, texts: Sequence[str]) -> list[Overlap | None]:
        """See `Benchmarks`."""
        return self._index.overlaps(texts)


def _items(file: BenchmarkFile) -> Iterator[Item]:
    """The items of one file: its records, of whatever format. Raises OSError."""
    source = Source(file.name, Path(file.path))
    head = source.head(HEAD_BYTES)
    framing = framing_of(file.path, head)
    source = Source(file.name, Path(file.path), framing=framing)
    profile = build_profile({}, first_values(head, framing))
    linter = Linter(profile, ())
    number = 0
    for records in batches(Shard(source), profile):
        for record in records:
            example = None if record.glue else linter.example(record)
            if example is not None:
                number += 1
                yield Item(file.name, number, text_of_item(example))
