"""Open documents that hold the settings of a run: finetooth.toml with `[training]`, and trainers' own files.

They are small, so that they are read whole whenever somebody asks; how many rows the data has is found out in
a thread, as it lies on the disk. A document that is no such file is kept only in case it becomes one, and
nothing is ever said of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from finetooth.engine.live.document import Change, Document
from finetooth.engine.live.files import Asked
from finetooth.engine.locate import page_of
from finetooth.engine.settings.config import NAMES
from finetooth.engine.settings.plugins import PluginError, catalogue_of
from finetooth.engine.training.settings_files import CONFIG_SUFFIX, SettingsFile, looks_meant, read_file
from finetooth.engine.training.training_data import quick_facts
from finetooth.engine.training.training_run import findings_of, settings_profile
from finetooth.lsp.diagnostics import SEVERITIES, SOURCE
from finetooth.lsp.open_document import path_of
from finetooth.lsp.positions import place_in
from finetooth.lsp.protocol import encode
from finetooth.lsp.settings import EditorSettings
from finetooth.lsp.settings_data import Lengths, Unsaved, cutoff, paths_of
from finetooth_rules.finding import Finding, Severity, Span
from finetooth_rules.trainers import MAX_BYTES

if TYPE_CHECKING:
    from finetooth.engine.settings.config import Config
    from finetooth.lsp.session import Session
    from finetooth_rules.profile import Profile
    from finetooth_rules.trainers._data import DataFacts

SUFFIXES: Final = (".yml", ".yaml", ".json")
DELAY: Final = 0.15
DATA_DELAY: Final = 0.5
Json = dict[str, Any]


def may_hold_settings(uri: str) -> bool:
    """Whether a document may be settings by its name: any YAML or JSON, and TOML where it is a config. What
    has another name is no trainer's, whatever language an editor takes it for.
    """
    name = uri.rpartition("/")[2].lower()
    if name.endswith(CONFIG_SUFFIX):
        return name in NAMES
    return name.endswith(SUFFIXES)


@dataclass(slots=True, eq=False)
class SettingsDocument:
    """One open document. `data` is what is known of the rows of `data_names` (None: nobody looked);
    `config_items` are errors of the config file that it is.
    """

    uri: str
    document: Document
    version: int
    path: Path | None
    data: DataFacts | None = None
    data_names: tuple[str, ...] | None = None
    data_paths: frozenset[Path] = frozenset()
    """The files that its rows are in."""
    config_items: list[Json] = field(default_factory=list)
    was_meant: bool = False
    lengths: Lengths = field(default_factory=Lengths)
    counted: int | None = None
    """The tokens beyond which its rows were counted."""
    sent: bytes | None = None
    _found: tuple[int, SettingsFile | None] | None = None

    @property
    def raw(self) -> bytes:
        """Its text."""
        return b"".join(self.document.lines)

    def found(self) -> SettingsFile | None:
        """The settings it holds now; None where it holds none."""
        if self._found is None or self._found[0] != self.version:
            found = None
            if self.document.size <= MAX_BYTES:
                found = read_file(self.path or Path(self.uri.rpartition("/")[2]), self.raw)
            if found is not None and found.trouble is not None and not self._meant(found):
                found = None
            self.was_meant = self.was_meant or (found is not None and found.settings is not None)
            self._found = self.version, found
        return self._found[1]

    def _meant(self, found: SettingsFile) -> bool:
        """Whether a text that cannot be read is told of: it was read before, or looks much like settings. Of
        broken JSON every editor tells by itself.
        """
        is_yaml = not self.uri.lower().endswith(".json")
        return is_yaml and (self.was_meant or looks_meant(found.raw))


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding and what the client is shown of it."""

    severity: Severity
    finding: Finding
    diagnostic: Json


class SettingsDocuments:
    """All of them, for one client."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._documents: dict[str, SettingsDocument] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def get(self, uri: str) -> SettingsDocument | None:
        """The open document of a URI."""
        return self._documents.get(uri)

    def opened(self, uri: str, text: str | list[bytes], version: int, config_items: list[Json]) -> None:
        """A document that may hold settings was opened. `config_items` are errors of the config it is."""
        document = SettingsDocument(uri, Document(text), version, path_of(uri), config_items=config_items)
        self._documents[uri] = document
        self._look_at_data(document)
        self.update(document)

    def changed(self, uri: str, changes: Iterable[Change], version: int) -> None:
        """A document was edited."""
        document = self._documents.get(uri)
        if document is None:
            return
        document.document.apply(changes, self._session.facts.encoding)
        document.version = version
        self._session.soon(("settings", uri), lambda: self._step(document), DELAY)

    def closed(self, uri: str) -> bool:
        """A document was closed; whether it was one of these."""
        document = self._documents.pop(uri, None)
        if document is None:
            return False
        document.lengths.close()
        if document.sent not in (None, b"[]") and not self._session.facts.pull:
            self._session.server.publish(uri, None, b"[]")
        return True

    def refresh(self, *, anew: bool = False) -> None:
        """Files or (`anew`) settings changed: look at the data anew, and judge anew."""
        for document in self._documents.values():
            if anew:
                document.lengths.forget()
            self._look_at_data(document)
            self.update(document)

    def end(self) -> None:
        """The client is gone."""
        for document in self._documents.values():
            document.lengths.close()

    def at_path(self, path: Path) -> SettingsDocument | None:
        """The open document of a file."""
        return next((one for one in self._documents.values() if one.path == path), None)

    def take_config_items(self, path: Path, items: list[Json]) -> bool:
        """Show the errors of a config with the findings in it; False where it is not open."""
        document = self.at_path(path)
        if document is None:
            return False
        document.config_items = items
        self.update(document)
        return True

    def _step(self, document: SettingsDocument) -> Iterator[None]:
        found = document.found()
        looked, names = document.data_names, _names(found)
        cutoff = self._cutoff(document, found)
        if looked is None or (names != looked and not _is_config(document)) or cutoff != document.counted:
            self._look_at_data(document)
        self.update(document)
        yield

    # -- what is shown ------------------------------------------------------------------------------------

    def shown(self, document: SettingsDocument) -> list[Shown]:
        """The findings on a document, in order of place."""
        found = document.found()
        settings, config = self._judged_by(document)
        if found is None or found.settings is None or config is None or not settings.enable:
            return []
        try:
            profile = settings_profile(config, found.path, dict(settings.overrides))
        except PluginError:
            return []
        path = self._session.baselines.path_of(config, document.path, self._session.folders)
        ignored = self._session.baselines.ignored(path, document.path, catalogue_of(profile))
        findings = [
            finding
            for finding in findings_of(found.settings, document.data, profile)
            if ignored is None or not ignored.of_file(finding.code)
        ]
        return [*self._draw(document, findings, profile)]

    def _draw(
        self, document: SettingsDocument, findings: Iterable[Finding], profile: Profile
    ) -> Iterator[Shown]:
        facts, known = self._session.facts, catalogue_of(profile)
        for finding in findings:
            severity = profile.severity(finding.code, finding.consequence)
            if severity is None or finding.span is None:
                continue
            diagnostic: Json = {
                "range": self._range(document, finding.span),
                "severity": SEVERITIES[severity],
                "code": finding.code,
                "source": SOURCE,
                "message": finding.message,
            }
            rule = known.by_code.get(finding.code)
            if facts.code_description and rule is not None and (page := page_of(rule, known)):
                diagnostic["codeDescription"] = {"href": page}
            yield Shown(severity, finding, diagnostic)

    def baseline_path(self, document: SettingsDocument) -> Path | None:
        """Where what is ignored of a document is written down."""
        _, config = self._judged_by(document)
        if config is None:
            return None
        return self._session.baselines.path_of(config, document.path, self._session.folders)

    def edits(self, document: SettingsDocument, finding: Finding, number: int) -> list[Json]:
        """The text edits of one of a finding's fixes."""
        return [
            {"range": self._range(document, edit.span), "newText": edit.content.decode()}
            for edit in finding.fixes[number].edits
        ]

    def _range(self, document: SettingsDocument, span: Span) -> Json:
        encoding = self._session.facts.encoding
        start, end = (place_in(document.document, offset, encoding) for offset in span)
        return {"start": start, "end": end}

    def payload(self, document: SettingsDocument) -> bytes:
        """The diagnostics of a document, a JSON array; of one that holds no settings there are none."""
        items = [*document.config_items, *(shown.diagnostic for shown in self.shown(document))]
        found = document.found()
        if found is not None and found.trouble is not None and self._judged_by(document)[0].enable:
            where = self._range(document, found.trouble.span)
            message = found.trouble.message
            items.append({"range": where, "severity": 1, "source": SOURCE, "message": message})
        return encode(items[: self._judged_by(document)[0].max_diagnostics])

    def update(self, document: SettingsDocument) -> None:
        """Send the diagnostics, or have the client ask anew, where they changed."""
        if self._documents.get(document.uri) is not document or self._session.shows_dataset(document.uri):
            return
        payload = self.payload(document)
        if payload == (b"[]" if document.sent is None else document.sent):
            return
        document.sent = payload
        if self._session.facts.pull:
            self._session.refresh_soon()
        else:
            version = document.version if self._session.facts.versioned_diagnostics else None
            self._session.server.publish(document.uri, version, payload)

    def _judged_by(self, document: SettingsDocument) -> tuple[EditorSettings, Config | None]:
        settings = self._session.resolution.settings_of(document.path)
        return settings, self._session.resolution.config_of(document.path, settings)

    # -- the data -----------------------------------------------------------------------------------------

    def _look_at_data(self, document: SettingsDocument) -> None:
        """Count the rows that the settings mean, in a thread."""
        found = document.found()
        if found is None or found.settings is None or document.path is None:
            document.data_names = None
            return
        document.data_names = _names(found)
        _, config = self._judged_by(document)
        document.counted = self._cutoff(document, found)
        task = asyncio.get_running_loop().create_task(self._count(document, found, config))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _cutoff(self, document: SettingsDocument, found: SettingsFile | None) -> int | None:
        """The tokens beyond which rows matter."""
        _, config = self._judged_by(document)
        try:
            return None if found is None else cutoff(found, config, self._asked(document))
        except PluginError:
            return None

    def _asked(self, document: SettingsDocument) -> Asked:
        settings = self._session.resolution.settings_of(document.path)
        chosen = self._session.resolution.chosen_config(settings)
        return Asked(settings.overrides, chosen, settings.allow_plugins)

    async def _count(self, document: SettingsDocument, found: SettingsFile, config: Config | None) -> None:
        loop = asyncio.get_running_loop()
        paths = await loop.run_in_executor(None, paths_of, found, config)
        document.data_paths = frozenset(path for path, _ in paths or ())
        unsaved = self._unsaved(document.data_paths)
        rows = {path: len(one.lines) for path, one in unsaved.items()}
        data = await loop.run_in_executor(None, quick_facts, paths, rows) if paths else None
        tokens = document.counted
        if paths and tokens is not None:
            if document.data is None:
                self._take(document, data)  # the rows are known at once
            counted = await document.lengths.of(paths, self._asked(document), tokens, unsaved)
            if tokens != document.counted:
                return  # somebody counts anew
            data = counted or data
        self._take(document, data)

    def _unsaved(self, paths: Collection[Path]) -> dict[Path, Unsaved]:
        """The files among some that are open and edited, with their text."""
        return {
            one.path: Unsaved(one.uri, one.version, one.document.size, one.document.lines[:])
            for one in self._session.documents.values()
            if one.path is not None and one.path in paths and one.is_edited
        }

    def data_changed(self, path: Path | None) -> None:
        """A file that may be data was edited in the editor, or closed there: look at it anew, a moment after
        the last time."""
        for document in self._documents.values():
            if path is not None and path in document.data_paths:
                self._session.soon(("data", document.uri), partial(self._anew, document), DATA_DELAY)

    def _anew(self, document: SettingsDocument) -> Iterator[None]:
        if self._documents.get(document.uri) is document:
            self._look_at_data(document)
        yield

    def _take(self, document: SettingsDocument, data: DataFacts | None) -> None:
        if self._documents.get(document.uri) is document and data != document.data:
            document.data = data
            self.update(document)


def _names(found: SettingsFile | None) -> tuple[str, ...]:
    settings = None if found is None else found.settings
    return () if settings is None else tuple(data.name for data in settings.data)


def _is_config(document: SettingsDocument) -> bool:
    return document.path is not None and document.path.suffix == CONFIG_SUFFIX
