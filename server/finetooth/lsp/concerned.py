"""Which files, besides the documents, decide what the documents are judged by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from finetooth.engine.config import NAMES, ConfigError
from finetooth.engine.mappings import concerns
from finetooth.engine.model_files import paths_of
from finetooth.lsp.open_document import OpenDocument


def decides(path: Path, documents: Iterable[OpenDocument], errors: Mapping[Path, ConfigError]) -> bool:
    """Whether a file decides anything for open documents: a config, a trainer's file, a schema, a model's
    file, a plugin; or was in error when it was last looked at.
    """
    open_now = [*documents]
    return (
        path.name in NAMES
        or path in errors
        or any(concerns(path, document.path) or path == document.config_path for document in open_now)
        or any(_is_schema(path, document) or _is_of_model(path, document) for document in open_now)
        or _is_plugin(path, open_now, errors)
    )


def _is_plugin(path: Path, documents: Iterable[OpenDocument], errors: Mapping[Path, ConfigError]) -> bool:
    """Whether some document is judged by the rules of this file. While a config is in error, any Python
    file may be the one that was to blame.
    """
    if path.suffix != ".py":
        return False
    files = (plugin for document in documents for plugin in document.profile.plugins)
    return bool(errors) or str(path.resolve()) in {file.partition("\n")[0] for file in files}


def _is_of_model(path: Path, document: OpenDocument) -> bool:
    """Whether a document is judged by this tokenizer or chat template."""
    return path in paths_of(document.profile.tokenizer, document.profile.template)


def _is_schema(path: Path, document: OpenDocument) -> bool:
    """Whether a document is judged by this JSON Schema, or by one that refers to it."""
    uri = path.as_uri() if path.is_absolute() else ""
    own = document.profile.own_schema
    return own is not None and uri in (own.uri, *dict(own.documents))
