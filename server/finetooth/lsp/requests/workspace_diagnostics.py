"""`workspace/diagnostic`: the datasets that are not open, for clients that ask, where the user wants it.

They are judged in a process of their own. The answer waits until something changed since the last one: a
client asks again as soon as it has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson
from lsprotocol import types

from finetooth.lsp.disk_findings import diagnostics_of, request_for, uri_of
from finetooth.lsp.disk_worker import FileFound, Job
from finetooth.lsp.protocol import Json, encode
from finetooth.lsp.showing import result_id

if TYPE_CHECKING:
    from finetooth.lsp.server import FinetoothServer
    from finetooth.lsp.session import Session

MOST_FILES: Final = 1000
MOST_FINDINGS: Final = 200
"""Of one file."""


def register_workspace(server: FinetoothServer) -> None:
    """Wire the request."""
    session = server.session
    answered: dict[int, dict[str, str]] = {}
    """At a state of the disk the result ids that the client had after the answer."""

    @server.feature(types.WORKSPACE_DIAGNOSTIC)
    async def workspace_diagnostic(params: types.WorkspaceDiagnosticParams) -> Json:
        before = {one.uri: one.value for one in params.previous_result_ids}
        first = not answered
        if answered.get(session.disk_work.generation) == before:
            await session.disk_work.change(session.disk_work.generation)
        while True:
            seen = session.disk_work.generation
            items, news = await _judge(session, before, params.partial_result_token)
            if news or first:
                answered.clear()
                answered[seen] = before | {item["uri"]: item["resultId"] for item in items}
                return Json({"items": items if params.partial_result_token is None else []})
            await session.disk_work.change(seen)


async def _judge(session: Session, before: dict[str, str], partial: Any) -> tuple[list[dict[str, Any]], bool]:
    """Reports on all files that are not open, and whether any says something new. With a token they are sent
    as they come.
    """
    items: list[dict[str, Any]] = []
    news = False
    told_of: set[str] = set()

    def tell(item: dict[str, Any]) -> None:
        items.append(item)
        if partial is not None:
            session.server.protocol.progress_of(partial, {"items": [item]})

    def told(found: FileFound) -> None:
        nonlocal news
        uri = uri_of(found.name)
        told_of.add(uri)
        if uri in session.documents:
            return
        payload = encode(diagnostics_of(found, session.facts))
        identifier = result_id(payload)
        if before.get(uri) == identifier:
            tell({"kind": "unchanged", "uri": uri, "version": None, "resultId": identifier})
            return
        if payload == b"[]" and uri not in before:
            return
        news = True
        full = {"kind": "full", "uri": uri, "version": None, "resultId": identifier}
        tell(full | {"items": orjson.Fragment(payload)})

    if session.folders and session.settings.enable:
        job = Job(
            request_for(session, session.folders),
            min(MOST_FINDINGS, session.settings.max_diagnostics),
            MOST_FILES,
            session.facts.encoding,
            folder=str(session.folders[0]),
        )
        await session.disk_work.run(job, "Finetooth: judging the workspace", told)
    empty = result_id(b"[]")
    for uri in before.keys() - told_of - session.documents.keys():
        if before[uri] != empty:
            news = True
            tell({"kind": "full", "uri": uri, "version": None, "resultId": empty, "items": []})
    return items, news
