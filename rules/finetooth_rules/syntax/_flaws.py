"""From the flaws of a record to findings, for the rules that report one kind of flaw."""

from __future__ import annotations

from collections.abc import Iterator

from finetooth_rules.finding import Applicability, Consequence, Finding, Fix
from finetooth_rules.record import Record
from finetooth_rules.scan import Flaw, FlawKind


def findings(
    record: Record, kind: FlawKind, code: str, consequence: Consequence, *, unsafe: bool = False
) -> Iterator[Finding]:
    """A finding for each flaw of the kind; its repair is safe unless it changes what would be learnt."""
    if record.blank or record.oversize:
        return
    for flaw in record.flaws:
        if flaw.kind is kind:
            yield Finding(code, flaw.message, consequence, span=flaw.span, fixes=_fixes(flaw, unsafe))


def _fixes(flaw: Flaw, unsafe: bool) -> tuple[Fix, ...]:
    if not flaw.edits and flaw.lines is None:
        return ()
    applicability = Applicability.UNSAFE if unsafe else Applicability.SAFE
    return (Fix(flaw.fix_title, applicability, flaw.edits, flaw.lines),)
