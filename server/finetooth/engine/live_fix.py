"""Repairing an open document: all safe fixes, record by record, until none is left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from finetooth.engine.live import LiveIndex
from finetooth.engine.live_blocks import Entry
from finetooth_rules.edits import replacement, together
from finetooth_rules.finding import Applicability, Finding, Fix
from finetooth_rules.framing import frame
from finetooth_rules.lint import Findings
from finetooth_rules.record import Record

ROUNDS: Final = 10


@dataclass(frozen=True, slots=True)
class Repaired:
    """`count` lines from `first` on become `lines`, which have their endings."""

    first: int
    count: int
    lines: tuple[bytes, ...]


def repairs(index: LiveIndex) -> Iterator[Repaired | None]:
    """Every record that safe fixes change, in order; None now and then, so that others may run in between."""
    if index.is_no_dataset:
        return
    for block in index.blocks:
        base = index.blocks.start(block)
        for offset, entry in index.flagged(block).entries:
            findings = tuple(finding for _, finding in index.visible(entry))
            if safe_fixes(findings):
                first = base + offset
                before = index.document.lines[first : first + entry.lines]
                after = _settled(index, before, index.record(entry, first), findings)
                if after != before:
                    yield Repaired(first, len(before), tuple(after))
        yield None


def element_repairs(index: LiveIndex) -> Iterator[tuple[Entry, int, tuple[Fix, ...]] | None]:
    """In an array: the safe fixes of each record, with its entry and first line. One round: what is left
    shows at once. Records are taken away one by one only, as commas go with them.
    """
    for block in index.blocks:
        base = index.blocks.start(block)
        for offset, entry in index.flagged(block).entries:
            fixes = safe_fixes([finding for _, finding in index.visible(entry)])
            if fixes and fixes[0].lines is None:
                yield entry, base + offset, fixes
        yield None


def safe_fixes(findings: Sequence[Finding]) -> tuple[Fix, ...]:
    """The safe fixes that can be made together."""
    return together(findings, lambda fix: fix.applicability is Applicability.SAFE)


def _settled(index: LiveIndex, lines: list[bytes], record: Record, findings: Findings) -> list[bytes]:
    """The lines of one record after round upon round of safe fixes; they may have become several records."""
    lines = _fixed(lines, record, findings)
    for _ in range(ROUNDS - 1):
        after: list[bytes] = []
        at = 0
        while at < len(lines):
            framed = frame(lines, at, index.bounds)
            assert framed is not None
            of_record = lines[at : at + framed.record.line_count]
            after += _fixed(of_record, framed.record, index.linter.check([framed.record])[0])
            at += framed.record.line_count
        if after == lines:
            break
        lines = after
    return lines


def _fixed(lines: list[bytes], record: Record, findings: Findings) -> list[bytes]:
    fixes = safe_fixes(findings)
    if not fixes:
        return lines
    if fixes[0].lines is not None:
        return replacement(lines, record, fixes[0])
    edits = tuple(sorted((edit for fix in fixes for edit in fix.edits), key=lambda edit: edit.span))
    return replacement(lines, record, Fix("", Applicability.SAFE, edits))
