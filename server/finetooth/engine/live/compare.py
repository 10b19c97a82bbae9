"""Comparing the records of an open dataset with those of its files that are not open: where these are kept
(see `live_files`), for an editor that holds the open ones.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, Final, NamedTuple, TypeAlias

from finetooth.engine.live.document import Encoding, columns
from finetooth.engine.live.files import Desk, Kept
from finetooth.engine.live.records import Layout, columns_of, records_of
from finetooth_rules.dataset import gathered_by
from finetooth_rules.finding import Path as ValuePath
from finetooth_rules.finding import Span
from finetooth_rules.framing import content, position, whole
from finetooth_rules.grouping import grouping
from finetooth_rules.rule import Columns, Grouping, GroupRule

_KEPT_SEGMENTS: Final = 64
_BEFORE: Final = 64 * 1024
BOM: Final = b"\xef\xbb\xbf"


class Column(NamedTuple):
    """The keys of a group rule over the rows of some files, in order, each with its value and row; and how
    these rows are grouped by themselves.
    """

    keys: Sequence[int] | Sequence[bytes]
    values: Sequence[int]
    rows: Sequence[int]
    alone: Grouping


class Range(NamedTuple):
    """Where something stands in a file: lines and columns from 0, in the client's units."""

    line: int
    column: int
    end_line: int
    end_column: int


def column(desk: Desk, code: str, tokens: Sequence[str]) -> Column | None:
    """The keys of a group rule over these files."""
    files = desk.shelf.all(tokens)
    rule = next((rule for rule in desk.linter.groups if rule.code == code), None)
    if files is None or rule is None:
        return None
    return _by_numbers(rule, files) if rule.gather is not None else _by_digests(rule, files)


def _by_digests(rule: GroupRule, files: Sequence[Kept]) -> Column:
    pairs: list[tuple[bytes, int]] = []
    begin = 0
    for file in files:
        for row, several in enumerate(file.keys.get(rule.code, ()), begin):
            pairs += ((key, row) for key in dict.fromkeys(several))
        begin += len(file.offsets)
    pairs.sort()
    keys, rows = [key for key, _ in pairs], array("Q", [row for _, row in pairs])
    return Column(keys, array("Q", bytes(8 * len(rows))), rows, Grouping(len(rows), 0, 0))


def _by_numbers(rule: GroupRule, files: Sequence[Kept]) -> Column:
    import numpy as np

    name = gathered_by(rule)
    keys, values = array("Q"), array("Q")
    for file in files:
        table = file.numbers.get(name, {})
        keys.extend(table.get(rule.key, ()))
        values.extend(table.get(rule.value, ()) if rule.value else bytes(len(file.offsets)))
    numbers = np.frombuffer(keys, np.uint64) if keys else np.zeros(0, np.uint64)
    order = np.argsort(numbers, kind="stable")
    order = order[numbers[order] != 0]
    tags = np.frombuffer(values, np.uint64) if values else numbers
    alone = grouping(keys, values) if rule.value else Grouping(len(order), 0, 0)
    return Column(
        array("Q", numbers[order].tobytes()),
        array("Q", tags[order].tobytes()),
        array("Q", order.astype(np.uint64).tobytes()),
        alone,
    )


class Segment(NamedTuple):
    """The rows of one file: of a kept one (`token`), else of an open document, in blocks; a block that was
    sent before is only named.
    """

    held_out: bool
    token: str = ""
    blocks: tuple[tuple[int, bytes | None], ...] = ()


class Paired(NamedTuple):
    """Candidates by their rows in all segments, one after the other, without those between two files that are
    not open; and the number of rows of each segment.
    """

    pairs: list[tuple[int, int, bool]]
    sizes: list[int]


def pairs(desk: Desk, code: str, layout: Layout, number: int, segments: Sequence[Segment]) -> Paired | None:
    """The candidates of a near rule. What was sent under this number before is known."""
    rule = next(rule for rule in desk.linter.nears if rule.code == code)
    name = gathered_by(rule)
    known = desk.shelf.segments.pop(number, {})
    kept: dict[int, bytes] = {}
    width = 8 * sum(count for _, count in layout)
    total: dict[str, array[int]] = {column: array("Q") for column, _ in layout}
    sizes: list[int] = []
    held_out: list[bool] = []
    for segment in segments:
        if segment.token:
            file = desk.shelf.files.get(segment.token)
            if file is None:
                return None
            table: Columns = file.numbers.get(name, {})
            count = len(file.offsets)
        else:
            rows: list[bytes] = []
            for block, data in segment.blocks:
                data = known.get(block) if data is None else data
                if data is None:
                    return None
                kept[block] = data
                rows.append(data)
            table = columns_of(layout, rows)
            count = sum(map(len, rows)) // width
        for column, values in table.items():
            total[column].extend(values)
        sizes.append(count)
        held_out += [segment.held_out] * count
    desk.shelf.segments[number] = kept
    while len(desk.shelf.segments) > _KEPT_SEGMENTS:
        del desk.shelf.segments[next(iter(desk.shelf.segments))]
    found = desk.linter.pairs(rule, total, held_out)
    begins = [0, *accumulate(sizes)]

    def is_open(row: int) -> bool:
        return not segments[bisect_right(begins, row) - 1].token

    if any(segment.token for segment in segments):
        found = [pair for pair in found if is_open(pair.first) or is_open(pair.second)]
    return Paired([(pair.first, pair.second, pair.sure) for pair in found], sizes)


Side: TypeAlias = "tuple[str, int] | tuple[bytes, int, bool, bool]"
"""A record of a kept file (token and row), or a `RawRecord` of an open document."""


def likeness(desk: Desk, code: str, pairs: Sequence[tuple[Side, Side]]) -> list[float | None]:
    """How alike the records of these candidates are; of one that is gone nothing is said."""
    rule = next(rule for rule in desk.linter.nears if rule.code == code)
    found: list[float | None] = []
    for pair in pairs:
        one, other = (_example(desk, side) for side in pair)
        found.append(None if one is None or other is None else desk.linter.likeness(rule, one, other))
    return found


def _example(desk: Desk, side: Any) -> Any:
    if not isinstance(side[0], str):
        return desk.linter.example(records_of(desk.linter, (side,))[0])
    kept = desk.shelf.files.get(side[0])
    record = kept and kept.record(side[1])
    return kept.linter.example(record) if kept and record else None


def pick(desk: Desk, code: str, tokens: Sequence[str], verdict: Any) -> dict[str, tuple[int, int]] | None:
    """Of each label that a rule wants to show, the first of these files and the row in it."""
    files = desk.shelf.all(tokens)
    rule = next(rule for rule in desk.linter.statistics if rule.code == code)
    if files is None:
        return None
    found: dict[str, tuple[int, int]] = {}
    for number, kept in enumerate(files):
        for row, fact in enumerate(kept.picked.get(code, ())):
            if fact is not None:
                for label in desk.linter.picks(rule, fact, verdict):
                    found.setdefault(label, (number, row))
    return found


Place: TypeAlias = tuple[int, ValuePath, Span | None]
"""A row, and what in its record is meant: a span, or the value at a path (the whole record where that is
empty)."""


def places(desk: Desk, token: str, asked: Sequence[Place], encoding: Encoding) -> list[Range | None] | None:
    """Where these stand in a kept file."""
    kept = desk.shelf.files.get(token)
    if kept is None:
        return None
    return [_place(kept, *one, encoding) for one in asked]


def _place(kept: Kept, row: int, path: ValuePath, span: Span | None, encoding: Encoding) -> Range | None:
    record = kept.record(row)
    if record is None:
        return None
    if span is None:
        span = record.locate(path) if path else whole(record)
    ends = []
    for offset in span:
        line, at = position(record.raw, offset)
        text = content(record.raw.splitlines(keepends=True)[line]) if line < record.line_count else b""
        before = b"" if line else _before(kept, row)
        if not line and not kept.lines[row]:
            before = before.removeprefix(BOM)
            at -= len(BOM) if text.startswith(BOM) and at >= len(BOM) else 0
            text = text.removeprefix(BOM)
        text = before + text
        ends.append((kept.lines[row] + line, columns(text, [len(before) + at], encoding)[0]))
    return Range(*ends[0], *ends[1])


def _before(kept: Kept, row: int) -> bytes:
    """What stands before a record on its line."""
    if not kept.columns or not kept.columns[row]:
        return b""
    end = kept.offsets[row]
    start = max(0, end - max(_BEFORE, 4 * kept.columns[row]))
    before = kept.source.slice(start, end - start)
    return before[max(before.rfind(b"\n"), before.rfind(b"\r")) + 1 :]
