"""Linting a part of a file, and putting parts together: `plan`, `lint_shard`, `merge`.

A part begins where a record surely begins (`framing.is_sync`), so any cut of a file into parts gives the
same findings, and merging does not depend on order. A record's address is the byte offset of its first
line.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any, BinaryIO, Final, NamedTuple

from finetooth.engine.files.array_batches import Batch, array_batches
from finetooth.engine.files.source import BLOCK, Source, line_size, read_lines
from finetooth.engine.settings.plugins import linter_for
from finetooth_rules.array import Framing
from finetooth_rules.dataset import summaries
from finetooth_rules.example import Example
from finetooth_rules.features import Features
from finetooth_rules.framing import Bounds, frame, is_sync
from finetooth_rules.lint import Findings, Linter
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record

WHOLE_FILE: Final = (0, None)


class Shard(NamedTuple):
    """Bytes `start` to `end` of a source (None: to its end), moved to the next surely beginning record at
    both ends.
    """

    source: Source
    start: int = 0
    end: int | None = None
    at_most: int | None = None
    """The whole dataset has no more records than that, where it is known."""


class Hit(NamedTuple):
    """A record with findings: offset and size of its slice in the file, number of its first line within the
    part, and the column its slice begins at (in an array).
    """

    offset: int
    size: int
    line: int
    oversize: bool
    findings: Findings
    column: int = 0
    glue: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """What linting one shard gave. Columns over records: `offsets`, `sizes`, `lines` (first line, within
    the part); `facts` and `keys` by rule code, one entry per record.
    """

    start: int
    line_count: int = 0
    record_count: int = 0
    hits: tuple[Hit, ...] = ()
    offsets: array[int] = field(default_factory=lambda: array("Q"))
    sizes: array[int] = field(default_factory=lambda: array("Q"))
    lines: array[int] = field(default_factory=lambda: array("L"))
    facts: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    keys: Mapping[str, Sequence[tuple[bytes, ...]]] = field(default_factory=dict)
    summaries: dict[str, Any] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    unjudged: int = 0
    heads: dict[str, Any] = field(default_factory=dict)
    """Summaries of the records in the head of the file, by rule code."""
    columns: array[int] = field(default_factory=lambda: array("L"))
    """Where each slice begins on its first line; empty where that is always 0."""
    numbers: Mapping[str, Mapping[str, array[int]]] = field(default_factory=dict)
    """What group and near rules know of the records, and by what statistic rules draw some of them: by the
    name of what gathered it, and by column."""


class Merged(NamedTuple):
    """Parts of one file, in order of place."""

    parts: tuple[Part, ...] = ()

    def bases(self) -> list[int]:
        """Number of lines before each part."""
        bases, total = [], 0
        for part in self.parts:
            bases.append(total)
            total += part.line_count
        return bases


def merge(one: Merged, other: Merged) -> Merged:
    """Both together: associative and commutative."""
    return Merged(tuple(sorted((*one.parts, *other.parts), key=lambda part: part.start)))


def plan(source: Source, size: int, shard_bytes: int, at_most: int | None = None) -> list[Shard]:
    """Cuts of about `shard_bytes`, of which the last ones are cut again, so that all processes are done at
    about the same time; one shard for a small file, and for an array: no place in it shows by itself that a
    record begins there. It is read as a stream.
    """
    count = 1 if source.framing is Framing.ARRAY else max(1, size // shard_bytes)
    last = _FINER if count >= _FINER_FROM else 0
    places = [*range(count - last), *(count - last + part / _PARTS for part in range(last * _PARTS))]
    cuts = [*(int(size * place / count) for place in places), None]
    return [Shard(source, one or 0, other, at_most) for one, other in pairwise(cuts)]


def lint_shard(
    shard: Shard, profile: Profile, features: Features, advance: Callable[[int], None] = lambda count: None
) -> Part:
    """Lint the records of one shard. Raises OSError."""
    linter = linter_for(profile)
    with shard.source.open() as stream:
        start, found = _opened(shard, stream, profile)
        return _lint(linter, found, start, features, advance, shard.at_most)


def batches(shard: Shard, profile: Profile) -> Iterator[list[Record]]:
    """The records of a shard, in lists of about a block. Raises OSError."""
    for batch in placed_batches(shard, profile):
        yield batch.records


def placed_batches(shard: Shard, profile: Profile) -> Iterator[Batch]:
    """The same, with what tells where each record is. Raises OSError."""
    with shard.source.open() as stream:
        yield from _opened(shard, stream, profile)[1]


def examples_of(
    linter: Linter, shard: Shard, profile: Profile
) -> Iterator[tuple[list[int], list[Example | None]]]:
    """The examples of a shard and their offsets, in lists of about a block. Raises OSError."""
    with shard.source.open() as stream:
        offset, found = _opened(shard, stream, profile)
        for batch in found:
            offset += batch.lead
            begins = [*accumulate(batch.sizes, initial=offset)]
            offset = begins.pop()
            there = [at for at, record in enumerate(batch.records) if not record.glue]
            yield [begins[at] for at in there], linter.examples([batch.records[at] for at in there])


def _opened(shard: Shard, stream: BinaryIO, profile: Profile) -> tuple[int, Iterator[Batch]]:
    """Where the first record of a shard begins, and its records."""
    start = _sync(stream, shard.start, profile) if shard.start else 0
    end = None if shard.end is None else _sync(stream, shard.end, profile)
    stream.seek(start)
    if shard.source.framing is Framing.ARRAY:
        return start, array_batches(stream, _bounds(profile), cut=shard.source.cut)
    return start, _batches(stream, profile, start, end)


def _sync(stream: BinaryIO, offset: int, profile: Profile) -> int:
    """Offset of the first line that surely begins a record, behind the first line that starts at or after
    `offset`.
    """
    stream.seek(offset - 1)
    at = offset - 1
    previous: bytes | None = None
    first = True
    for lines in read_lines(stream, profile.max_record_bytes):
        for line in lines:
            if not first:
                if previous is not None and is_sync(line, previous):
                    return at
                previous = line
            first = False
            at += line_size(line)
    return at


def _lint(
    linter: Linter,
    batches: Iterator[Batch],
    start: int,
    features: Features,
    advance: Callable[[int], None],
    at_most: int | None,
) -> Part:
    """The records of all batches, the first of which begins at `start`."""
    columns = bool(linter.statistics or linter.groups or linter.nears)
    offsets, sizes, first_lines, first_columns = array("Q"), array("Q"), array("L"), array("L")
    facts: dict[str, list[Any]] = {}
    keys: dict[str, list[tuple[bytes, ...]]] = {}
    numbers: dict[str, dict[str, array[int]]] = {}
    hits: list[Hit] = []
    line_number = record_count = unjudged = 0
    offset = start
    for batch in batches:
        records = batch.records
        before = offset
        offset += batch.lead
        line_number += batch.lead_lines
        checked = linter.check(records)
        if features.tokens is not None or features.benchmarks is not None:
            checked = [
                linter.finish((*one, *two)) if two else one
                for one, two in zip(checked, linter.measure(records, features), strict=True)
            ]
        if not columns and not any(checked):
            offset += sum(batch.sizes)
            line_number += sum(batch.line_counts)
            record_count += len(records) - batch.glue
            advance(offset - before)
            continue
        for record, size, line_count, findings in zip(
            records, batch.sizes, batch.line_counts, checked, strict=True
        ):
            if findings:
                hits.append(
                    Hit(
                        offset,
                        len(record.raw),
                        line_number,
                        record.oversize,
                        findings,
                        record.column,
                        record.glue,
                    )
                )
            if columns and not record.glue:
                offsets.append(offset)
                sizes.append(len(record.raw))
                first_lines.append(line_number)
                if record.element:
                    first_columns.append(record.column)
            unjudged += record.oversize
            record_count += (record.strict or not record.blank) and not record.glue
            line_number += line_count
            offset += size
        if columns:
            examples = linter.examples([r for r in records if not r.glue] if batch.glue else records)
            for code, some in linter.gather(examples, features, at_most=at_most, sparing=True).items():
                facts.setdefault(code, []).extend(some)
            for code, more in linter.keys(examples).items():
                keys.setdefault(code, []).extend(more)
            tables = linter.columns(examples) | linter.draws(examples, features, at_most)
            for name, table in tables.items():
                for column, values in table.items():
                    numbers.setdefault(name, {}).setdefault(column, array("Q")).extend(values)
        advance(offset - before)
    summed = summaries(linter.statistics, facts)
    return Part(
        start,
        line_number,
        record_count,
        tuple(hits),
        offsets,
        sizes,
        first_lines,
        facts,
        keys,
        summed,
        dict(linter.broken),
        unjudged,
        linter.heads(facts, summed, offsets),
        first_columns,
        numbers,
    )


def _bounds(profile: Profile) -> Bounds:
    return Bounds(profile.max_joined_lines, profile.max_record_bytes, profile.max_depth)


def _batches(stream: BinaryIO, profile: Profile, start: int, end: int | None) -> Iterator[Batch]:
    """The records between two offsets."""
    bounds = _bounds(profile)
    lines: list[bytes] = []
    offset = start
    source = read_lines(stream, profile.max_record_bytes)
    while end is None or offset < end:
        more = next(source, None)
        lines += more or ()
        batch, used = _frame_all(lines, bounds, more is None, None if end is None else end - offset)
        del lines[:used]
        if batch.records:
            yield batch
            offset += sum(batch.sizes)
        if more is None:
            return


def _frame_all(lines: list[bytes], bounds: Bounds, at_end: bool, room: int | None) -> tuple[Batch, int]:
    """The records of these lines, as far as they can be told apart and begin within `room` bytes; lines
    used.
    """
    records: list[Record] = []
    sizes: list[int] = []
    counts: list[int] = []
    index = total = 0
    limit, depth = bounds.max_record_bytes, bounds.max_depth
    while index < len(lines) and (room is None or total < room):
        line = lines[index]
        size = len(line)
        count = 1
        if line.__class__ is bytes:
            record = Record(line.rstrip(b"\r\n"), 1, depth)
            if not record.strict or size > limit:
                framed = frame(lines, index, bounds, at_end=at_end)
                if framed is None:
                    break
                record = framed.record
                count = record.line_count
                if count > 1:
                    size = sum(map(len, lines[index : index + count]))
        else:
            record = Record(bytes(line), oversize=True)
            size = line_size(line)
        records.append(record)
        sizes.append(size)
        counts.append(count)
        total += size
        index += count
    return Batch(records, sizes, counts), index


_FINER: Final = 2
_FINER_FROM: Final = 4
_PARTS: Final = 4
"""So many of the last shards, where there are so many in all, are cut into so many."""
SHARD_BYTES: Final = 4 * 1024 * 1024
assert BLOCK < SHARD_BYTES
