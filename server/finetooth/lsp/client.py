"""What the client on the other side can do, read once from `initialize`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from lsprotocol import types

from finetooth.engine.live.document import Encoding

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ClientFacts:
    """`pull`: diagnostics are asked for by the client. They are only where it can also be told to ask anew,
    since the background finds more than an edit does. Everything else is named after the client's
    capability."""

    encoding: Encoding = Encoding.UTF16
    pull: bool = False
    related_information: bool = False
    code_description: bool = False
    versioned_diagnostics: bool = False
    markdown_hover: bool = False
    document_changes: bool = False
    code_action_literals: bool = False
    resolves_edits: bool = False
    preferred_actions: bool = False
    disabled_actions: bool = False
    gives_configuration: bool = False
    registers_watchers: bool = False
    registers_configuration: bool = False
    applies_edits: bool = False
    hierarchical_symbols: bool = False
    folds_lines_only: bool = False
    most_folds: int = 0
    registers_formatting: bool = False
    refreshes_hints: bool = False
    refreshes_lenses: bool = False
    snippets: bool = False
    commands: frozenset[str] = frozenset()
    """Commands that the client itself carries out (its `experimental.commands.commands`)."""
    work_done_progress: bool = False
    shows_documents: bool = False
    relative_patterns: bool = False

    @classmethod
    def of(
        cls, params: types.InitializeParams, encoding: types.PositionEncodingKind | str | None
    ) -> ClientFacts:
        """The facts of one client, and the position encoding that was agreed on."""
        capabilities = params.capabilities
        document = capabilities.text_document or types.TextDocumentClientCapabilities()
        workspace = capabilities.workspace or types.WorkspaceClientCapabilities()
        window = capabilities.window or types.WindowClientCapabilities()
        published = document.publish_diagnostics or types.PublishDiagnosticsClientCapabilities()
        pulled = document.diagnostic
        refreshes = bool(workspace.diagnostics and workspace.diagnostics.refresh_support)
        pull = pulled is not None and refreshes
        about = pulled if pull and pulled is not None else published
        action = document.code_action or types.CodeActionClientCapabilities()
        symbols, folds = document.document_symbol, document.folding_range
        resolved: Sequence[str] = action.resolve_support.properties if action.resolve_support else ()
        return cls(
            encoding=Encoding(getattr(encoding, "value", encoding) or "utf-16"),
            pull=pull,
            related_information=bool(about.related_information),
            code_description=bool(about.code_description_support),
            versioned_diagnostics=bool(published.version_support),
            markdown_hover=_prefers_markdown(document.hover),
            document_changes=bool(workspace.workspace_edit and workspace.workspace_edit.document_changes),
            code_action_literals=action.code_action_literal_support is not None,
            resolves_edits="edit" in resolved,
            preferred_actions=bool(action.is_preferred_support),
            disabled_actions=bool(action.disabled_support),
            gives_configuration=bool(workspace.configuration),
            registers_watchers=_dynamic(workspace.did_change_watched_files),
            registers_configuration=_dynamic(workspace.did_change_configuration),
            applies_edits=bool(workspace.apply_edit),
            hierarchical_symbols=bool(symbols and symbols.hierarchical_document_symbol_support),
            folds_lines_only=bool(folds and folds.line_folding_only),
            most_folds=(folds.range_limit or 0) if folds else 0,
            registers_formatting=_dynamic(document.formatting) and _dynamic(document.range_formatting),
            refreshes_hints=bool(workspace.inlay_hint and workspace.inlay_hint.refresh_support),
            refreshes_lenses=bool(workspace.code_lens and workspace.code_lens.refresh_support),
            snippets=bool(
                document.completion
                and document.completion.completion_item
                and document.completion.completion_item.snippet_support
            ),
            commands=_own_commands(capabilities.experimental),
            work_done_progress=bool(window.work_done_progress),
            shows_documents=window.show_document is not None and window.show_document.support,
            relative_patterns=bool(
                workspace.did_change_watched_files
                and workspace.did_change_watched_files.relative_pattern_support
            ),
        )


def _prefers_markdown(hover: types.HoverClientCapabilities | None) -> bool:
    """The first format the client names is the one it likes best; without any it takes plain text."""
    formats = (hover.content_format if hover else None) or ()
    return next(iter(formats), None) == types.MarkupKind.Markdown


def _own_commands(experimental: Any) -> frozenset[str]:
    """The commands a client says it knows, as rust-analyzer's clients say it."""
    given = _field(_field(experimental, "commands"), "commands")
    return frozenset(name for name in given or () if isinstance(name, str))


def _field(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else getattr(value, name, None)


def _dynamic(capability: Any) -> bool:
    return bool(capability is not None and capability.dynamic_registration)
