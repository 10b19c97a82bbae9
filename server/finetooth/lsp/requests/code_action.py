"""`textDocument/codeAction` and `codeAction/resolve`: a repair for a finding, all safe repairs of a document,
and not to be told again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

from finetooth.lsp.actions.common import FIX_ALL, OUR_FIX_ALL, QUICK_FIX, in_slices, wanted, workspace_edit
from finetooth.lsp.actions.fix_all import action_with, all_safe, fix_all, wish_edits
from finetooth.lsp.actions.ignoring import ignoring
from finetooth.lsp.actions.of_settings import of_settings
from finetooth.lsp.actions.quick_fixes import QuickFixes, resolved, wish_of
from finetooth.lsp.protocol import Json

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer


def register(server: FinetoothServer) -> None:
    """Wire both requests."""
    session = server.session
    options = types.CodeActionOptions(
        code_action_kinds=[QUICK_FIX, FIX_ALL, OUR_FIX_ALL], resolve_provider=True
    )

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)
    async def code_action(params: types.CodeActionParams) -> Json:
        facts = session.facts
        document = session.locate(params.text_document.uri)
        only = [str(getattr(kind, "value", kind)) for kind in params.context.only or ()]
        if not facts.code_action_literals:
            return Json([])
        if not session.shows_dataset(params.text_document.uri):
            return Json([*of_settings(session, params)] if wanted(QUICK_FIX, only) else [])
        if document is None or not document.settings.enable:
            return Json([])
        actions: list[dict[str, Any]] = []
        fixes = QuickFixes(document, facts, params) if wanted(QUICK_FIX, only) else None
        if fixes is not None:
            actions += await fixes.actions()
        if wanted(OUR_FIX_ALL, only):
            actions += await fix_all(document, facts, asked=bool(only))
        if fixes is not None:
            actions += ignoring(document, fixes.met)
        return Json(actions)

    @server.feature(types.CODE_ACTION_RESOLVE)
    async def resolve(action: types.CodeAction) -> Json | types.CodeAction:
        data: Any = action.data if isinstance(action.data, dict) else {}
        uri = data.get("uri")
        document = session.locate(uri) if isinstance(uri, str) else None
        if document is None:
            return action
        if action.kind == OUR_FIX_ALL:
            return Json(action_with(await all_safe(document), document, session.facts))
        wish = wish_of(data)
        if wish is not None:
            edits = await in_slices(document, lambda: wish_edits(document, wish))
        elif "fix" in data:
            edits = resolved(document, data)
        else:
            return action
        edit = workspace_edit(session.facts, document, edits)
        return Json({"title": action.title, "kind": QUICK_FIX, "edit": edit})
