"""All repairs of a document that are safe, in one action: also for `editor.codeActionsOnSave`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from finetooth.engine.live.fix import ALL_SAFE, Wish, element_repairs, has_fix, repairs
from finetooth.lsp.actions.common import OUR_FIX_ALL, Action, Edits, in_slices, workspace_edit
from finetooth.lsp.client import ClientFacts
from finetooth.lsp.open_document import OpenDocument
from finetooth.lsp.text_edits import element_edits, file_fix_edits, line_edit
from finetooth_rules.finding import Applicability

TITLE: Final = "Fix all safely fixable problems (Finetooth)"


async def fix_all(document: OpenDocument, facts: ClientFacts, *, asked: bool) -> list[Action]:
    """The one action that makes all safe repairs; left out where there are none.

    Clients that can ask for the edits later get them later: a menu is opened far more often than it is used.
    """
    if facts.resolves_edits and not asked:
        if not has_fix(document.index):
            return []
        return [{"title": TITLE, "kind": OUR_FIX_ALL, "data": {"uri": document.uri}}]
    if not asked:
        return []
    edits = await all_safe(document)
    return [action_with(edits, document, facts)] if edits else []


async def all_safe(document: OpenDocument) -> Edits:
    """All safe repairs of a document as edits."""
    return await in_slices(document, lambda: _all_safe(document))


def action_with(edits: Edits, document: OpenDocument, facts: ClientFacts) -> Action:
    """The action with its edits."""
    return {"title": TITLE, "kind": OUR_FIX_ALL, "edit": workspace_edit(facts, document, edits)}


def _all_safe(document: OpenDocument) -> Iterator[Edits]:
    yield [
        edit
        for drawn in document.renderer.of_file()
        for fix in drawn.finding.fixes
        if fix.applicability is Applicability.SAFE
        for edit in file_fix_edits(document.renderer, fix)
    ]
    yield from wish_edits(document, ALL_SAFE)


def wish_edits(document: OpenDocument, wish: Wish) -> Iterator[Edits]:
    """The edits of each record; an empty list now and then, so that others may run in between."""
    index, renderer = document.index, document.renderer
    if index.is_array:
        for repair in element_repairs(index, wish):
            yield [] if repair is None else element_edits(renderer, repair)
        return
    for repaired in repairs(index, wish):
        yield (
            [] if repaired is None else [line_edit(renderer, repaired.first, repaired.count, repaired.lines)]
        )
