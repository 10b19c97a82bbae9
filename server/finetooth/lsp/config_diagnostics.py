"""Errors in config files: shown in the file itself and told once; they go when the file is mended."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from finetooth.engine.settings.config import ConfigError
from finetooth.engine.settings.mappings import is_mapping
from finetooth.lsp.diagnostics import SOURCE
from finetooth.lsp.protocol import encode
from finetooth_rules.patterns import lazy

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer
    from finetooth.lsp.settings_documents import SettingsDocuments

_WORD = lazy(r"[\w.\"'-]+|\S")


class Unusable(ConfigError):
    """A file that looked well, and that nothing can be done with: the records are judged without it."""


class ConfigDiagnostics:
    """What the client was told of config files. They are no documents of ours, so it is never asked for:
    pushed."""

    def __init__(self, server: FinetoothServer, settings: SettingsDocuments) -> None:
        self._server = server
        self._settings = settings
        self._shown: dict[Path, ConfigError] = {}

    def show(self, errors: Mapping[Path, ConfigError]) -> None:
        """Tell of the errors that are new, and take back those that are gone."""
        for path in self._shown.keys() - errors.keys():
            self._send(path, [])
        for path, error in errors.items():
            if str(self._shown.get(path)) != str(error):
                self._send(path, [_diagnostic(error)])
                if not error.note:
                    self._server.tell(types.MessageType.Error, f"{error}. {_meanwhile(path, error)}")
        self._shown = dict(errors)

    def _send(self, path: Path, items: list[dict[str, object]]) -> None:
        """To the client, unless the file is open: then they go with the findings in it."""
        if not self._settings.take_config_items(path.absolute(), items):
            self._server.publish(path.absolute().as_uri(), None, encode(items))

    def opened(self, path: Path | None) -> list[dict[str, object]]:
        """A config file was opened: its errors, which are no longer pushed by themselves."""
        error = None if path is None else self._shown.get(path)
        if path is None or error is None:
            return []
        self._server.publish(path.as_uri(), None, b"[]")
        return [_diagnostic(error)]

    def closed(self, path: Path | None) -> None:
        """A config file was closed: its errors are pushed again."""
        error = None if path is None else self._shown.get(path)
        if path is not None and error is not None:
            self._send(path, [_diagnostic(error)])


def _meanwhile(path: Path, error: ConfigError) -> str:
    """What holds until an error is mended."""
    if isinstance(error, Unusable):
        return "Until it is mended, records are judged without it."
    if is_mapping(path):
        return "Until then the format is found from the records."
    return "The last settings that could be read stay in force."


def _diagnostic(error: ConfigError) -> dict[str, object]:
    line, column = max(error.line - 1, 0), max(error.column - 1, 0)
    where = {
        "start": {"line": line, "character": column},
        "end": {"line": line, "character": column + _width(error)},
    }
    return {"range": where, "severity": 3 if error.note else 1, "source": SOURCE, "message": error.message}


def _width(error: ConfigError) -> int:
    """Length of the word at the place, for something to see."""
    try:
        text = error.path.read_text(encoding="utf-8-sig", errors="replace").splitlines()[error.line - 1]
    except (OSError, IndexError):
        return 1
    word = _WORD.match(text, max(error.column - 1, 0))
    return len(word[0]) if word else 1
