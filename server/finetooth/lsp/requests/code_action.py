"""`textDocument/codeAction` and `codeAction/resolve`: a repair for a finding, and all safe repairs of a
document."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from finetooth.engine.live_alike import Counts, fixes_with, told_once_in
from finetooth.engine.live_blocks import Entry
from finetooth.engine.live_fix import element_repairs, repairs, safe_fixes
from finetooth.lsp.convert import Drawn, title
from finetooth.lsp.open_document import OpenDocument
from finetooth.lsp.protocol import Json
from finetooth.lsp.settings_documents import SettingsDocument
from finetooth_rules.alike import Kind, kind_of
from finetooth_rules.finding import Applicability, Fix

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer

QUICK_FIX: Final = "quickfix"
FIX_ALL: Final = "source.fixAll"
OUR_FIX_ALL: Final = "source.fixAll.finetooth"
FIX_ALL_TITLE: Final = "Fix all safely fixable problems (Finetooth)"
_SLICE_SECONDS: Final = 0.002


def register(server: FinetoothServer) -> None:
    """Wire both requests."""
    session = server.session
    options = types.CodeActionOptions(
        code_action_kinds=[QUICK_FIX, FIX_ALL, OUR_FIX_ALL], resolve_provider=True
    )

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)
    async def code_action(params: types.CodeActionParams) -> Json:
        document = session.locate(params.text_document.uri)
        if session.facts.code_action_literals and not session.shows_dataset(params.text_document.uri):
            only = [str(getattr(kind, "value", kind)) for kind in params.context.only or ()]
            return Json([*_of_settings(server, params)] if _wanted(QUICK_FIX, only) else [])
        if document is None or not (
            document.settings.enable and document.is_dataset and session.facts.code_action_literals
        ):
            return Json([])
        only = [str(getattr(kind, "value", kind)) for kind in params.context.only or ()]
        actions: list[dict[str, Any]] = []
        if _wanted(QUICK_FIX, only):
            actions += _Quickfixes(server, document, params).actions()
        if _wanted(OUR_FIX_ALL, only):
            actions += await _fix_all(server, document, asked=bool(only))
        return Json(actions)

    @server.feature(types.CODE_ACTION_RESOLVE)
    async def resolve(action: types.CodeAction) -> Json | types.CodeAction:
        data: Any = action.data if isinstance(action.data, dict) else {}
        uri = data.get("uri")
        document = session.locate(uri) if isinstance(uri, str) else None
        if document is None:
            return action
        if action.kind == OUR_FIX_ALL:
            return Json(_fix_all_action(await _fix_all_edits(document), server, document))
        if "alike" not in data:
            return action
        kind = Kind(*data["alike"])
        edits = await _in_slices(document, lambda: _alike_edits(document, kind, data["number"]))
        edit = _workspace_edit(server, document, edits)
        return Json({"title": action.title, "kind": QUICK_FIX, "edit": edit})


def _of_settings(server: FinetoothServer, params: types.CodeActionParams) -> Iterator[dict[str, Any]]:
    """The repairs of findings on the settings of a run that meet the selection."""
    settings = server.session.settings_documents
    document = settings.get(params.text_document.uri)
    if document is None:
        return
    for shown in settings.shown(document):
        where = shown.diagnostic["range"]
        if _place(params.range.end) < (where["start"]["line"], where["start"]["character"]) or (
            (where["end"]["line"], where["end"]["character"]) < _place(params.range.start)
        ):
            continue
        for number, fix in enumerate(shown.finding.fixes):
            edits = settings.edits(document, shown.finding, number)
            yield {
                "title": title(fix),
                "kind": QUICK_FIX,
                "diagnostics": [shown.diagnostic],
                "edit": _workspace_edit(server, document, edits),
            }


def _wanted(kind: str, only: Sequence[str]) -> bool:
    """Whether a kind is asked for: without any it is, and a kind stands for all below it."""
    return not only or any(not asked or kind == asked or kind.startswith(asked + ".") for asked in only)


class _Quickfixes:
    """The repairs of findings that meet the selection."""

    def __init__(
        self, server: FinetoothServer, document: OpenDocument, params: types.CodeActionParams
    ) -> None:
        self._server = server
        self._document = document
        self._renderer = document.renderer
        self._wanted = params.range
        self._context = params.context.diagnostics

    def actions(self) -> list[dict[str, Any]]:
        """The code actions, those of the first finding first."""
        actions: list[dict[str, Any]] = []
        for entry, start, drawn in self._met():
            safe_before = False
            for number, fix in enumerate(drawn.finding.fixes):
                if entry is None:
                    edits = self._renderer.file_fix_edits(fix)
                elif fix.rewrite is None:
                    edits = self._renderer.fix_edits(fix, entry, start)
                else:
                    edits = []
                if not edits:
                    continue
                safe = fix.applicability is Applicability.SAFE
                action: dict[str, Any] = {
                    "title": title(fix),
                    "kind": QUICK_FIX,
                    "diagnostics": [self._shown(drawn)],
                    "edit": _workspace_edit(self._server, self._document, edits),
                }
                if safe and not safe_before and self._server.session.facts.preferred_actions:
                    action["isPreferred"] = True
                safe_before |= safe
                actions.append(action)
                if entry is not None and fix.edits:
                    actions += self._everywhere(drawn, fix, number)
        return actions

    def _everywhere(self, drawn: Drawn, fix: Fix, number: int) -> Iterator[dict[str, Any]]:
        """The same repair in every record, where nearly all of them have the defect."""
        kind = kind_of(drawn.finding)
        if kind not in self._once:
            return
        action: dict[str, Any] = {
            "title": title(replace(fix, title=f"{fix.title} in all {self._once[kind][0]:,} records")),
            "kind": QUICK_FIX,
            "diagnostics": [self._shown(drawn)],
        }
        if self._server.session.facts.resolves_edits:
            yield action | {"data": {"uri": self._document.uri, "alike": kind, "number": number}}
            return
        edits = [edit for more in _alike_edits(self._document, kind, number) for edit in more]
        yield action | {"edit": _workspace_edit(self._server, self._document, edits)}

    @cached_property
    def _once(self) -> Counts:
        return told_once_in(self._document.index)

    def _met(self) -> Iterator[tuple[Entry | None, int, Drawn]]:
        index = self._document.index
        for drawn in self._renderer.of_file():
            if self._meets(drawn):
                yield None, 0, drawn
        line, last = self._wanted.start.line, self._wanted.end.line
        if index.is_no_dataset:
            return
        while line <= last:
            entries, start = index.entries_at(line)
            if not entries:
                return
            for entry in entries:
                if index.visible(entry):
                    for drawn in self._renderer.entry(entry, start):
                        if drawn.finding.fixes and self._meets(drawn):
                            yield entry, start, drawn
            line = start + entries[-1].lines

    def _meets(self, drawn: Drawn) -> bool:
        """Whether a finding meets the selection. Menus opened on a problem name it: then only that one
        counts."""
        where = drawn.diagnostic["range"]
        if self._context:
            return any(_is(item, drawn) for item in self._context)
        return not (
            _place(self._wanted.end) < (where["start"]["line"], where["start"]["character"])
            or (where["end"]["line"], where["end"]["character"]) < _place(self._wanted.start)
        )

    def _shown(self, drawn: Drawn) -> dict[str, Any]:
        """The diagnostic as the client has it: it may say that other records are alike."""
        item = next((item for item in self._context if _is(item, drawn)), None)
        return drawn.diagnostic if item is None else {**drawn.diagnostic, "message": item.message}


def _is(item: types.Diagnostic, drawn: Drawn) -> bool:
    """Whether a diagnostic of the client is this finding."""
    return (
        item.code == drawn.finding.code
        and item.message.startswith(drawn.finding.message)
        and _range(item.range) == drawn.diagnostic["range"]
    )


async def _fix_all(server: FinetoothServer, document: OpenDocument, *, asked: bool) -> list[dict[str, Any]]:
    """The one action that makes all safe repairs; left out where there are none.

    Clients that can ask for the edits later get them later: a menu is opened far more often than it is used.
    """
    if server.session.facts.resolves_edits and not asked:
        if not _any_safe(document):
            return []
        return [{"title": FIX_ALL_TITLE, "kind": OUR_FIX_ALL, "data": {"uri": document.uri}}]
    if not asked:
        return []
    edits = await _fix_all_edits(document)
    return [_fix_all_action(edits, server, document)] if edits else []


def _any_safe(document: OpenDocument) -> bool:
    index = document.index
    return not index.is_no_dataset and any(
        safe_fixes([finding for _, finding in index.visible(entry)])
        for block in index.blocks
        for _, entry in index.flagged(block).entries
    )


async def _fix_all_edits(document: OpenDocument) -> list[dict[str, Any]]:
    """All safe repairs of a document as edits."""
    return await _in_slices(document, lambda: _all_safe_edits(document))


def _all_safe_edits(document: OpenDocument) -> Iterator[list[dict[str, Any]]]:
    yield [
        edit
        for drawn in document.renderer.of_file()
        for fix in drawn.finding.fixes
        if fix.applicability is Applicability.SAFE
        for edit in document.renderer.file_fix_edits(fix)
    ]
    yield from _repair_edits(document)


async def _in_slices(
    document: OpenDocument, make: Callable[[], Iterator[list[dict[str, Any]]]]
) -> list[dict[str, Any]]:
    """Edits of a whole document, made anew where it changes meanwhile; other requests are answered in
    between.
    """
    while True:
        version = document.version
        edits: list[dict[str, Any]] = []
        began = time.perf_counter()
        for more in make():
            edits += more
            if time.perf_counter() - began > _SLICE_SECONDS:
                await asyncio.sleep(0)
                began = time.perf_counter()
                if document.version != version:
                    break
        else:
            return edits


def _repair_edits(document: OpenDocument) -> Iterator[list[dict[str, Any]]]:
    """The edits of each record; an empty list now and then, so that others may run in between."""
    index, renderer = document.index, document.renderer
    if index.is_array:
        for element in () if index.is_no_dataset else element_repairs(index):
            yield (
                []
                if element is None
                else [e for fix in element[2] for e in renderer.fix_edits(fix, element[0], element[1])]
            )
        return
    for repaired in repairs(index):
        yield (
            [] if repaired is None else [renderer.line_edit(repaired.first, repaired.count, repaired.lines)]
        )


def _alike_edits(document: OpenDocument, kind: Kind, number: int) -> Iterator[list[dict[str, Any]]]:
    """The edits of what nearly every record has in common, record by record."""
    index, renderer = document.index, document.renderer
    for item in () if index.is_no_dataset else fixes_with(index, kind, number):
        yield (
            [] if item is None else [e for fix in item[2] for e in renderer.fix_edits(fix, item[0], item[1])]
        )


def _fix_all_action(
    edits: list[dict[str, Any]], server: FinetoothServer, document: OpenDocument
) -> dict[str, Any]:
    return {
        "title": FIX_ALL_TITLE,
        "kind": OUR_FIX_ALL,
        "edit": _workspace_edit(server, document, edits),
    }


def _workspace_edit(
    server: FinetoothServer, document: OpenDocument | SettingsDocument, edits: list[dict[str, Any]]
) -> dict[str, Any]:
    if server.session.facts.document_changes:
        of = {"uri": document.uri, "version": document.version}
        return {"documentChanges": [{"textDocument": of, "edits": edits}]}
    return {"changes": {document.uri: edits}}


def _range(where: types.Range) -> dict[str, dict[str, int]]:
    start, end = where.start, where.end
    return {
        "start": {"line": start.line, "character": start.character},
        "end": {"line": end.line, "character": end.character},
    }


def _place(position: types.Position) -> tuple[int, int]:
    return position.line, position.character
