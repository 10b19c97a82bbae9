"""From the flaws of a record to findings, for the rules that report one kind of flaw."""

from __future__ import annotations

from collections.abc import Iterator

from finetooth_rules.finding import Consequence, Finding, Fix
from finetooth_rules.record import Record
from finetooth_rules.scan import Flaw, FlawKind


def findings(record: Record, kind: FlawKind, code: str, consequence: Consequence) -> Iterator[Finding]:
    """A finding for each flaw of the kind."""
    for flaw in flaws(record, kind):
        yield Finding(
            code,
            flaw.message,
            consequence,
            span=flaw.span,
            fixes=_fixes(flaw),
            related=flaw.related,
            more_spans=flaw.more_spans,
        )


def flaws(record: Record, kind: FlawKind) -> Iterator[Flaw]:
    """The record's flaws of one kind."""
    if not record.blank:
        yield from (flaw for flaw in record.flaws if flaw.kind is kind)


def _fixes(flaw: Flaw) -> tuple[Fix, ...]:
    if not flaw.edits and flaw.lines is None:
        return ()
    return (Fix(flaw.fix_title, flaw.applicability, flaw.edits, flaw.lines),)
