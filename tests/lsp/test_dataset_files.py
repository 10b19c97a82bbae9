"""Files of one dataset, open and not: through a real server."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from lsprotocol import types
from pytest_lsp import client_capabilities

from finetooth.engine.live.document import Change
from lsp.harness import PROFILES, Editor, editor

ROW = '{"prompt": "%s", "completion": "Sure, é漢😀."}\n'
OPTIONS = {"select": ["DUP"]}


async def definition(ed: Editor, uri: str, line: int) -> list[types.Location]:
    params = types.DefinitionParams(types.TextDocumentIdentifier(uri), types.Position(line, 20))
    found = await ed.client.text_document_definition_async(params)
    assert found is None or isinstance(found, list)
    return [where for where in found or () if isinstance(where, types.Location)]


def tell(ed: Editor, *paths: Path) -> None:
    """Say that files changed on disk."""
    changes = [types.FileEvent(path.as_uri(), types.FileChangeType.Changed) for path in paths]
    ed.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes))


@pytest.mark.parametrize("profile", PROFILES)
async def test_a_copy_in_a_file_that_is_not_open(profile: str, tmp_path: Path) -> None:
    train = tmp_path / "train.jsonl"
    train.write_text(ROW % "one" + ROW % "two", encoding="utf-8")
    async with editor(client_capabilities(profile), folders=[tmp_path], options=OPTIONS) as ed:
        uri = ed.open_file(tmp_path / "valid.jsonl", ROW % "three" + ROW % "two")
        (found,) = await ed.shown(uri, "DUP004")
        assert found.range.start.line == 1
        (where,) = await definition(ed, uri, 1)
        assert where.uri == train.as_uri()
        end = found.range.end.character
        assert where.range == types.Range(types.Position(1, 0), types.Position(1, end))
        if found.related_information:
            assert [related.location for related in found.related_information] == [where]

        train.write_text(ROW % "zero" + ROW % "one" + ROW % "two", encoding="utf-8")
        tell(ed, train)
        while [place.range.start.line for place in await definition(ed, uri, 1)] != [2]:
            await asyncio.sleep(0.02)
        train.unlink()
        tell(ed, train)
        await ed.shown(uri)
        train.write_text(ROW % "three", encoding="utf-8")
        tell(ed, train)
        (found,) = await ed.shown(uri, "DUP004")
        assert found.range.start.line == 0


async def references(ed: Editor, uri: str, line: int, *, declaration: bool = True) -> list[tuple[str, int]]:
    params = types.ReferenceParams(
        types.ReferenceContext(declaration), types.TextDocumentIdentifier(uri), types.Position(line, 20)
    )
    found = await ed.client.text_document_references_async(params)
    return [(where.uri.rpartition("/")[2], where.range.start.line) for where in found or ()]


@pytest.mark.parametrize("profile", PROFILES)
async def test_copies_are_listed_in_all_files_of_the_dataset(profile: str, tmp_path: Path) -> None:
    for name, rows in (("train-00002-of-00003", "cab"), ("train-00003-of-00003", "xx"), ("valid", "yac")):
        text = "".join(ROW % row for row in rows)
        (tmp_path / f"{name}.jsonl").write_text(text, encoding="utf-8")
    async with editor(client_capabilities(profile), folders=[tmp_path], options=OPTIONS) as ed:
        uri = ed.open_file(tmp_path / "train-00001-of-00003.jsonl", ROW % "a" + "\n" + ROW % "b" + ROW % "a")
        await ed.shown(uri, "DUP001")
        copies = [("train-00001-of-00003.jsonl", 3), ("train-00002-of-00003.jsonl", 1), ("valid.jsonl", 1)]
        while sorted(await references(ed, uri, 0, declaration=False)) != copies:
            await asyncio.sleep(0.02)
        assert sorted(await references(ed, uri, 0)) == [("train-00001-of-00003.jsonl", 0), *copies]
        assert sorted(await references(ed, uri, 3)) == [("train-00001-of-00003.jsonl", 0), *copies]
        assert await references(ed, uri, 2, declaration=False) == [("train-00002-of-00003.jsonl", 2)]

        valid = ed.open_file(tmp_path / "valid.jsonl")
        await ed.shown(valid, "DUP004", "DUP004")
        while sorted(await references(ed, uri, 0, declaration=False)) != copies:
            await asyncio.sleep(0.02)
        # Its original stands in a file that is not open.
        assert await references(ed, valid, 2) == [("valid.jsonl", 2), ("train-00002-of-00003.jsonl", 0)]
        ed.edit(valid, Change("\n", (0, 0), (0, 0)))
        while ("valid.jsonl", 2) not in await references(ed, uri, 0):
            await asyncio.sleep(0.02)
        assert await references(ed, valid, 1) == []


async def test_an_edit_in_one_open_file_is_seen_in_the_other(tmp_path: Path) -> None:
    async with editor(client_capabilities("visual_studio_code"), folders=[tmp_path], options=OPTIONS) as ed:
        train = ed.open_file(tmp_path / "train.jsonl", ROW % "one" + ROW % "two")
        valid = ed.open_file(tmp_path / "valid.jsonl", ROW % "three")
        await ed.shown(valid)
        ed.edit(train, Change(ROW % "three", (1, 0), (1, 0)))  # not saved
        await ed.shown(valid, "DUP004")
        (where,) = await definition(ed, valid, 0)
        assert (where.uri, where.range.start.line) == (train, 1)
        ed.edit(train, Change("\n", (0, 0), (0, 0)))
        (where,) = await definition(ed, valid, 0)
        assert (where.uri, where.range.start.line) == (train, 2)
        ed.close(train)  # what is on disk counts again
        await ed.shown(valid)


async def test_the_shards_of_a_split_are_judged_as_one(tmp_path: Path) -> None:
    """Each by itself has too few examples."""
    names = [f"train-0000{number}-of-00002.jsonl" for number in range(2)]
    for number, name in enumerate(names):
        rows = [ROW % f"question {number} {row}" for row in range(6)]
        (tmp_path / name).write_text("".join(rows), encoding="utf-8")
    async with editor(
        client_capabilities("neovim"), folders=[tmp_path], options={"select": ["SIZ001"]}
    ) as ed:
        second = ed.open_file(tmp_path / names[1])
        await ed.shown(second)
        ed.edit(second, Change("", (0, 0), (6, 0)))
        first = ed.open_file(tmp_path / names[0])
        await ed.shown(first, "SIZ001")  # said once, in the first file
        assert ed.codes(second) == []


async def test_the_settings_say_what_a_dataset_is(tmp_path: Path) -> None:
    config = tmp_path / "finetooth.toml"
    (tmp_path / "old.jsonl").write_text(ROW % "same", encoding="utf-8")
    async with editor(client_capabilities("visual_studio_code"), folders=[tmp_path], options=OPTIONS) as ed:
        uri = ed.open_file(tmp_path / "new.jsonl", ROW % "same")
        await ed.shown(uri)
        config.write_text('[dataset]\ntrain = ["old.jsonl"]\ntest = ["new.jsonl"]\n')
        tell(ed, config)
        await ed.shown(uri, "DUP004")
        config.write_text('[dataset]\ntrain = ["old.jsonl", "new.jsonl"]\n')
        tell(ed, config)
        await ed.until(lambda: ed.codes(uri) == [])


async def test_a_change_of_the_examples_refreshes_what_is_found(tmp_path: Path) -> None:
    examples = tmp_path / "what.txt"
    examples.write_text("Write a Python function that sorts a list.\n")
    (tmp_path / "finetooth.toml").write_text('[task]\nexamples-file = "what.txt"\n')
    capabilities = client_capabilities("visual_studio_code")
    async with editor(capabilities, folders=[tmp_path], options={"select": ["TSK001"]}) as ed:
        rows = [
            ROW % f"Write a Python function that {does}"
            for does in ("adds numbers", "sorts words", "reverses a string", "reads a file", "finds a prime")
        ]
        uri = ed.open_file(tmp_path / "a.jsonl", "".join(rows))
        await ed.shown(uri)
        single = [one for one in ed.registered if one.id == "finetooth-single-files"]
        assert "what.txt" in str(single[-1].register_options)
        examples.write_text("")
        tell(ed, examples)
        await ed.until(lambda: ed.client.diagnostics.get((examples).as_uri()))


async def test_a_client_that_watches_nothing_is_looked_after(tmp_path: Path) -> None:
    examples = tmp_path / "what.txt"
    examples.write_text("Write a Python function that sorts a list.\n")
    (tmp_path / "finetooth.toml").write_text('[task]\nexamples-file = "what.txt"\n')
    capabilities = client_capabilities("neovim")
    assert capabilities.workspace is not None
    capabilities.workspace.did_change_watched_files = None
    async with editor(capabilities, folders=[tmp_path], options={"select": ["TSK001"]}) as ed:
        path = tmp_path / "a.jsonl"
        uri = ed.open_file(path, ROW % "Write a Python function that adds numbers")
        await ed.shown(uri)
        assert not [one for one in ed.registered if one.method == "workspace/didChangeWatchedFiles"]
        examples.write_text("")
        ed.save(uri, path)
        await ed.until(lambda: ed.client.diagnostics.get((examples).as_uri()))
