"""`finetooth.lintFile` and `finetooth.lintFolder`: what lies on the disk, judged beside the server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from finetooth.lsp.commands.common import CommandError, flag, path_in
from finetooth.lsp.disk_findings import request_for, uri_of
from finetooth.lsp.disk_worker import FileFound, Job
from finetooth_rules.finding import Severity

if TYPE_CHECKING:
    from finetooth.lsp.session import Session

MOST_FILES: Final = 1000


async def lint_file(session: Session, given: dict[str, Any], token: Any) -> dict[str, Any]:
    """See docs/commands.md."""
    path = path_in(given)
    if path.is_dir():
        raise CommandError(f"{path.name} is a folder; `finetooth.lintFolder` judges it")
    return await _lint(session, [path], path.name, given, token)


async def lint_folder(session: Session, given: dict[str, Any], token: Any) -> dict[str, Any]:
    """See docs/commands.md."""
    if "uri" in given:
        path = path_in(given)
        return await _lint(session, [path], path.name, given, token)
    if not session.folders:
        raise CommandError("no folder is open")
    return await _lint(session, session.folders, session.folders[0].name, given, token)


async def _lint(
    session: Session, paths: Sequence[Path], name: str, given: dict[str, Any], token: Any
) -> dict[str, Any]:
    publish = flag(given, "diagnostics", True)
    limit = session.resolution.settings_of(paths[0]).max_diagnostics
    folder = str(paths[0] if paths[0].is_dir() else paths[0].parent)
    job = Job(request_for(session, paths), limit, MOST_FILES, session.facts.encoding, folder=folder)
    files: list[tuple[FileFound, int]] = []

    def told(found: FileFound) -> None:
        files.append((found, session.disk_findings.show(found) if publish else 0))

    done = await session.disk_work.run(job, f"Finetooth: judging {name}", told, token=token)
    severities = sum((found.severities for found, _ in files), Counter[Severity]())
    records = sum(found.records for found, _ in files)
    ignored = sum(found.ignored for found, _ in files)
    return {
        "files": [
            {
                "uri": uri_of(found.name),
                "records": found.records,
                "findings": dict(sorted(found.codes.items())),
                "severities": _by_name(found.severities),
                "ignored": found.ignored,
                "shown": shown,
            }
            for found, shown in files
        ],
        "records": records,
        "severities": _by_name(severities),
        "ignored": ignored,
        "problems": [{"file": file, "message": message} for file, message in done.problems],
        "seconds": round(done.seconds, 2),
        "message": _sentence(severities, records, len(files), ignored, len(done.problems)),
    }


def _by_name(counts: Counter[Severity]) -> dict[str, int]:
    return {str(severity): counts[severity] for severity in Severity}


def _sentence(counts: Counter[Severity], records: int, files: int, ignored: int, problems: int) -> str:
    kinds = [_plural(counts[severity], str(severity)) for severity in Severity if counts[severity]]
    text = f"{', '.join(kinds) or 'No finding'} in {_plural(records, 'record')} of {_plural(files, 'file')}."
    if ignored:
        text += f" {_plural(ignored, 'finding')} ignored by the baseline."
    if problems:
        text += f" {_plural(problems, 'problem')} kept something from being judged."
    return text


def _plural(count: int, word: str) -> str:
    return f"{count:,} {word}" + ("" if count == 1 or word == "info" else "s")
