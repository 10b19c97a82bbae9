"""`workspace/executeCommand`: one module of `lsp/commands` each. docs/commands.md is their contract."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from lsprotocol import types

from finetooth.lsp.commands.common import CommandError
from finetooth.lsp.commands.debug_information import debug_information
from finetooth.lsp.commands.ignore_finding import ignore_finding
from finetooth.lsp.commands.lint_files import lint_file, lint_folder
from finetooth.lsp.commands.open_report import open_report
from finetooth.lsp.commands.statistics import statistics

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer
    from finetooth.lsp.session import Session

Command: TypeAlias = "Callable[[Session, dict[str, Any], Any], Awaitable[Any]]"
COMMANDS: Final[Mapping[str, Command]] = {
    "finetooth.ignoreFinding": ignore_finding,
    "finetooth.lintFile": lint_file,
    "finetooth.lintFolder": lint_folder,
    "finetooth.openReport": open_report,
    "finetooth.statistics": statistics,
    "finetooth.debugInformation": debug_information,
}
"""A command gets the session, its one argument, and the token of the client's progress."""


def register(server: FinetoothServer) -> None:
    """Wire the commands."""
    for name in COMMANDS:  # named in the server's capabilities; run by `execute`
        server.command(name)(_run_by_execute)

    async def execute(params: types.ExecuteCommandParams) -> Any:
        command = COMMANDS.get(params.command)
        if command is None:
            raise CommandError(f"there is no command `{params.command[:80]}`")
        return await command(server.session, _argument(params.arguments), params.work_done_token)

    server.protocol.execute = execute


def _run_by_execute() -> None:
    """Never called: pygls's own way to commands knows neither cancelling nor progress."""


def _argument(arguments: Any) -> dict[str, Any]:
    """The one object that commands take; a text alone is a URI."""
    first: Any = next(iter(arguments or ()), {})
    if isinstance(first, str):
        return {"uri": first}
    if not isinstance(first, dict):
        raise CommandError("expected one object")
    return first
