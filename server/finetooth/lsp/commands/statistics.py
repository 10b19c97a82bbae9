"""`finetooth.statistics`: numbers of an open document."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from finetooth.engine.live.ignored import hidden
from finetooth.lsp.commands.common import uri_in
from finetooth_rules.finding import Severity

if TYPE_CHECKING:
    from finetooth.lsp.session import Session


async def statistics(session: Session, given: dict[str, Any], token: Any) -> dict[str, Any]:
    """See docs/commands.md."""
    document = session.locate(uri_in(given))
    if document is None:
        return {}
    index = document.index
    severities = Counter[Severity]()
    codes = Counter[str]()
    for block in index.blocks:
        for _, entry in index.flagged(block).entries:
            for severity, finding in index.visible(entry):
                severities[severity] += 1
                codes[finding.code] += 1
    for severity, finding in index.file_findings():
        severities[severity] += 1
        codes[finding.code] += 1
    return {
        "format": document.profile.format,
        "target": document.profile.target.name,
        "records": sum(len(block.entries) for block in index.blocks),
        "settled": index.settled,
        "complete": index.judged or not (document.settings.enable and document.is_dataset),
        "findings": dict(sorted(codes.items())),
        "severities": {str(severity): severities[severity] for severity in Severity},
        "ignored": hidden(index),
    }
