"""Formatting over the wire: the edits make every record canonical, and leave the rest alone."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from lsprotocol import types

from finetooth.engine.live.document import Change, Document
from lsp.harness import Editor, editor
from lsp.structure import CALLS, ENCODINGS, chat, client, line

OPTIONS = types.FormattingOptions(tab_size=2, insert_spaces=True)
LOOSE = (
    '{"messages":[{"role":"user","content":"é漢😀 , :"} ,{"role":"assistant", "content":"\\u00e9"}],"n":1.50}'
)
TIDY = (
    '{"messages": [{"role": "user", "content": "é漢😀 , :"}, {"role": "assistant", "content": "\\u00e9"}], '
    '"n": 1.50}'
)


async def formatted(ed: Editor, uri: str, where: types.Range | None = None) -> str:
    """The document with the edits applied, all of them to the text as it was."""
    of = types.TextDocumentIdentifier(uri)
    if where is None:
        found = await ed.client.text_document_formatting_async(types.DocumentFormattingParams(of, OPTIONS))
    else:
        params = types.DocumentRangeFormattingParams(of, where, OPTIONS)
        found = await ed.client.text_document_range_formatting_async(params)
    document = Document(ed.text(uri))
    document.apply([*changes(found or ())], ed.encoding)
    return b"".join(document.lines).decode()


def changes(edits: Sequence[types.TextEdit]) -> list[Change]:
    return [
        Change(
            edit.new_text,
            (edit.range.start.line, edit.range.start.character),
            (edit.range.end.line, edit.range.end.character),
        )
        for edit in reversed(edits)
    ]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
async def test_records_are_written_on_one_line(encoding: str, ending: str) -> None:
    pretty = json.dumps(CALLS, indent=2, ensure_ascii=False).replace("\n", ending)
    broken = chat("a", "b").replace(", ", ",")[:-1] + ",}"
    rows = [LOOSE, chat("fine", "fine"), "", broken, " " + LOOSE + " ", pretty, LOOSE]
    async with editor(client(encoding, profile="emacs")) as ed:
        assert ed.server.document_formatting_provider
        assert ed.server.document_range_formatting_provider
        uri = ed.open("file:///nowhere/a.jsonl", ending.join(rows))
        after = await formatted(ed, uri)
        assert after == ending.join([TIDY, chat("fine", "fine"), "", broken, TIDY, line(CALLS), TIDY])
        where = types.Range(types.Position(0, 0), types.Position(3, 0))
        assert await formatted(ed, uri, where) == ending.join([TIDY, *rows[1:]])


async def test_only_what_changes_is_touched() -> None:
    async with editor(client(profile="emacs")) as ed:
        text = chat("é😀", "b").replace('": "b"', '":"b"') + "\n" + chat("c", "d") + "\n"
        uri = ed.open("file:///nowhere/a.jsonl", text)
        params = types.DocumentFormattingParams(types.TextDocumentIdentifier(uri), OPTIONS)
        (edit,) = await ed.client.text_document_formatting_async(params) or ()
        assert edit.new_text == " "
        assert edit.range.start == edit.range.end
        assert edit.range.start.line == 0


async def test_elements_of_an_array_stay_where_they_are() -> None:
    async with editor(client(profile="emacs")) as ed:
        pretty = json.dumps(json.loads(LOOSE), indent=1)
        text = f"[\n   {LOOSE} ,\n\t{LOOSE},\n{pretty}\n]\n"
        uri = ed.open("file:///nowhere/a.json", text, language="json")
        assert await formatted(ed, uri) == f"[\n   {TIDY} ,\n\t{TIDY},\n{pretty}\n]\n"
        uri = ed.open("file:///nowhere/b.json", f"[{LOOSE},{LOOSE}]", language="json")
        assert await formatted(ed, uri) == f"[{TIDY},{TIDY}]"
        uri = ed.open("file:///nowhere/package.json", '{"a":1}', language="json")
        assert await formatted(ed, uri) == '{"a":1}'


async def test_an_empty_document_has_no_edits() -> None:
    async with editor(client(profile="emacs")) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", "")
        assert await formatted(ed, uri) == ""
        assert await formatted(ed, uri, types.Range(types.Position(0, 0), types.Position(9, 0))) == ""


async def test_a_client_that_can_choose_is_asked_for_json_lines_only() -> None:
    async with editor(client()) as ed:
        assert not ed.server.document_formatting_provider
        await ed.until(lambda: len(ed.registered) >= 2)
        offered = {registration.method: registration for registration in ed.registered}
        assert "textDocument/rangeFormatting" in offered
        selector = json.dumps(ed.client.protocol._converter.unstructure(offered["textDocument/formatting"]))
        assert '"jsonl"' in selector
        assert '"language": "json"' not in selector
        uri = ed.open("file:///nowhere/a.jsonl", LOOSE)
        assert await formatted(ed, uri) == TIDY
