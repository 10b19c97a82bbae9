"""What the documents of a session are judged by: from the editor's settings to the config and the profile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from finetooth.engine.settings.config import Config, ConfigError
from finetooth.engine.settings.plugins import catalogue_of
from finetooth.engine.settings.resolve import resolve
from finetooth.lsp.open_document import OpenDocument
from finetooth.lsp.settings import EditorSettings
from finetooth.lsp.watched import judged_by
from finetooth_rules.array import Framing, framing_of
from finetooth_rules.profile import Profile
from finetooth_rules.settings import build_profile

if TYPE_CHECKING:
    from finetooth.lsp.session import Session


class Resolution:
    """Settings of files, and what follows from them for open documents."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._told_of_plugins: set[Path] = set()

    def settings_of(self, path: Path | None) -> EditorSettings:
        """The editor's settings for a file: its workspace folder's, else those of the window."""
        by_folder = self._session.folder_settings
        within = [folder for folder in by_folder if path is not None and path.is_relative_to(folder)]
        if within:
            return by_folder[max(within, key=lambda folder: len(folder.parts))]
        return self._session.settings

    def chosen_config(self, settings: EditorSettings) -> Path | None:
        """The config that the editor's settings name in place of the nearest."""
        if settings.configuration is None:
            return None
        path = Path(settings.configuration).expanduser()
        folders = self._session.folders
        return path if path.is_absolute() or not folders else folders[0] / path

    def config_of(self, path: Path | None, settings: EditorSettings) -> Config | None:
        """The config that a file is judged by; what is wrong with it is told where datasets are."""
        configs = self._session.configs
        errors = dict(configs.errors)
        config = configs.config_for(
            path, self._session.folders, self.chosen_config(settings), allow_plugins=settings.allow_plugins
        )
        configs.errors = errors
        return config

    def resolve(self, document: OpenDocument, *, force: bool = False) -> None:
        """Find out what a document is judged by; lint it anew where that changed."""
        session = self._session
        before = document.settings
        settings = document.settings = self.settings_of(document.path)
        chosen = self.chosen_config(settings)
        config = session.configs.config_for(
            document.path, session.folders, chosen, allow_plugins=settings.allow_plugins
        )
        document.config_path = config.path
        if "plugins" in config.settings and not settings.allow_plugins:
            self._tell_of_plugins(config)
        if not settings.enable:
            session.cancel(("lint", document.uri))
            session.siblings.place(document)
            session.update(document)
            return
        framing = framing_of(document.uri, b"".join(document.head()))
        try:
            profile = resolve(
                config, document.path, settings.overrides, document.head(), framing, session.configs.report
            )
        except ConfigError as error:
            session.configs.errors[error.path] = error
            if not force:
                return  # what held before goes on
            profile = self._profile_without(document, config, settings, framing)
        profile = session.siblings.profile(document, config, profile)
        document.judged_by = judged_by(profile, config, document.path)
        document.baseline_path = session.baselines.path_of(config, document.path, session.folders)
        session.watched.refresh()
        changed = profile.fingerprint != document.profile.fingerprint
        if force or document.misread or not before.enable or changed:
            document.judge_by(profile, session.broken)
            self.take_baseline(document, tell=False)
            if not force:
                session.reclaim_later()
            session.siblings.place(document)
            if not document.is_dataset:
                session.update(document)
                return
            session.read_all(document)
            return
        session.siblings.place(document)
        self.take_baseline(document, tell=before != settings)

    def steps(self, document: OpenDocument) -> Iterator[None]:
        """`resolve` as a job of the scheduler."""
        self.resolve(document)
        yield

    def take_baseline(self, document: OpenDocument, *, tell: bool = True) -> None:
        """Leave out what the baseline of a document says; `tell` the client, also without a change."""
        known = catalogue_of(document.profile)
        ignored = self._session.baselines.ignored(document.baseline_path, document.path, known)
        if document.ignore(ignored) or tell:
            self._session.update(document)

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
        if config.path is not None and config.path not in self._told_of_plugins:
            self._told_of_plugins.add(config.path)
            self._session.server.tell(
                types.MessageType.Info,
                f"{config.path.name} names plugins, which are not loaded: `finetooth.allowPlugins` is off.",
            )
