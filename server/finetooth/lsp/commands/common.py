"""What commands have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from finetooth.lsp.open_document import path_of
from finetooth.lsp.protocol import Refused


class CommandError(Refused):
    """A command cannot be carried out; the message is a sentence for people."""


def uri_in(given: dict[str, Any]) -> str:
    """The URI a command is about. Raises CommandError."""
    uri = given.get("uri")
    if not isinstance(uri, str) or not uri:
        raise CommandError("expected the `uri` of a document")
    return uri


def path_in(given: dict[str, Any]) -> Path:
    """The file or folder a command is about. Raises CommandError."""
    uri = uri_in(given)
    path = path_of(uri)
    if path is None:
        raise CommandError("this document is no file on the disk; save it first")
    if not path.exists():
        raise CommandError(f"{path.name}: there is no such file")
    return path


def flag(given: dict[str, Any], name: str, default: bool) -> bool:
    """A switch. Raises CommandError."""
    value = given.get(name, default)
    if not isinstance(value, bool):
        raise CommandError(f"expected `{name}` to be true or false")
    return value
