"""One file, from its bytes to findings with lines and columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import TYPE_CHECKING

from finetooth.engine.baseline import Ignored, key_of
from finetooth.engine.files.source import Source, file_facts
from finetooth.engine.files.spool import Spool
from finetooth.engine.judging import judged
from finetooth.engine.locate import Located, page_of, pointer, show, show_related
from finetooth.engine.records import Reader, Readers
from finetooth.engine.report import Excerpt, Place, Shown, ShownFix
from finetooth.engine.settings.plugins import catalogue_of, linter_for
from finetooth.engine.shards import SHARD_BYTES, Merged, Part, lint_shard, merge, plan
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
class Scanned:
    """A file whose records were all looked at, one by one: what they say together is not judged yet.

    `unit` names the files that statistic rules judge as one; `of_file` are findings of the file rules.
    `whole`: these speak for the whole file, and its records were not looked at. `ignored` is what a baseline
    says of it.
    """

    source: Source
    linter: Linter
    features: Features
    facts: FileFacts
    of_file: tuple[Finding, ...]
    merged: Merged
    unit: str
    whole: bool = False
    ignored: Ignored | None = None

    @property
    def profile(self) -> Profile:
        """What it is judged by."""
        return self.linter.profile


@dataclass(frozen=True, slots=True)
class FileResult:
    """Everything found in one file, the `number`th of those that were judged `together`. `broken` names rules
    that raised; `unjudged` counts records over the size limit, `ignored` findings that a baseline hides.
    """

    number: int
    together: tuple[Scanned, ...]
    of_records: tuple[RecordFindings, ...]
    of_file: tuple[Finding, ...]
    broken: dict[str, str]
    ignored: int = 0

    @property
    def scanned(self) -> Scanned:
        """The file itself."""
        return self.together[self.number]

    @property
    def source(self) -> Source:
        """What it was read from."""
        return self.scanned.source

    @property
    def profile(self) -> Profile:
        """What it was judged by."""
        return self.scanned.profile

    @property
    def facts(self) -> FileFacts:
        """Facts of the file itself."""
        return self.scanned.facts

    @property
    def merged(self) -> Merged:
        """What is known of its records."""
        return self.scanned.merged

    @property
    def record_count(self) -> int:
        """Records, blank lines not counted."""
        return sum(part.record_count for part in self.merged.parts)

    @property
    def line_count(self) -> int:
        """Lines."""
        return sum(part.line_count for part in self.merged.parts)

    @property
    def unjudged(self) -> int:
        """Records over the size limit."""
        return sum(part.unjudged for part in self.merged.parts)

    def read_from(self, source: Source) -> FileResult:
        """The same, its file now being there."""
        together = list(self.together)
        together[self.number] = replace(self.scanned, source=source)
        return replace(self, together=tuple(together))


def lint_file(
    source: Source,
    profile: Profile,
    features: Features,
    *,
    advance: Callable[[int], None] = lambda count: None,
    executor: Executor | None = None,
    shard_bytes: int = SHARD_BYTES,
) -> FileResult:
    """Lint one file that stands for itself. Raises OSError."""
    scanned = scan_file(
        source, profile, features, advance=advance, executor=executor, shard_bytes=shard_bytes
    )
    return judge_files([scanned], executor)[0]


def scan_file(
    source: Source,
    profile: Profile,
    features: Features,
    *,
    unit: str = "",
    ignored: Ignored | None = None,
    advance: Callable[[int], None] = lambda count: None,
    executor: Executor | None = None,
    shard_bytes: int = SHARD_BYTES,
) -> Scanned:
    """Look at every record of a file, in this process or its shards on an executor. Raises OSError."""
    facts = file_facts(source)
    linter = linter_for(profile)
    of_file = linter.check_file(facts)
    if any(finding.code in WHOLE_FILE_CODES for finding in of_file):
        advance(facts.size)
        of_file = tuple(finding for finding in of_file if finding.code in WHOLE_FILE_CODES)
        return Scanned(source, linter, features, facts, of_file, Merged(), unit, True, ignored)
    is_array = source.framing is Framing.ARRAY
    line_count = None if is_array or unit else facts.lf + facts.crlf + facts.cr + 1
    merged, spool = Merged(), Spool(profile.max_index_bytes)
    for part in _parts(source, facts.size, line_count, profile, features, advance, executor, shard_bytes):
        merged = merge(merged, Merged((spool.hold(part),)))
    return Scanned(source, linter, features, facts, of_file, merged, unit, ignored=ignored)


def _parts(
    source: Source,
    size: int,
    line_count: int | None,
    profile: Profile,
    features: Features,
    advance: Callable[[int], None],
    executor: Executor | None,
    shard_bytes: int,
) -> Iterator[Part]:
    """The parts of a file, in any order."""
    shards = plan(source, size, shard_bytes, line_count)
    if executor is None or len(shards) == 1:
        for shard in shards:
            yield lint_shard(shard, profile, features, advance)
        return
    from finetooth.engine.executors import lint_on

    for part in lint_on(executor, shards, profile, features):
        yield part
        advance(shard_bytes)


def judge_files(files: Sequence[Scanned], executor: Executor | None = None) -> list[FileResult]:
    """What was found in each of the files of one dataset, all of them taken together. Raises OSError."""
    together = tuple(files)
    readers = Readers(together)
    results = []
    for number, (file, verdicts) in enumerate(zip(files, judged(together, executor), strict=True)):
        of_file = list(file.of_file)
        of_file += [finding for finding in verdicts.of_file if finding.code in file.profile.selected]
        broken = dict(file.linter.broken)
        for part in file.merged.parts:
            broken |= part.broken
        of_records = tuple(_joined(file.linter, file.merged, readers.of(number), verdicts.of_records))
        result = FileResult(number, together, of_records, tuple(of_file), broken)
        results.append(_without_ignored(result, file.ignored) if file.ignored else result)
    return results


def _without_ignored(result: FileResult, ignored: Ignored) -> FileResult:
    """What is left where a baseline hides findings."""
    of_file = tuple(finding for finding in result.of_file if not ignored.of_file(finding.code))
    gone = [finding for finding in result.of_file if ignored.of_file(finding.code)]
    of_records: list[RecordFindings] = []
    for item in result.of_records:
        left = left_of(item, ignored)
        if left:
            of_records.append(item if len(left) == len(item.findings) else replace(item, findings=left))
        if len(left) < len(item.findings):
            gone += [finding for finding in item.findings if finding not in left]
    severity = result.profile.severity
    count = sum(severity(finding.code, finding.consequence) is not None for finding in gone)
    return replace(result, of_file=of_file, of_records=tuple(of_records), ignored=count)


def left_of(item: RecordFindings, ignored: Ignored) -> tuple[Finding, ...]:
    """The findings of a record that a baseline does not hide."""
    if not any(ignored.may_hide(finding.code) for finding in item.findings):
        return item.findings
    key = cache(lambda: key_of(item.record))
    return tuple(finding for finding in item.findings if not ignored.hides(finding.code, key))


def _joined(
    linter: Linter, merged: Merged, reader: Reader, more: Sequence[tuple[int, Finding]]
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
    return (one for one, _, _ in shown_with_records(result))


def shown_with_records(result: FileResult) -> Iterator[tuple[Shown, Finding, RecordFindings | None]]:
    """The same, each with the finding itself and its record (None: it is on the file as a whole)."""
    readers = Readers(result.together)
    name = result.source.name
    known = catalogue_of(result.profile)
    alike = _told_once(result, known)
    for finding in result.of_file:
        severity = result.profile.severity(finding.code, finding.consequence)
        if severity is not None:
            yield _show_of_file(result, finding, severity, known, readers), finding, None
    for item in sorted(result.of_records, key=lambda item: item.offset):
        for finding in item.findings:
            severity = result.profile.severity(finding.code, finding.consequence)
            if severity is None:
                continue
            group = alike.get(kind_of(finding)) if alike else None
            if group is not None and group.shown:
                continue
            located = Located(item.line, item.record, finding, severity)
            one = show(name, located, readers.at, known, partial(_around, result.source, item))
            if group is not None:
                group.shown = True
                others = in_others(group.records - 1, blank=item.record.blank)
                one = replace(one, others=others, alike=group.findings - 1)
            yield one, finding, item


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


def _show_of_file(
    result: FileResult, finding: Finding, severity: Severity, known: Catalogue, readers: Readers
) -> Shown:
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
        related=tuple(
            shown for item in finding.related if (shown := show_related(item, readers.at)) is not None
        ),
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
