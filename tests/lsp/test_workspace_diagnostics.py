"""`workspace/diagnostic`: only where it is wished for, file by file, held back until something changes."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from finetooth.engine.live.document import Change
from lsp.harness import Editor, editor, pulling
from lsp.raw import RawClient

GOOD = '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}\n'
BAD = GOOD.replace('"assistant"', '"asistant"')
OPTIONS = {"select": ["FMT006"], "workspaceDiagnostics": True}
Items = list[Any]


async def ask(ed: Editor, before: dict[str, str]) -> Items:
    params = types.WorkspaceDiagnosticParams(
        [types.PreviousResultId(uri, value) for uri, value in before.items()]
    )
    return list((await ed.client.workspace_diagnostic_async(params)).items)


def ids(items: Items) -> dict[str, str]:
    return {item.uri: item.result_id for item in items}


def names(items: Items) -> dict[str, int]:
    return {item.uri.rpartition("/")[2]: len(item.items) for item in items if item.kind == "full"}


async def test_it_is_offered_only_where_it_is_wished_for(tmp_path: Path) -> None:
    for options, offered in ((OPTIONS, True), ({}, False)):
        async with editor(pulling(), folders=[tmp_path], options=options) as ed:
            assert ed.server.diagnostic_provider is not None
            assert bool(ed.server.diagnostic_provider.workspace_diagnostics) == offered
            await ed.until(lambda: ed.registered)
            assert ("'**/*.json'" in str(ed.registered)) == offered


async def test_files_that_are_not_open_are_reported_once(tmp_path: Path) -> None:
    async with editor(pulling(), folders=[tmp_path], options=OPTIONS) as ed:
        for name, text in (("a", BAD), ("b", GOOD), ("c", BAD * 2)):
            (tmp_path / f"{name}.jsonl").write_text(text)
        ed.open_file(tmp_path / "a.jsonl")
        first = await ask(ed, {})
        assert names(first) == {"c.jsonl": 2}
        assert first[0].version is None
        waiting = asyncio.ensure_future(ask(ed, ids(first)))
        await asyncio.sleep(1)
        assert not waiting.done()
        (tmp_path / "b.jsonl").write_text(BAD)
        ed.files_changed(tmp_path / "b.jsonl")
        second = await asyncio.wait_for(waiting, 60)
        assert names(second) == {"b.jsonl": 1}
        assert [item.kind for item in second if item.uri.endswith("c.jsonl")] == ["unchanged"]
        (tmp_path / "b.jsonl").write_text(GOOD)
        (tmp_path / "c.jsonl").unlink()
        ed.files_changed(tmp_path / "b.jsonl")
        assert names(await asyncio.wait_for(ask(ed, ids(second)), 60)) == {"b.jsonl": 0, "c.jsonl": 0}


def test_partial_results_come_as_progress(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.jsonl").write_text(BAD)
    with RawClient() as client:
        client.start(
            {
                "textDocument": {"diagnostic": {}},
                "workspace": {"diagnostics": {"refreshSupport": True}},
            },
            workspaceFolders=[{"uri": tmp_path.as_uri(), "name": "x"}],
            initializationOptions=OPTIONS,
        )
        params = {"previousResultIds": [], "partialResultToken": "part", "identifier": "finetooth"}
        number = client.ask("workspace/diagnostic", params)
        told: list[str] = []
        while True:
            message = client.next(60).json
            if message.get("id") == number and "method" not in message:
                break
            if message.get("method") == "$/progress":
                assert message["params"]["token"] == "part"
                told += [item["uri"] for item in message["params"]["value"]["items"]]
        assert message["result"] == {"items": []}
        assert sorted(told) == [(tmp_path / f"{name}.jsonl").as_uri() for name in "abc"]


async def test_waiting_ends_when_it_is_cancelled(tmp_path: Path) -> None:
    async with editor(pulling(), folders=[tmp_path], options=OPTIONS) as ed:
        assert await ask(ed, {}) == []
        params = types.WorkspaceDiagnosticParams([])
        future = ed.client.protocol.send_request(types.WORKSPACE_DIAGNOSTIC, params, msg_id="asked")
        await asyncio.sleep(0.5)
        assert not future.done()
        ed.client.cancel_request(types.CancelParams("asked"))
        await ed.until(future.done)
        assert getattr(future.exception(), "code", None) == types.LSPErrorCodes.RequestCancelled


@pytest.mark.parametrize("scheme", ["git", "fugitive", "vscode-notebook-cell", "finetooth"])
async def test_what_is_only_looked_at_is_left_alone(scheme: str, tmp_path: Path) -> None:
    async with editor(folders=[tmp_path], options={"select": ["FMT006"]}) as ed:
        uri = ed.open(f"{scheme}:/somewhere/a.jsonl?x", BAD)
        other = ed.open(f"{scheme}:/somewhere/finetooth.toml", "[training]\nepochs = -1\n", "toml")
        ed.edit(uri, Change(" ", (0, 0), (0, 0)))
        assert await ed.hover(uri, 0, 5) is None
        assert await ed.actions(uri, types.Range(types.Position(0, 0), types.Position(0, 9))) == []
        ed.close(uri)
        here = ed.open("untitled:Untitled-1", BAD)
        await ed.shown(here, "FMT006")
        assert uri not in ed.client.diagnostics
        assert other not in ed.client.diagnostics
