"""`finetooth.ignoreFinding`: writes into the baseline that findings are not to be shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from finetooth.engine.baseline import ALL, Entry, read, write
from finetooth.engine.live.ignored import entry_key, hidden
from finetooth.engine.settings.config import ConfigError
from finetooth.engine.settings.plugins import catalogue_of
from finetooth.lsp.commands.common import CommandError, uri_in
from finetooth_rules.catalogue import Catalogue, builtin
from finetooth_rules.rule import AnyRule

if TYPE_CHECKING:
    from finetooth.lsp.open_document import OpenDocument
    from finetooth.lsp.session import Session


async def ignore_finding(session: Session, given: dict[str, Any], token: Any) -> dict[str, Any]:
    """See docs/commands.md."""
    uri = uri_in(given)
    document = session.locate(uri)
    if document is None or not document.is_dataset:
        return _in_settings(session, uri, given)
    if document.baseline_path is None:
        raise CommandError("there is no folder for a baseline; save the document first")
    rule = _rule(catalogue_of(document.profile), given)
    created = _add(document.baseline_path, document.path, uri, rule.code, _key(document, given))
    before = hidden(document.index)
    session.look_at_baselines()
    return _answer(document.baseline_path, created, rule.name, hidden(document.index) - before)


def _in_settings(session: Session, uri: str, given: dict[str, Any]) -> dict[str, Any]:
    """The same for findings on the settings of a run, which are ignored in the file as a whole."""
    documents = session.settings_documents
    document = documents.get(uri)
    path = None if document is None else documents.baseline_path(document)
    if document is None or document.path is None or path is None:
        raise CommandError("this document is not open, or has no findings")
    rule = _rule(builtin(), given)
    if given.get("scope") != "file":
        raise CommandError("expected the `scope` to be `file`: there are no records here")
    before = len(documents.shown(document))
    created = _add(path, document.path, uri, rule.code, ALL)
    session.look_at_baselines()
    return _answer(path, created, rule.name, before - len(documents.shown(document)))


def _add(path: Path, file: Path | None, uri: str, code: str, key: str) -> bool:
    """Add an entry; whether the baseline is new."""
    created = not path.exists()
    try:
        baseline = read(path)
        name = uri if file is None else baseline.name_of(file)
        others = frozenset[Entry]()
        if key == ALL:  # says all that these say
            others = frozenset(one for one in baseline.entries if (one.file, one.code) == (name, code))
        write(baseline.with_entries({*(baseline.entries - others), Entry(name, code, key)}))
    except ConfigError as error:
        raise CommandError(f"{error}; nothing was written") from None
    except OSError as error:
        raise CommandError(f"{path.name} cannot be written: {error.strerror or error}") from None
    return created


def _answer(path: Path, created: bool, name: str, count: int) -> dict[str, Any]:
    what = "findings are" if count != 1 else "finding is"
    return {
        "baseline": path.absolute().as_uri(),
        "created": created,
        "hidden": count,
        "message": f"{count:,} {name} {what} ignored; {path.name} says so.",
    }


def _rule(known: Catalogue, given: dict[str, Any]) -> AnyRule:
    code = given.get("code")
    rule = known.by_code.get(code) if isinstance(code, str) else None
    if rule is None:
        raise CommandError("expected the `code` of a rule")
    return rule


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
