"""Folding: the records of an array and what is in them, never a line of JSON Lines."""

from __future__ import annotations

import json

import pytest
from lsprotocol import types

from finetooth.engine.cursor.folds import folds
from lsp.harness import Editor, editor
from lsp.structure import CALLS, ENCODINGS, Text, chat, client


async def folded(ed: Editor, uri: str) -> list[types.FoldingRange]:
    params = types.FoldingRangeParams(types.TextDocumentIdentifier(uri))
    return [*(await ed.client.text_document_folding_range_async(params) or ())]


def folding(
    encoding: str = "utf-16", *, lines_only: bool, most: int | None = None
) -> types.ClientCapabilities:
    capabilities = client(encoding)
    assert capabilities.text_document is not None
    capabilities.text_document.folding_range = types.FoldingRangeClientCapabilities(
        line_folding_only=lines_only, range_limit=most
    )
    return capabilities


ROWS = [json.loads(chat("é漢😀 {[", "x")), CALLS]
PRETTY = json.dumps(ROWS, indent=2, ensure_ascii=False)


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_objects_and_lists_by_character(encoding: str) -> None:
    text = PRETTY.replace('"role": "user",\n', '"role": "user",', 1)
    async with editor(folding(encoding, lines_only=False)) as ed:
        assert ed.server.folding_range_provider
        uri = ed.open("file:///nowhere/a.json", text, language="json")
        there = Text(text, encoding)
        found = await folded(ed, uri)
        assert len(found) == sum(1 for line in text.split("\n") if line.rstrip().endswith(("{", "["))) - 1
        for fold in found:
            start = types.Position(fold.start_line, (fold.start_character or 0) - 1)
            end = types.Position(fold.end_line, (fold.end_character or 0) + 1)
            assert isinstance(json.loads(there.of(types.Range(start, end))), dict | list)


async def test_lines_only() -> None:
    async with editor(folding(lines_only=True)) as ed:
        uri = ed.open("file:///nowhere/a.json", PRETTY, language="json")
        found = await folded(ed, uri)
        lines = PRETTY.split("\n")
        assert all(fold.start_character is None for fold in found)
        for fold in found:
            assert lines[fold.start_line].rstrip().endswith(("{", "["))
            assert lines[fold.end_line + 1].strip().rstrip(",") in ("}", "]")
        assert (found[0].start_line, found[0].end_line) == (1, PRETTY.split("\n").index("  },") - 1)


async def test_the_outer_ones_first_where_there_is_a_limit() -> None:
    text = json.dumps([ROWS[0]] * 7, indent=1)
    for most, maximum in ((5, None), (None, 5)):
        async with editor(
            folding(lines_only=True, most=most), options={"maxItems": maximum} if maximum else None
        ) as ed:
            uri = ed.open("file:///nowhere/a.json", text, language="json")
            found = await folded(ed, uri)
            assert len(found) == 5
            assert {text.split("\n")[fold.start_line] for fold in found} == {" {"}
    async with editor(folding(lines_only=True, most=10)) as ed:
        uri = ed.open("file:///nowhere/a.json", text, language="json")
        found = await folded(ed, uri)
        assert len(found) == 10
        assert sum(text.split("\n")[fold.start_line] == " {" for fold in found) == 7


async def test_no_folds_in_lines_nor_in_other_json() -> None:
    async with editor(folding(lines_only=True)) as ed:
        pretty = json.dumps(CALLS, indent=2)
        assert await folded(ed, ed.open("file:///nowhere/a.jsonl", chat("a", "b") + "\n" + pretty)) == []
        assert await folded(ed, ed.open("file:///nowhere/b.json", '{\n"a":\n[\n]}', language="json")) == []
        assert await folded(ed, ed.open("file:///nowhere/c.jsonl", "")) == []
        one = json.dumps(ROWS)
        assert await folded(ed, ed.open("file:///nowhere/d.json", one, language="json")) == []


def test_brackets_in_strings_are_text_also_where_a_record_is_broken() -> None:
    raw = b'{\n"a": "}{",\n"b": [\n"\\"]"\n], "c": "never ends }\n, "d": {\n}\n}'
    assert [(raw[span.start - 1 : span.start], depth) for span, depth in folds(raw)] == [
        (b"[", 1),
        (b"{", 1),
        (b"{", 0),
    ]
