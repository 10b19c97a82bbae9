"""Findings of files that are not open: what was published of them, and as diagnostics."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from finetooth.engine.files.compressed import is_compressed
from finetooth.engine.request import CheckRequest, Overrides
from finetooth.lsp.diagnostics import SEVERITIES, SOURCE, notice
from finetooth.lsp.disk_worker import FileFound, Found
from finetooth.lsp.positions import at_place
from finetooth.lsp.protocol import encode

if TYPE_CHECKING:
    from finetooth.lsp.client import ClientFacts
    from finetooth.lsp.session import Session


class DiskFindings:
    """Which files have diagnostics that were published by a command: they are taken back when the file is
    opened, goes, or gets another name.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._shown: set[str] = set()

    def show(self, found: FileFound) -> int:
        """Publish what was found in a file, unless it is open, or nobody can look at it (a compressed one);
        how many findings that is."""
        uri = uri_of(found.name)
        if uri in self._session.documents or is_compressed(found.name):
            return 0
        if not found.found and uri not in self._shown:
            return 0
        items = diagnostics_of(found, self._session.facts)
        self._session.server.publish(uri, None, encode(items))
        if items:
            self._shown.add(uri)
        else:
            self._shown.discard(uri)
        return len(found.found)

    def clear(self, uri: str) -> None:
        """Take back what was published of a file, or of the files in a folder."""
        for one in [shown for shown in self._shown if shown == uri or shown.startswith(uri + "/")]:
            self._shown.discard(one)
            self._session.server.publish(one, None, b"[]")


def diagnostics_of(found: FileFound, facts: ClientFacts) -> list[dict[str, Any]]:
    """The findings of a file as the protocol shows them."""
    items = [_diagnostic(one, facts) for one in found.found]
    hidden = found.severities.total() - len(items)
    return [*items, notice(f"{hidden:,} more findings; run `finetooth check`")] if hidden > 0 else items


def _diagnostic(found: Found, facts: ClientFacts) -> dict[str, Any]:
    where = found.where
    diagnostic: dict[str, Any] = {
        "range": {
            "start": at_place(where.line, where.column),
            "end": at_place(where.end_line, where.end_column),
        },
        "severity": SEVERITIES[found.severity],
        "code": found.code,
        "source": SOURCE,
        "message": found.message,
    }
    if facts.code_description and found.url:
        diagnostic["codeDescription"] = {"href": found.url}
    return diagnostic


def uri_of(name: str) -> str:
    """The URI of a file that a run names."""
    return Path(os.path.abspath(name)).as_uri()


def request_for(session: Session, paths: Iterable[Path]) -> CheckRequest:
    """What is judged by the settings of the editor for the first of some paths."""
    listed = tuple(str(path) for path in paths)
    settings = session.resolution.settings_of(Path(listed[0]) if listed else None)
    given = dict(settings.overrides)
    config = session.resolution.chosen_config(settings)
    return CheckRequest(
        listed,
        config=config if config is not None and config.is_file() else None,
        overrides=Overrides(
            select=_tuple(given.pop("select", None)),
            ignore=_tuple(given.pop("ignore", None)),
            target=given.pop("target", None),
            model=given.pop("model", None),
            settings=given,
        ),
        jobs=max(1, (os.cpu_count() or 2) - 1),
        plugins=settings.allow_plugins,
    )


def _tuple(given: Any) -> tuple[str, ...] | None:
    return None if given is None else tuple(given)
