"""Settings written in JSON."""

from __future__ import annotations

from finetooth_rules.finding import Path, Span
from finetooth_rules.scan import MISSING, FlawKind, scan
from finetooth_rules.spans import find_span
from finetooth_rules.trainers._document import MAX_DEPTH, Document, Language, unreadable

_PASSED = frozenset({FlawKind.DUPLICATE_KEY, FlawKind.LINE_SEPARATOR, FlawKind.LOSES_PRECISION})


def read_json(raw: bytes) -> Document:
    """The document; of a text that is not JSON the first flaw."""
    read = scan(raw, MAX_DEPTH)
    flaw = next((flaw for flaw in read.flaws if flaw.kind not in _PASSED), None)
    if flaw is not None or read.value is MISSING:
        message, span = ("it is empty", Span(0, 0)) if flaw is None else (flaw.message, flaw.span)
        return unreadable(raw, Language.JSON, f"is not valid JSON: {message}", span)
    document: Document

    def find(path: Path, on_key: bool) -> Span | None:
        if path and not _leads(document, path):
            return None
        return find_span(raw, path, on_key=on_key, strict=True)

    document = Document(raw, Language.JSON, read.value, None, find)
    return document


def _leads(document: Document, path: Path) -> bool:
    parent, step = document.at(path[:-1]), path[-1]
    if isinstance(parent, dict):
        return step in parent
    return isinstance(parent, list) and isinstance(step, int) and step < len(parent)
