"""`finetooth.debugInformation`: what to put into a report of a defect. Never the text of a record."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import fields
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final

from finetooth import __version__

if TYPE_CHECKING:
    from finetooth.lsp.open_document import OpenDocument
    from finetooth.lsp.session import Session

_PACKAGES: Final = ("pygls", "lsprotocol", "orjson", "jsonschema-rs", "google-re2", "tiktoken", "numpy")


async def debug_information(session: Session, given: dict[str, Any], token: Any) -> str:
    """See docs/commands.md."""
    return "\n".join(_lines(session))


def _lines(session: Session) -> Iterator[str]:
    yield f"Finetooth {__version__}, Python {platform.python_version()}, {platform.platform()}"
    yield ", ".join(f"{name} {_version(name)}" for name in _PACKAGES)
    facts = session.facts
    can = (f.name for f in fields(facts) if getattr(facts, f.name) is True)
    client = session.client_name or "unnamed"
    yield f"client: {client}, {facts.encoding.value}, can: {', '.join(can) or 'little'}"
    yield f"folders: {[str(folder) for folder in session.folders]}"
    yield f"settings of the client: {session.settings}"
    for folder, settings in session.folder_settings.items():
        yield f"settings of {folder}: {settings}"
    yield f"settings files in error: {[str(error) for error in session.configs.errors.values()] or 'none'}"
    yield f"broken rules: {session.broken or 'none'}"
    for document in session.documents.values():
        yield from _document(document)


def _document(document: OpenDocument) -> Iterator[str]:
    profile, index = document.profile, document.index
    yield f"{document.uri}"
    yield (
        f"  {len(document.document.lines):,} lines, {document.document.size:,} bytes, version "
        f"{document.version}, {document.framing.value}, dataset: {document.is_dataset}"
    )
    yield f"  format {profile.format} ({profile.format_source or 'none'}), target {profile.target.name}"
    yield f"  config {document.config_path}, baseline {document.baseline_path}"
    yield (
        f"  settled {index.settled}, judged {index.judged}; read in {document.timing('lint')}, "
        f"judged in {document.timing('judge')}"
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "?"
