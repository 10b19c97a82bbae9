"""`finetooth.openReport`: the page of `finetooth report`, in a place of the user's own."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from finetooth.lsp.commands.common import CommandError, flag, path_in
from finetooth.lsp.disk_findings import request_for
from finetooth.lsp.disk_worker import Job

if TYPE_CHECKING:
    from finetooth.lsp.session import Session


async def open_report(session: Session, given: dict[str, Any], token: Any) -> dict[str, Any]:
    """See docs/commands.md."""
    path = path_in(given)
    show, with_text = flag(given, "show", True), flag(given, "text", True)
    # Of a file that is judged with others of its dataset the name alone would not do.
    digest = hashlib.blake2b(os.fsencode(path), digest_size=4).hexdigest()
    page = session.disk_work.private_folder() / f"{path.stem or 'report'}-{digest}.html"
    folder = str(path if path.is_dir() else path.parent)
    job = Job(request_for(session, [path]), page=str(page), with_text=with_text, folder=folder)
    title = f"Finetooth: report on {path.name}"
    done = await session.disk_work.run(job, title, lambda found: None, token=token)
    if not page.is_file():
        raise CommandError("; ".join(message for _, message in done.problems) or "no page was made")
    if show and session.facts.shows_documents:
        params = types.ShowDocumentParams(page.as_uri(), external=True)
        session.server.window_show_document(params)
    return {
        "uri": page.as_uri(),
        "path": str(page),
        "title": done.title,
        "bytes": done.size,
        "problems": [{"file": file, "message": message} for file, message in done.problems],
    }
