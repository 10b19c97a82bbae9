"""One line for each finding: `path:line:column: CODE [*] message`; `[*]` where it can be fixed."""

from __future__ import annotations

from typing import TextIO

from finetooth.engine.report import Report, Shown
from finetooth.output import OutputOptions
from finetooth.output._cells import printable
from finetooth.output._style import CYAN, Style, style_of
from finetooth.output._summary import fixable, summary


def write(report: Report, out: TextIO, options: OutputOptions) -> None:
    """Findings, then a summary."""
    style = style_of(options)
    out.writelines(f"{_line(finding, style, options)}\n" for finding in report.findings)
    if not options.quiet:
        out.write(summary(report, options) + "\n")


def _line(finding: Shown, style: Style, options: OutputOptions) -> str:
    place = finding.place
    where = f"{style.bold(printable(place.filename))}:{place.line}:{place.column}:"
    code = style.link(finding.url, style.severity(finding.severity, finding.code))
    mark = f" [{style.paint('*', CYAN)}]" if fixable(finding, unsafe=options.unsafe_fixes) else ""
    return f"{where} {code}{mark} {printable(finding.text)}"
