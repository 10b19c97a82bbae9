"""Diagnostics as three editors get them, from a real server."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from finetooth.engine.live.document import Change, Encoding
from lsp.harness import PROFILES, editor

pytestmark = pytest.mark.filterwarnings("error::pytest_lsp.LspSpecificationWarning")

GOOD = '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}\n'
MISSPELT = (
    '{"messages": [{"role": "user", "content": "é漢😀👩‍🚀"}, {"role": "asistant", "content": "Hello"}]}\n'
)
UNITS = {Encoding.UTF8: "utf-8", Encoding.UTF16: "utf-16-le", Encoding.UTF32: "utf-32-le"}
WIDTH = {Encoding.UTF8: 1, Encoding.UTF16: 2, Encoding.UTF32: 4}
OPTIONS = {"ignore": ["SIZ", "DUP", "SYN013"]}


def units(text: str, encoding: Encoding) -> int:
    return len(text.encode(UNITS[encoding])) // WIDTH[encoding]


@pytest.mark.parametrize("profile", PROFILES)
async def test_columns_count_the_client_s_units(profile: str) -> None:
    async with editor(profile, options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", GOOD + MISSPELT)
        (found,) = await ed.shown(uri, "FMT006")
        before = MISSPELT[: MISSPELT.index('"asistant"')]
        start = types.Position(1, units(before, ed.encoding))
        assert found.range == types.Range(start, types.Position(1, start.character + len('"asistant"')))
        assert found.severity == types.DiagnosticSeverity.Error
        assert found.source == "finetooth"
        assert "asistant" in found.message
        assert found.data is None
        described = profile == "visual_studio_code"
        assert (found.code_description is not None) == described
        if found.code_description:
            assert found.code_description.href == "https://finetooth.dev/rules/value-not-allowed"


async def test_the_three_profiles_speak_three_encodings() -> None:
    spoken = set()
    for profile in PROFILES:
        async with editor(profile) as ed:
            spoken.add(ed.encoding)
    assert spoken == set(Encoding)


@pytest.mark.parametrize("profile", PROFILES)
async def test_edits_before_and_in_a_record_move_and_mend_its_finding(profile: str) -> None:
    async with editor(profile, options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", GOOD + MISSPELT + GOOD)
        (found,) = await ed.shown(uri, "FMT006")
        column = found.range.start.character
        ed.edit(uri, Change("😀\u2028 ", (1, 44), (1, 44)), Change(GOOD, (0, 0), (0, 0)))
        moved = column + units("😀\u2028 ", ed.encoding)
        await ed.until(
            lambda: [d.range.start for d in ed.client.diagnostics[uri]] == [types.Position(2, moved)]
        )
        ed.edit(uri, Change("s", (2, moved + 3), (2, moved + 3)))
        await ed.shown(uri)


async def test_the_second_record_s_column_is_right_behind_a_line_separator_in_the_first() -> None:
    async with editor(options={"select": ["SYN013", "FMT006"]}) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", GOOD.replace("Hi", "a\u2028b\u0085c") + MISSPELT)
        separators, found = await ed.shown(uri, "SYN013", "FMT006")
        assert separators.range.start.line == 0
        assert [r.location.range.start.line for r in separators.related_information or ()] == [0]
        assert found.range.start.line == 1


async def test_edits_that_come_together_are_linted_together() -> None:
    async with editor(options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", MISSPELT * 3)
        found = await ed.shown(uri, "FMT006", "FMT006", "FMT006")
        column = found[0].range.start.character + 3
        ed.edit(uri, *[Change("s", (line, column), (line, column)) for line in range(3)])
        await ed.shown(uri)


async def test_a_closed_document_has_no_findings() -> None:
    async with editor(options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", MISSPELT)
        await ed.shown(uri, "FMT006")
        ed.close(uri)
        await ed.shown(uri)


async def test_which_documents_are_looked_at() -> None:
    async with editor(options=OPTIONS) as ed:
        ours = [
            ed.open("file:///nowhere/a.txt", MISSPELT, "jsonl"),
            ed.open("file:///nowhere/a", MISSPELT, "json-lines"),
            ed.open("file:///nowhere/b", MISSPELT, "ndjson"),
            ed.open("file:///nowhere/a.jsonl", MISSPELT, "json"),
            ed.open("file:///nowhere/a.NDJSON", MISSPELT, "json"),
            ed.open("untitled:Untitled-1", MISSPELT, "jsonl"),
        ]
        others = [
            ed.open("file:///nowhere/a.json", MISSPELT, "json"),
            ed.open("file:///nowhere/c.jsonl", MISSPELT, "plaintext"),
        ]
        for uri in ours:
            await ed.shown(uri, "FMT006")
        for uri in others:
            ed.edit(uri, Change("x", (0, 0), (0, 0)))
            assert await ed.hover(uri, 0, 1) is None
            ed.close(uri)
        assert not any(uri in ed.client.diagnostics for uri in others)


async def test_a_whole_new_text_is_a_change_too() -> None:
    async with editor(options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", MISSPELT)
        await ed.shown(uri, "FMT006")
        ed.edit(uri, Change(GOOD + GOOD.replace("Hi", "Ho") + MISSPELT))
        await ed.until(lambda: [d.range.start.line for d in ed.client.diagnostics[uri]] == [2])


async def test_copies_are_found_after_a_pause_and_point_at_each_other(tmp_path: Path) -> None:
    async with editor(options={"select": ["DUP001"]}) as ed:
        uri = ed.open_file(tmp_path / "a.jsonl", GOOD + GOOD.replace("Hi", "Ho") + GOOD)
        (found,) = await ed.shown(uri, "DUP001")
        assert found.range.start.line == 2
        (related,) = found.related_information or ()
        assert (related.location.uri, related.location.range.start.line) == (uri, 0)
        ed.edit(uri, Change(GOOD.replace("Hi", "He"), (0, 0), (0, 0)))
        await ed.until(
            lambda: (
                [d.range.start.line for d in ed.client.diagnostics[uri]] == [3]
                and [
                    r.location.range.start.line
                    for r in ed.client.diagnostics[uri][0].related_information or ()
                ]
                == [1]
            )
        )
        ed.edit(uri, Change("x", (1, 45), (1, 45)))
        await ed.shown(uri)


async def test_a_byte_order_mark_is_seen_though_the_editor_hides_it(tmp_path: Path) -> None:
    async with editor(options={"select": ["SYN004"]}) as ed:
        path = tmp_path / "a.jsonl"
        uri = ed.open_file(path, "\ufeff" + GOOD)
        await ed.shown(uri, "SYN004")
        ed.save(uri, path)
        await ed.shown(uri)
