"""The section of duplicates: groups by rule, and where their records stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from finetooth_rules.finding import Severity

if TYPE_CHECKING:
    from finetooth.engine.overview.report_data import ReportData
    from finetooth.engine.overview.report_findings import DuplicateGroup


@dataclass(frozen=True, slots=True)
class Lines:
    """Some lines of one file; `file` is empty where there is but one."""

    file: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """One group: what its records ask, the record that is repeated, the others, what the rule says of it.

    `said` is empty where it is the same for all groups of the rule. `more` counts the places left out.
    """

    prompt: str
    records: int
    first: Lines | None
    others: tuple[Lines, ...]
    more: int
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DuplicateRule:
    """The groups of one rule; `said` is the message that all have in common, if there is one."""

    code: str
    name: str
    severity: Severity
    said: str
    groups: tuple[Group, ...]


def duplicates(data: ReportData) -> tuple[DuplicateRule, ...]:
    """The groups that are listed, by rule."""
    one_file = len(data.files) == 1
    by_rule: dict[str, list[DuplicateGroup]] = {}
    for group in data.duplicates:
        by_rule.setdefault(group.code, []).append(group)
    return tuple(_rule(groups, one_file) for _, groups in sorted(by_rule.items()))


def _rule(groups: list[DuplicateGroup], one_file: bool) -> DuplicateRule:
    messages = {member.message for group in groups for member in group.members}
    common = next(iter(messages)) if len(messages) == 1 else ""
    return DuplicateRule(
        groups[0].code,
        groups[0].name,
        min((group.severity for group in groups), key=lambda severity: severity.rank),
        common,
        tuple(_group(group, one_file, common) for group in groups),
    )


def _group(group: DuplicateGroup, one_file: bool, common: str) -> Group:
    places = [("" if one_file else member.filename, member.line) for member in group.members]
    first = None
    if group.first is not None:
        name, line = group.first
        first = Lines("" if one_file else name, (line,))
        # The file of the first one is not named again.
        places = [("" if file == name else file, number) for file, number in places]
    said = () if common else tuple(dict.fromkeys(member.message for member in group.members))
    return Group(
        group.prompt,
        group.count + (first is not None),
        first,
        tuple(_lines(places)),
        group.count - len(group.members),
        said,
    )


def _lines(places: Iterable[tuple[str, int]]) -> Iterable[Lines]:
    for file, several in groupby(places, key=lambda place: place[0]):
        yield Lines(file, tuple(line for _, line in several))
