"""From a duplicate to its first copy."""

from __future__ import annotations

import asyncio

import pytest
from lsprotocol import types
from pytest_lsp import client_capabilities

from finetooth.engine.live.document import Change
from lsp.harness import PROFILES, editor

GOOD = '{"messages": [{"role": "user", "content": "é漢😀"}, {"role": "assistant", "content": "%s"}]}\n'
OPTIONS = {"select": ["DUP001"]}


async def definition(ed: object, uri: str, line: int) -> list[tuple[str, int]]:
    params = types.DefinitionParams(types.TextDocumentIdentifier(uri), types.Position(line, 20))
    found = await ed.client.text_document_definition_async(params)  # type: ignore[attr-defined]
    assert found is None or isinstance(found, list)
    return [(where.uri, where.range.start.line) for where in found or ()]


@pytest.mark.parametrize("profile", PROFILES)
async def test_it_leads_to_the_first_copy_where_it_stands_now(profile: str) -> None:
    capabilities = client_capabilities(profile)
    async with editor(capabilities, options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", GOOD % "one" + GOOD % "two" + GOOD % "one")
        await ed.shown(uri, "DUP001")
        assert await definition(ed, uri, 2) == [(uri, 0)]
        assert await definition(ed, uri, 1) == []
        ed.edit(uri, Change(GOOD % "zero", (1, 0), (1, 0)))
        ed.edit(uri, Change(GOOD % "zero and a half", (2, 0), (2, 0)))
        assert await definition(ed, uri, 4) == [(uri, 0)]
        ed.edit(uri, Change("", (0, 0), (1, 0)))
        ed.edit(uri, Change(GOOD % "one", (1, 0), (1, 0)))
        while not (found := await definition(ed, uri, 4)):  # until it is judged anew
            await asyncio.sleep(0.05)
        assert found == [(uri, 1)]


async def test_also_for_a_client_that_shows_no_related_places() -> None:
    capabilities = client_capabilities("neovim")
    assert capabilities.text_document is not None
    capabilities.text_document.publish_diagnostics = None
    capabilities.text_document.diagnostic = None
    async with editor(capabilities, options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", GOOD % "one" + GOOD % "one")
        (found,) = await ed.shown(uri, "DUP001")
        assert not found.related_information
        assert await definition(ed, uri, 1) == [(uri, 0)]
