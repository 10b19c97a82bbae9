"""What belongs together: calls, tools and results, fences, copies; over the wire, in every encoding."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lsprotocol import types

from lsp.harness import Editor, editor
from lsp.structure import CALLS, ENCODINGS, Text, chat, client, line

AT_HEAD = chat("é漢😀", "x")
IN_STRING = {**CALLS, "tools": json.dumps(CALLS["tools"], ensure_ascii=False)}
SHAREGPT = {
    "conversations": [
        {"from": "human", "value": "weather? 😀"},
        {
            "from": "function_call",
            "value": json.dumps({"name": "get_weather", "arguments": {"city": "東京"}}),
        },
        {"from": "observation", "value": "warm"},
        {"from": "gpt", "value": "It is warm."},
    ],
    "tools": json.dumps([CALLS["tools"][0]["function"]], ensure_ascii=False),
}


def document(record: Any) -> str:
    return AT_HEAD + "\n" + line(record) + "\n"


async def definition(ed: Editor, uri: str, there: Text, at: types.Position) -> list[str]:
    params = types.DefinitionParams(types.TextDocumentIdentifier(uri), at)
    found = await ed.client.text_document_definition_async(params)
    assert found is None or isinstance(found, list)
    return [there.of(where.range) for where in found or () if isinstance(where, types.Location)]


async def references(
    ed: Editor, uri: str, there: Text, at: types.Position, declaration: bool = True
) -> list[tuple[int, str]]:
    context = types.ReferenceContext(include_declaration=declaration)
    params = types.ReferenceParams(context, types.TextDocumentIdentifier(uri), at)
    found = await ed.client.text_document_references_async(params)
    return [(where.range.start.line, there.of(where.range)) for where in found or ()]


async def highlights(ed: Editor, uri: str, there: Text, at: types.Position) -> list[tuple[str, int]]:
    params = types.DocumentHighlightParams(types.TextDocumentIdentifier(uri), at)
    found = await ed.client.text_document_document_highlight_async(params)
    return [(there.of(one.range), int(one.kind or 0)) for one in found or ()]


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_calls_tools_and_results(encoding: str) -> None:
    async with editor(client(encoding)) as ed:
        assert ed.server.document_highlight_provider
        assert ed.server.references_provider
        text = document(CALLS)
        uri = ed.open("file:///nowhere/a.jsonl", text)
        there = Text(text, encoding)
        call, tool = there.at("get_weather"), there.at("get_weather", 2)
        assert await definition(ed, uri, there, call) == ['"get_weather"']
        assert await definition(ed, uri, there, there.at("function", 1)) == ['"get_weather"']
        assert await definition(ed, uri, there, there.at("Rome")) == ['"city"']
        assert await definition(ed, uri, there, there.at("hot")) == ['"call_2"']
        assert await definition(ed, uri, there, there.at("call_1", 1)) == ['"call_1"']
        assert await definition(ed, uri, there, there.at("weather?")) == []
        assert await references(ed, uri, there, tool) == [(1, '"get_weather"')] * 3
        assert await references(ed, uri, there, tool, declaration=False) == [(1, '"get_weather"')] * 2
        assert await references(ed, uri, there, there.at("call_1")) == [(1, '"call_1"')] * 2
        assert await highlights(ed, uri, there, call) == [("get_weather", kind) for kind in (3, 2, 2)]
        assert await highlights(ed, uri, there, there.at("call_2")) == [("call_2", 3), ("call_2", 2)]
        assert await highlights(ed, uri, there, there.at("Rome")) == []


@pytest.mark.parametrize("record", [IN_STRING, SHAREGPT])
async def test_tools_in_a_string(record: dict[str, Any]) -> None:
    async with editor(client()) as ed:
        text = document(record)
        uri = ed.open("file:///nowhere/a.jsonl", text)
        there = Text(text, "utf-16")
        assert await definition(ed, uri, there, there.at("get_weather")) == [r"\"get_weather\""]
        call = '"call_1"' if record is IN_STRING else r"\"get_weather\""
        assert await definition(ed, uri, there, there.at("warm")) == [call]
        found = await highlights(ed, uri, there, there.at("get_weather"))
        assert {word for word, _ in found} == {"get_weather"}
        assert len(found) == text.count("get_weather")
        place = "東京" if record is IN_STRING else r"\u6771"
        assert await definition(ed, uri, there, there.at(place)) == [r"\"city\""]


async def test_a_result_without_an_id_answers_the_call_in_its_order() -> None:
    record = {
        "messages": [
            {"role": "user", "content": "x"},
            {
                "role": "assistant",
                "tool_calls": [
                    {"function": {"name": name, "arguments": "{}"}, "type": "function"}
                    for name in ("one", "two")
                ],
            },
            {"role": "tool", "content": "first"},
            {"role": "tool", "content": "second"},
        ]
    }
    async with editor(client()) as ed:
        text = document(record)
        uri = ed.open("file:///nowhere/a.jsonl", text)
        there = Text(text, "utf-16")
        assert await definition(ed, uri, there, there.at("second")) == ['"two"']


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_fences_find_each_other(encoding: str) -> None:
    async with editor(client(encoding)) as ed:
        text = AT_HEAD + "\n" + chat("😀", "漢\n```python\nx = '```'\n```\n~~~~\ny\n~~~~ \n```js\nopen")
        uri = ed.open("file:///nowhere/a.jsonl", text)
        there = Text(text, encoding)
        pair = [("```python", 1), ("```", 1)]
        assert await highlights(ed, uri, there, there.at("python")) == pair
        assert await highlights(ed, uri, there, there.at(r"```\n~~~~")) == pair
        assert await highlights(ed, uri, there, there.at("x = ")) == []
        assert await highlights(ed, uri, there, there.at("~~~~ ")) == [("~~~~", 1)] * 2
        assert await highlights(ed, uri, there, there.at("js")) == [("```js", 1)]


async def test_fences_in_json_in_a_string() -> None:
    record = {"messages": [{"role": "user", "content": json.dumps({"é😀": '```py\n"x"\n```'})}]}
    async with editor(client()) as ed:
        text = document(record)
        uri = ed.open("file:///nowhere/a.jsonl", text)
        there = Text(text, "utf-16")
        assert await highlights(ed, uri, there, there.at("py")) == [("```py", 1), ("```", 1)]


async def test_copies_of_a_record() -> None:
    async with editor(client(), options={"select": ["DUP001"]}) as ed:
        rows = [chat("😀", "one"), chat("b", "two"), chat("😀", "one"), chat("😀", "one")]
        text = "\n".join(rows) + "\n"
        uri = ed.open("file:///nowhere/a.jsonl", text)
        await ed.shown(uri, "DUP001", "DUP001")
        there = Text(text, "utf-16")
        original = types.Position(0, 0)
        copies = [(2, rows[0]), (3, rows[0])]
        assert await references(ed, uri, there, original, declaration=False) == copies
        assert await references(ed, uri, there, original) == [(0, rows[0]), *copies]
        assert await references(ed, uri, there, types.Position(3, 20)) == [(0, rows[0]), *copies]
        assert await references(ed, uri, there, types.Position(1, 20)) == []


async def test_broken_empty_and_elsewhere() -> None:
    async with editor(client()) as ed:
        uri = ed.open("file:///nowhere/empty.jsonl", "")
        nowhere = types.Position(0, 0)
        assert await highlights(ed, uri, Text("", "utf-16"), nowhere) == []
        assert await references(ed, uri, Text("", "utf-16"), nowhere) == []
        assert await definition(ed, uri, Text("", "utf-16"), nowhere) == []
        broken = document(CALLS).replace('"id": "call_2", ', '"id": "call_2",, ')
        uri = ed.open("file:///nowhere/broken.jsonl", broken)
        there = Text(broken, "utf-16")
        assert await definition(ed, uri, there, there.at("hot")) == ['"call_2"']
        assert await highlights(ed, uri, there, there.at("call_2")) == [("call_2", 3), ("call_2", 2)]
        pretty = json.dumps([json.loads(AT_HEAD), CALLS], indent=2, ensure_ascii=False)
        uri = ed.open("file:///nowhere/array.json", pretty, language="json")
        there = Text(pretty, "utf-16")
        assert await definition(ed, uri, there, there.at("hot")) == ['"call_2"']
        assert await highlights(ed, uri, there, there.at("call_2")) == [("call_2", 3), ("call_2", 2)]
