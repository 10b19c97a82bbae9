"""What nearly every record of an open document has in common (see `finetooth_rules.alike`) is shown in the
first of them only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from finetooth.engine.live.blocks import Block, Entry
from finetooth_rules.alike import Kind, kind_of, told_once
from finetooth_rules.finding import Finding, Severity

if TYPE_CHECKING:
    from finetooth.engine.live.index import LiveIndex

Counts: TypeAlias = Mapping[Kind, tuple[int, int]]
"""Of each kind of finding the number of records that have it, and of findings."""


def counted(entries: Iterable[tuple[tuple[Severity, Finding], ...]], of_form: frozenset[str]) -> Counts:
    """The kinds among what is shown of some records, as far as their rules are `of_form`."""
    counts: dict[Kind, tuple[int, int]] = {}
    for shown in entries:
        seen: set[Kind] = set()
        for _, finding in shown:
            if finding.code in of_form:
                kind = kind_of(finding)
                records, findings = counts.get(kind, (0, 0))
                counts[kind] = (records + (kind not in seen), findings + 1)
                seen.add(kind)
    return counts


def told_once_in(index: LiveIndex) -> Counts:
    """The kinds that are told once in a document."""
    total: dict[Kind, tuple[int, int]] = {}
    for block in index.blocks:
        for kind, (records, findings) in index.flagged(block).alike.items():
            before = total.get(kind, (0, 0))
            total[kind] = (before[0] + records, before[1] + findings)
    counts = {kind: records for kind, (records, _) in total.items()}
    if not told_once(counts, 0):  # the usual case, for which no record need be counted
        return {}
    size = records_in(index)
    return {kind: total[kind] for kind in told_once(counts, size)}


def records_in(index: LiveIndex) -> int:
    """How many records a document has."""
    return sum(_records(index, block) for block in index.blocks)


def first_with(index: LiveIndex, kind: Kind) -> tuple[Entry, int]:
    """The first record with a finding of a kind that there is, and its first line."""
    for block in index.blocks:
        flagged = index.flagged(block)
        if kind in flagged.alike:
            for line, entry in flagged.entries:
                if any(kind_of(finding) == kind for _, finding in index.visible(entry)):
                    return entry, index.blocks.start(block) + line
    raise AssertionError("a kind that was counted is somewhere")


def _records(index: LiveIndex, block: Block) -> int:
    """How many records a block has that are read: neither blank lines nor what stands between elements."""
    flagged = index.flagged(block)
    if flagged.records is None:
        line = index.blocks.start(block)
        flagged.records = 0
        for entry in block.entries:
            if not entry.pending and not entry.glue:
                flagged.records += not (
                    entry.size == 0
                    if index.is_array
                    else entry.lines == 1 and not index.document.lines[line].strip()
                )
            line += entry.lines
    return flagged.records
