"""The files that settings name: a trainer's data sets, what finetooth.toml refers to, `dataset_info.json`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from finetooth.engine.cursor.links import existing
from finetooth.engine.settings.config import NAMES
from finetooth.engine.settings.mappings import INFO
from finetooth.engine.training.settings_files import SettingsFile, located
from finetooth.lsp.positions import place_in
from finetooth.lsp.settings_documents import SettingsDocument
from finetooth_rules.finding import Path as Steps
from finetooth_rules.finding import Span
from finetooth_rules.trainers import MAX_BYTES, Document, language_of, read_document

if TYPE_CHECKING:
    from finetooth.lsp.session import Session

_FILES: Final = ("schema", "plugins", "examples-file", "serving-system-prompt-file", "tokenizer", "template")
"""Keys of a config whose values name files; `train`, `validation` … may name one too, or be patterns."""
_SPLITS: Final = ("train", "validation", "test", "benchmarks", "files")


class SettingsLink(NamedTuple):
    """A name in a settings document (range as JSON), and the file it means."""

    range: dict[str, Any]
    path: Path


async def settings_links(session: Session, uri: str) -> list[SettingsLink]:
    """The files that an open settings document names, those that are there; the disk is asked in a thread."""
    document = session.settings_documents.get(uri)
    if document is None or document.path is None or document.document.size > MAX_BYTES:
        return []
    version, path, raw = document.version, document.path, document.raw
    found = document.found()
    loop = asyncio.get_running_loop()
    spans = await loop.run_in_executor(None, _spans, path, raw, found)
    if session.settings_documents.get(uri) is not document or document.version != version:
        return []
    return [SettingsLink(_range(session, document, span), file) for span, file in spans]


def _range(session: Session, document: SettingsDocument, span: Span) -> dict[str, Any]:
    start, end = (place_in(document.document, offset, session.facts.encoding) for offset in span)
    return {"start": start, "end": end}


def _spans(path: Path, raw: bytes, found: SettingsFile | None) -> list[tuple[Span, Path]]:
    spans: dict[Span, Path] = {}
    if found is not None and found.settings is not None:
        for data in found.settings.data:
            files = located(found, data)
            if len(files) == 1:  # of a folder no one file is meant
                spans[data.setting.span] = files[0]
    language = language_of(path.name)
    if language is not None and (path.name in NAMES or path.name == INFO):
        document = read_document(raw, language)
        names = dict(_names(path, document))
        there = existing(names.values(), [path.parent])
        for steps, name in names.items():
            span = document.locate(steps)
            if name in there and span is not None:
                spans[_unquoted(raw, span)] = there[name]
    return [(_unquoted(raw, span), file) for span, file in sorted(spans.items())]


def _names(path: Path, document: Document) -> Iterator[tuple[Steps, str]]:
    if path.name == INFO:
        for name, entry in document.mapping.items():
            if isinstance(entry, dict) and isinstance(entry.get("file_name"), str):
                yield (name, "file_name"), entry["file_name"]
        return
    base: Steps = ("tool", "finetooth") if path.name == "pyproject.toml" else ()
    stack: list[tuple[Steps, Any, bool]] = [(base, document.at(base), False)]
    while stack:
        steps, value, is_name = stack.pop()
        if isinstance(value, dict):
            stack += [((*steps, key), item, key in _FILES or key in _SPLITS) for key, item in value.items()]
        elif isinstance(value, list):
            stack += [((*steps, number), item, is_name) for number, item in enumerate(value)]
        elif is_name and isinstance(value, str) and value:
            yield steps, value


def _unquoted(raw: bytes, span: Span) -> Span:
    quote = raw[span.start : span.start + 1]
    if quote in (b'"', b"'") and span.end - span.start >= 2 and raw[span.end - 1 : span.end] == quote:
        return Span(span.start + 1, span.end - 1)
    return span
