"""`textDocument/completion`: what can be written at the cursor, also while the record is no JSON yet.

Only the record is read, never the document: an answer costs as much in a file of 50 MB as in one of ten rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from finetooth.engine.cursor.fence_languages import opened_fence
from finetooth.engine.cursor.proposals import Proposal, Sort, proposals
from finetooth.engine.cursor.skeletons import Piece
from finetooth.engine.cursor.slots import Slot, Wanted, escaped, slot_at
from finetooth.engine.cursor.written import Written, lines_near, written_at
from finetooth.engine.live.document import columns, content_length
from finetooth.lsp.open_document import OpenDocument
from finetooth.lsp.protocol import Json
from finetooth_rules.patterns import lazy
from finetooth_rules.record import Record
from finetooth_rules.scan import MISSING

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer

TRIGGERS: Final = ('"', ":", "`", "~", "{", "[", ",")
_KINDS: Final = {
    Sort.KEY: types.CompletionItemKind.Property,
    Sort.VALUE: types.CompletionItemKind.EnumMember,
    Sort.ITEM: types.CompletionItemKind.Struct,
    Sort.TOOL: types.CompletionItemKind.Function,
    Sort.ID: types.CompletionItemKind.Reference,
    Sort.LANGUAGE: types.CompletionItemKind.Keyword,
    Sort.RECORD: types.CompletionItemKind.Snippet,
}
_IN_SNIPPET: Final = lazy(r"[\\$}]")
_IN_CHOICE: Final = lazy(r"[\\$},|]")


def register(server: FinetoothServer) -> None:
    """Wire the request."""
    session = server.session

    @server.feature(
        types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=list(TRIGGERS))
    )
    def completion(params: types.CompletionParams) -> Json:
        document = session.locate(params.text_document.uri)
        if document is None or not (document.settings.enable and document.is_dataset):
            return Json(None)
        place = written_at(
            document.index, params.position.line, params.position.character, session.facts.encoding
        )
        found = _found(document, place)
        if found is None:
            return Json(None)
        slot, proposed = found
        writer = _Writer(document, place, slot, snippets=session.facts.snippets)
        return Json([writer.item(number, proposal) for number, proposal in enumerate(proposed)] or None)


def _found(document: OpenDocument, place: Written) -> tuple[Slot, list[Proposal]] | None:
    slot = slot_at(place.raw, place.offset)
    if slot is None:
        return None
    example = None
    if slot.value is not MISSING:
        example = document.index.linter.example(Record(slot.outer))
    lines: Sequence[bytes] = ()
    if slot.wanted is Wanted.TEXT and opened_fence(slot.typed) is not None:
        lines = lines_near(document.document.lines, place.line)
    proposed = proposals(slot, document.profile, example, lines)
    if proposed and proposed[0].sort is Sort.LANGUAGE:
        slot = _behind_fence(slot)
    return slot, sorted(proposed, key=lambda one: one.rank)


def _behind_fence(slot: Slot) -> Slot:
    """The place of a language alone: the letters around the cursor."""
    word = opened_fence(slot.typed) or ""
    rest = re.match(r"[\w+#.-]*", slot.rest)
    behind = len((rest[0] if rest else "").encode())
    return replace(slot, typed=word, before=len(word.encode()), behind=behind, follows=b"", glued=False)


class _Writer:
    """Makes items of proposals: the place as a range, the text as the client takes it."""

    def __init__(self, document: OpenDocument, place: Written, slot: Slot, *, snippets: bool) -> None:
        self._slot = slot
        self._snippets = snippets
        self._lines = document.document.lines
        self._encoding = document.renderer.facts.encoding
        self._range = {
            "start": self._at(place.line, place.at - slot.before),
            "end": self._at(place.line, place.at + slot.behind),
        }
        self._commas: list[dict[str, Any]] = []
        self._comma_behind = slot.needs_comma and slot.wanted in (Wanted.KEY, Wanted.VALUE)
        if slot.comma_at >= 0:
            self._commas.append(self._comma(*_before(self._lines, place, slot.comma_at)))
        if slot.wanted is Wanted.RECORD and document.index.is_array:
            self._between_elements(place.line)

    def item(self, number: int, proposal: Proposal) -> dict[str, Any]:
        """One item of the answer."""
        pieces = proposal.pieces
        with_fields = self._snippets and any(piece.number for piece in pieces)
        item: dict[str, Any] = {
            "label": proposal.label,
            "kind": _KINDS[proposal.sort].value,
            "sortText": f"{number:04d}",
            "filterText": escaped(proposal.filter, self._slot.layers),
            "textEdit": {"range": self._range, "newText": self._text(pieces, with_fields=with_fields)},
        }
        if with_fields:
            item["insertTextFormat"] = types.InsertTextFormat.Snippet.value
        if proposal.detail:
            item["detail"] = proposal.detail
        if proposal.about:
            item["documentation"] = proposal.about
        if self._commas:
            item["additionalTextEdits"] = self._commas
        return item

    def _text(self, pieces: Sequence[Piece], *, with_fields: bool) -> str:
        layers = self._slot.layers
        parts = [" "] if self._slot.glued or self._slot.comma_at == 0 else []
        for piece in pieces:
            text = escaped(piece.text, layers)
            if not with_fields:
                parts.append(text)
            elif not piece.number:
                parts.append(_escape(text))
            elif piece.choices:
                options = (_IN_CHOICE.sub(r"\\\g<0>", escaped(one, layers)) for one in piece.choices)
                parts.append(f"${{{piece.number}|{','.join(options)}|}}")
            elif text:
                parts.append(f"${{{piece.number}:{_escape(text)}}}")
            else:
                parts.append(f"${piece.number}")
        if self._comma_behind:
            parts.append(", " if self._slot.touches and self._slot.spaced else ",")
        return "".join(parts)

    def _at(self, line: int, offset: int) -> dict[str, int]:
        text = self._lines[line] if line < len(self._lines) else b""
        return {"line": line, "character": columns(text, [offset], self._encoding)[0]}

    def _comma(self, line: int, offset: int) -> dict[str, Any]:
        where = self._at(line, offset)
        return {"range": {"start": where, "end": where}, "newText": ","}

    def _between_elements(self, line: int) -> None:
        """Commas around a new element of an array."""
        above = next((n for n in range(line - 1, -1, -1) if self._lines[n].strip()), None)
        if above is not None and self._lines[above].rstrip().endswith(b"}"):
            self._commas.append(self._comma(above, len(self._lines[above].rstrip())))
        below = next((text for text in self._lines[line + 1 :] if text.strip()), b"")
        self._comma_behind = below.lstrip().startswith(b"{")


def _escape(text: str) -> str:
    return _IN_SNIPPET.sub(r"\\\g<0>", text)


def _before(lines: Sequence[bytes], place: Written, count: int) -> tuple[int, int]:
    """The line and byte `count` bytes before the place."""
    line, at = place.line, place.at
    while count > at and line > 0:
        count -= at
        line -= 1
        at = len(lines[line])
    return line, min(at - count, content_length(lines[line]))
