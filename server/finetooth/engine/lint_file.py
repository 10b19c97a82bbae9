"""One file, from its bytes to findings with lines and columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from finetooth.engine.locate import Located, page_of, pointer, show
from finetooth.engine.plugins import catalogue_of, linter_for
from finetooth.engine.report import Excerpt, Place, Shown, ShownFix
from finetooth.engine.shards import SHARD_BYTES, Merged, Reader, Shard, judged, lint_shard, merge, plan
from finetooth.engine.source import Source, file_facts
from finetooth_rules.alike import Kind, in_others, kind_of, told_once
from finetooth_rules.array import Framing
from finetooth_rules.catalogue import Catalogue
from finetooth_rules.features import Features
from finetooth_rules.file_facts import FileFacts
from finetooth_rules.finding import Finding, Severity
from finetooth_rules.framing import column, content, position, split_lines
from finetooth_rules.lint import Linter
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record

if TYPE_CHECKING:
    from concurrent.futures import Executor

NOT_A_DATASET = "SYN017"
JSON_ARRAY = "SYN008"
WHOLE_FILE_CODES = (NOT_A_DATASET, JSON_ARRAY)
"""Findings of these rules speak for the whole file: what the lines of such a file look like says nothing
more.
"""


@dataclass(frozen=True, slots=True)
class RecordFindings:
    """A record with findings: address (byte offset), first line from 0, and the findings that are shown."""

    offset: int
    line: int
    record: Record
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class FileResult:
    """Everything found in one file. `broken` names rules that raised; `unjudged` counts records over the
    size limit.
    """

    source: Source
    profile: Profile
    facts: FileFacts
    of_records: tuple[RecordFindings, ...]
    of_file: tuple[Finding, ...]
    record_count: int
    line_count: int
    broken: dict[str, str]
    unjudged: int
    merged: Merged


def lint_file(
    source: Source,
    profile: Profile,
    features: Features,
    *,
    advance: Callable[[int], None] = lambda count: None,
    executor: Executor | None = None,
    shard_bytes: int = SHARD_BYTES,
) -> FileResult:
    """Lint one file, in this process or its shards on an executor. Raises OSError."""
    facts = file_facts(source)
    linter = linter_for(profile)
    of_file = list(linter.check_file(facts))
    if any(finding.code in WHOLE_FILE_CODES for finding in of_file):
        advance(facts.size)
        of_file = [finding for finding in of_file if finding.code in WHOLE_FILE_CODES]
        return FileResult(source, profile, facts, (), tuple(of_file), 0, 0, linter.broken, 0, Merged())
    is_array = source.framing is Framing.ARRAY
    line_count = None if is_array else facts.lf + facts.crlf + facts.cr + 1
    merged = Merged()
    if executor is None or is_array or facts.size < 2 * shard_bytes:
        merged = Merged((lint_shard(Shard(source, at_most=line_count), profile, features, advance),))
    else:
        from finetooth.engine.executors import lint_on

        for part in lint_on(executor, plan(source, facts.size, shard_bytes, line_count), profile, features):
            merged = merge(merged, Merged((part,)))
            advance(shard_bytes)
    more, whole = judged(linter, merged, features)
    of_file += [finding for finding in whole if finding.code in profile.selected]
    broken = dict(linter.broken)
    for part in merged.parts:
        broken |= part.broken
    return FileResult(
        source,
        profile,
        facts,
        tuple(_joined(linter, merged, Reader(source, merged), list(more))),
        tuple(of_file),
        sum(part.record_count for part in merged.parts),
        sum(part.line_count for part in merged.parts),
        broken,
        sum(part.unjudged for part in merged.parts),
        merged,
    )


def _joined(
    linter: Linter, merged: Merged, reader: Reader, more: list[tuple[int, Finding]]
) -> Iterator[RecordFindings]:
    """The records with findings of either kind, in order, read again for display."""
    later: dict[int, list[Finding]] = {}
    for offset, finding in more:
        later.setdefault(offset, []).append(finding)
    for part, base in zip(merged.parts, merged.bases(), strict=True):
        for hit in part.hits:
            record = reader.record(
                hit.offset, hit.size, oversize=hit.oversize, column=hit.column, glue=hit.glue
            )
            extra = None if hit.glue else later.pop(hit.offset, None)
            findings = linter.finish((*hit.findings, *extra)) if extra else hit.findings
            yield RecordFindings(hit.offset, base + hit.line, record, findings)
    for offset, findings_of in sorted(later.items()):
        found = reader.at(offset)
        finished = linter.finish(findings_of)
        if found is not None and finished:
            yield RecordFindings(offset, found[0], found[1], finished)


def shown(result: FileResult) -> Iterator[Shown]:
    """The findings of a file as people see them, in order of place; those the target contradicts are left
    out.
    """
    reader = Reader(result.source, result.merged)
    name = result.source.name
    known = catalogue_of(result.profile)
    alike = _told_once(result, known)
    for finding in result.of_file:
        severity = result.profile.severity(finding.code, finding.consequence)
        if severity is not None:
            yield _show_of_file(result, finding, severity, known)
    for item in sorted(result.of_records, key=lambda item: item.offset):
        for finding in item.findings:
            severity = result.profile.severity(finding.code, finding.consequence)
            if severity is None:
                continue
            group = alike.get(kind_of(finding)) if alike else None
            if group is not None and group.shown:
                continue
            located = Located(item.line, item.record, finding, severity)
            one = show(name, located, reader.at, known, partial(_around, result.source, item))
            if group is not None:
                group.shown = True
                others = in_others(group.records - 1, blank=item.record.blank)
                one = replace(one, others=others, alike=group.findings - 1)
            yield one


@dataclass(slots=True)
class _Alike:
    """How many findings say the same, in how many records, and whether one of them was shown."""

    records: int = 0
    findings: int = 0
    shown: bool = False


def _told_once(result: FileResult, known: Catalogue) -> dict[Kind, _Alike]:
    """What nearly every record has in common."""
    groups: dict[Kind, _Alike] = {}
    for item in result.of_records:
        kinds = Counter(kind_of(finding) for finding in item.findings if finding.code in known.of_form)
        for kind, count in kinds.items():
            group = groups.setdefault(kind, _Alike())
            group.records += 1
            group.findings += count
    once = told_once({kind: group.records for kind, group in groups.items()}, result.record_count)
    return {kind: groups[kind] for kind in once}


def _around(source: Source, item: RecordFindings, count: int) -> tuple[bytes, bytes]:
    """At most `count` bytes before a record, and behind it."""
    start = max(0, item.offset - count)
    return source.slice(start, item.offset - start), source.slice(item.offset + len(item.record.raw), count)


def _show_of_file(result: FileResult, finding: Finding, severity: Severity, known: Catalogue) -> Shown:
    """A finding about the file as a whole: at its span where that lies in the head or at the end, else on
    line 1.
    """
    rule = known.by_code[finding.code]
    where, excerpt = _file_place(result, finding)
    return Shown(
        code=finding.code,
        name=rule.name,
        severity=severity,
        consequence=finding.consequence,
        message=finding.message,
        place=where,
        pointer=pointer(finding.path),
        url=page_of(rule, known),
        excerpt=excerpt,
        fixes=tuple(ShownFix(fix.applicability, fix.title) for fix in finding.fixes),
    )


def _file_place(result: FileResult, finding: Finding) -> tuple[Place, Excerpt | None]:
    name, facts, span = result.source.name, result.facts, finding.span
    if span is None:
        return Place(name, 1, 1, 1, 1), None
    if span.start >= len(facts.head):
        # Only the end of the file is pointed at from here.
        size = min(facts.size, 4096)
        last = content(split_lines(result.source.slice(facts.size - size, size))[-1])
        line = facts.lf + facts.crlf + facts.cr + (not facts.tail.endswith((b"\n", b"\r")))
        width = column(last, len(last)) + 1
        return Place(name, line, width, line, width), None
    start, end = position(facts.head, span.start), position(facts.head, span.end)
    lines = split_lines(facts.head) or [b""]
    first, last = lines[min(start.line, len(lines) - 1)], lines[min(end.line, len(lines) - 1)]
    return (
        Place(
            name, start.line + 1, column(first, start.offset) + 1, end.line + 1, column(last, end.offset) + 1
        ),
        None,
    )
