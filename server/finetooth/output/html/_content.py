"""What the records show: who speaks, code, tools, languages; and what the task asks for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finetooth.output.html._text import share
from finetooth_rules.example import Kind

if TYPE_CHECKING:
    from finetooth.engine.overview.report_data import ReportData
    from finetooth.engine.overview.report_findings import RuleFindings
    from finetooth.engine.overview.stats import Stats

MOST_NAMES: Final = 8
SKILLS: Final = ("TSK004", "TSK005")
"""The rules on skills that the task requires."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A name and its count; `width` in per mille of the largest."""

    name: str
    count: int
    label: str
    width: int


@dataclass(frozen=True, slots=True)
class Content:
    """One kind of thing that the records hold. `note` says what is counted, `more` how many names are left
    out.
    """

    title: str
    note: str
    bars: tuple[Bar, ...]
    more: int


def contents(data: ReportData) -> tuple[Content, ...]:
    """What there is, kind by kind; kinds of which there is nothing are left out."""
    every = [file.stats for file in data.files]
    rows, kinds = sum(stats.rows for stats in every), _sum(every, "kinds")
    sampled = sum(stats.sampled for stats in every)
    found = [
        _content("Roles", "turns", _sum(every, "roles")),
        _content("Kinds of record", "records", kinds, of=rows) if set(kinds) - {Kind.SUPERVISED} else None,
        _content("Code", "fenced blocks that name a language", _sum(every, "fences")),
        _content("Skills", "rows whose answers show them", _sum(every, "skills")),
        _content("Code that could not be parsed", "pieces", _sum(every, "code_unread")),
        _content("Tools offered", "rows that define them", _sum(every, "tools")),
        _content("Tools called", "calls", _sum(every, "calls")),
        _content("Media", "parts", _sum(every, "media")),
        _content("Languages", f"of {sampled:,} rows looked at", _sum(every, "languages"), of=sampled),
    ]
    return tuple(one for one in found if one is not None)


def _sum(every: list[Stats], name: str) -> Counter[str]:
    """What the files count under a name; what statistics do not count, there is none of."""
    total: Counter[str] = Counter()
    for stats in every:
        total.update(getattr(stats, name, ()))
    return total


def _content(title: str, note: str, counts: Counter[str], of: int = 0) -> Content | None:
    common = counts.most_common()
    if not common:
        return None
    most = common[0][1]
    bars = tuple(
        Bar(
            " ".join(name.split())[:60] or "(none)",
            count,
            share(count, of) if of else f"{count:,}",
            max(8, round(1000 * count / most)),
        )
        for name, count in common[:MOST_NAMES]
    )
    return Content(title, note, bars, len(common) - len(bars))


@dataclass(frozen=True, slots=True)
class Required:
    """A skill that the task requires, and the rows that show it (None: not counted)."""

    name: str
    rows: int | None


@dataclass(frozen=True, slots=True)
class Requires:
    """What the task asks for, and what the rules on skills say of it."""

    skills: tuple[Required, ...]
    rules: tuple[RuleFindings, ...]


def requires(data: ReportData) -> Requires:
    """The skills of `[task] requires`, of all files."""
    shown = _sum([file.stats for file in data.files], "skills")
    counted = any(hasattr(file.stats, "skills") for file in data.files)
    names = dict.fromkeys(skill for file in data.files for skill in file.requires)
    skills = tuple(Required(name, shown[name] if counted else None) for name in names)
    return Requires(skills, tuple(rule for rule in data.rules if rule.code in SKILLS))
