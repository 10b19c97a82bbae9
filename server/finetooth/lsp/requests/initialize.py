"""`initialize` and `initialized`: what the client can do, and what it is asked to watch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from finetooth.lsp.client import ClientFacts
from finetooth.lsp.configs import ARRAYS, WATCHED
from finetooth.lsp.requests import configuration, diagnostics, formatting
from finetooth.lsp.settings import SECTION

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer


def register(server: FinetoothServer) -> None:
    """Wire the start of a session."""
    session = server.session

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        session.facts = ClientFacts.of(params, server.workspace.position_encoding)
        info = params.client_info
        session.client_name = f"{info.name} {info.version or ''}".strip() if info is not None else ""
        roots = [folder.uri for folder in params.workspace_folders or ()]
        session.set_folders(roots or ([params.root_uri] if params.root_uri else []))
        session.initial_options = params.initialization_options
        configuration.take(server, None)
        if session.facts.pull:
            diagnostics.register_pull(server)
        if not session.facts.registers_formatting:
            formatting.register_static(server)

    @server.feature(types.INITIALIZED)
    async def initialized(params: types.InitializedParams) -> None:
        registrations: list[types.Registration] = []
        if session.facts.registers_watchers:
            patterns = [*WATCHED, *(ARRAYS if session.settings.workspace_diagnostics else ())]
            watchers = [types.FileSystemWatcher(pattern) for pattern in patterns]
            registrations.append(
                types.Registration(
                    "finetooth-config-files",
                    types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
                    types.DidChangeWatchedFilesRegistrationOptions(watchers),
                )
            )
        if session.facts.registers_configuration:
            registrations.append(
                types.Registration(
                    "finetooth-settings",
                    types.WORKSPACE_DID_CHANGE_CONFIGURATION,
                    types.DidChangeConfigurationRegistrationOptions(SECTION),
                )
            )
        if session.facts.registers_formatting:
            registrations += formatting.register_dynamic(server)
        if registrations:
            server.client_register_capability(types.RegistrationParams(registrations))
        await configuration.ask(server)
