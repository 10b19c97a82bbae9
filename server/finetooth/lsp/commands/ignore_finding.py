"""`finetooth.ignoreFinding`: writes into the baseline that findings are not to be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from finetooth.engine.baseline import ALL, Baseline, Entry, read, write
from finetooth.engine.config import ConfigError
from finetooth.engine.live_ignored import entry_key, hidden
from finetooth.engine.plugins import catalogue_of
from finetooth.lsp.commands.common import CommandError, uri_in

if TYPE_CHECKING:
    from finetooth.lsp.open_document import OpenDocument
    from finetooth.lsp.session import Session


async def ignore_finding(session: Session, given: dict[str, Any], token: Any) -> dict[str, Any]:
    """See docs/commands.md."""
    document = session.locate(uri_in(given))
    if document is None or not document.is_dataset:
        raise CommandError("this document is not open, or is no dataset")
    if document.baseline_path is None:
        raise CommandError("there is no folder for a baseline; save the document first")
    code, name = _rule(document, given)
    key = _key(document, given)
    try:
        baseline = read(document.baseline_path)
        file = baseline.name_of(document.path) if document.path is not None else document.uri
        created = not document.baseline_path.exists()
        if key == ALL:
            entry = Entry(file, code, ALL)
            others = {one for one in baseline.entries if one.file == file and one.code == code}
            after = baseline.with_entries({*(baseline.entries - others), entry})
        else:
            after = baseline.with_entries({*baseline.entries, Entry(file, code, key)})
        _write(after)
    except ConfigError as error:
        raise CommandError(f"{error}; nothing was written") from None
    before = hidden(document.index)
    session.look_at_baselines()
    count = hidden(document.index) - before
    what = "findings are" if count != 1 else "finding is"
    return {
        "baseline": document.baseline_path.absolute().as_uri(),
        "created": created,
        "hidden": count,
        "message": f"{count:,} {name} {what} ignored; {document.baseline_path.name} says so.",
    }


def _write(baseline: Baseline) -> None:
    try:
        write(baseline)
    except OSError as error:
        message = f"{baseline.path.name} cannot be written: {error.strerror or error}"
        raise CommandError(message) from None


def _rule(document: OpenDocument, given: dict[str, Any]) -> tuple[str, str]:
    code = given.get("code")
    rule = catalogue_of(document.profile).by_code.get(code) if isinstance(code, str) else None
    if rule is None:
        raise CommandError("expected the `code` of a rule")
    return rule.code, rule.name


def _key(document: OpenDocument, given: dict[str, Any]) -> str:
    """What is to be ignored, as the baseline names it."""
    if given.get("scope") == "file":
        if document.path is None:
            raise CommandError("this document is no file yet; save it first")
        return ALL
    if given.get("scope") != "record":
        raise CommandError("expected the `scope` to be `record` or `file`")
    key = given.get("key")
    if isinstance(key, str):
        if len(key) != 24 or not set(key) <= set("0123456789abcdef"):
            raise CommandError("this is no key of a record")
        return key
    line = given.get("line")
    if not isinstance(line, int) or isinstance(line, bool):
        raise CommandError("expected the `key` of a record, or a `line`")
    if given.get("version", document.version) != document.version:
        raise CommandError("the document was edited since; try again")
    found = document.index.entry_at(line)
    key = None if found is None or found[0].pending else entry_key(document.index, found[0])
    if key is None:
        raise CommandError("there is no record that could be told from others on this line")
    return key
