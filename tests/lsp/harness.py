"""An editor for tests: pytest-lsp's client around a real server, and documents that are edited as a client
would."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Union

from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities, make_test_lsp_client

from finetooth.engine.live.document import Change, Document, Encoding

PROFILES = ("visual_studio_code", "neovim", "emacs")
SERVER = [sys.executable, "-m", "finetooth.lsp.main"]
PATIENCE = 20.0


class Editor:
    """One client with its open documents."""

    def __init__(self, client: LanguageClient, capabilities: types.ServerCapabilities) -> None:
        self.client = client
        self.server = capabilities
        encoding = capabilities.position_encoding or "utf-16"
        self.encoding = Encoding(getattr(encoding, "value", encoding))
        self.registered: list[types.Registration] = []
        self.published: list[types.PublishDiagnosticsParams] = []
        self._documents: dict[str, Document] = {}
        self._versions: dict[str, int] = {}

    def open(self, uri: str, text: str, language: str = "jsonl") -> str:
        """Open a document; answers with its URI."""
        self._documents[uri] = Document(text)
        self._versions[uri] = 1
        item = types.TextDocumentItem(uri=uri, language_id=language, version=1, text=text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return uri

    def open_file(self, path: Path, text: str | None = None, language: str = "jsonl") -> str:
        """Write `text` to disk, where given, and open the file."""
        if text is not None:
            path.write_bytes(text.encode())
        return self.open(path.as_uri(), path.read_bytes().decode("utf-8-sig"), language)

    def edit(self, uri: str, *changes: Change) -> None:
        """Edit a document here and tell the server."""
        self._documents[uri].apply(changes, self.encoding)
        self._versions[uri] += 1
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(uri=uri, version=self._versions[uri]),
                [
                    types.TextDocumentContentChangePartial(
                        types.Range(_at(change.start), _at(change.end)), change.text
                    )
                    if change.start is not None and change.end is not None
                    else types.TextDocumentContentChangeWholeDocument(change.text)
                    for change in changes
                ],
            )
        )

    def text(self, uri: str) -> str:
        """The document as the editor has it."""
        return b"".join(self._documents[uri].lines).decode()

    def save(self, uri: str, path: Path) -> None:
        """Write the document to disk and tell the server."""
        path.write_bytes(b"".join(self._documents[uri].lines))
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri)))

    def close(self, uri: str) -> None:
        """Close a document."""
        self.client.text_document_did_close(
            types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri))
        )

    async def until(self, holds: Callable[[], Any], what: str = "") -> Any:
        """Wait until something is true."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while not (result := holds()):
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"not in time: {what or holds}; {self.client.diagnostics}")
            await asyncio.sleep(0.01)
        return result

    def codes(self, uri: str) -> list[str]:
        """Codes of the findings shown, in order of place."""
        shown = self.client.diagnostics.get(uri, ())
        ordered = sorted(shown, key=lambda d: (d.range.start.line, d.range.start.character))
        return [str(diagnostic.code) for diagnostic in ordered if diagnostic.code]

    async def shown(self, uri: str, *codes: str) -> Sequence[types.Diagnostic]:
        """Wait until exactly these findings are shown, ordered by place."""
        await self.until(
            lambda: uri in self.client.diagnostics and self.codes(uri) == list(codes), f"{codes}"
        )
        return sorted(
            self.client.diagnostics[uri], key=lambda d: (d.range.start.line, d.range.start.character)
        )

    async def actions(
        self, uri: str, where: types.Range, *, only: Sequence[str] = (), on: Sequence[types.Diagnostic] = ()
    ) -> list[types.CodeAction]:
        """The code actions offered."""
        context = types.CodeActionContext(list(on), only=list(only) or None)
        params = types.CodeActionParams(types.TextDocumentIdentifier(uri), where, context)
        answer = await self.client.text_document_code_action_async(params)
        return [action for action in answer or () if isinstance(action, types.CodeAction)]

    async def run(self, uri: str, action: types.CodeAction) -> None:
        """Choose an action from the menu: the edits are made here, and the server is told."""
        if action.edit is None:
            action = await self.client.code_action_resolve_async(action)
        assert action.edit is not None
        edits: list[types.TextEdit] = []
        for change in action.edit.document_changes or ():
            assert isinstance(change, types.TextDocumentEdit)
            assert change.text_document.uri == uri
            assert change.text_document.version == self._versions[uri]
            edits += [edit for edit in change.edits if isinstance(edit, types.TextEdit)]
        edits += (action.edit.changes or {}).get(uri, ())
        # All edits are of the document as it was: from the last to the first none moves another.
        edits.sort(key=lambda edit: (edit.range.start.line, edit.range.start.character), reverse=True)
        self.edit(
            uri, *(Change(edit.new_text, _pair(edit.range.start), _pair(edit.range.end)) for edit in edits)
        )

    async def hover(self, uri: str, line: int, character: int) -> types.Hover | None:
        """What is shown at a place."""
        params = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(line, character))
        return await self.client.text_document_hover_async(params)

    async def pull(self, uri: str, previous: str | None = None) -> types.DocumentDiagnosticReport:
        """Ask for the diagnostics of a document."""
        params = types.DocumentDiagnosticParams(
            types.TextDocumentIdentifier(uri), previous_result_id=previous
        )
        return await self.client.text_document_diagnostic_async(params)

    def files_changed(self, *paths: Path) -> None:
        """Tell of files that changed on disk."""
        changes = [types.FileEvent(path.as_uri(), types.FileChangeType.Changed) for path in paths]
        self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes))


def _at(place: tuple[int, int] | None) -> types.Position:
    assert place is not None
    return types.Position(*place)


def _pair(position: types.Position) -> tuple[int, int]:
    return position.line, position.character


def pulling(profile: str = "visual_studio_code") -> types.ClientCapabilities:
    """The capabilities of a newer client: it asks for diagnostics, and can be told to ask anew."""
    capabilities = client_capabilities(profile)
    assert capabilities.text_document is not None
    assert capabilities.workspace is not None
    capabilities.text_document.diagnostic = types.DiagnosticClientCapabilities(
        dynamic_registration=True, related_information=True, code_description_support=True
    )
    capabilities.workspace.diagnostics = types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
    return capabilities


def _action(converter: Any, item: Any) -> types.Command | types.CodeAction:
    """An entry of a menu: lsprotocol takes an action that has a command for the command itself."""
    kind = types.Command if isinstance(item.get("command"), str) else types.CodeAction
    action: types.Command | types.CodeAction = converter.structure(item, kind)
    return action


@asynccontextmanager
async def editor(
    profile: str | types.ClientCapabilities = "visual_studio_code",
    *,
    folders: Sequence[Path] = (),
    options: Any = None,
    configuration: dict[str, dict[str, Any]] | None = None,
) -> AsyncIterator[Editor]:
    """A client of a profile with a running server. `configuration` maps a scope ("" for all) to settings."""
    capabilities = client_capabilities(profile) if isinstance(profile, str) else profile
    client = await ClientServerConfig(server_command=SERVER, client_factory=make_test_lsp_client).start()
    assert isinstance(client, LanguageClient)
    client.protocol._converter.register_structure_hook(
        Union[types.Command, types.CodeAction],  # noqa: UP007
        lambda item, _: _action(client.protocol._converter, item),
    )
    registered: list[types.Registration] = []
    published: list[types.PublishDiagnosticsParams] = []

    def register(params: types.RegistrationParams) -> None:
        registered.extend(params.registrations)

    client.feature(types.CLIENT_REGISTER_CAPABILITY)(register)
    handle = client.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS]

    def publish(params: types.PublishDiagnosticsParams) -> None:
        published.append(params)
        handle(params)

    client.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS] = publish
    for scope, section in (configuration or {}).items():
        client.set_configuration({"finetooth": section}, scope_uri=scope or None)
    answer = await client.initialize_session(
        types.InitializeParams(
            capabilities=capabilities,
            initialization_options=options,
            workspace_folders=[types.WorkspaceFolder(folder.as_uri(), folder.name) for folder in folders],
        )
    )
    opened = Editor(client, answer.capabilities)
    opened.registered, opened.published = registered, published
    try:
        yield opened
    finally:
        await client.shutdown_session()
