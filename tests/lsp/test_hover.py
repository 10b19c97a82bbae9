"""What is shown under the pointer."""

from __future__ import annotations

import pytest
from lsprotocol import types
from pytest_lsp import client_capabilities

from finetooth.engine.live.document import Encoding
from finetooth.lsp.rendered_text import shown as shown_text
from lsp.harness import PROFILES, Editor, editor

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


RECORD = (
    '{"messages": [{"role": "system", "content": "é漢😀"}, {"role": "user", "content": "Say *hi*: '
    'https://a.b\\n```py\\nprint(1)\\n```\\nThanks"}, '
    '{"role": "assistant", "content": "Hi", "weight": 0}]}\n'
)


def column(ed: Editor, text: str, of: str, more: int = 1) -> int:
    before = text[: text.index(of) + more]
    if ed.encoding is Encoding.UTF16:
        return len(before.encode("utf-16-le")) // 2
    return len(before.encode()) if ed.encoding is Encoding.UTF8 else len(before)


def slice_of(ed: Editor, line: str, where: types.Range | None) -> str:
    """The text in a range of one line."""
    assert where is not None
    if ed.encoding is Encoding.UTF16:
        units = line.encode("utf-16-le")
        return units[2 * where.start.character : 2 * where.end.character].decode("utf-16-le")
    if ed.encoding is Encoding.UTF8:
        return line.encode()[where.start.character : where.end.character].decode()
    return line[where.start.character : where.end.character]


@pytest.mark.parametrize("profile", PROFILES)
async def test_on_a_text_it_is_the_text_and_its_tokens(profile: str) -> None:
    async with editor(profile, options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", RECORD)
        for _ in range(20):
            hover = await ed.hover(uri, 0, column(ed, RECORD, "Say"))
            text = contents(hover).value
            if "o200k" in text.split("3 turns")[0]:
                break
        assert "Say \\*hi\\*\\: https\\:" in text
        assert "```py\nprint(1)\n```" in text
        assert "about 19 tokens (o200k_base)" in text
        assert "Read, not trained." in text
        assert "3 turns" in text
        assert hover is not None
        assert slice_of(ed, RECORD, hover.range).startswith('"Say *hi*')
        assert slice_of(ed, RECORD, hover.range).endswith('Thanks"')


async def test_on_keys_roles_and_weights() -> None:
    async with editor(options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", RECORD)

        async def at(of: str, more: int = 1) -> str:
            return contents(await ed.hover(uri, 0, column(ed, RECORD, of, more))).value

        assert "`messages` (array, required)" in await at('"messages"')
        assert "What is said" in await at('"content"')
        assert "who it is, and how it answers" in await at('"system"')
        assert "This is what it learns to write" in await at('"assistant"')
        assert "its weight is 0" in await at('"weight"')
        assert "its weight is 0" in await at('"weight": 0', len('"weight": 0') - 1)
        assert "its weight is 0" in await at('"Hi"')


async def test_on_a_finding_in_a_text_both_are_shown() -> None:
    async with editor(options={"select": ["FEN"]}) as ed:
        text = GOOD.replace("Hello there", "```py\\nprint(1)")
        uri = ed.open("file:///nowhere/a.jsonl", text)
        (found,) = await ed.shown(uri, "FEN001")
        shown = contents(await ed.hover(uri, 0, found.range.start.character + 1)).value
        assert shown.startswith("**unclosed-fence**")
        assert "```py\nprint(1)\n```" in shown.split("---")[-2]


async def test_in_json_in_a_string_it_is_the_inner_value() -> None:
    async with editor(options=OPTIONS) as ed:
        text = (
            '{"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "f", '
            '"arguments": "{\\"city\\": \\"S\\u00e3o Paulo\\"}"}}]}]}\n'
        )
        uri = ed.open("file:///nowhere/a.jsonl", text)
        shown = contents(await ed.hover(uri, 0, column(ed, text, "Paulo"))).value
        assert shown.startswith("São Paulo\n\n---\n")


async def test_in_plain_text_nothing_is_escaped() -> None:
    capabilities = client_capabilities("visual_studio_code")
    assert capabilities.text_document is not None
    capabilities.text_document.hover = types.HoverClientCapabilities(
        content_format=[types.MarkupKind.PlainText]
    )
    async with editor(capabilities, options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", RECORD)
        shown = contents(await ed.hover(uri, 0, column(ed, RECORD, "Say"))).value
        assert shown.startswith("Say *hi*: https://a.b\n```py\nprint(1)\n```\nThanks\n")


async def test_token_ids_are_counted_and_the_limit_said() -> None:
    async with editor(options={"format": "tokenized", "select": ["SYN"]}) as ed:
        text = '{"input_ids": [101, 102, 103]}\n'
        uri = ed.open("file:///nowhere/a.jsonl", text)
        assert (
            "token 2 of 3; the limit is 4,096"
            in contents(await ed.hover(uri, 0, text.index("102") + 1)).value
        )


async def test_on_broken_records_there_is_always_an_answer() -> None:
    async with editor(options=OPTIONS) as ed:
        for cut in range(0, len(RECORD), 7):
            uri = ed.open("file:///nowhere/a.jsonl", RECORD[:cut])
            for at in range(0, cut, 5):
                await ed.hover(uri, 0, at)


def test_a_text_cannot_leave_its_fence() -> None:
    inner = "````\n```\nx\n```\n````\n[a](b) <i> &amp;"
    found = shown_text(f"~~~md\n{inner}\n~~~", 0, markdown=True)
    assert found == f"`````md\n{inner}\n`````"
    assert shown_text("[a](b) <i> # 1. x", 0, markdown=True) == "\\[a\\]\\(b\\) \\<i\\> \\# 1\\. x"
    assert shown_text("```p!y\nx", 0, markdown=True) == "```py\nx\n```"
    assert shown_text('{"a": [1]}', 0, markdown=True) == '```json\n{\n  "a": [\n    1\n  ]\n}\n```'
    assert shown_text("a\u202eb\x00", 0, markdown=False) == "a\\u202eb\\u0000"


def test_of_a_long_text_what_is_around_the_cursor_and_what_is_not_shown() -> None:
    text = "".join(f"{number:05d}\n" for number in range(2_000))
    assert shown_text(text, 0, markdown=False).endswith("characters 1 to 2,000 of 12,000")
    far = shown_text(text, 6_000, markdown=False)
    assert "01000" in far
    assert far.endswith("characters 5,001 to 7,000 of 12,000")
    code = "```py\n" + text + "```"
    assert shown_text(code, 6_000, markdown=True).startswith("```py\n")
