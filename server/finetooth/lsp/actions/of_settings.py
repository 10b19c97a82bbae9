"""The repairs of findings on the settings of a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from finetooth.lsp.actions.common import QUICK_FIX, Action, meets, workspace_edit
from finetooth.lsp.actions.ignoring import ignore_action
from finetooth.lsp.text_edits import title
from finetooth_rules.catalogue import builtin

if TYPE_CHECKING:
    from lsprotocol import types

    from finetooth.lsp.session import Session


def of_settings(session: Session, params: types.CodeActionParams) -> Iterator[Action]:
    """Those that meet the selection."""
    settings = session.settings_documents
    document = settings.get(params.text_document.uri)
    if document is None:
        return
    met = [shown for shown in settings.shown(document) if meets(params.range, shown.diagnostic["range"])]
    for shown in met:
        for number, fix in enumerate(shown.finding.fixes):
            edits = settings.edits(document, shown.finding, number)
            yield {
                "title": title(fix),
                "kind": QUICK_FIX,
                "diagnostics": [shown.diagnostic],
                "edit": workspace_edit(session.facts, document, edits),
            }
    offered = session.resolution.settings_of(document.path).ignore_actions
    if not offered or document.path is None or settings.baseline_path(document) is None:
        return
    for code in dict.fromkeys(shown.finding.code for shown in met):
        arguments = {"uri": document.uri, "code": code, "scope": "file"}
        diagnostics = [shown.diagnostic for shown in met if shown.finding.code == code]
        yield ignore_action(builtin().by_code[code].name, arguments, diagnostics)
