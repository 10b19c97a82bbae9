"""The last line for people: what was found, in how much, and what can be repaired."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from finetooth.engine.report import Report, Shown
from finetooth.output import OutputOptions
from finetooth.output._style import GREEN, style_of
from finetooth_rules.finding import Applicability, Severity


def plural(count: int, word: str) -> str:
    """`1 file`, `1,234 files`; `info` has no plural."""
    return f"{count:,} {word}" + ("" if count == 1 or word == "info" else "s")


def fixable(finding: Shown, *, unsafe: bool) -> bool:
    """Whether `--fix` (with `unsafe`: and `--unsafe-fixes`) would repair the finding."""
    return any(unsafe or fix.applicability is Applicability.SAFE for fix in finding.fixes)


def summary(report: Report, options: OutputOptions) -> str:
    """One line, without an ending."""
    return " ".join(_sentences(report, options))


def _sentences(report: Report, options: OutputOptions) -> Iterator[str]:
    style = style_of(options)
    judged = f"{plural(report.records, 'record')} in {plural(report.files, 'file')}"
    if report.fixed:
        yield f"{'Would fix' if options.diff else 'Fixed'} {plural(report.fixed, 'finding')}."
    if report.findings:
        counts = Counter[Severity]()
        for finding in report.findings:
            counts[finding.severity] += finding.count
        kinds = ", ".join(
            style.severity(severity, plural(counts[severity], severity))
            for severity in Severity
            if counts[severity]
        )
        affected = len({finding.place.filename for finding in report.findings})
        files = (
            f"{affected:,} of {plural(report.files, 'file')}"
            if affected < report.files
            else plural(affected, "file")
        )
        verb = "Would leave" if options.diff and report.fixed else "Found"
        yield f"{style.bold(verb)} {kinds} in {files} ({plural(report.records, 'record')})."
        if not (options.diff and report.fixed):
            yield from _repairs(report, options)
    elif report.problems:
        yield f"No finding in {judged}." if report.files else "Nothing was judged."
    elif report.files:
        yield f"{style.paint('All clean', '1', GREEN)}: {judged}."
    else:
        yield "No file to judge."
    if report.ignored:
        yield f"{plural(report.ignored, 'finding')} ignored by the baseline."
    if report.problems:
        yield style.severity(
            Severity.ERROR, f"{plural(len(report.problems), 'problem')} kept something from being judged."
        )


def _repairs(report: Report, options: OutputOptions) -> Iterator[str]:
    safe = sum(finding.count * fixable(finding, unsafe=False) for finding in report.findings)
    unsafe = sum(finding.count * fixable(finding, unsafe=True) for finding in report.findings) - safe
    if options.unsafe_fixes and not options.fixing and safe + unsafe:
        yield f"{safe + unsafe:,} fixable with --fix --unsafe-fixes."
    elif safe and unsafe:
        yield f"{safe:,} fixable with --fix, {unsafe:,} more with --unsafe-fixes."
    elif safe:
        yield f"{safe:,} fixable with --fix."
    elif unsafe and not options.unsafe_fixes:
        yield f"{unsafe:,} fixable with {'' if options.fixing else '--fix '}--unsafe-fixes."
