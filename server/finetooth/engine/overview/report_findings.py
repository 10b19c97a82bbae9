"""The findings of a run by rule, and its duplicates by group: which are listed, how many are left out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from finetooth.engine.report import Report, Shown
from finetooth_rules.finding import Applicability, Consequence, Severity

T = TypeVar("T")

MOST_LISTED: Final = 20
"""Findings of one rule that are listed."""
MOST_OF_ALL: Final = 800
"""Findings of all rules that are listed, as long as each has `LEAST_LISTED`."""
LEAST_LISTED: Final = 5
MOST_MEMBERS: Final = 12
"""Members of one group of duplicates that are listed."""

PlaceKey = tuple[str, int]
"""A file and a line in it, from 1."""


@dataclass(frozen=True, slots=True)
class RuleFindings:
    """What one rule found: `count` in all, `files` by file, `listed` the findings that are shown, in order of
    place. `severity` is the gravest one, `safe` and `unsafe` count those that can be repaired so.
    `documentation` is Markdown. `findings_by_consequence` counts what happens to the records.
    """

    code: str
    name: str
    summary: str
    severity: Severity
    by_consequence: tuple[tuple[Consequence, int], ...]
    count: int
    files: tuple[tuple[str, int], ...]
    listed: tuple[Shown, ...]
    safe: int
    unsafe: int
    documentation: str
    url: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A record that repeats another one: its place, and in the rule's words how."""

    filename: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Records that the same rule finds to repeat one. `first` is the record they repeat (None: not told),
    `prompt` what they ask, where it was kept; `members` the first of the `count` others.
    """

    code: str
    name: str
    severity: Severity
    first: PlaceKey | None
    prompt: str
    count: int
    members: tuple[Duplicate, ...]


def counts_by_severity(findings: Iterable[Shown]) -> Counter[Severity]:
    """How many findings there are of each severity."""
    return counted((finding.severity, finding) for finding in findings)


def counted(findings: Iterable[tuple[T, Shown]]) -> Counter[T]:
    """How many findings there are of each kind, those that stand for others with all of them."""
    counts: Counter[T] = Counter()
    for kind, finding in findings:
        counts[kind] += finding.count
    return counts


def is_duplicate(code: str) -> bool:
    """Whether a code is that of a rule on duplicates."""
    return code.startswith("DUP")


def rules_of(report: Report) -> list[RuleFindings]:
    """The gravest rules first, the most frequent first among these."""
    by_code: dict[str, list[Shown]] = defaultdict(list)
    for finding in report.findings:
        by_code[finding.code].append(finding)
    most = most_listed(len(by_code))
    rules = [_rule(report, code, findings, most) for code, findings in by_code.items()]
    return sorted(rules, key=lambda rule: (rule.severity.rank, -rule.count, rule.code))


def most_listed(rules: int) -> int:
    """Findings of each rule that are listed, where so many rules found something."""
    return max(LEAST_LISTED, min(MOST_LISTED, MOST_OF_ALL // max(1, rules)))


def _rule(report: Report, code: str, findings: Sequence[Shown], most: int) -> RuleFindings:
    known = report.catalogue_with(code)
    safe = sum(finding.count for finding in findings if _has(finding, Applicability.SAFE))
    repaired = sum(finding.count for finding in findings if finding.fixes)
    return RuleFindings(
        code=code,
        name=findings[0].name,
        summary=known.by_code[code].summary if known is not None else "",
        severity=min((finding.severity for finding in findings), key=lambda severity: severity.rank),
        by_consequence=tuple(counted((finding.consequence, finding) for finding in findings).most_common()),
        count=sum(finding.count for finding in findings),
        files=tuple(counted((finding.place.filename, finding) for finding in findings).most_common()),
        listed=tuple(varied(findings, most)),
        safe=safe,
        unsafe=repaired - safe,
        documentation=known.documentation(code) if known is not None else "",
        url=findings[0].url,
    )


def _has(finding: Shown, applicability: Applicability) -> bool:
    return any(fix.applicability is applicability for fix in finding.fixes)


def varied(findings: Sequence[Shown], most: int) -> list[Shown]:
    """At most `most` of them, in their order: the first of each kind (file and message), then the second of
    each, and so on, so that many alike do not hide the others.
    """
    if len(findings) <= most:
        return list(findings)
    seen: Counter[tuple[str, str]] = Counter()
    ranked = []
    for index, finding in enumerate(findings):
        kind = (finding.place.filename, finding.message)
        ranked.append((seen[kind], index))
        seen[kind] += 1
    return [findings[index] for index in sorted(index for _, index in sorted(ranked)[:most])]


def duplicate_groups(findings: Iterable[Shown], prompts: Mapping[PlaceKey, str]) -> list[DuplicateGroup]:
    """The largest groups first. A record whose finding names no other one is a group of its own."""
    groups: dict[tuple[str, PlaceKey, bool], list[Shown]] = defaultdict(list)
    for finding in findings:
        if is_duplicate(finding.code):
            place = finding.related[0].place if finding.related else finding.place
            groups[finding.code, (place.filename, place.line), bool(finding.related)].append(finding)
    found = [
        _group(first if related else None, several, prompts)
        for (_, first, related), several in groups.items()
    ]
    return sorted(found, key=lambda group: (-group.count, group.code, group.first or ("", 0)))


def _group(
    first: PlaceKey | None, several: Sequence[Shown], prompts: Mapping[PlaceKey, str]
) -> DuplicateGroup:
    members = [Duplicate(finding.place.filename, finding.place.line, finding.message) for finding in several]
    prompt = next(
        (prompts[key] for member in members if (key := (member.filename, member.line)) in prompts), ""
    )
    return DuplicateGroup(
        code=several[0].code,
        name=several[0].name,
        severity=several[0].severity,
        first=first,
        prompt=prompt,
        count=len(members),
        members=tuple(members[:MOST_MEMBERS]),
    )
