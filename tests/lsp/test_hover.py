"""What is shown under the pointer."""

from __future__ import annotations

from lsprotocol import types
from pytest_lsp import client_capabilities

from lsp.harness import editor

GOOD = (
    '{"messages": [{"role": "user", "content": "é漢😀"}, {"role": "assistant", "content": "Hello there"}]}\n'
)
MISSPELT = GOOD.replace('"assistant"', '"asistant"')
OPTIONS = {"ignore": ["SIZ", "DUP"]}


def contents(hover: types.Hover | None) -> types.MarkupContent:
    assert hover is not None
    assert isinstance(hover.contents, types.MarkupContent)
    return hover.contents


async def test_on_a_finding_it_is_the_rule_s_documentation() -> None:
    async with editor(options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", GOOD + MISSPELT)
        (found,) = await ed.shown(uri, "FMT006")
        hover = await ed.hover(uri, 1, found.range.start.character + 3)
        shown = contents(hover)
        assert shown.kind == types.MarkupKind.Markdown
        assert shown.value.startswith("**value-not-allowed** (FMT006, error)")
        assert found.message in shown.value
        assert "### Why it matters" in shown.value
        assert "### Example" not in shown.value
        assert hover is not None
        assert hover.range == found.range


async def test_elsewhere_it_is_what_the_record_is() -> None:
    async with editor(options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", GOOD + MISSPELT)
        for _ in range(20):  # a busy machine starts the worker slowly; until then it is an estimate
            shown = contents(await ed.hover(uri, 0, 3)).value
            if "o200k" in shown:
                break
        assert "2 turns: 1 user, 1 assistant" in shown
        assert "about 16 tokens (o200k_base); the limit is 4,096" in shown


async def test_plain_text_for_those_who_want_it() -> None:
    capabilities = client_capabilities("visual_studio_code")
    assert capabilities.text_document is not None
    capabilities.text_document.hover = types.HoverClientCapabilities(
        content_format=[types.MarkupKind.PlainText]
    )
    async with editor(capabilities, options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", MISSPELT)
        (found,) = await ed.shown(uri, "FMT006")
        shown = contents(await ed.hover(uri, 0, found.range.start.character))
        assert shown.kind == types.MarkupKind.PlainText
        assert shown.value.startswith("value-not-allowed (FMT006, error)")
        assert "###" not in shown.value


async def test_nothing_to_say_is_no_error() -> None:
    async with editor(options={"select": ["FEN"]}) as ed:
        for number, text in enumerate(["", "\n", "x", "[1]\n", '{"no": "format"}\n']):
            uri = ed.open(f"untitled:Untitled-{number}", text)
            for line in (0, 1, 7):
                assert await ed.hover(uri, line, 0) is None
