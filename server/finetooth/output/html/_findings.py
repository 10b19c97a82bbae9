"""The section of findings: a rule, how often, and the first places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finetooth.engine.locate import MORE_SPANS
from finetooth.engine.report import Excerpt
from finetooth.output.html._text import clean, count_of
from finetooth_rules.finding import Applicability, Consequence

if TYPE_CHECKING:
    from finetooth.engine.overview.report_data import ReportData
    from finetooth.engine.overview.report_findings import RuleFindings
    from finetooth.engine.report import Shown

MEANING: Final = {
    Consequence.REJECTED: "the trainer stops, or refuses the file",
    Consequence.DROPPED: "the record is left out, often without a word",
    Consequence.TRUNCATED: "part of the record is cut off",
    Consequence.DEGRADED: "it trains, and the model is the worse for it",
    Consequence.NOTE: "worth knowing",
}
MOST_FILES: Final = 6
MOST_RELATED: Final = 4


@dataclass(frozen=True, slots=True)
class Found:
    """One finding as it is printed. `file` is empty where there is but one; `before`, `marked` and `after`
    are the excerpt; `related` are file (empty: the same), line and message; `fix` is the repair.
    """

    file: str
    line: int
    column: int
    message: str
    pointer: str
    has_excerpt: bool
    before: str
    marked: str
    after: str
    related: tuple[tuple[str, int, str], ...]
    fix: str
    safe: bool


@dataclass(frozen=True, slots=True)
class RuleCard:
    """One rule. `width` is its count in per mille of the most frequent one's."""

    rule: RuleFindings
    width: int
    consequences: tuple[tuple[str, str, int], ...]
    files: tuple[tuple[str, int], ...]
    more_files: int
    found: tuple[Found, ...]
    more: int
    repairs: str


def findings(data: ReportData) -> tuple[RuleCard, ...]:
    """A card for each rule that found something."""
    most = max((rule.count for rule in data.rules), default=1)
    single = len(data.files) == 1
    return tuple(_card(rule, most, single) for rule in data.rules)


def _card(rule: RuleFindings, most: int, single: bool) -> RuleCard:
    one_file = len(rule.files) == 1
    return RuleCard(
        rule,
        max(8, round(1000 * rule.count / most)),
        tuple((str(name), MEANING[name], count) for name, count in rule.by_consequence),
        () if single else rule.files[:MOST_FILES],
        0 if single else max(0, len(rule.files) - MOST_FILES),
        tuple(_found(finding, one_file) for finding in rule.listed),
        rule.count - len(rule.listed),
        " ".join(_repairs(rule)),
    )


def _repairs(rule: RuleFindings) -> Iterator[str]:
    if rule.safe:
        yield f"{count_of(rule.safe, 'finding')} can be repaired safely (--fix)."
    if rule.unsafe:
        more = "more " if rule.safe else ""
        yield f"{count_of(rule.unsafe, f'{more}finding')} with a repair to look over (--fix --unsafe-fixes)."


def _found(finding: Shown, one_file: bool) -> Found:
    place = finding.place
    fix = finding.fixes[0] if finding.fixes else None
    before, marked, after = _parts(finding.excerpt) if finding.excerpt is not None else ("", "", "")
    return Found(
        file="" if one_file else place.filename,
        line=place.line,
        column=place.column,
        message=finding.text,
        pointer=finding.pointer,
        has_excerpt=finding.excerpt is not None,
        before=before,
        marked=marked,
        after=after,
        related=tuple(_related(finding))[:MOST_RELATED],
        fix=fix.message if fix is not None else "",
        safe=fix is not None and fix.applicability is Applicability.SAFE,
    )


def _related(finding: Shown) -> Iterable[tuple[str, int, str]]:
    """File (empty: the finding's), line and message of each other place, once; those in the same record that
    only say "and here" are left to the excerpt.
    """
    place = finding.place
    return dict.fromkeys(
        (
            "" if other.place.filename == place.filename else other.place.filename,
            other.place.line,
            other.message,
        )
        for other in finding.related
        if other.message != MORE_SPANS
    )


def _parts(excerpt: Excerpt) -> tuple[str, str, str]:
    """The excerpt before its mark, the marked text (a space where nothing is marked), and what follows."""
    text, start, end = clean(excerpt.text), excerpt.start, excerpt.end
    before = ("…" if excerpt.cut_left else "") + text[:start]
    after = text[end:] + ("…" if excerpt.cut_right else "")
    return before, text[start:end], after
