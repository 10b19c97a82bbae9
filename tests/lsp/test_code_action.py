"""Repairs offered in the menu, and what they do to the text."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pytest_lsp import client_capabilities

from finetooth.engine.live.document import Change
from lsp.harness import PROFILES, editor

GOOD = '{"messages": [{"role": "user", "content": "é漢😀"}, {"role": "assistant", "content": "Hello"}]}'
MISSPELT = GOOD.replace('"assistant"', '"asistant"')
FENCE = GOOD.replace("Hello", "```python\\nx = 1")
OPTIONS = {"ignore": ["SIZ", "DUP", "SYN015"], "ignoreActions": False}
WHOLE = types.Range(types.Position(0, 0), types.Position(10_000, 0))
FIX_ALL = "source.fixAll.finetooth"


@pytest.mark.parametrize("profile", PROFILES)
async def test_a_safe_repair_is_preferred_and_mends_the_finding(profile: str) -> None:
    async with editor(profile, options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", f"{GOOD}\r\n{MISSPELT}\r\n")
        (found,) = await ed.shown(uri, "FMT006")
        action, *more = await ed.actions(uri, found.range, on=[found], only=["quickfix"])
        assert not more
        assert (action.title, action.kind, action.is_preferred) == (
            "Replace by `assistant`",
            "quickfix",
            True,
        )
        assert [d.code for d in action.diagnostics or ()] == ["FMT006"]
        resolved = action if action.edit else await ed.client.code_action_resolve_async(action)
        assert resolved.edit is not None
        assert (resolved.edit.document_changes is not None) == (profile != "neovim")
        await ed.run(uri, action)
        assert ed.text(uri) == f"{GOOD}\r\n{GOOD}\r\n"
        await ed.shown(uri)


async def test_an_unsafe_repair_says_so_and_is_not_preferred() -> None:
    async with editor(options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", FENCE + "\n")
        (found,) = await ed.shown(uri, "FEN001")
        (action,) = await ed.actions(uri, found.range, on=[found])
        assert action.title.endswith(" (changes what is learnt)")
        assert not action.is_preferred
        await ed.run(uri, action)
        await ed.shown(uri)


async def test_only_findings_that_meet_the_selection_are_offered() -> None:
    async with editor(options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", f"{MISSPELT}\n{GOOD}\n{MISSPELT}\n")
        first, second = await ed.shown(uri, "FMT006", "FMT006")
        column = first.range.start.character
        here = types.Range(types.Position(0, column + 2), types.Position(0, column + 2))
        action, every = await ed.actions(uri, here, only=["quickfix"])
        assert every.title == "Fix every value-not-allowed in this file"
        assert [d.range for d in action.diagnostics or ()] == [first.range]
        between = types.Range(types.Position(1, 0), types.Position(1, 9))
        assert not await ed.actions(uri, between, only=["quickfix"])
        assert len(await ed.actions(uri, WHOLE, only=["quickfix"])) == 3
        assert not await ed.actions(uri, second.range, only=["refactor"])


async def test_whole_lines_keep_their_own_endings() -> None:
    async with editor(options=OPTIONS) as ed:
        for number, ending in enumerate(["\n", "\r\n", "\r"]):
            uri = ed.open(
                f"file:///nowhere/{number}.jsonl", ending.join([GOOD, "", GOOD + " " + GOOD, GOOD, ""])
            )
            blank, several = await ed.shown(uri, "SYN003", "SYN006")
            (action,) = await ed.actions(uri, several.range, on=[several], only=["quickfix"])
            await ed.run(uri, action)
            await ed.shown(uri, "SYN003")
            (action,) = await ed.actions(uri, blank.range, on=[blank], only=["quickfix"])
            await ed.run(uri, action)
            await ed.shown(uri)
            assert ed.text(uri) == (GOOD + ending) * 4


async def test_a_blank_last_line_without_an_ending_is_deleted() -> None:
    async with editor(options=OPTIONS | {"select": ["SYN003"]}) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", GOOD + "\n  ")
        (found,) = await ed.shown(uri, "SYN003")
        (action,) = await ed.actions(uri, found.range, on=[found], only=["quickfix"])
        await ed.run(uri, action)
        assert ed.text(uri) == GOOD + "\n"


async def test_a_record_over_several_lines_is_joined() -> None:
    async with editor(options=OPTIONS) as ed:
        pretty = GOOD.replace("[", "[\n  ").replace("}, {", "},\n  {").replace("]}", "\n]\n}")
        uri = ed.open("file:///nowhere/a.jsonl", f"{GOOD}\n{pretty}\n{GOOD}\n")
        found = next(d for d in await ed.shown(uri, "SYN007") if d.code == "SYN007")
        (action,) = await ed.actions(uri, found.range, on=[found], only=["quickfix"])
        await ed.run(uri, action)
        await ed.shown(uri)
        assert len(ed.text(uri).splitlines()) == 3


async def test_a_missing_final_newline_is_added(tmp_path: Path) -> None:
    async with editor(options=OPTIONS) as ed:
        path = tmp_path / "a.jsonl"
        uri = ed.open_file(path, f"{GOOD}\n{GOOD}")
        (found,) = await ed.shown(uri, "SYN014")
        assert found.range.start == types.Position(1, len(GOOD) + 1)  # the emoji counts twice
        (action,) = await ed.actions(uri, found.range, on=[found], only=["quickfix"])
        await ed.run(uri, action)
        assert ed.text(uri) == f"{GOOD}\n{GOOD}\n"
        await ed.shown(uri)
        ed.save(uri, path)
        await ed.shown(uri)


@pytest.mark.parametrize("profile", PROFILES)
async def test_fix_all_makes_every_safe_repair_and_no_other(profile: str) -> None:
    async with editor(profile, options=OPTIONS) as ed:
        broken = MISSPELT.replace('"Hello"}', '"Hello",}')  # two repairs in one record
        uri = ed.open("file:///nowhere/a.jsonl", "\n".join([GOOD, broken, "", FENCE, GOOD + MISSPELT, GOOD]))
        await ed.shown(uri, "FMT006", "SYN001", "SYN003", "FEN001", "SYN006", "SYN014")
        for only in ([FIX_ALL], ["source.fixAll"], ["source"]):
            (action,) = await ed.actions(uri, WHOLE, only=only)
            assert action.kind == FIX_ALL
        await ed.run(uri, action)
        assert ed.text(uri) == "\n".join([GOOD, GOOD, FENCE, GOOD, GOOD, GOOD, ""])
        await ed.shown(uri, "FEN001")
        assert await ed.actions(uri, WHOLE, only=[FIX_ALL]) == []


async def test_a_menu_without_a_wish_offers_fix_all_without_its_edits() -> None:
    async with editor("neovim", options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", f"{MISSPELT}\n{MISSPELT}\n")
        found, _ = await ed.shown(uri, "FMT006", "FMT006")
        quick, every, fix_all = await ed.actions(uri, found.range)
        assert (quick.kind, every.kind, fix_all.kind) == ("quickfix", "quickfix", FIX_ALL)
        assert fix_all.edit is None
        assert fix_all.data == {"uri": uri}
        await ed.run(uri, fix_all)
        assert ed.text(uri) == f"{GOOD}\n{GOOD}\n"


async def test_nothing_is_offered_where_actions_are_only_commands() -> None:
    capabilities = client_capabilities("emacs")
    assert capabilities.text_document is not None
    capabilities.text_document.code_action = None
    async with editor(capabilities, options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", MISSPELT)
        await ed.shown(uri, "FMT006", "SYN014")
        assert await ed.actions(uri, WHOLE) == []


@pytest.mark.parametrize("profile", PROFILES)
async def test_every_finding_of_one_rule_is_mended_and_no_other(profile: str) -> None:
    async with editor(profile, options=OPTIONS) as ed:
        both = MISSPELT.replace('"Hello"}', '"Hello",}')
        uri = ed.open(
            "file:///nowhere/a.jsonl", "\n".join([both, FENCE, MISSPELT, GOOD, MISSPELT, FENCE, ""])
        )
        found = (await ed.shown(uri, "FMT006", "SYN001", "FEN001", "FMT006", "FMT006", "FEN001"))[3]
        actions = await ed.actions(uri, found.range, on=[found], only=["quickfix"])
        assert [action.title for action in actions] == [
            "Replace by `assistant`",
            "Fix every value-not-allowed in this file",
        ]
        assert not actions[1].is_preferred
        await ed.run(uri, actions[1])
        assert ed.text(uri) == "\n".join([both, FENCE, GOOD, GOOD, GOOD, FENCE, ""])
        fence = (await ed.shown(uri, "FMT006", "SYN001", "FEN001", "FEN001"))[2]
        unsafe = await ed.actions(uri, fence.range, on=[fence], only=["quickfix"])
        assert [action.title for action in unsafe][1] == (
            "Fix every unclosed-fence in this file (changes what is learnt)"
        )
        await ed.run(uri, unsafe[1])
        await ed.shown(uri, "FMT006", "SYN001")


async def test_a_repair_of_a_document_that_was_edited_since_is_refused() -> None:
    async with editor(options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", f"{GOOD}\n{MISSPELT}\n")
        (found,) = await ed.shown(uri, "FMT006")
        (action,) = await ed.actions(uri, found.range, on=[found], only=["quickfix"])
        assert action.edit is None
        assert "asistant" not in str(action.data)
        ed.edit(uri, Change("\n", (0, 0), (0, 0)))
        with pytest.raises(JsonRpcException) as refused:
            await ed.client.code_action_resolve_async(action)
        assert refused.value.code == types.LSPErrorCodes.ContentModified
        assert ed.text(uri) == f"\n{GOOD}\n{MISSPELT}\n"


async def test_findings_at_one_place_keep_their_own_repairs() -> None:
    async with editor(options=OPTIONS) as ed:
        uri = ed.open(
            "file:///nowhere/a.jsonl", GOOD.replace('"user"', '"usr"').replace("assistant", "asistant")
        )
        first, second, _ = await ed.shown(uri, "FMT006", "FMT006", "SYN014")
        for found, title in (
            (second, "Replace by `assistant`"),
            (first, "Replace by `user` (changes what is learnt)"),
        ):
            action = (await ed.actions(uri, found.range, on=[found], only=["quickfix"]))[0]
            assert action.title == title
            await ed.run(uri, action)
        assert ed.text(uri) == GOOD


async def test_what_only_the_command_line_can_mend_is_disabled_with_a_reason(tmp_path: Path) -> None:
    capabilities = client_capabilities("visual_studio_code")
    assert capabilities.text_document is not None
    assert capabilities.text_document.code_action is not None
    for supported in (True, False):
        capabilities.text_document.code_action.disabled_support = supported
        async with editor(capabilities, options=OPTIONS | {"ignore": ["SIZ", "DUP"]}) as ed:
            path = tmp_path / "a.jsonl"
            path.write_bytes(f"{GOOD}\r\n{GOOD}\n".encode())
            uri = ed.open(path.as_uri(), f"{GOOD}\n{GOOD}\n")  # an editor mends mixed endings
            (found,) = await ed.shown(uri, "SYN015")
            actions = await ed.actions(uri, found.range, on=[found], only=["quickfix"])
            assert [action.disabled is not None for action in actions] == ([True] if supported else [])
            for action in actions:
                assert action.disabled is not None
                assert "finetooth check --fix" in action.disabled.reason


async def test_repeated_elements_of_an_array_go_with_their_commas(tmp_path: Path) -> None:
    async with editor(options={"select": ["DUP001", "FMT006"], "ignoreActions": False}) as ed:
        rows = [GOOD.replace("Hello", f"Hello {name}") for name in "abc"]
        order = [0, 0, 1, 0, 0, 2, 1, 2, 0]
        for number, (begin, between, end) in enumerate(
            [("[\n  ", ",\n  ", "\n]\n"), ("[", ", ", "]"), ("[\r\n", ",\r\n", "]")]
        ):
            text = begin + between.join(rows[at] for at in order) + end
            uri = ed.open((tmp_path / f"{number}.json").as_uri(), text, language="json")
            found = await ed.shown(uri, *["DUP001"] * 6)
            actions = await ed.actions(uri, found[2].range, on=[found[2]], only=["quickfix"])
            (every,) = [action for action in actions if action.title.startswith("Fix every exact-duplicate")]
            await ed.run(uri, every)
            assert ed.text(uri) == begin + between.join(rows) + end
            await ed.shown(uri)


async def test_fix_all_of_an_array_comes_to_rest_at_once(tmp_path: Path) -> None:
    async with editor(options={"select": ["FMT", "SYN"], "ignoreActions": False}) as ed:
        broken = MISSPELT.replace('"Hello"}', '"Hello",}')
        text = f"[\n  {broken},\n  {GOOD}\n  {GOOD},\n  {MISSPELT},\n  {GOOD},\n  {GOOD},\n]\n"
        uri = ed.open((tmp_path / "a.json").as_uri(), text, language="json")
        await ed.until(lambda: len(ed.codes(uri)) == 5)
        (action,) = await ed.actions(uri, WHOLE, only=[FIX_ALL])
        await ed.run(uri, action)
        assert ed.text(uri) == "[\n  " + ",\n  ".join([GOOD] * 6) + "\n]\n"
        await ed.shown(uri)
