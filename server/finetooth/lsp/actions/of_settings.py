"""The repairs of findings on the settings of a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from finetooth.lsp.actions.common import QUICK_FIX, Action, meets, workspace_edit
from finetooth.lsp.text_edits import title

if TYPE_CHECKING:
    from lsprotocol import types

    from finetooth.lsp.session import Session


def of_settings(session: Session, params: types.CodeActionParams) -> Iterator[Action]:
    """Those that meet the selection."""
    settings = session.settings_documents
    document = settings.get(params.text_document.uri)
    if document is None:
        return
    for shown in settings.shown(document):
        if not meets(params.range, shown.diagnostic["range"]):
            continue
        for number, fix in enumerate(shown.finding.fixes):
            edits = settings.edits(document, shown.finding, number)
            yield {
                "title": title(fix),
                "kind": QUICK_FIX,
                "diagnostics": [shown.diagnostic],
                "edit": workspace_edit(session.facts, document, edits),
            }
