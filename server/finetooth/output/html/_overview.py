"""What the page begins with: the verdict, the numbers, the files, and what the target does with them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finetooth.output.html._text import count_of, share
from finetooth_rules.finding import Severity

if TYPE_CHECKING:
    from finetooth.engine.overview.report_data import FileData, ReportData

MOST_FILES: Final = 200
"""Files that are listed."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number that the page begins with."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """`tone` is a severity, `clean` or `trouble`; `headline` and `text` say what to make of it."""

    tone: str
    headline: str
    text: str
    numbers: tuple[Number, ...]


def overview(data: ReportData) -> Overview:
    """The verdict and the numbers."""
    tone, headline, text = _verdict(data)
    return Overview(tone, headline, text, tuple(_numbers(data)))


def _verdict(data: ReportData) -> tuple[str, str, str]:
    errors, warnings, infos = (data.counts[severity] for severity in Severity)
    affected = sum(file.affected for file in data.files)
    where = f"in {count_of(affected, 'record')}" if affected else "in the files as a whole"
    if errors:
        return (
            "error",
            f"{count_of(errors, 'error')} to repair before training",
            (f"The run would reject, drop or spoil what they point at: {_findings(data)} {where}."),
        )
    if warnings:
        return (
            "warning",
            f"It will train, with {count_of(warnings, 'warning')}",
            (f"Nothing would be refused, but the model is the worse for it: {_findings(data)} {where}."),
        )
    if data.problems:
        if not data.files:
            return "trouble", "Nothing could be judged", "There is no file to tell of."
        return "trouble", "Not everything could be judged", "What follows is only part of the data."
    if infos:
        return "info", "Nothing to repair", f"{_findings(data)} {where}: worth knowing, no more."
    if not data.records:
        return "trouble", "No record to judge", "The files hold none."
    return (
        "clean",
        "All clean",
        f"{count_of(data.records, 'record')} in {count_of(len(data.files), 'file')}, no finding.",
    )


def _findings(data: ReportData) -> str:
    return count_of(sum(data.counts.values()), "finding")


def _numbers(data: ReportData) -> list[Number]:
    every = [file.stats for file in data.files]
    rows, unread = sum(stats.rows for stats in every), sum(stats.unread for stats in every)
    numbers = [
        Number("Files", f"{len(data.files):,}", _splits(data)),
        Number("Rows", f"{rows:,}", f"{unread:,} not readable" if unread else ""),
    ]
    turns = sum(sum(stats.turns) for stats in every)
    if turns:
        numbers.append(
            Number("Turns", f"{turns:,}", f"{turns / max(1, sum(len(s.turns) for s in every)):.1f} a row")
        )
    total, trained = sum(sum(stats.lengths) for stats in every), sum(sum(stats.trained) for stats in every)
    if total:
        about = "about " if any(stats.estimated for stats in every) else ""
        numbers.append(Number("Tokens", short(total), f"{about}{total:,}"))
        numbers.append(Number("Trained tokens", short(trained), f"{share(trained, total)} of all"))
    limited = [file for file in data.files if file.limit is not None and not file.limit.assumed]
    if limited:
        over = sum(over_limit(file) for file in limited)
        limits = sorted({file.limit.tokens for file in limited if file.limit is not None})
        note = f"of {limits[0]:,} tokens" if len(limits) == 1 else "of each file's target"
        numbers.append(Number("Rows over the limit", f"{over:,}", note))
    return numbers


def short(count: int) -> str:
    """`11.3 M`, `69.7 k`, `812`."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if count >= size * 9.9995 or (count >= size and unit != "k"):
            return f"{count / size:.3g} {unit}" if count / size < 999.5 else f"{count / size:,.0f} {unit}"
    return f"{count:,}"


def over_limit(file: FileData) -> int:
    """Rows with more tokens than the limit."""
    if file.limit is None:
        return 0
    return sum(length > file.limit.tokens for length in file.stats.lengths)


def _splits(data: ReportData) -> str:
    splits = Counter(file.split for file in data.files if file.split)
    return ", ".join(f"{name} {count:,}" for name, count in splits.items()) if len(splits) > 1 else ""


@dataclass(frozen=True, slots=True)
class FileRow:
    """A line of the table of files; texts are ready to print."""

    file: FileData
    tokens: str
    trained: str
    longest: str
    others: str


@dataclass(frozen=True, slots=True)
class Files:
    """The files that are listed, and how many are not."""

    rows: tuple[FileRow, ...]
    more: int


def files(data: ReportData) -> Files:
    """The table of files."""
    rows = [_row(file) for file in data.files[:MOST_FILES]]
    return Files(tuple(rows), len(data.files) - len(rows))


def _row(file: FileData) -> FileRow:
    stats = file.stats
    total = sum(stats.lengths)
    others = [f"{name} {count:,}" for name, count in stats.formats.most_common(4) if name != file.format]
    return FileRow(
        file,
        f"{total:,}" if total else "–",
        f"{sum(stats.trained):,}" if total else "–",
        f"{max(stats.lengths):,}" if total else "–",
        f"also {', '.join(others)}" if file.format and others else "",
    )


@dataclass(frozen=True, slots=True)
class TargetCard:
    """What a target does with the files that it will read."""

    title: str
    name: str
    model: str
    will: tuple[str, ...]
    files: tuple[str, ...]


def targets(data: ReportData) -> tuple[TargetCard, ...]:
    """Files of one target to which it does the same, together."""
    cards: dict[tuple[str, str, str, tuple[str, ...]], list[str]] = {}
    for file in data.files:
        if file.judged:
            cards.setdefault((file.target_title, file.target, file.model, file.will), []).append(file.name)
    return tuple(TargetCard(*key, tuple(names)) for key, names in cards.items())
