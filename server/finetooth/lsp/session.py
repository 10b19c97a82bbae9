"""Everything the server remembers between messages, and when it works on what.

An edit is linted as soon as all messages that came with it are read. Reading a whole file, and every rule
that is not for keystrokes, runs in slices in between (`scheduler`); the latter only after a pause in typing.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from finetooth.engine import garbage
from finetooth.engine.files.source import Source, file_facts
from finetooth.engine.live.document import Change
from finetooth.engine.live.scheduler import Job, Scheduler
from finetooth.engine.live.worker import Worker
from finetooth.lsp.annotations import Annotations
from finetooth.lsp.baselines import BaselineStore
from finetooth.lsp.client import ClientFacts
from finetooth.lsp.configs import ConfigStore
from finetooth.lsp.disk_findings import DiskFindings
from finetooth.lsp.disk_work import DiskWork
from finetooth.lsp.open_document import OpenDocument, path_of
from finetooth.lsp.progress import Background
from finetooth.lsp.resolution import Resolution
from finetooth.lsp.settings import EditorSettings
from finetooth.lsp.settings_documents import SettingsDocuments
from finetooth.lsp.showing import Showing
from finetooth.lsp.siblings import Siblings
from finetooth.lsp.timing import HELD, Timing
from finetooth.lsp.watched import Watched
from finetooth_rules.file_facts import FileFacts

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
        self.initial_options: Any = None
        """The settings that the client gave at the start: they hold until it gives others."""
        self.settings = EditorSettings()
        self.folder_settings: Mapping[Path, EditorSettings] = {}
        self.configs = ConfigStore()
        self.resolution = Resolution(self)
        self.broken: dict[str, str] = {}
        self.worker = Worker()
        self.timing = Timing(self._sizes)
        self._scheduler = Scheduler(held=self._held)
        self._edited: dict[str, OpenDocument] = {}
        self.settings_documents = SettingsDocuments(self)
        self.annotations = Annotations(self)
        self.siblings = Siblings(self)
        self.watched = Watched(self)
        self.items_told: set[str] = set()
        self.showing = Showing(self)
        self.baselines = BaselineStore(self.configs.report)
        self.progress_stops: dict[Any, Callable[[], None]] = {}
        """What is called when a person cancels a progress, by its token."""
        self.background = Background(self)
        self.disk_work = DiskWork(self)
        self.disk_findings = DiskFindings(self)
        self._reclaiming: asyncio.TimerHandle | None = None
        self._reading: set[asyncio.Task[None]] = set()

    # -- documents ----------------------------------------------------------------------------------------

    def opened(self, uri: str, text: str | list[bytes], version: int) -> None:
        """A document of ours was opened."""
        self.closed(uri)
        self.disk_findings.clear(uri)
        document = OpenDocument(uri, text, version, self.facts, self.worker)
        self.documents[uri] = document
        self.resolution.resolve(document, force=True)
        self._read_facts(document, version)
        self.showing.show_errors()

    def changed(self, uri: str, changes: Iterable[Change], version: int) -> None:
        """A document was edited; it is linted when all messages at hand are read."""
        document = self.documents.get(uri)
        if document is None:
            return
        self.cancel_judging(document)
        self._scheduler.cancel(("lens", uri))
        decided = document.change(changes, self.facts.encoding, version)
        if decided and (document.profile.hangs_on_records or document.may_be_misread):
            self._scheduler.submit(
                ("resolve", uri), lambda: self.resolution.steps(document), delay=JUDGE_DELAY
            )
        self._edited[uri] = document

    def saved(self, uri: str) -> None:
        """A document was written to disk."""
        document = self.documents.get(uri)
        if document is not None:
            self._read_facts(document, document.version)
            if document.path is not None:
                self.siblings.changed([document.path])
        self.disk_work.changed()
        if self.watched.news():
            self.reconfigure()
        else:
            self.look_at_baselines()

    def files_changed(self, paths: Collection[Path]) -> None:
        """Files changed on disk, by whatever hand."""
        self.disk_work.changed()
        for document in self.documents.values():
            if document.path in paths:
                self._read_facts(document, None)
        if any(self.watched.concern(path) for path in paths):
            self.reconfigure()
            return
        if any(document.baseline_path in paths for document in self.documents.values()):
            self.look_at_baselines()
        else:
            self.siblings.changed(paths)
            self.settings_documents.refresh()

    def look_at_baselines(self) -> None:
        """A baseline may have changed."""
        self.disk_work.changed()
        for document in self.documents.values():
            self.resolution.take_baseline(document, tell=False)
        self.settings_documents.refresh()
        self.showing.show_errors()

    def closed(self, uri: str) -> None:
        """A document was closed, or is opened anew."""
        self._scheduler.cancel(("settings", uri))
        document = self.documents.pop(uri, None)
        if document is None:
            return
        self.reclaim_later()
        self._edited.pop(uri, None)
        for job in ("lint", "resolve", "lens"):
            self._scheduler.cancel((job, uri))
        self.siblings.left(document)
        if document.is_edited:
            self.settings_documents.data_changed(document.path)
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
        self.settings_documents.end()
        self.worker.close()
        self.disk_work.close()

    def _lint_edit(self, document: OpenDocument) -> None:
        if not (document.settings.enable and document.is_dataset):
            return
        began = time.perf_counter()
        deadline = began + KEYSTROKE_SECONDS
        for _ in document.index.lint_steps(bulk=False):
            if time.perf_counter() > deadline:
                break
        document.index.found.clear()
        document.check_file_if_touched()
        if document.index.settled or not document.index.is_array:
            # Else all records of a line are read again: they are shown till then.
            self.showing.publish(document)
        if document.index.settled:
            self.judge_later(document, JUDGE_DELAY)
        elif not self._scheduler.busy(("lint", document.uri)):
            self._lint(document, delay=LARGE_LINE_DELAY)
        self.timing.held("an edit", document.uri, time.perf_counter() - began)

    # -- background ---------------------------------------------------------------------------------------

    def read_all(self, document: OpenDocument) -> None:
        """Read a document from the start; of a large one what was found so far is shown after a moment."""
        self._lint(document)
        asyncio.get_running_loop().call_later(FIRST_LOOK, self._first_look, document)

    def _first_look(self, document: OpenDocument) -> None:
        if self.documents.get(document.uri) is document and not document.index.settled:
            self.update(document)

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

    def _sizes(self, uri: str) -> tuple[int, int] | None:
        document = self.documents.get(uri)
        return None if document is None else (document.document.size, len(document.document.lines))

    def _held(self, key: Hashable, seconds: float) -> None:
        """A step of the background took so long."""
        if self.timing.on and seconds > HELD and isinstance(key, tuple):
            self.timing.held(f"a step of {key[0]}", str(key[-1]), seconds)

    def _linted(self, document: OpenDocument, began: float) -> None:
        document.seconds["lint"] = time.perf_counter() - began
        self.timing.worked("reading", document.uri, document.seconds["lint"])
        garbage.keep()
        self.update(document)
        self.annotations.linted(document)
        self.judge_later(document, 0.0)

    def cancel_judging(self, document: OpenDocument) -> None:
        """Drop a pass under way over the dataset of a document."""
        self._scheduler.cancel(("judge", document.dataset_key))

    def judge_later(self, document: OpenDocument, delay: float) -> None:
        """Run the rules that are not for keystrokes on a document and the others of its dataset."""
        began = time.perf_counter() + delay
        self._scheduler.submit(
            ("judge", document.dataset_key),
            lambda: self.siblings.judge_steps(document),
            delay=delay,
            done=lambda: self._judged(document, began),
        )

    def _judged(self, document: OpenDocument, began: float) -> None:
        document.seconds["judge"] = time.perf_counter() - began
        self.timing.worked("judging all records together", document.uri, document.seconds["judge"])
        garbage.keep()
        if document.is_edited:
            self.settings_documents.data_changed(document.path)
        for one in (document, *self.siblings.others(document)):
            self.update(one)
            self.annotations.judged(one)
        self.siblings.judged(document)

    def reclaim_later(self) -> None:
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
        self.siblings.forget()
        self.watched.news()
        for document in self.documents.values():
            self.resolution.resolve(document)
            self.showing.report_unusable(document)
        self.siblings.refresh_all(anew=True)
        self.showing.show_errors()
        self.settings_documents.refresh(anew=True)

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

    def soon(
        self,
        key: tuple[str, str],
        start: Callable[[], Job],
        delay: float,
        done: Callable[[], None] | None = None,
    ) -> None:
        """Do something in the background, once after the last call."""
        self._scheduler.submit(key, start, delay=delay, done=done)

    def cancel(self, key: tuple[str, str]) -> None:
        """Do not do it."""
        self._scheduler.cancel(key)

    def shows_dataset(self, uri: str) -> bool:
        """Whether a document is shown as a dataset."""
        document = self.documents.get(uri)
        return document is not None and document.is_dataset

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
