"""The repairs of findings that meet the selection, and the same repairs in the whole document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from lsprotocol import types

from finetooth.engine.live.alike import Counts, told_once_in
from finetooth.engine.live.blocks import Entry
from finetooth.engine.live.fix import Wish
from finetooth.engine.settings.plugins import catalogue_of
from finetooth.lsp.actions.common import (
    QUICK_FIX,
    Action,
    Edits,
    in_slices,
    is_alike,
    is_drawn,
    meets,
    workspace_edit,
)
from finetooth.lsp.actions.fix_all import wish_edits
from finetooth.lsp.client import ClientFacts
from finetooth.lsp.diagnostics import Drawn
from finetooth.lsp.open_document import OpenDocument
from finetooth.lsp.protocol import Outdated
from finetooth.lsp.text_edits import file_fix_edits, fix_edits, title
from finetooth_rules.alike import Kind, kind_of
from finetooth_rules.finding import Applicability, Fix

BY_COMMAND_LINE: Final = "an editor holds the text without this; `finetooth check --fix` repairs the file"
_OUTDATED: Final = "the document was edited since; ask for actions anew"
_MOST: Final = 200
"""Findings that actions are offered for: a selection may be the whole of a long document."""


class QuickFixes:
    """The code actions on one selection."""

    def __init__(self, document: OpenDocument, facts: ClientFacts, params: types.CodeActionParams) -> None:
        self._document = document
        self._facts = facts
        self._renderer = document.renderer
        self._wanted = params.range
        self._context = params.context.diagnostics
        self.met = [drawn for drawn, _ in zip(self._met(), range(_MOST), strict=False)]

    async def actions(self) -> list[Action]:
        """The code actions, those of the first finding first."""
        actions: list[Action] = []
        offered: set[tuple[str, int]] = set()
        for entry, start, drawn in self.met:
            safe_before = False
            for number, fix in enumerate(drawn.finding.fixes):
                action = self._action(entry, start, drawn, number)
                if action is None:
                    continue
                safe = fix.applicability is Applicability.SAFE
                if safe and not safe_before and self._facts.preferred_actions and "disabled" not in action:
                    action["isPreferred"] = True
                safe_before |= safe
                actions.append(action)
                if entry is not None and (drawn.finding.code, number) not in offered:
                    offered.add((drawn.finding.code, number))
                    everywhere = await self._everywhere(drawn, fix, number)
                    if everywhere is not None:
                        actions.append(everywhere)
        return actions

    def _action(self, entry: Entry | None, start: int, drawn: Drawn, number: int) -> Action | None:
        """One repair of one finding. Its edits are made when it is chosen, where the client asks then."""
        fix = drawn.finding.fixes[number]
        action: Action = {"title": title(fix), "kind": QUICK_FIX, "diagnostics": [self.shown(drawn)]}
        if entry is None or fix.rewrite is not None:
            edits = file_fix_edits(self._renderer, fix)
            if not edits and self._facts.disabled_actions:
                return action | {"disabled": {"reason": BY_COMMAND_LINE}}
        elif self._facts.resolves_edits and not (self._renderer.index.is_array and fix.lines is not None):
            return action | {"data": self._data(entry, start, drawn, number)}
        else:
            edits = fix_edits(self._renderer, fix, entry, start)
        if not edits:
            return None
        return action | {"edit": workspace_edit(self._facts, self._document, edits)}

    def _data(self, entry: Entry, start: int, drawn: Drawn, number: int) -> dict[str, Any]:
        """What names a repair until it is chosen: nothing of the record."""
        same = [one for one in self._renderer.entry(entry, start) if _alike(one, drawn)]
        return {
            "uri": self._document.uri,
            "version": self._document.version,
            "code": drawn.finding.code,
            "range": drawn.diagnostic["range"],
            "nth": same.index(drawn),
            "fix": number,
        }

    async def _everywhere(self, drawn: Drawn, fix: Fix, number: int) -> Action | None:
        """The same repair in the whole document: of what nearly all records have in common, else of all
        findings of the rule; None where there is no other one.
        """
        finding = drawn.finding
        unsafe = fix.applicability is Applicability.UNSAFE
        kind = kind_of(finding)
        if kind in self._once and fix.edits:
            name = f"{fix.title} in all {self._once[kind][0]:,} records"
            wish = Wish(kind=kind, number=number, unsafe=unsafe)
        else:
            wish = Wish(code=finding.code, unsafe=unsafe)
            if number or not _several(self._document, wish):
                return None
            rule = catalogue_of(self._document.profile).by_code[finding.code]
            name = f"Fix every {rule.name} in this file"
        action: Action = {
            "title": title(replace(fix, title=name)),
            "kind": QUICK_FIX,
            "diagnostics": [self.shown(drawn)],
        }
        if self._facts.resolves_edits:
            return action | {"data": wish_data(self._document, wish)}
        edits = await in_slices(self._document, lambda: wish_edits(self._document, wish))
        if not edits:
            return None
        return action | {"edit": workspace_edit(self._facts, self._document, edits)}

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
                        if self._meets(drawn):
                            yield entry, start, drawn
            line = start + max(entries[-1].lines, 1)

    def _meets(self, drawn: Drawn) -> bool:
        """Whether a finding meets the selection. Menus opened on a problem name it: then only that one
        counts."""
        if self._context:
            if any(is_drawn(item, drawn) for item in self._context):
                return True
            # Neovim before 0.8 sends columns in bytes: an equal finding on the line, at the cursor, is meant.
            if not any(is_alike(item, drawn) for item in self._context):
                return False
        return meets(self._wanted, drawn.diagnostic["range"])

    def shown(self, drawn: Drawn) -> dict[str, Any]:
        """The diagnostic as the client has it: it may say that other records are alike."""
        item = next((item for item in self._context if is_drawn(item, drawn)), None)
        return drawn.diagnostic if item is None else {**drawn.diagnostic, "message": item.message}


def _several(document: OpenDocument, wish: Wish) -> bool:
    """Whether the fixes that are wished for are in more than one record."""
    index = document.index
    count = 0
    for block in index.blocks:
        for _, entry in index.flagged(block).entries:
            shown = index.visible(entry)
            if any(finding.code == wish.code for _, finding in shown):
                count += bool(wish.fixes([finding for _, finding in shown]))
                if count > 1:
                    return True
    return False


def wish_data(document: OpenDocument, wish: Wish) -> dict[str, Any]:
    """What names a repair of the whole document until it is chosen."""
    data: dict[str, Any] = {"uri": document.uri, "unsafe": wish.unsafe}
    if wish.kind is not None:
        return data | {"alike": wish.kind, "number": wish.number}
    return data | {"rule": wish.code}


def wish_of(data: dict[str, Any]) -> Wish | None:
    """What such data names; None where it is none of ours."""
    unsafe = data.get("unsafe") is True
    alike, number, rule = data.get("alike"), data.get("number"), data.get("rule")
    if isinstance(alike, list) and len(alike) == 3 and isinstance(number, int):
        return Wish(kind=Kind(*alike), number=number, unsafe=unsafe)
    return Wish(code=rule, unsafe=unsafe) if isinstance(rule, str) else None


def resolved(document: OpenDocument, data: dict[str, Any]) -> Edits:
    """The edits of one repair that was offered. Raises Outdated."""
    if data.get("version") != document.version:
        raise Outdated(_OUTDATED)
    renderer, index = document.renderer, document.index
    try:
        where, code, nth, number = data["range"], data["code"], int(data["nth"]), int(data["fix"])
        entries, start = index.entries_at(int(where["start"]["line"]))
        same = [
            (entry, drawn)
            for entry in entries
            if index.visible(entry)
            for drawn in renderer.entry(entry, start)
            if drawn.finding.code == code and drawn.diagnostic["range"] == where
        ]
        entry, drawn = same[nth]
        return fix_edits(renderer, drawn.finding.fixes[number], entry, start)
    except (KeyError, TypeError, ValueError, IndexError):
        raise Outdated(_OUTDATED) from None


def _alike(one: Drawn, other: Drawn) -> bool:
    return one.finding.code == other.finding.code and one.diagnostic["range"] == other.diagnostic["range"]
