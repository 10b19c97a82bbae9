"""Tokens shown behind each record."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from lsprotocol import types
from pytest_lsp import client_capabilities

from finetooth.engine.live.document import Change, Encoding
from lsp.harness import PROFILES, Editor, editor


def record(answer: str) -> str:
    turns = [{"role": "user", "content": "é漢😀"}, {"role": "assistant", "content": answer}]
    return json.dumps({"messages": turns}, ensure_ascii=False)


SHORT, LONG = record("Hello there"), record("many words " * 3000)
OPTIONS = {"ignore": ["DUP", "SIZ"]}


def refreshing(profile: str = "visual_studio_code") -> types.ClientCapabilities:
    """A client that can be told to ask anew for hints, as VS Code can."""
    capabilities = client_capabilities(profile)
    assert capabilities.workspace is not None
    capabilities.workspace.inlay_hint = types.InlayHintWorkspaceClientCapabilities(refresh_support=True)
    return capabilities


async def hints(ed: Editor, uri: str, first: int = 0, last: int = 100) -> list[types.InlayHint]:
    where = types.Range(types.Position(first, 0), types.Position(last, 0))
    params = types.InlayHintParams(types.TextDocumentIdentifier(uri), where)
    return list(await ed.client.text_document_inlay_hint_async(params) or ())


async def all_hints(ed: Editor, uri: str, count: int) -> list[types.InlayHint]:
    """The hints, asked for until they are all there: a busy machine starts the worker slowly."""
    for _ in range(50):
        found = await hints(ed, uri)
        if len(found) == count:
            break
    assert len(found) == count
    return found


def more_than(asked: list[Any], before: int) -> bool:
    return len(asked) > before


def shown(found: list[types.InlayHint]) -> list[tuple[int, str]]:
    return [(hint.position.line, str(hint.label)) for hint in found]


@pytest.mark.parametrize("profile", PROFILES)
async def test_at_the_end_of_each_record(profile: str) -> None:
    async with editor(profile, options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", f"{SHORT}\n\n{LONG}\r\n[1]\n{SHORT}")
        found = await all_hints(ed, uri, 3)
        assert shown(found) == [(0, "~16 tokens"), (2, "⚠ ~6,015 tokens, limit 4,096"), (4, "~16 tokens")]
        for hint, text in zip(found, (SHORT, LONG, SHORT), strict=True):
            width = len(text.encode("utf-16-le")) // 2 if ed.encoding is Encoding.UTF16 else len(text)
            if ed.encoding is Encoding.UTF8:
                width = len(text.encode())
            assert hint.position.character == width
        assert "o200k_base" in str(found[0].tooltip)
        assert "1,919 over the limit of 4,096" in str(found[1].tooltip)


async def test_only_of_the_lines_asked_for() -> None:
    async with editor(options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", (SHORT + "\n") * 20)
        await all_hints(ed, uri, 20)
        assert [line for line, _ in shown(await hints(ed, uri, 5, 7))] == [5, 6, 7]


async def test_an_edit_counts_its_record_anew() -> None:
    async with editor(options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", f"{SHORT}\n{SHORT}\n")
        await all_hints(ed, uri, 2)
        ed.edit(uri, Change(record("Hello there, and again"), (1, 0), (1, 9999)))
        changed = await all_hints(ed, uri, 2)
        assert changed[0].label == "~16 tokens"
        assert changed[1].label == "~19 tokens"


async def test_in_an_array_at_each_element_s_end() -> None:
    async with editor(options=OPTIONS) as ed:
        text = f"[\n  {SHORT},\n  {SHORT}, {SHORT}\n]\n"
        uri = ed.open("file:///nowhere/a.json", text, "json")
        found = await all_hints(ed, uri, 3)
        width = len(SHORT.encode("utf-16-le")) // 2
        assert [(hint.position.line, hint.position.character) for hint in found] == [
            (1, 2 + width),
            (2, 2 + width),
            (2, 4 + 2 * width),
        ]


async def test_a_known_model_counts_exactly_and_has_its_own_limit() -> None:
    options = OPTIONS | {"target": "openai", "model": "gpt-4o-mini-2024-07-18"}
    async with editor(options=options) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", SHORT)
        (found,) = await all_hints(ed, uri, 1)
        assert found.label == "16 tokens"
        assert "counted by o200k_base" in str(found.tooltip)


@pytest.mark.parametrize("options", [{"inlayHints": False}, {"enable": False}])
async def test_they_can_be_turned_off(options: dict[str, Any]) -> None:
    async with editor(options=options) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", SHORT)
        assert await hints(ed, uri) == []


async def test_what_comes_too_late_comes_by_a_refresh() -> None:
    """A client that can be told to ask anew gets an answer in time, and all hints in the end."""
    asked: list[Any] = []
    async with editor(refreshing(), options=OPTIONS) as ed:
        ed.client.feature(types.WORKSPACE_INLAY_HINT_REFRESH)(lambda *_: asked.append(1))
        uri = ed.open("file:///nowhere/a.jsonl", (LONG[:-4] + ' more"}]}\n') * 400)
        found = await hints(ed, uri, 0, 399)
        while len(found) < 400:
            before = len(asked)
            await ed.until(partial(more_than, asked, before), "refresh")
            found = await hints(ed, uri, 0, 399)
        assert all(str(hint.label).startswith("⚠") for hint in found)


async def test_of_a_whole_large_document_the_records_near_the_last_edit() -> None:
    async with editor(options=OPTIONS | {"select": ["SYN"]}) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", (SHORT + "\n") * 5000)
        await ed.until(lambda: uri in ed.client.diagnostics)
        ed.edit(uri, Change(" ", (3000, 1), (3000, 1)))
        for _ in range(50):
            found = await hints(ed, uri, 0, 5000)
            if len(found) == 1000:
                break
        lines = [hint.position.line for hint in found]
        assert len(lines) == 1000
        assert lines[0] < 3000 < lines[-1]
