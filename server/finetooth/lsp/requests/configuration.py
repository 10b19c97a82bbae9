"""Settings, config files and workspace folders: whatever changes what a document is judged by."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from finetooth.lsp.open_document import path_of
from finetooth.lsp.settings import SECTION, EditorSettings, in_force, read_settings

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer

logger = logging.getLogger(__name__)


def register(server: FinetoothServer) -> None:
    """Wire everything that changes settings."""
    session = server.session

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def did_change_configuration(params: types.DidChangeConfigurationParams) -> None:
        if not await ask(server):
            take(server, params.settings)
            session.reconfigure()

    @server.feature(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def progress_cancelled(params: types.WorkDoneProgressCancelParams) -> None:
        stop = session.progress_stops.get(params.token)
        if stop is not None:
            stop()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_watched_files(params: types.DidChangeWatchedFilesParams) -> None:
        paths = (path_of(change.uri) for change in params.changes)
        session.files_changed({path for path in paths if path is not None})

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    async def did_change_workspace_folders(params: types.DidChangeWorkspaceFoldersParams) -> None:
        session.set_folders(server.workspace.folders)
        if not await ask(server):
            session.reconfigure()


def take(server: FinetoothServer, given: Any) -> None:
    """Settings that hold for every folder; those of the start where none are given."""
    server.session.settings = _read(server, given)
    server.session.folder_settings = {}


async def ask(server: FinetoothServer) -> bool:
    """Ask for the settings of the window and of each folder; False where the client cannot be asked."""
    session = server.session
    if not session.facts.gives_configuration:
        return False
    folders = list(session.folders)
    items = [types.ConfigurationItem(section=SECTION)]
    items += [types.ConfigurationItem(scope_uri=folder.as_uri(), section=SECTION) for folder in folders]
    try:
        answers = await server.workspace_configuration_async(types.ConfigurationParams(items))
    except Exception:
        logger.exception("the client gave no settings")
        return False
    window, of_folders = next(iter(answers), None), answers[1:]
    if window is not None:  # a client that knows no such section leaves the initial settings in force
        session.settings = _read(server, window)
    told: dict[Path, EditorSettings] = {}
    for folder, given in zip(folders, of_folders, strict=False):
        if given is not None:
            told[folder] = session.settings if given == window else _read(server, given)
    session.folder_settings = told
    session.reconfigure()
    return True


def _read(server: FinetoothServer, given: Any) -> EditorSettings:
    settings, problems = read_settings(in_force(server.session.initial_options, given))
    _, known = read_settings(server.session.initial_options) if given is not None else (None, [])
    for message in (message for message in problems if message not in known):
        server.tell(types.MessageType.Error, f"Finetooth: {message}. This setting is left out.")
    return settings
