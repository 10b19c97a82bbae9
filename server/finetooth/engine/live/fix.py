"""Repairing an open document: the fixes that are wished for, record by record, until none is left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from finetooth.engine.live.blocks import Entry
from finetooth.engine.live.ignored import left
from finetooth.engine.live.index import LiveIndex
from finetooth_rules.alike import Kind, kind_of
from finetooth_rules.edits import apply_edits, replacement, together
from finetooth_rules.finding import Applicability, Finding, Fix
from finetooth_rules.framing import frame
from finetooth_rules.lint import Findings
from finetooth_rules.record import Element, Record

ROUNDS: Final = 10


@dataclass(frozen=True, slots=True)
class Wish:
    """Which fixes are wished for: of one rule, or of one kind of finding, or of all; safe ones, or also
    those that change what is learnt. `number`: of each finding only this one of its fixes.
    """

    code: str | None = None
    kind: Kind | None = None
    number: int | None = None
    unsafe: bool = False

    def fixes(self, findings: Sequence[Finding]) -> tuple[Fix, ...]:
        """The fixes that can be made together."""
        wanted = [finding for finding in findings if finding.fixes and self._meant(finding)]
        if self.number is not None:
            at = slice(self.number, self.number + 1)
            wanted = [replace(finding, fixes=finding.fixes[at]) for finding in wanted]
        return together(wanted, lambda fix: self.unsafe or fix.applicability is Applicability.SAFE)

    def _meant(self, finding: Finding) -> bool:
        if self.kind is not None:
            return kind_of(finding) == self.kind
        return self.code is None or finding.code == self.code


ALL_SAFE: Final = Wish()


@dataclass(frozen=True, slots=True)
class Repaired:
    """`count` lines from `first` on become `lines`, which have their endings."""

    first: int
    count: int
    lines: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Replaced:
    """An element of an array, whose lines begin with `start`, becomes `texts`: several, or none."""

    entry: Entry
    start: int
    texts: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Removed:
    """Elements that go together: `first` to `last`, each with its first line. `before` and `behind` are the
    elements around them that stay, None where there is none.
    """

    first: tuple[Entry, int]
    last: tuple[Entry, int]
    before: tuple[Entry, int] | None
    behind: tuple[Entry, int] | None


ElementRepair: TypeAlias = Replaced | Removed


def repairs(index: LiveIndex, wish: Wish = ALL_SAFE) -> Iterator[Repaired | None]:
    """Every record that the fixes change, in order; None now and then, so that others may run in between."""
    if index.is_no_dataset:
        return
    for block in index.blocks:
        base = index.blocks.start(block)
        for offset, entry in index.flagged(block).entries:
            findings = tuple(finding for _, finding in index.visible(entry))
            if wish.fixes(findings):
                first = base + offset
                before = index.document.lines[first : first + entry.lines]
                after = _settled(index, wish, before, index.record(entry, first), findings)
                if after != before:
                    yield Repaired(first, len(before), tuple(after))
        yield None


def element_repairs(index: LiveIndex, wish: Wish = ALL_SAFE) -> Iterator[ElementRepair | None]:
    """The same in an array, element by element. Elements that go one after the other go in one step, as
    commas go with them; beside wrong bytes between elements none goes before these are mended.
    """
    if index.is_no_dataset:
        return
    going: list[tuple[Entry, int]] = []
    kept: tuple[Entry, int] | None = None
    beside_glue = False
    for block in index.blocks:
        line = index.blocks.start(block)
        flagged = {id(entry) for _, entry in index.flagged(block).entries}
        for entry in block.entries:
            here = (entry, line)
            line += entry.lines
            if entry.size <= 0 and not entry.glue:
                continue  # blank, or not read yet
            texts = _element(index, wish, *here) if id(entry) in flagged else None
            if texts == () and not entry.glue:
                going.append(here)
                continue
            if entry.glue:
                beside_glue = True
            else:
                if going and not beside_glue:
                    yield Removed(going[0], going[-1], kept, here)
                going, kept, beside_glue = [], here, False
            if texts is not None:
                yield Replaced(*here, texts)
        yield None
    if going and not beside_glue:
        yield Removed(going[0], going[-1], kept, None)


def _element(index: LiveIndex, wish: Wish, entry: Entry, start: int) -> tuple[bytes, ...] | None:
    """What becomes of an element; None where nothing does."""
    record = index.record(entry, start)
    findings = tuple(finding for _, finding in index.visible(entry))
    raw = record.raw
    for number in range(ROUNDS):
        fixes = wish.fixes(findings)
        if not fixes:
            break
        if fixes[0].lines is not None:
            return fixes[0].lines
        after = apply_edits(raw, [edit for fix in fixes for edit in fix.edits])
        if after == raw and number:
            break
        raw = after
        if entry.glue:
            return (raw,)
        again = Element(raw, len(raw.splitlines()) or 1, index.bounds.max_depth)
        findings = left(index.ignored, index.linter.check([again])[0], raw)
    return None if raw == record.raw else (raw,)


def has_fix(index: LiveIndex, wish: Wish = ALL_SAFE) -> bool:
    """Whether any finding of a record has a fix that is wished for."""
    return not index.is_no_dataset and any(
        wish.fixes([finding for _, finding in index.visible(entry)])
        for block in index.blocks
        for _, entry in index.flagged(block).entries
    )


def _settled(
    index: LiveIndex, wish: Wish, lines: list[bytes], record: Record, findings: Findings
) -> list[bytes]:
    """The lines of one record after round upon round of fixes; they may have become several records."""
    lines = _fixed(wish, lines, record, findings)
    for _ in range(ROUNDS - 1):
        after: list[bytes] = []
        at = 0
        while at < len(lines):
            framed = frame(lines, at, index.bounds)
            assert framed is not None
            again = framed.record
            of_record = lines[at : at + again.line_count]
            found = left(index.ignored, index.linter.check([again])[0], again.raw)
            after += _fixed(wish, of_record, again, found)
            at += again.line_count
        if after == lines:
            break
        lines = after
    return lines


def _fixed(wish: Wish, lines: list[bytes], record: Record, findings: Findings) -> list[bytes]:
    fixes = wish.fixes(findings)
    if not fixes:
        return lines
    if fixes[0].lines is not None:
        return replacement(lines, record, fixes[0])
    edits = tuple(sorted((edit for fix in fixes for edit in fix.edits), key=lambda edit: edit.span))
    return replacement(lines, record, Fix("", Applicability.SAFE, edits))
