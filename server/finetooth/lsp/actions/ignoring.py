"""The last actions on a finding: not to be shown it again. They write the baseline, by a command."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from finetooth.engine.live.blocks import Entry
from finetooth.engine.live.ignored import entry_key
from finetooth.engine.settings.plugins import catalogue_of
from finetooth.lsp.actions.common import QUICK_FIX, Action
from finetooth.lsp.diagnostics import Drawn
from finetooth.lsp.open_document import OpenDocument
from finetooth_rules.finding import Severity

IGNORE: Final = "finetooth.ignoreFinding"
_KEYED_BYTES: Final = 64 * 1024
"""Of a larger record the key is worked out when the action is chosen: menus are made at every move of the
cursor."""


def ignoring(document: OpenDocument, met: Sequence[tuple[Entry | None, int, Drawn]]) -> Iterator[Action]:
    """For each rule among the findings: for this record, in this file. Not of flaws that make a record
    unusable: there is nothing to be said for keeping these.
    """
    if document.baseline_path is None or not document.settings.ignore_actions:
        return
    known = catalogue_of(document.profile)
    seen: set[tuple[str, str]] = set()
    for scope in ("record", "file"):
        for entry, start, drawn in met:
            code = drawn.finding.code
            if drawn.severity is Severity.ERROR and code.startswith("SYN"):
                continue
            arguments: dict[str, Any] = {"uri": document.uri, "code": code, "scope": scope}
            if scope == "record":
                if entry is None or not _names(document, entry, start, arguments):
                    continue
            elif document.path is None:
                continue
            named = (code, str(arguments))
            if named in seen:
                continue
            seen.add(named)
            yield ignore_action(known.by_code[code].name, arguments, [drawn.diagnostic])


def ignore_action(name: str, arguments: dict[str, Any], diagnostics: Sequence[Any]) -> Action:
    """The action that ignores findings of a rule."""
    where = "for this record" if arguments["scope"] == "record" else "in this file"
    title = f"Ignore {name} {where}"
    return {
        "title": title,
        "kind": QUICK_FIX,
        "diagnostics": [*diagnostics],
        "command": {"title": title, "command": IGNORE, "arguments": [arguments]},
    }


def _names(document: OpenDocument, entry: Entry, start: int, arguments: dict[str, Any]) -> bool:
    """Name a record by its key, a large one by its place; False where it cannot be told from others."""
    record = document.index.raw_record(entry, start)
    if record.oversize or not record.raw.strip():
        return False
    if len(record.raw) > _KEYED_BYTES:
        arguments |= {"line": start, "version": document.version}
        return True
    key = entry_key(document.index, entry)
    arguments["key"] = key
    return key is not None
