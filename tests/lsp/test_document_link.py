"""Links over the wire: addresses and files in records, files in settings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lsprotocol import types

from lsp.harness import Editor, editor
from lsp.structure import ENCODINGS, Text, chat, client, line


async def linked(ed: Editor, uri: str, text: str) -> list[tuple[str, str]]:
    params = types.DocumentLinkParams(types.TextDocumentIdentifier(uri))
    found = await ed.client.text_document_document_link_async(params)
    there = Text(text, ed.encoding)
    return [(there.of(link.range), link.target or "") for link in found or ()]


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_addresses_and_files_of_records(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    image = tmp_path / "images" / "é.png"
    image.write_bytes(b"")
    record = {
        "messages": [{"role": "user", "content": "<image> 😀"}],
        "images": ["images/é.png", "images/no.png"],
    }
    broken = chat("é", "https://b.org")[:-1]
    text = "\n".join([chat("漢😀 (https://a.org/x) 😀 https://a.org/y\n", "x"), line(record), broken]) + "\n"
    async with editor(client(encoding), folders=[tmp_path]) as ed:
        assert ed.server.document_link_provider
        uri = ed.open_file(tmp_path / "a.jsonl", text)
        assert await linked(ed, uri, text) == [
            ("https://a.org/x", "https://a.org/x"),
            ("https://a.org/y", "https://a.org/y"),
            ("images/é.png", image.as_uri()),
            ("https://b.org", "https://b.org"),
        ]
        rows = [json.loads(row) for row in text.split("\n")[:2]]
        pretty = json.dumps(rows, indent=2, ensure_ascii=False)
        array = ed.open_file(tmp_path / "a.json", pretty, language="json")
        assert [target for _, target in await linked(ed, array, pretty)] == [
            "https://a.org/x",
            "https://a.org/y",
            image.as_uri(),
        ]


async def test_a_limit_and_an_empty_document() -> None:
    async with editor(client(), options={"maxItems": 3}) as ed:
        text = (chat("https://a.org https://b.org", "x") + "\n") * 4
        for name in ("a", "b"):
            assert len(await linked(ed, ed.open(f"file:///nowhere/{name}.jsonl", text), text)) == 3
        (told,) = [one.message for one in ed.client.log_messages if "maxItems" in one.message]
        assert told.startswith("Only 3 links")
        assert await linked(ed, ed.open("file:///nowhere/b.jsonl", ""), "") == []
        assert await linked(ed, ed.open("file:///nowhere/c.json", "{}", language="json"), "{}") == []


SETTINGS: tuple[tuple[str, str, list[str]], ...] = (
    (
        "run.yaml",
        "# 😀\nbase_model: org/model\ndatasets:\n  - path: data/rows.jsonl\n    type: alpaca\n"
        "sequence_len: 2048\n",
        ["data/rows.jsonl"],
    ),
    (
        "finetooth.toml",
        'schema = "own.json" # 😀\n[dataset]\ntrain = ["data/rows.jsonl", "data/*.jsonl"]\n'
        '[task]\nexamples-file = "no.txt"\n',
        ["own.json", "data/rows.jsonl"],
    ),
    (
        "dataset_info.json",
        '{"é😀": {"file_name": "data/rows.jsonl"}, "x": {"file_name": "no.json"}}',
        ["data/rows.jsonl"],
    ),
    ("other.json", '{"file_name": "data/rows.jsonl"}', []),
)


@pytest.mark.parametrize(("name", "text", "names"), SETTINGS)
async def test_files_of_settings(name: str, text: str, names: list[str], tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rows.jsonl").write_text('{"instruction": "2 + 2", "input": "", "output": "4"}\n')
    (tmp_path / "own.json").write_text("{}")
    async with editor(client(), folders=[tmp_path]) as ed:
        uri = ed.open_file(tmp_path / name, text, language=name.rpartition(".")[2])
        assert await linked(ed, uri, text) == [(one, (tmp_path / one).as_uri()) for one in names]
        for one in names:
            params = types.DefinitionParams(types.TextDocumentIdentifier(uri), Text(text, "utf-16").at(one))
            found = await ed.client.text_document_definition_async(params)
            assert isinstance(found, list)
            assert [where.uri for where in found] == [(tmp_path / one).as_uri()]
