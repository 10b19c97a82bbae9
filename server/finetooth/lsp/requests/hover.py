"""`textDocument/hover`: on a finding, the documentation of its rule; elsewhere, what the record is."""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from finetooth.engine.live_blocks import Entry
from finetooth.engine.live_records import RawRecord
from finetooth.engine.live_worker import Worker, count_record, count_tokens
from finetooth.engine.plugins import catalogue_of
from finetooth.engine.providers import FeatureSpec, spec_for
from finetooth.lsp.convert import Drawn
from finetooth.lsp.open_document import OpenDocument
from finetooth.lsp.protocol import Json
from finetooth.lsp.settings_documents import Shown
from finetooth.lsp.under import findings_at
from finetooth_rules.catalogue import Catalogue, builtin
from finetooth_rules.example import Example

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer

_SECTIONS: Final = ("What it does", "Why it matters", "Fix")
_HEADING: Final = re.compile(r"^## (.+)$", re.MULTILINE)
_MARKUP: Final = re.compile(r"[`*]|^#+ ", re.MULTILINE)
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
        text = "\n\n---\n\n".join(_of_finding(drawn, known) for drawn in under)
        if not text and (found := document.index.entry_at(line)) is not None and not found[0].pending:
            text = await _of_record(session.worker, document, *found)
        if not text:
            return Json(None)
        if session.facts.markdown_hover:
            contents = {"kind": "markdown", "value": text}
        else:
            contents = {"kind": "plaintext", "value": _MARKUP.sub("", text)}
        result: dict[str, Any] = {"contents": contents}
        if under:
            result["range"] = under[0].diagnostic["range"]
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


async def _of_record(worker: Worker, document: OpenDocument, entry: Entry, start: int) -> str:
    example = document.index.linter.example(document.index.record(entry, start))
    if example is None:
        return ""
    fmt = document.profile.format_named(example.format)
    if fmt is None:
        return ""
    lines = [f"**{fmt.title}**", _turns(example)]
    lines.append(
        await _written_tokens(worker, document, example)
        or await _tokens(worker, spec_for(document.profile), example)
    )
    return "\n\n".join(line for line in lines if line)


def _turns(example: Example) -> str:
    roles = Counter(turn.role for turn in example.turns)
    count = len(example.turns)
    by_role = ", ".join(f"{number} {role[:40]}" for role, number in roles.items())
    parts = [f"{count} turn{'s' * (count != 1)}: {by_role}"] if count else ["no turns"]
    if example.tools:
        parts.append(f"{len(example.tools)} tool{'s' * (len(example.tools) != 1)}")
    return " · ".join(parts)


async def _written_tokens(worker: Worker, document: OpenDocument, example: Example) -> str:
    """The number of tokens as the model's own template writes the record; empty where there is none, or it
    would take long.
    """
    record = example.record
    if document.profile.template is None or len(record.raw) > _MOST_COUNTED:
        return ""
    profile = pickle.dumps(document.profile, pickle.HIGHEST_PROTOCOL)
    raw = RawRecord(record.raw, record.line_count, record.oversize, record.element)
    with contextlib.suppress(TimeoutError):
        asked = asyncio.wrap_future(worker.submit(count_record, profile, raw))
        counted = await asyncio.wait_for(asked, _PATIENCE)
        if counted is not None:
            tokenizer, template, count = counted
            about = "" if document.profile.tokenizer is not None else "about "
            return f"{about}{count:,} tokens ({tokenizer}), written by {template}"
    return ""


async def _tokens(worker: Worker, spec: FeatureSpec, example: Example) -> str:
    """The number of tokens of all texts: counted beside the server, or estimated where that would take
    long."""
    texts = [text.text for text in example.all_texts()]
    size = sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)
    if size <= _MOST_COUNTED:
        asked = asyncio.wrap_future(worker.submit(count_tokens, spec, texts))
        with contextlib.suppress(TimeoutError):
            counted = await asyncio.wait_for(asked, _PATIENCE)
            if counted is not None:
                encoding, exact, count = counted
                return f"{'' if exact else 'about '}{count:,} tokens of text ({encoding})"
    return f"about {size // _BYTES_A_TOKEN:,} tokens of text"
