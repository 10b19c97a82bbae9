"""Statistics of a file for people, and as plain data."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from finetooth.engine.overview.stats_words import (
    counted_by,
    format_words,
    names,
    quantiles,
    short,
    target_words,
    written_by,
)

if TYPE_CHECKING:
    from finetooth.engine.files.source import Source
    from finetooth.engine.overview.stats import Stats
    from finetooth.output._style import Style
    from finetooth_rules.profile import Profile

_BARS: Final = " ▁▂▃▄▅▆▇█"
_MOST_LANGUAGES: Final = 6
_LABEL: Final = 10


def page(source: Source, profile: Profile, stats: Stats, style: Style, width: int) -> Iterator[str]:
    """The lines about one file."""
    yield style.bold(source.name)
    for label, texts in _rows(source, profile, stats, width - _LABEL - 2):
        wrapped = [line for text in texts for line in _wrapped(text, width - _LABEL - 2)]
        for number, text in enumerate(wrapped):
            head = style.dim(f"{label:<{_LABEL}}") if number == 0 else " " * _LABEL
            yield f"  {head}{text}"


def _wrapped(text: str, room: int) -> list[str]:
    """The lines of a text that is too long for one, later ones indented."""
    return [text] if len(text) <= room else textwrap.wrap(text, room, subsequent_indent="  ")


def _rows(source: Source, profile: Profile, stats: Stats, width: int) -> Iterator[tuple[str, Sequence[str]]]:
    yield "format", [format_words(profile, stats)]
    yield "target", list(target_words(profile, stats))
    yield "rows", [_count_of_rows(source, stats)]
    if stats.turns and any(stats.turns):
        yield "turns", [_turns(stats), names(stats.roles)]
    if stats.lengths and sum(stats.lengths):
        yield "tokens", [_tokens(profile, stats)]
        yield "lengths", list(_lengths(profile, stats, width))
    if stats.tools or stats.calls:
        yield "tools", list(_tools(stats))
    if stats.media:
        yield "media", [names(stats.media)]
    if stats.fences:
        yield "code", [names(stats.fences)]
    if stats.skills or stats.code_unread or profile.task.requires:
        yield "skills", list(_skills(profile, stats))
    if stats.languages:
        yield "language", [_shares(stats.languages, stats.sampled)]


def _count_of_rows(source: Source, stats: Stats) -> str:
    size = source.size()
    amount = f"{size:,} bytes" if size < 100_000 else f"{size / 1e6:,.1f} MB"
    unread = f", {stats.unread:,} of them not readable" if stats.unread else ""
    return f"{stats.rows:,}{unread} ({amount})"


def _turns(stats: Stats) -> str:
    turns = sorted(stats.turns)
    low, high = turns[0], turns[-1]
    if low == high:
        return f"{low} a row"
    return f"{low} to {high} a row, median {turns[len(turns) // 2]}"


def _tokens(profile: Profile, stats: Stats) -> str:
    total, trained = sum(stats.lengths), sum(stats.trained)
    encoding = ", ".join(filter(None, (counted_by(profile), written_by(profile))))
    about = "about " if stats.estimated else ""
    share = f" ({trained / total:.0%})" if total else ""
    return f"{about}{total:,} ({encoding}); trained {about}{trained:,}{share}"


def _lengths(profile: Profile, stats: Stats, width: int) -> Iterator[str]:
    lengths = sorted(stats.lengths)
    middle, most = lengths[len(lengths) // 2], lengths[len(lengths) * 95 // 100]
    yield f"median {middle:,}, 95 % up to {most:,}, longest {lengths[-1]:,} tokens"
    if lengths[-1] > lengths[0]:
        columns = max(10, min(48, width - 24))
        yield f"{lengths[0]:,} {histogram(lengths, columns)} {lengths[-1]:,}"
    limit = profile.tokens_allowed
    if limit is not None and lengths[-1] > limit:
        over = sum(length > limit for length in lengths)
        yield f"{over:,} row{'s' * (over != 1)} over {limit:,} tokens ({over / len(lengths):.1%})"


def histogram(values: Sequence[int], columns: int) -> str:
    """Bars of equal widths from the least to the largest of sorted values; any value at all shows."""
    low, high = values[0], values[-1]
    counts = [0] * columns
    for value in values:
        counts[min(columns - 1, (value - low) * columns // max(1, high - low))] += 1
    top = max(counts)
    return "".join(_BARS[0 if not count else max(1, round(count / top * 8))] for count in counts)


def _tools(stats: Stats) -> Iterator[str]:
    if stats.tools:
        yield f"{len(stats.tools):,} defined in {stats.rows_with_tools:,} rows: {names(stats.tools)}"
    if stats.calls:
        yield f"{sum(stats.calls.values()):,} calls: {names(stats.calls)}"


def _skills(profile: Profile, stats: Stats) -> Iterator[str]:
    if stats.skills:
        yield f"rows that show {names(stats.skills)}"
    missing = [skill for skill in profile.task.requires if not stats.skills[skill]]
    if missing:
        yield f"none that shows {', '.join(map(short, missing))}, which the task requires"
    if stats.code:
        read = sum(stats.code.values())
        yield f"{read:,} piece{'s' * (read != 1)} of code read: {names(stats.code)}"
    if stats.code_unread:
        yield f"{sum(stats.code_unread.values()):,} could not be parsed: {names(stats.code_unread)}"


def _shares(counts: Counter[str], total: int) -> str:
    common = [(name, count) for name, count in counts.most_common(_MOST_LANGUAGES) if count / total >= 0.02]
    return (
        ", ".join(f"{name} {count / total:.0%}" for name, count in common) + f" (of {total:,} rows looked at)"
    )


def as_object(source: Source, profile: Profile, stats: Stats) -> dict[str, Any]:
    """The same as plain data."""
    lengths, turns = sorted(stats.lengths), sorted(stats.turns)
    limit = profile.tokens_allowed
    return {
        "filename": source.name,
        "bytes": source.size(),
        "format": profile.format,
        "format-by": profile.format_source or ("settings" if profile.configured_format else "first records"),
        "formats": dict(stats.formats.most_common()),
        "kinds": dict(stats.kinds.most_common()),
        "target": profile.target.name,
        "model": profile.model,
        "rows": stats.rows,
        "unreadable-rows": stats.unread,
        "turns": quantiles(turns),
        "roles": dict(stats.roles.most_common()),
        "tokens": {
            "encoding": counted_by(profile),
            "tokenizer": None if profile.tokenizer is None else profile.tokenizer.path,
            "template": None if profile.template is None else profile.template.path,
            "estimated": stats.estimated,
            "total": sum(lengths),
            "trained": sum(stats.trained),
            "limit": limit,
            "rows-over-limit": sum(length > limit for length in lengths) if limit is not None else 0,
            **quantiles(lengths),
        }
        if lengths
        else None,
        "tools": dict(stats.tools.most_common()),
        "calls": dict(stats.calls.most_common()),
        "media": dict(stats.media.most_common()),
        "fence-languages": dict(stats.fences.most_common()),
        "skills": dict(stats.skills.most_common()),
        "code": dict(stats.code.most_common()),
        "code-not-parsed": dict(stats.code_unread.most_common()),
        "languages": dict(stats.languages.most_common()),
        "languages-sampled": stats.sampled,
    }
