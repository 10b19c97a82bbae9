"""Everything the server remembers between messages, and when it works on what.

An edit is linted as soon as all messages that came with it are read. Reading a whole file, and every rule
that is not for keystrokes, runs in slices in between (`scheduler`); the latter only after a pause in typing.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from finetooth.engine import garbage
from finetooth.engine.baseline import NAME as BASELINE
from finetooth.engine.config import Config, ConfigError
from finetooth.engine.document import Change
from finetooth.engine.live_worker import Worker
from finetooth.engine.plugins import catalogue_of
from finetooth.engine.resolve import resolve
from finetooth.engine.scheduler import Scheduler
from finetooth.engine.source import Source, file_facts
from finetooth.lsp.annotations import Annotations
from finetooth.lsp.baselines import BaselineStore
from finetooth.lsp.client import ClientFacts
from finetooth.lsp.concerned import decides
from finetooth.lsp.configs import ConfigStore
from finetooth.lsp.disk_findings import DiskFindings
from finetooth.lsp.disk_work import DiskWork
from finetooth.lsp.open_document import OpenDocument, path_of
from finetooth.lsp.progress import Background
from finetooth.lsp.settings import EditorSettings
from finetooth.lsp.settings_documents import SettingsDocuments
from finetooth.lsp.showing import Showing
from finetooth_rules.array import Framing, framing_of
from finetooth_rules.file_facts import FileFacts
from finetooth_rules.profile import Profile
from finetooth_rules.settings import build_profile

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer

logger = logging.getLogger(__name__)

KEYSTROKE_SECONDS: Final = 0.010
"""An edit that takes longer to lint is finished in the background."""
JUDGE_DELAY: Final = 0.35
LARGE_LINE_DELAY: Final = 0.2
FIRST_LOOK: Final = 0.25
"""After this time the findings in what was read of a large file are shown."""
RECLAIM_DELAY: Final = 3.0


class Session:
    """One client's session."""

    def __init__(self, server: FinetoothServer) -> None:
        self.server = server
        self.facts = ClientFacts()
        self.client_name = ""
        self.documents: dict[str, OpenDocument] = {}
        self.folders: list[Path] = []
        self.settings = EditorSettings()
        self.folder_settings: Mapping[Path, EditorSettings] = {}
        self.configs = ConfigStore()
        self._plugins_told: set[Path] = set()
        self._watched = {BASELINE}
        self.broken: dict[str, str] = {}
        self.worker = Worker()
        self._scheduler = Scheduler()
        self._edited: dict[str, OpenDocument] = {}
        self.settings_documents = SettingsDocuments(self)
        self.showing = Showing(self)
        self.baselines = BaselineStore(self.configs.report)
        self.progress_stops: dict[Any, Callable[[], None]] = {}
        """What is called when a person cancels a progress, by its token."""
        self.background = Background(self)
        self.disk_work = DiskWork(self)
        self.disk_findings = DiskFindings(self)
        self.annotations = Annotations(self)
        self._reclaiming: asyncio.TimerHandle | None = None
        self._reading: set[asyncio.Task[None]] = set()

    # -- documents ----------------------------------------------------------------------------------------

    def opened(self, uri: str, text: str | list[bytes], version: int) -> None:
        """A document of ours was opened."""
        self.closed(uri)
        self.disk_findings.clear(uri)
        document = OpenDocument(uri, text, version, self.facts, self.worker)
        self.documents[uri] = document
        self._resolve(document, force=True)
        self._read_facts(document, version)
        self.showing.show_errors()

    def changed(self, uri: str, changes: Iterable[Change], version: int) -> None:
        """A document was edited; it is linted when all messages at hand are read."""
        document = self.documents.get(uri)
        if document is None:
            return
        for job in ("judge", "lens"):
            self._scheduler.cancel((job, uri))
        decided = document.change(changes, self.facts.encoding, version)
        if decided and (document.profile.hangs_on_records or document.may_be_misread):
            self._scheduler.submit(("resolve", uri), lambda: self._resolve_step(document), delay=JUDGE_DELAY)
        self._edited[uri] = document

    def saved(self, uri: str) -> None:
        """A document was written to disk."""
        document = self.documents.get(uri)
        if document is not None:
            self._read_facts(document, document.version)
        self.disk_work.changed()
        self.settings_documents.refresh()

    def files_changed(self, paths: Collection[Path]) -> None:
        """Files changed on disk, by whatever hand."""
        self.disk_work.changed()
        for document in self.documents.values():
            if document.path in paths:
                self._read_facts(document, None)
        if any(decides(path, self.documents.values(), self.configs.errors) for path in paths):
            self.reconfigure()
            return
        if any(document.baseline_path in paths for document in self.documents.values()):
            self.look_at_baselines()
        else:
            self.settings_documents.refresh()

    def look_at_baselines(self) -> None:
        """A baseline may have changed."""
        self.disk_work.changed()
        for document in self.documents.values():
            self._take_baseline(document)
        self.settings_documents.refresh()
        self.showing.show_errors()

    def closed(self, uri: str) -> None:
        """A document was closed, or is opened anew."""
        self._scheduler.cancel(("settings", uri))
        document = self.documents.pop(uri, None)
        if document is None:
            return
        self._reclaim_later()
        self._edited.pop(uri, None)
        for job in ("lint", "judge", "resolve", "lens"):
            self._scheduler.cancel((job, uri))
        if not self.facts.pull and document.sent is not None:
            self.server.publish(uri, None, b"[]")

    def flush(self) -> None:
        """Lint what was edited since the last call."""
        if self._edited:
            edited, self._edited = self._edited, {}
            for document in edited.values():
                self._lint_edit(document)

    def end(self) -> None:
        """The client is gone."""
        self._scheduler.cancel_all()
        self.worker.close()
        self.disk_work.close()

    def _lint_edit(self, document: OpenDocument) -> None:
        if not (document.settings.enable and document.is_dataset):
            return
        deadline = time.perf_counter() + KEYSTROKE_SECONDS
        for _ in document.index.lint_steps(bulk=False):
            if time.perf_counter() > deadline:
                break
        document.index.found.clear()
        document.check_file_if_touched()
        if document.index.settled or not document.index.is_array:
            self.showing.publish(
                document
            )  # else all records of a line are read again: they are shown till then
        if document.index.settled:
            self._judge_later(document, JUDGE_DELAY)
        elif not self._scheduler.busy(("lint", document.uri)):
            self._lint(document, delay=LARGE_LINE_DELAY)

    # -- background ---------------------------------------------------------------------------------------

    def _lint(self, document: OpenDocument, *, delay: float = 0.0) -> None:
        """Read all lines that are pending."""
        began = time.perf_counter()
        self._scheduler.submit(
            ("lint", document.uri),
            document.lint_steps,
            delay=delay,
            urgent=True,
            done=lambda: self._linted(document, began),
        )
        if document.is_long:
            how_far = partial(document.how_far, lambda: self.documents.get(document.uri) is document)
            self.background.watch(("read", document.uri), f"Finetooth: {document.name}", how_far)

    def _linted(self, document: OpenDocument, began: float) -> None:
        document.seconds["lint"] = time.perf_counter() - began
        garbage.keep()
        self.update(document)
        self.annotations.linted(document)
        self._judge_later(document, 0.0)

    def _judge_later(self, document: OpenDocument, delay: float) -> None:
        began = time.perf_counter() + delay
        self._scheduler.submit(
            ("judge", document.uri),
            document.judge_steps,
            delay=delay,
            done=lambda: self._judged(document, began),
        )

    def _judged(self, document: OpenDocument, began: float) -> None:
        document.seconds["judge"] = time.perf_counter() - began
        garbage.keep()
        self.update(document)
        self.annotations.judged(document)

    def _reclaim_later(self) -> None:
        """Look for garbage when nobody waits, once for all documents that were dropped meanwhile."""
        if self._reclaiming is not None:
            self._reclaiming.cancel()
        self._reclaiming = asyncio.get_running_loop().call_later(RECLAIM_DELAY, garbage.reclaim)

    def _read_facts(self, document: OpenDocument, version: int | None) -> None:
        """Read from disk what an editor hides, in a thread. `version` is what is on disk, None if not
        known."""
        if document.path is None:
            return
        task = asyncio.get_running_loop().create_task(self._facts(document, document.path, version))
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    async def _facts(self, document: OpenDocument, path: Path, version: int | None) -> None:
        facts = await asyncio.get_running_loop().run_in_executor(None, _facts_of, path)
        if self.documents.get(document.uri) is document and document.read(facts, version):
            self.update(document)

    # -- settings -----------------------------------------------------------------------------------------

    def reconfigure(self) -> None:
        """Settings, config files or folders changed: every document is judged by what holds now."""
        self.configs.forget()
        self.disk_work.changed()
        for document in self.documents.values():
            self._resolve(document)
            self.showing.report_unusable(document)
        self.showing.show_errors()
        self.settings_documents.refresh()

    def settings_closed(self, uri: str) -> None:
        """A document that may hold settings was closed: errors of a config are told as before it was
        open."""
        document = self.settings_documents.get(uri)
        if document is not None:
            self.settings_documents.closed(uri)
            self.showing.configs.closed(document.path)

    def settings_opened(self, uri: str, text: str | list[bytes], version: int) -> None:
        """A document that may hold settings was opened: errors of a config are told with its findings."""
        path = path_of(uri)
        items = self.showing.configs.opened(path)
        self.settings_documents.opened(uri, text, version, items)

    def soon(self, key: tuple[str, str], start: Callable[[], Iterator[None]], delay: float) -> None:
        """Do something in the background, once after the last call."""
        self._scheduler.submit(key, start, delay=delay)

    def shows_dataset(self, uri: str) -> bool:
        """Whether a document is shown as a dataset."""
        document = self.documents.get(uri)
        return document is not None and document.is_dataset

    def config_of(self, path: Path | None, settings: EditorSettings) -> Config | None:
        """The config that a file is judged by; what is wrong with it is told where datasets are."""
        errors = dict(self.configs.errors)
        config = self.configs.config_for(
            path, self.folders, self.chosen_config(settings), allow_plugins=settings.allow_plugins
        )
        self.configs.errors = errors
        return config

    def settings_for(self, document: OpenDocument) -> EditorSettings:
        """The editor's settings for a document: its workspace folder's, else those of the window."""
        return self.settings_of(document.path)

    def settings_of(self, path: Path | None) -> EditorSettings:
        """The editor's settings for a file."""
        within = [
            folder for folder in self.folder_settings if path is not None and path.is_relative_to(folder)
        ]
        if within:
            return self.folder_settings[max(within, key=lambda folder: len(folder.parts))]
        return self.settings

    def _resolve_step(self, document: OpenDocument) -> Iterator[None]:
        self._resolve(document)
        yield

    def _resolve(self, document: OpenDocument, *, force: bool = False) -> None:
        """Find out what a document is judged by; lint it anew where that changed."""
        before = document.settings
        settings = document.settings = self.settings_for(document)
        chosen = self.chosen_config(settings)
        config = self.configs.config_for(
            document.path, self.folders, chosen, allow_plugins=settings.allow_plugins
        )
        document.config_path = config.path
        if "plugins" in config.settings and not settings.allow_plugins:
            self._tell_of_plugins(config)
        if not settings.enable:
            for job in ("lint", "judge"):
                self._scheduler.cancel((job, document.uri))
            self.update(document)
            return
        framing = framing_of(document.uri, b"".join(document.head()))
        try:
            profile = resolve(
                config, document.path, settings.overrides, document.head(), framing, self.configs.report
            )
        except ConfigError as error:
            self.configs.errors[error.path] = error
            if not force:
                return  # what held before goes on
            profile = self._profile_without(document, config, settings, framing)
        document.baseline_path = self.baselines.path_of(config, document.path, self.folders)
        self._watch_baseline(document.baseline_path)
        changed = profile.fingerprint != document.profile.fingerprint
        if force or document.misread or not before.enable or changed:
            document.judge_by(profile, self.broken)
            self._take_baseline(document, tell=False)
            if not force:
                self._reclaim_later()
            self._scheduler.cancel(("judge", document.uri))
            if not document.is_dataset:
                self.update(document)
                return
            self._lint(document)
            asyncio.get_running_loop().call_later(FIRST_LOOK, self._first_look, document)
        else:
            self._take_baseline(document, tell=before != settings)

    def _watch_baseline(self, path: Path | None) -> None:
        """Have the client watch a baseline that has a name of its own."""
        if path is None or path.name in self._watched or not self.facts.registers_watchers:
            return
        self._watched.add(path.name)
        watcher = types.FileSystemWatcher(f"**/{path.name}")
        registration = types.Registration(
            f"finetooth-baseline-{len(self._watched)}",
            types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
            types.DidChangeWatchedFilesRegistrationOptions([watcher]),
        )
        self.server.client_register_capability(types.RegistrationParams([registration]))

    def _take_baseline(self, document: OpenDocument, *, tell: bool = True) -> None:
        """Leave out what the baseline of a document says; `tell` the client, also without a change."""
        known = catalogue_of(document.profile)
        ignored = self.baselines.ignored(document.baseline_path, document.path, known)
        if document.ignore(ignored) or tell:
            self.update(document)

    def _profile_without(
        self, document: OpenDocument, config: Config, settings: EditorSettings, framing: Framing
    ) -> Profile:
        """What a document is judged by from its opening, where a file that the settings name is of no use:
        the settings without the model's files, else the defaults.
        """
        try:
            return resolve(
                config, document.path, settings.overrides, document.head(), framing, model_files=False
            )
        except ConfigError:
            return build_profile({})

    def _tell_of_plugins(self, config: Config) -> None:
        """Rules of the project's own are not run before the user allowed it; said once for each config."""
        if config.path is not None and config.path not in self._plugins_told:
            self._plugins_told.add(config.path)
            self.server.tell(
                types.MessageType.Info,
                f"{config.path.name} names plugins, which are not loaded: `finetooth.allowPlugins` is off.",
            )

    def chosen_config(self, settings: EditorSettings) -> Path | None:
        """The config that the settings of the editor name."""
        if settings.configuration is None:
            return None
        path = Path(settings.configuration).expanduser()
        return path if path.is_absolute() or not self.folders else self.folders[0] / path

    def _first_look(self, document: OpenDocument) -> None:
        if self.documents.get(document.uri) is document and not document.index.settled:
            self.update(document)

    def update(self, document: OpenDocument) -> None:
        """The diagnostics of a document may have changed without an edit."""
        self.showing.update(document)

    def refresh_soon(self) -> None:
        """Have a client that asks for diagnostics ask anew."""
        self.showing.refresh_soon()

    def locate(self, uri: str) -> OpenDocument | None:
        """The open document of a URI, with all its edits linted as far as a keystroke allows."""
        self.flush()
        return self.documents.get(uri)

    def set_folders(self, folders: Iterable[Any]) -> None:
        """The workspace folders, as URIs."""
        paths = (path_of(folder) for folder in folders)
        self.folders = [path for path in paths if path is not None]


def _facts_of(path: Path) -> FileFacts | None:
    try:
        return file_facts(Source(str(path), path))
    except OSError:
        return None
