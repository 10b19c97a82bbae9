"""`textDocument/hover`: the documentation of a finding's rule, and what stands there: a text with its
tokens, a key, a role; below it what the record is."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from finetooth.engine.cursor.place import place_of_entry
from finetooth.engine.live.blocks import Entry
from finetooth.engine.live.document import Columns
from finetooth.engine.settings.plugins import catalogue_of
from finetooth.lsp.about_place import about_place
from finetooth.lsp.diagnostics import Drawn
from finetooth.lsp.open_document import OpenDocument
from finetooth.lsp.protocol import Json
from finetooth.lsp.settings_documents import Shown
from finetooth.lsp.token_counts import BYTES_A_TOKEN, wait_for
from finetooth.lsp.under import findings_at
from finetooth_rules.catalogue import Catalogue, builtin
from finetooth_rules.example import Example
from finetooth_rules.patterns import lazy
from finetooth_rules.tokens._measure import limit_of

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer

_SECTIONS: Final = ("What it does", "Why it matters", "Fix")
_HEADING: Final = lazy(r"^## (.+)$", re.MULTILINE)
_MARKUP: Final = lazy(r"[`*]|^#+ ", re.MULTILINE)
_BYTES_A_TOKEN: Final = 4
_PATIENCE: Final = 1.0
_MOST_COUNTED: Final = 200_000
"""Bytes of text that are counted for a hover; more is estimated."""


def register(server: FinetoothServer) -> None:
    """Wire the request."""
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> Json:
        document = session.locate(params.text_document.uri)
        if document is None or not document.is_dataset:
            return Json(_on_settings(server, params))
        line, character = params.position.line, params.position.character
        known = catalogue_of(document.profile)
        under = findings_at(document, line, character)
        markdown = session.facts.markdown_hover
        parts = [_marked(_of_finding(drawn, known), markdown) for drawn in under]
        about = await about_place(session.worker, document, line, character, markdown=markdown)
        if about is not None:
            parts.append(about.text)
        found = document.index.entry_at(line)
        if not under and found is not None and not found[0].pending and found[0].block is not None:
            parts.append(_marked(await _of_record(document, *found), markdown))
        text = "\n\n---\n\n".join(part for part in parts if part)
        if not text:
            return Json(None)
        kind = "markdown" if markdown else "plaintext"
        result: dict[str, Any] = {"contents": {"kind": kind, "value": text}}
        if under:
            result["range"] = under[0].diagnostic["range"]
        elif about is not None:
            result["range"] = about.range
        return Json(result)


def _on_settings(server: FinetoothServer, params: types.HoverParams) -> dict[str, Any] | None:
    """On a finding in the settings of a run, the documentation of its rule."""
    session = server.session
    document = session.settings_documents.get(params.text_document.uri)
    at = (params.position.line, params.position.character)
    for shown in session.settings_documents.shown(document) if document is not None else ():
        where = shown.diagnostic["range"]
        start, end = ((where[side]["line"], where[side]["character"]) for side in ("start", "end"))
        if start <= at <= end:
            text = _of_finding(shown, builtin())
            kind = "markdown" if session.facts.markdown_hover else "plaintext"
            value = text if session.facts.markdown_hover else _MARKUP.sub("", text)
            return {"contents": {"kind": kind, "value": value}, "range": where}
    return None


def _marked(text: str, markdown: bool) -> str:
    """A text of ours, without marks for who cannot read them."""
    return text if markdown else _MARKUP.sub("", text)


def _of_finding(drawn: Drawn | Shown, known: Catalogue) -> str:
    finding = drawn.finding
    rule = known.by_code.get(finding.code)
    name = rule.name if rule else finding.code
    head = f"**{name}** ({finding.code}, {drawn.severity})\n\n{finding.message}"
    return head if rule is None else f"{head}\n\n{_documentation(known.documentation(finding.code))}"


def _documentation(text: str) -> str:
    """What the rule does, why it matters and how it is repaired; examples are on the rule's page. A text
    without these headings is shown whole.
    """
    _, *parts = _HEADING.split(text)
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    shown = [f"### {name}\n{sections[name].strip()}" for name in _SECTIONS if name in sections]
    return "\n\n".join(shown) or text.strip()


async def _of_record(document: OpenDocument, entry: Entry, start: int) -> str:
    place = place_of_entry(document.index, entry, start, Columns(document.renderer.facts.encoding))
    example = place.example
    if example is None:
        return ""
    fmt = document.profile.format_named(example.format)
    if fmt is None:
        return ""
    lines = [f"**{fmt.title}**", _turns(example), await _tokens(document, entry, start, example)]
    return "\n\n".join(line for line in lines if line)


def _turns(example: Example) -> str:
    roles = Counter(turn.role for turn in example.turns)
    count = len(example.turns)
    by_role = ", ".join(f"{number} {role[:40]}" for role, number in roles.items())
    parts = [f"{count} turn{'s' * (count != 1)}: {by_role}"] if count else ["no turns"]
    if example.tools:
        parts.append(f"{len(example.tools)} tool{'s' * (len(example.tools) != 1)}")
    return " · ".join(parts)


async def _tokens(document: OpenDocument, entry: Entry, start: int, example: Example) -> str:
    """The tokens of the record, as the rules count them, and the limit; an estimate of its texts where that
    is not known in time."""
    await wait_for(document.counts.ask([(entry, start)]), _PATIENCE)
    known = document.counts.known(entry)
    if known is None:
        size = sum(len(text.text.encode("utf-8", "surrogatepass")) for text in example.all_texts())
        return f"about {size // BYTES_A_TOKEN:,} tokens of text"
    about = "about " if known.estimated else ""
    how = f" ({known.counter})" if known.counter else ", by the size of the record"
    written = f", written by {known.template}" if known.template else ""
    limit = limit_of(document.profile)
    of_limit = "" if limit is None else f"; the limit is {limit.tokens:,} ({limit.source})"
    return f"{about}{known.total:,} tokens{how}{written}{of_limit}"
