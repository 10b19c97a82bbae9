"""The outline: records by the first words of their prompts, turns, calls and tools; capped, and honest about
it."""

from __future__ import annotations

import json

import pytest
from lsprotocol import types

from finetooth.engine.live.document import Change
from lsp.harness import Editor, editor
from lsp.structure import CALLS, ENCODINGS, Text, chat, client, line


async def symbols(ed: Editor, uri: str) -> list[types.DocumentSymbol]:
    params = types.DocumentSymbolParams(types.TextDocumentIdentifier(uri))
    found = await ed.client.text_document_document_symbol_async(params)
    return [symbol for symbol in found or () if isinstance(symbol, types.DocumentSymbol)]


def lies_within(outer: types.Range, inner: types.Range) -> bool:
    start, end = (outer.start.line, outer.start.character), (outer.end.line, outer.end.character)
    return start <= (inner.start.line, inner.start.character) <= (inner.end.line, inner.end.character) <= end


def check(found: list[types.DocumentSymbol], outer: types.Range | None = None) -> None:
    """What editors demand of every symbol."""
    for symbol in found:
        assert symbol.name.strip()
        assert lies_within(symbol.range, symbol.selection_range)
        assert outer is None or lies_within(outer, symbol.range)
        check(list(symbol.children or ()), symbol.range)


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_records_turns_calls_and_tools(encoding: str) -> None:
    text = chat("How é漢😀 do I\nreverse a list?", "So.") + "\n\n" + line(CALLS) + "\n"
    async with editor(client(encoding)) as ed:
        assert ed.server.document_symbol_provider
        uri = ed.open("file:///nowhere/a.jsonl", text)
        found = await symbols(ed, uri)
        check(found)
        assert [(symbol.name, symbol.detail, symbol.range.start.line) for symbol in found] == [
            ("How é漢😀 do I reverse a list?", "2 turns", 0),
            ("é漢😀 weather?", "5 turns, 1 tool", 2),
        ]
        assert [child.name for child in found[0].children or ()] == [
            "user: How é漢😀 do I reverse a list?",
            "assistant: So.",
        ]
        assert [child.name for child in found[1].children or ()] == [
            "user: é漢😀 weather?",
            "assistant: calls get_weather",
            "tool: warm",
            "tool: hot",
            "assistant: It is warm 😀.",
            "tool get_weather",
        ]
        calls = (found[1].children or ())[1].children or ()
        assert [(call.name, call.detail) for call in calls] == [
            ("call get_weather", '{"city": "東京"}'),
            ("call get_weather", '{"city": "Rome"}'),
        ]
        there = Text(text, encoding)
        assert there.of(calls[1].selection_range) == '"get_weather"'
        assert json.loads(there.of(calls[1].range))["id"] == "call_2"
        last = (found[1].children or ())[4]
        assert there.of(last.selection_range) == '"It is warm 😀."'
        assert json.loads(there.of(found[1].range)) == CALLS


async def test_tools_in_a_string() -> None:
    text = line({**CALLS, "tools": json.dumps(CALLS["tools"])})
    async with editor(client("utf-8")) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", text)
        (record,) = await symbols(ed, uri)
        check([record])
        (tool,) = [child for child in record.children or () if child.name.startswith("tool get")]
        assert Text(text, "utf-8").of(tool.selection_range) == r"\"get_weather\""


async def test_a_client_without_symbols_in_symbols() -> None:
    async with editor(client(hierarchical=False)) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", chat("one", "two") + "\n" + chat("three", "four"))
        params = types.DocumentSymbolParams(types.TextDocumentIdentifier(uri))
        found = await ed.client.text_document_document_symbol_async(params)
        flat = [symbol for symbol in found or () if isinstance(symbol, types.SymbolInformation)]
        assert [(symbol.name, symbol.container_name) for symbol in flat] == [
            ("one", None),
            ("user: one", "one"),
            ("assistant: two", "one"),
            ("three", None),
            ("user: three", "three"),
            ("assistant: four", "three"),
        ]
        assert all(symbol.location.uri == uri for symbol in flat)


async def test_what_is_left_out_is_counted() -> None:
    async with editor(client(), options={"maxItems": 5}) as ed:
        rows = [chat(f"prompt {number}", "a") for number in range(9)]
        uri = ed.open("file:///nowhere/a.jsonl", "\n".join(rows) + "\n")
        found = await symbols(ed, uri)
        check(found)
        assert [symbol.name for symbol in found] == [*(f"prompt {n}" for n in range(4)), "… 5 more records"]
        assert (found[-1].range.start.line, found[-1].range.end.line) == (3, 9)
        assert not any(symbol.children for symbol in found)
        ed.edit(uri, Change("", (2, 0), (9, 0)))
        found = await symbols(ed, uri)
        assert [symbol.name for symbol in found] == ["prompt 0", "prompt 1"]
        assert [len(symbol.children or ()) for symbol in found] == [2, 0]  # as far as it goes


async def test_broken_unknown_and_empty() -> None:
    async with editor(client()) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", "")
        assert await symbols(ed, uri) == []
        broken = chat("one", "two")[:-1] + ",}"
        rest = '{"id": "7", "x": "an é", "y": [1]}\n{"messages": [{"role": "user", "cont\n[1, 2]\n"text"\n \n'
        ed.edit(uri, Change(broken + "\n" + rest, (0, 0), (0, 0)))
        found = await symbols(ed, uri)
        check(found)
        assert [(symbol.name, symbol.detail) for symbol in found] == [
            ("one", "2 turns"),
            ("an é", "3 keys"),
            ('{"messages": [{"role": "user", "cont', "not JSON"),
            ("[1, 2]", None),
            ('"text"', None),
        ]
        assert [child.name for child in found[0].children or ()] == ["user: one", "assistant: two"]
        assert [(child.name, child.detail) for child in found[1].children or ()] == [
            ("id", '"7"'),
            ("x", '"an é"'),
            ("y", "[1]"),
        ]


async def test_elements_of_an_array() -> None:
    rows = [json.loads(chat(f"é😀 {number}", "a")) for number in range(2)]
    async with editor(client("utf-32")) as ed:
        for name, indent in (("a", None), ("b", 2)):
            text = json.dumps(rows, indent=indent, ensure_ascii=False)
            uri = ed.open(f"file:///nowhere/{name}.json", text, language="json")
            found = await symbols(ed, uri)
            check(found)
            assert [symbol.name for symbol in found] == ["é😀 0", "é😀 1"]
            there = Text(text, "utf-32")
            assert [json.loads(there.of(symbol.range)) for symbol in found] == rows
            assert there.of((found[1].children or ())[1].selection_range) == '"a"'
        other = ed.open("file:///nowhere/package.json", '{"name": "x"}\n', language="json")
        assert await symbols(ed, other) == []


@pytest.mark.parametrize(
    "record",
    [
        {"instruction": "Say é", "input": "", "output": "é"},
        {"prompt": "Say é", "chosen": "é", "rejected": "e"},
        {"text": "Say é"},
        {"prompt": "Say é"},
        {"conversations": [{"from": "human", "value": "Say é"}, {"from": "gpt", "value": "é"}]},
        {"input_ids": [1, 2, 3], "labels": [1, 2, 3]},
    ],
)
async def test_any_format(record: dict[str, object]) -> None:
    async with editor(client()) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", (line(record) + "\n") * 2)
        found = await symbols(ed, uri)
        check(found)
        assert len(found) == 2
        assert "input_ids" in record or found[0].name == "Say é"
