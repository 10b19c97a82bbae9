"""What could not be judged, on standard error: `error: path:line:column: message`; and what is to be known
besides."""

from __future__ import annotations

from typing import TextIO

from finetooth.engine.report import Problem, Report
from finetooth.output import OutputOptions
from finetooth.output._cells import printable
from finetooth.output._style import style_of
from finetooth_rules.finding import Severity


def where(problem: Problem) -> str:
    """`path`, or `path:line:column` where they are known."""
    place = f"{problem.filename}:{problem.line}:{problem.column}" if problem.line else problem.filename
    return printable(place)


def write(report: Report, out: TextIO, options: OutputOptions) -> None:
    """One line for each problem and each note."""
    style = style_of(options)
    for note in report.notes:
        out.write(f"{style.severity(Severity.INFO, 'note:')} {style.bold(where(note))}: {note.message}\n")
    label = style.severity(Severity.ERROR, "error:")
    for problem in report.problems:
        place = f"{style.bold(where(problem))}: " if problem.filename else ""
        out.write(f"{label} {place}{printable(problem.message)}\n")
