"""Diagnostics that the client asks for; never also pushed."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types
from pytest_lsp import client_capabilities

from finetooth.engine.live.document import Change
from lsp.harness import Editor, editor, pulling

GOOD = '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}\n'
MISSPELT = GOOD.replace("assistant", "asistant")
OPTIONS = {"ignore": ["SIZ", "DUP"]}


def full(report: types.DocumentDiagnosticReport) -> types.RelatedFullDocumentDiagnosticReport:
    assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
    return report


async def codes(ed: Editor, uri: str) -> list[str]:
    return [str(item.code) for item in full(await ed.pull(uri)).items]


async def test_the_request_is_offered_only_with_a_way_to_ask_anew() -> None:
    without_refresh = pulling()
    assert without_refresh.workspace is not None
    without_refresh.workspace.diagnostics = None
    for capabilities, offered in (
        (pulling(), True),
        (without_refresh, False),
        (client_capabilities("neovim"), False),
        (client_capabilities("emacs"), False),
    ):
        async with editor(capabilities, options=OPTIONS) as ed:
            assert (ed.server.diagnostic_provider is not None) == offered
            uri = ed.open("file:///nowhere/a.jsonl", MISSPELT)
            if offered:
                assert await codes(ed, uri) == ["FMT006"]
                assert ed.published == []
            else:
                await ed.shown(uri, "FMT006")


async def test_an_edit_is_in_the_very_next_answer() -> None:
    async with editor(pulling(), options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", MISSPELT)
        (found,) = full(await ed.pull(uri)).items
        column = found.range.start.character
        ed.edit(uri, Change("s", (0, column + 3), (0, column + 3)))
        assert await codes(ed, uri) == []
        ed.edit(uri, Change("x", (0, 0), (0, 0)))
        assert await codes(ed, uri) == ["SYN001"]
        assert ed.published == []


async def test_the_same_diagnostics_are_not_sent_twice() -> None:
    async with editor(pulling(), options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", MISSPELT)
        first = full(await ed.pull(uri))
        again = await ed.pull(uri, first.result_id)
        assert isinstance(again, types.RelatedUnchangedDocumentDiagnosticReport)
        assert again.result_id == first.result_id
        ed.edit(uri, Change("\n", (0, 0), (0, 0)))
        changed = full(await ed.pull(uri, first.result_id))
        assert [item.range.start.line for item in changed.items if item.code == "FMT006"] == [1]


async def test_what_the_background_finds_is_asked_for_anew() -> None:
    async with editor(pulling(), options={"select": ["DUP001"]}) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", GOOD * 2)
        await ed.pull(uri)
        await ed.until(lambda: ed.client.diagnostic_refresh_count)
        assert await codes(ed, uri) == ["DUP001"]
        assert ed.published == []


async def test_a_config_file_that_changes_makes_the_client_ask_anew(tmp_path: Path) -> None:
    config = tmp_path / "finetooth.toml"
    config.write_text('select = ["FMT"]\n')
    async with editor(pulling(), folders=[tmp_path]) as ed:
        uri = ed.open_file(tmp_path / "a.jsonl", MISSPELT)
        assert await codes(ed, uri) == ["FMT006"]
        config.write_text('select = ["FEN"]\n')
        ed.files_changed(config)
        await ed.until(lambda: ed.client.diagnostic_refresh_count)
        assert await codes(ed, uri) == []
        config.write_text("select = 5\n")
        ed.files_changed(config)
        await ed.until(lambda: ed.published)
        assert [published.uri for published in ed.published] == [config.as_uri()]


async def test_a_document_that_is_not_ours_has_no_diagnostics() -> None:
    async with editor(pulling()) as ed:
        uri = ed.open("file:///nowhere/a.json", MISSPELT, "json")
        assert await codes(ed, uri) == []


async def test_related_places_come_with_the_answer(tmp_path: Path) -> None:
    async with editor(pulling(), options={"select": ["DUP001"]}) as ed:
        uri = ed.open_file(tmp_path / "a.jsonl", GOOD * 2)
        await ed.pull(uri)
        await ed.until(lambda: ed.client.diagnostic_refresh_count)
        (found,) = full(await ed.pull(uri)).items
        (related,) = found.related_information or ()
        assert related.location.range.start.line == 0


@pytest.mark.parametrize("enabled", [True, False])
async def test_switching_off_empties_the_list(enabled: bool) -> None:
    async with editor(pulling(), options=OPTIONS | {"enable": enabled}) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", MISSPELT)
        assert await codes(ed, uri) == (["FMT006"] if enabled else [])
