"""The files that open documents are judged by: a client that can is asked to tell when one changes; for any
other they are looked at when something is saved.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from lsprotocol import types

from finetooth.engine.baseline import NAME as BASELINE
from finetooth.engine.settings.config import NAMES, Config
from finetooth.engine.settings.mappings import concerns, folders_of
from finetooth.engine.settings.model_files import paths_of
from finetooth.engine.settings.serving_prompt import KEY as PROMPT_FILE
from finetooth.engine.training.settings_files import beside, read_file
from finetooth_rules.profile import Profile

if TYPE_CHECKING:
    from finetooth.lsp.session import Session

Pattern: TypeAlias = tuple[Path, str]
"""A folder, and what the files in it are called."""
_ID: Final = "finetooth-single-files"


def judged_by(profile: Profile, config: Config, path: Path | None) -> frozenset[Path]:
    """The files named in the settings that say what a document is judged by."""
    found = {*paths_of(profile.tokenizer, profile.template)}
    own = profile.own_schema
    uris = () if own is None else (own.uri, *(uri for uri, _ in own.documents))
    found.update(Path(url2pathname(unquote(urlsplit(uri).path))) for uri in uris if uri.startswith("file:"))
    found.update(Path(plugin.partition("\n")[0]) for plugin in profile.plugins)
    found.update(Path(benchmark.path) for benchmark in profile.benchmarks)
    task = config.settings_for(path).get("task", {})
    found.update(config.root / task[key] for key in ("examples-file", PROMPT_FILE) if task.get(key))
    if path is not None and config.looks_around:
        found.update(one.path for one in beside(path) if is_run(one.path))
    return frozenset(file.absolute() for file in found)


def is_run(path: Path) -> bool:
    """Whether a file is called JSON and holds a trainer's settings. (YAML is watched by its name: most of it
    is settings of something, and most JSON is not.)"""
    try:
        found = read_file(path) if path.suffix.lower() == ".json" else None
    except OSError:
        return False
    return found is not None and found.settings is not None


class Watched:
    """What the documents of a session hang on."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._registered: frozenset[Pattern] = frozenset()
        self._stamps: dict[Path, int | None] = {}

    def concern(self, path: Path) -> bool:
        """Whether a file that changed says what some document is judged by. While a config is in error, any
        Python file may be the plugin that was to blame.
        """
        session = self._session
        documents = session.documents.values()
        return (
            path.name in NAMES
            or path in session.configs.errors
            or (path.suffix == ".py" and bool(session.configs.errors))
            or any(
                path == document.config_path
                or path in document.judged_by
                or path.resolve() in document.judged_by
                or concerns(path, document.path)
                or (document.path is not None and path.parent in folders_of(document.path) and is_run(path))
                for document in documents
            )
        )

    def refresh(self) -> None:
        """Documents, or what they are judged by, changed."""
        files = {path for document in self._session.documents.values() for path in document.judged_by}
        self._stamps = {path: self._stamps.get(path) or _stamp(path) for path in files}
        baselines = {document.baseline_path for document in self._session.documents.values()}
        own = {path.absolute() for path in baselines if path is not None and path.name != BASELINE}
        wanted = frozenset(map(self._pattern, files | own | self._session.siblings.unusual_files()))
        if self._session.facts.relative_patterns:
            paths = (document.path for document in self._session.documents.values())
            beside = {folder for path in paths if path is not None for folder in folders_of(path)}
            wanted |= {(folder, "*.json") for folder in beside}
        if wanted == self._registered or not self._session.facts.registers_watchers:
            return
        server = self._session.server
        method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        if self._registered:
            gone = types.Unregistration(_ID, method)
            server.client_unregister_capability(types.UnregistrationParams([gone]))
        self._registered = wanted
        if wanted:
            watchers = [types.FileSystemWatcher(self._watched(*one)) for one in sorted(wanted)]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            registration = types.Registration(_ID, method, options)
            server.client_register_capability(types.RegistrationParams([registration]))

    def _pattern(self, path: Path) -> Pattern:
        """What matches one file."""
        return path.parent, "".join(f"[{char}]" if char in "*?[{" else char for char in path.name)

    def _watched(self, folder: Path, name: str) -> types.RelativePattern | str:
        """A pattern as a client takes it; one that knows no folders to start from is told of others, too."""
        if self._session.facts.relative_patterns:
            return types.RelativePattern(folder.as_uri(), name)
        return f"**/{name}"

    def news(self) -> bool:
        """Whether one of the files is not what it was."""
        now = {path: _stamp(path) for path in self._stamps}
        before, self._stamps = self._stamps, now
        return before != now


def _stamp(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None
