"""Selection ranges over the wire, in every encoding."""

from __future__ import annotations

import json

import pytest
from lsprotocol import types

from lsp.harness import Editor, editor
from lsp.structure import CALLS, ENCODINGS, Text, chat, client, line


async def selected(ed: Editor, uri: str, there: Text, *at: types.Position) -> list[list[str]]:
    params = types.SelectionRangeParams(types.TextDocumentIdentifier(uri), list(at))
    answers = await ed.client.text_document_selection_range_async(params)
    found: list[list[str]] = []
    for answer in answers or ():
        found.append([])
        step: types.SelectionRange | None = answer
        while step is not None:
            found[-1].append(there.of(step.range))
            step = step.parent
    return found


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_words_texts_turns_and_records(encoding: str) -> None:
    async with editor(client(encoding)) as ed:
        assert ed.server.selection_range_provider
        text = chat("é漢😀", "x") + "\n" + chat("😀 one\ntwo 漢", "y") + "\n" + line(CALLS)
        uri = ed.open("file:///nowhere/a.jsonl", text)
        there = Text(text, encoding)
        first, second = await selected(ed, uri, there, there.at("two"), there.at("Rome"))
        assert first[:4] == ["two", "two 漢", r"😀 one\ntwo 漢", r'"😀 one\ntwo 漢"']
        assert json.loads(first[5]) == {"role": "user", "content": "😀 one\ntwo 漢"}
        assert first[-1] == chat("😀 one\ntwo 漢", "y")
        assert second[:3] == ["Rome", r"\"Rome\"", r"\"city\": \"Rome\""]
        assert second[-1] == line(CALLS)


async def test_an_array_is_the_last() -> None:
    async with editor(client()) as ed:
        rows = [json.loads(chat("one 😀", "x")), json.loads(chat("two", "y"))]
        text = json.dumps(rows, indent=2, ensure_ascii=False)
        uri = ed.open("file:///nowhere/a.json", text, language="json")
        there = Text(text, "utf-16")
        ((word, *_, record, whole),) = await selected(ed, uri, there, there.at("two"))
        assert (word, json.loads(record), whole) == ("two", rows[1], text)


async def test_nowhere_and_broken() -> None:
    async with editor(client()) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", "")
        assert await selected(ed, uri, Text("", "utf-16"), types.Position(0, 0)) == [[""]]
        text = '{"messages": [{"role": "user", "content": "é wo'
        uri = ed.open("file:///nowhere/b.jsonl", text)
        there = Text(text, "utf-16")
        (found,) = await selected(ed, uri, there, there.at("wo"))
        assert found[:3] == ["wo", "é wo", '"é wo']
        assert found[-1] == text
