"""A code frame for each finding, and a summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final, TextIO

from finetooth.engine.report import Place, Report, Shown
from finetooth.output import OutputOptions
from finetooth.output._cells import printable
from finetooth.output._frame import frame
from finetooth.output._style import BLUE, BOLD, GREEN, Style, style_of
from finetooth.output._summary import summary
from finetooth_rules.finding import Applicability

MOST_ALIKE: Final = 10
"""More findings than this that say the same of one file are a property of the file: a few are shown."""
SHOWN_ALIKE: Final = 3


def write(report: Report, out: TextIO, options: OutputOptions) -> None:
    """Findings with a blank line between them; where many of a file say the same, the first few."""
    style = style_of(options)
    total = Counter(map(_kind, report.findings))
    seen: Counter[tuple[str, str, str]] = Counter()
    for finding in report.findings:
        kind = _kind(finding)
        seen[kind] += 1
        if total[kind] > MOST_ALIKE and seen[kind] > SHOWN_ALIKE:
            continue
        out.writelines(f"{line}\n" for line in _blocks(finding, style, options.width))
        if total[kind] > MOST_ALIKE and seen[kind] == SHOWN_ALIKE:
            more = (
                f"{total[kind] - SHOWN_ALIKE:,} more like this in the file; --output-format concise shows all"
            )
            out.write(f"{' ' * len(str(finding.place.line))} {style.paint('=', BOLD, BLUE)} {more}\n")
        out.write("\n")
    if not options.quiet:
        out.write(summary(report, options) + "\n")


def _kind(finding: Shown) -> tuple[str, str, str]:
    return finding.place.filename, finding.code, finding.message


def _blocks(finding: Shown, style: Style, width: int) -> Iterator[str]:
    code = style.link(finding.url, style.severity(finding.severity, finding.code))
    label = style.severity(finding.severity, finding.severity)
    yield f"{label} {code} {finding.name}: {style.bold(printable(finding.text))}"

    indent = " " * len(str(finding.place.line))
    yield f"{indent}{style.paint('-->', BOLD, BLUE)} {_place(finding.place)}{style.dim(_details(finding))}"
    lines = list(frame(finding, style, width))
    yield from lines
    notes = list(_notes(finding, style))
    if lines and notes:
        yield f"{indent} {style.paint('|', BOLD, BLUE)}"
    sign = style.paint("=", BOLD, BLUE)
    yield from (f"{indent} {sign} {note}" for note in notes)


def _place(place: Place) -> str:
    return f"{printable(place.filename)}:{place.line}:{place.column}"


def _details(finding: Shown) -> str:
    """Where in the record, and how far it goes if over several lines."""
    parts = []
    if finding.place.end_line > finding.place.line:
        parts.append(f"to {finding.place.end_line}:{finding.place.end_column}")
    if finding.pointer:
        parts.append(f"at {printable(finding.pointer)}")
    return f" {' '.join(parts)}" if parts else ""


def _notes(finding: Shown, style: Style) -> Iterator[str]:
    for related in finding.related:
        yield f"{style.bold('note:')} {_place(related.place)}: {printable(related.message)}"
    for fix in finding.fixes:
        safe = fix.applicability is Applicability.SAFE
        label = "fix:" if safe else "unsafe fix:"
        yield f"{style.paint(label, BOLD, GREEN)} {printable(fix.message)}"
