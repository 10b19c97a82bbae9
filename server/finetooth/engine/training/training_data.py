"""What is known of data that a run trains on: the rows of a file, and how many are over a cutoff."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from finetooth.engine.files.source import Source
from finetooth.engine.settings.plugins import linter_for
from finetooth.engine.shards import Shard, batches
from finetooth_rules.trainers._data import DataFacts, SplitFacts, facts_of, joined

if TYPE_CHECKING:
    from finetooth.engine.overview.stats import Stats
    from finetooth.engine.settings.config import Config
    from finetooth_rules.example import Example
    from finetooth_rules.features import Features
    from finetooth_rules.profile import Profile
    from finetooth_rules.settings import Settings

MOST_COUNTED: Final = 2_000
"""Of so many rows of a file the tokens are counted; of more, each so-manieth stands for its neighbours."""
MOST_FILES: Final = 64
_MARGIN: Final = 256
"""A row has no more tokens than bytes, but for what a chat template adds."""
_BATCH: Final = 500


def over_cutoff(source: Source, profile: Profile, features: Features, rows: int, cutoff: int) -> SplitFacts:
    """The rows of a file, with the lengths of those that may be over a cutoff. Raises OSError."""
    if features.tokens is None:
        return SplitFacts(rows)
    every = max(1, -(-rows // MOST_COUNTED))
    parts: list[SplitFacts] = []
    pending: list[Example] = []
    for example in _long_rows(source, profile, cutoff, every):
        pending.append(example)
        if len(pending) == _BATCH:
            parts.append(facts_of(len(pending), pending, features, profile, whole=cutoff))
            pending = []
    if pending:
        parts.append(facts_of(len(pending), pending, features, profile, whole=cutoff))
    counted = joined(parts)
    lengths = {length: count * every for length, count in counted.lengths.items()}
    return SplitFacts(rows, lengths, uncounted_up_to=cutoff, estimated=counted.estimated or every > 1)


def sampled(source: Source, profile: Profile, features: Features, rows: int) -> SplitFacts:
    """The rows of a file, with the lengths of all of them, of many rows by a sample. Raises OSError."""
    if features.tokens is None or not rows:
        return SplitFacts(rows)
    every = max(1, -(-rows // MOST_COUNTED))
    parts: list[SplitFacts] = []
    pending: list[Example] = []
    for example in _long_rows(source, profile, -_MARGIN, every):
        pending.append(example)
        if len(pending) == _BATCH:
            parts.append(facts_of(len(pending), pending, features, profile))
            pending = []
    if pending:
        parts.append(facts_of(len(pending), pending, features, profile))
    counted = joined(parts)
    lengths = {length: count * every for length, count in counted.lengths.items()}
    lengths[0] = lengths.get(0, 0) + max(0, rows - sum(lengths.values()))  # what is no example has no tokens
    tokens = sum(length * count for length, count in lengths.items())
    return SplitFacts(rows, lengths, None, tokens, None, counted.estimated or every > 1)


def _long_rows(source: Source, profile: Profile, cutoff: int, every: int) -> Iterator[Example]:
    """Of each `every` rows one, where it may be over the cutoff."""
    linter = linter_for(profile)
    seen = 0
    for records in batches(Shard(source), profile):
        there = [record for record in records if not (record.blank or record.glue)]
        chosen = there[-seen % every :: every]
        seen += len(there)
        long = [record for record in chosen if len(record.raw) + _MARGIN > cutoff and not record.oversize]
        for example in linter.examples(long):
            if example is not None:
                yield example


def of_stats(stats: Stats) -> SplitFacts:
    """What statistics of a file say, all its tokens counted."""
    lengths: dict[int, int] = {}
    for length in stats.lengths:
        lengths[length] = lengths.get(length, 0) + 1
    missing = stats.rows - len(stats.lengths)
    if missing and stats.lengths:
        lengths[0] = lengths.get(0, 0) + missing
    if not stats.lengths:
        return SplitFacts(stats.rows)
    return SplitFacts(stats.rows, lengths, None, sum(stats.lengths), sum(stats.trained), stats.estimated)


def has_lines(path: Path) -> bool:
    """Whether the lines of a file are its rows, by its name."""
    return path.name.lower().endswith((".jsonl", ".ndjson"))


def rows_of(path: Path) -> int | None:
    """The rows of a file by its lines alone, which is quick; None where lines are not rows. Raises
    OSError.
    """
    if not has_lines(path):
        return None
    count = 0
    last = b"\n"
    with path.open("rb", buffering=0) as stream:
        while block := stream.read(1 << 20):
            count += block.count(b"\n")
            last = block[-1:]
    return count + (last != b"\n")


def config_paths(config: Config) -> list[tuple[Path, str]] | None:
    """The files that `[training]` of a config is about, and their splits: those of `[dataset]`, else the one
    dataset there is. None where there is none, or more than one.
    """
    from finetooth.engine.files.discover import Patterns, discover
    from finetooth.engine.files.membership import Memberships

    root = str(config.root)
    memberships = Memberships()
    datasets: dict[str, list[tuple[Path, str]]] = {}
    declared: set[str] = set()
    for name in discover([root], exclude=[Patterns(root, config.exclude)]).files:
        path = Path(os.path.abspath(name))
        membership = memberships.of(path, config)
        datasets.setdefault(membership.dataset, []).append((path, membership.split))
        if membership.declared:
            declared.add(membership.dataset)
    chosen = [*declared] or [*datasets]
    return datasets[chosen[0]] if len(chosen) == 1 and len(datasets[chosen[0]]) <= MOST_FILES else None


def quick_facts(
    paths: Sequence[tuple[Path, str]], unsaved: Mapping[Path, int] | None = None
) -> DataFacts | None:
    """The rows of files by split; None where one cannot be counted by its lines. For editors: `unsaved` are
    the lines of files that are open and edited.
    """
    splits: dict[str, list[SplitFacts]] = {}
    for path, split in paths:
        try:
            known = unsaved.get(path) if unsaved is not None and has_lines(path) else None
            rows = rows_of(path) if known is None else known
        except OSError:
            return None
        if rows is None:
            return None
        splits.setdefault(split, []).append(SplitFacts(rows))
    return DataFacts({split: joined(parts) for split, parts in splits.items()})


def facts_of_path(
    path: Path,
    config: Config,
    overrides: Settings,
    cutoff: int | None,
    *,
    tokens: bool = False,
    packed: bool = False,
    data: bytes | None = None,
) -> SplitFacts:
    """The facts of a file on disk. With `tokens` all are counted; of rows that will be `packed` those of a
    sample; else those of rows that may be over the cutoff. `data` is what an editor has in place of the file.
    Raises OSError, ConfigError, NoDataset.
    """
    from finetooth.engine.files.opening import opened
    from finetooth.engine.overview.stats import stats_of
    from finetooth.engine.providers import provide, spec_for

    name = os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
    source = Source(name, path) if data is None else Source(name, data=data)
    with opened(source, path, config, overrides, lambda error: None) as there:
        stats = stats_of(there.source, there.profile, tokens=tokens)
        if tokens or (cutoff is None and not packed):
            return of_stats(stats)
        features = provide(spec_for(there.profile))
        if packed or cutoff is None:
            return sampled(there.source, there.profile, features, stats.rows)
        return over_cutoff(there.source, there.profile, features, stats.rows, cutoff)
