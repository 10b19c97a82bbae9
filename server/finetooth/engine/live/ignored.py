"""What a baseline hides of an open document."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from finetooth.engine.baseline import Ignored
from finetooth_rules.content_key import content_key

if TYPE_CHECKING:
    from finetooth.engine.live.blocks import Entry
    from finetooth.engine.live.index import LiveIndex
    from finetooth_rules.lint import Findings


def ignore(index: LiveIndex, ignored: Ignored | None) -> None:
    """Leave out from now on what a baseline says."""
    if not index.ignored and not ignored:
        index.ignored = None
        return
    index.ignored = ignored or None
    for block in index.blocks:
        for entry in block.entries:
            for one in (entry, *entry.kept):
                if one.findings or one.judged:
                    one.merged = one.rendered = None
                    block.flagged = None


def settle(index: LiveIndex) -> Iterator[None]:
    """Find out record by record what is left, so that nobody waits for it when it is asked for."""
    if not index.ignored:
        return
    for block in index.blocks:
        for entry in block.entries:
            if entry.merged is None and (entry.findings or entry.judged) and entry.block is not None:
                index.visible(entry)
                yield


def left_of(index: LiveIndex, entry: Entry, findings: Findings) -> Findings:
    """The findings of a record of the document that are not hidden."""
    return _left(index.ignored, findings, lambda: entry_key(index, entry))


def left(ignored: Ignored | None, findings: Findings, raw: bytes) -> Findings:
    """The findings of a record of these bytes that are not hidden."""
    return _left(ignored, findings, lambda: content_key(raw))


def _left(ignored: Ignored | None, findings: Findings, key: Callable[[], str | None]) -> Findings:
    if ignored is None or not any(ignored.may_hide(finding.code) for finding in findings):
        return findings
    known = cache(key)
    return tuple(finding for finding in findings if not ignored.hides(finding.code, known))


def entry_key(index: LiveIndex, entry: Entry) -> str | None:
    """The key of a record of the document; None for one that cannot be told from others."""
    record = index.raw_record(entry, index.blocks.place(entry)[2])
    return None if record.oversize else content_key(record.raw)


def hidden(index: LiveIndex) -> int:
    """How many findings are hidden."""
    if not index.ignored:
        return 0
    severity = index.linter.profile.severity
    entries = (entry for block in index.blocks for entry in block.entries if not entry.pending)
    of_records = sum(
        sum(severity(found.code, found.consequence) is not None for found in index.found_in(entry))
        - len(index.visible(entry))
        for entry in entries
        if entry.findings or entry.judged
    )
    of_file = sum(index.ignored.of_file(finding.code) for finding in index.everything_of_file())
    return of_records + of_file
