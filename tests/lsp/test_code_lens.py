"""The line on the whole file above the first record."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from lsprotocol import types
from pytest_lsp import client_capabilities

from finetooth.engine.live.document import Change
from lsp.harness import PROFILES, Editor, editor

GOOD = '{"messages": [{"role": "user", "content": "é漢😀"}, {"role": "assistant", "content": "Hello"}]}\n'
MISSPELT = GOOD.replace('"assistant"', '"asistant"')
OPTIONS = {"ignore": ["DUP", "SIZ"]}


async def lenses(ed: Editor, uri: str) -> list[types.CodeLens]:
    params = types.CodeLensParams(types.TextDocumentIdentifier(uri))
    return list(await ed.client.text_document_code_lens_async(params) or ())


async def title(ed: Editor, uri: str, wanted: str) -> types.CodeLens:
    """Ask until the lens says what is wanted."""
    for _ in range(400):
        found = await lenses(ed, uri)
        if found and found[0].command is not None and found[0].command.title == wanted:
            return found[0]
        await asyncio.sleep(0.05)
    raise AssertionError(f"{found}, not {wanted}")


@pytest.mark.parametrize("profile", PROFILES)
async def test_rows_tokens_and_findings(profile: str) -> None:
    async with editor(profile, options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", GOOD + "\n" + MISSPELT)
        found = await title(ed, uri, "2 rows · ~30 tokens · 1 error, 1 warning")
        assert found.range == types.Range(types.Position(0, 0), types.Position(0, 0))
        ed.edit(uri, Change(GOOD, (2, 0), (3, 0)))
        await title(ed, uri, "2 rows · ~30 tokens · 1 warning")


async def test_it_stays_as_it_was_while_somebody_types() -> None:
    async with editor(options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", GOOD)
        before = await title(ed, uri, "1 row · ~15 tokens · no findings")
        for number in range(10):
            ed.edit(uri, Change("!", (0, 80 + number), (0, 80 + number)))
            (now,) = await lenses(ed, uri)
            assert now == before


async def test_a_client_that_can_be_told_is_told_only_of_news() -> None:
    asked: list[Any] = []
    async with editor(options=OPTIONS) as ed:
        ed.client.feature(types.WORKSPACE_CODE_LENS_REFRESH)(lambda *_: asked.append(1))
        uri = ed.open("file:///nowhere/a.jsonl", GOOD)
        await ed.until(lambda: asked)
        assert len(asked) == 1
        ed.edit(uri, Change(MISSPELT, (1, 0), (1, 0)))
        await ed.until(lambda: len(asked) == 2)
        (now,) = await lenses(ed, uri)
        assert now.command is not None
        assert "2 rows" in now.command.title


async def test_a_click_opens_the_report_where_somebody_can() -> None:
    capabilities = client_capabilities("visual_studio_code")
    capabilities.experimental = {"commands": {"commands": ["finetooth.openReport"]}}
    async with editor(capabilities, options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", GOOD)
        found = await title(ed, uri, "1 row · ~15 tokens · no findings")
        assert found.command is not None
        assert found.command.command == "finetooth.openReport"
        assert found.command.arguments == (uri,)


@pytest.mark.parametrize("options", [{"codeLens": False}, {"enable": False}])
async def test_it_can_be_turned_off(options: dict[str, Any]) -> None:
    async with editor(options=options) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", MISSPELT)
        if options.get("enable", True):
            await ed.until(lambda: ed.client.diagnostics.get(uri))
        assert await lenses(ed, uri) == []
        for number, text in enumerate(["", "\n", "# no data\nbut\nprose\n"]):
            other = ed.open(f"untitled:Untitled-{number}", text)
            assert await lenses(ed, other) == []


async def test_of_a_large_file_the_tokens_are_those_of_a_sample() -> None:
    async with editor(options={"select": ["SYN"]}) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", GOOD * 20_000)
        await title(ed, uri, "20,000 rows · ~300k tokens · no findings")
