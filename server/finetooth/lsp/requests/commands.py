"""`workspace/executeCommand`: what to put into a report of a defect, and the numbers of a dataset."""

from __future__ import annotations

import platform
from collections import Counter
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final

from finetooth import __version__
from finetooth.lsp.open_document import OpenDocument

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer

DEBUG: Final = "finetooth.debugInformation"
STATISTICS: Final = "finetooth.statistics"
_PACKAGES: Final = ("pygls", "lsprotocol", "orjson", "jsonschema-rs", "google-re2", "tiktoken", "numpy")


def register(server: FinetoothServer) -> None:
    """Wire the commands. Their names must differ from those an editor's extension registers itself."""
    session = server.session

    @server.command(DEBUG)
    def debug_information() -> str:
        lines = [
            f"Finetooth {__version__}, Python {platform.python_version()}, {platform.platform()}",
            ", ".join(f"{name} {_version(name)}" for name in _PACKAGES),
            f"client: {session.facts}",
            f"folders: {[str(folder) for folder in session.folders]}",
            f"settings: {session.settings}",
            f"broken rules: {session.broken or 'none'}",
        ]
        lines += [_describe(document) for document in session.documents.values()]
        return "\n".join(lines)

    @server.command(STATISTICS)
    def statistics(uri: str) -> dict[str, Any]:
        document = session.locate(uri)
        if document is None:
            return {}
        index = document.index
        codes = Counter(finding.code for _, finding in index.findings())
        codes.update(finding.code for _, finding in index.file_findings())
        return {
            "format": document.profile.format,
            "target": document.profile.target.name,
            "records": sum(len(block.entries) for block in index.blocks),
            "settled": index.settled,
            "complete": index.judged or not (document.settings.enable and document.is_dataset),
            "findings": dict(sorted(codes.items())),
        }


def _describe(document: OpenDocument) -> str:
    """A document in a line: never its text."""
    profile, index = document.profile, document.index
    return (
        f"{document.uri}: {len(document.document.lines):,} lines, {document.document.size:,} bytes, "
        f"format {profile.format}, target {profile.target.name}, config {document.config_path}, "
        f"settled {index.settled}, judged {index.judged}"
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "?"
