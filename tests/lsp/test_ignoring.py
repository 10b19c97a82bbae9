"""Findings that a person does not want to see again: the actions, the command, and the baseline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from finetooth.engine.live.document import Change
from lsp.harness import PROFILES, Editor, editor, pulling

GOOD = '{"messages": [{"role": "user", "content": "Hi é漢😀"}, {"role": "assistant", "content": "Hello"}]}\n'
BAD = GOOD.replace('"assistant"', '"asistant"')
OTHER = BAD.replace("Hello", "Bye")
FENCE = GOOD.replace("Hello", "```python\\nx = 1")
NAME = "finetooth-baseline.txt"
OPTIONS = {"select": ["FMT006", "FEN001", "SYN", "DUP001", "SIZ001"]}
COMMAND = "finetooth.ignoreFinding"


async def run(ed: Editor, command: types.Command | None) -> Any:
    """Carry out the command of an action."""
    assert command is not None
    params = types.ExecuteCommandParams(command.command, arguments=command.arguments)
    return await ed.client.workspace_execute_command_async(params)


async def ignore(ed: Editor, **given: Any) -> Any:
    return await run(ed, types.Command("", COMMAND, arguments=[given]))


async def offered(ed: Editor, uri: str, found: types.Diagnostic) -> list[types.CodeAction]:
    actions = await ed.actions(uri, found.range, on=[found])
    return [action for action in actions if action.title.startswith("Ignore ")]


@pytest.mark.parametrize("profile", PROFILES)
async def test_a_record_and_a_file_are_offered_last(profile: str, tmp_path: Path) -> None:
    async with editor(profile, folders=[tmp_path], options=OPTIONS) as ed:
        uri = ed.open_file(tmp_path / "a.jsonl", BAD + OTHER + GOOD)
        size, first, _ = await ed.shown(uri, "SIZ001", "FMT006", "FMT006")
        actions = await ed.actions(uri, first.range, on=[first])
        assert [action.title for action in actions][-2:] == [
            "Ignore value-not-allowed for this record",
            "Ignore value-not-allowed in this file",
        ]
        record, file = actions[-2:]
        assert not record.is_preferred
        assert not file.is_preferred
        assert "Hello" not in str(record.command)
        again = await ed.client.code_action_resolve_async(record)  # Neovim asks before it runs a command
        assert again.command == record.command
        answer = await run(ed, record.command)
        assert (answer["created"], answer["hidden"]) == (True, 1)
        assert answer["baseline"] == (tmp_path / NAME).as_uri()
        await ed.shown(uri, "SIZ001", "FMT006")
        answer = await run(ed, file.command)
        assert (answer["created"], answer["hidden"]) == (False, 1)
        await ed.shown(uri, "SIZ001")
        assert (tmp_path / NAME).read_text() == "finetooth-baseline 1\n\nFMT006 all a.jsonl\n"
        (whole,) = await offered(ed, uri, size)
        assert whole.title == "Ignore too-few-examples in this file"
        assert (await run(ed, whole.command))["hidden"] == 1
        await ed.shown(uri)


async def test_the_record_may_move_but_not_change(tmp_path: Path) -> None:
    async with editor(folders=[tmp_path], options=OPTIONS | {"select": ["FMT006"]}) as ed:
        uri = ed.open_file(tmp_path / "a.jsonl", BAD + GOOD)
        (found,) = await ed.shown(uri, "FMT006")
        await run(ed, (await offered(ed, uri, found))[0].command)
        await ed.shown(uri)
        ed.edit(uri, Change(GOOD, (0, 0), (0, 0)))
        ed.edit(uri, Change(" ", (1, 1), (1, 1)))  # only white space
        assert await ed.hover(uri, 1, 50)
        await ed.shown(uri)
        ed.edit(uri, Change("x", (1, BAD.index("Hi") + 1), (1, BAD.index("Hi") + 1)))
        await ed.shown(uri, "FMT006")


async def test_what_the_command_line_wrote_is_left_out_and_seen_at_once(tmp_path: Path) -> None:
    async with editor(pulling(), folders=[tmp_path], options=OPTIONS | {"select": ["FMT006"]}) as ed:
        uri = ed.open_file(tmp_path / "a.jsonl", BAD + OTHER)

        async def codes() -> list[str]:
            report = await ed.pull(uri)
            assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
            return [str(item.code) for item in report.items]

        assert await codes() == ["FMT006", "FMT006"]
        file = tmp_path / NAME
        for text, left, told in (
            ("finetooth-baseline 1\nFMT006 all a.jsonl\n", 0, 0),
            ("finetooth-baseline 1\nFMT006 all b.jsonl\n", 2, 0),
            ("finetooth-baseline 1\nFMT006 all a.jsonl\n", 0, 0),
            ("finetooth-baseline 1\nFMT006 all\n", 0, 1),  # what could be read last holds
            ("finetooth-baseline 1\n", 2, 1),
        ):
            before = ed.client.diagnostic_refresh_count
            file.write_text(text)
            ed.files_changed(file)
            if not told:
                await ed.until(lambda before=before: ed.client.diagnostic_refresh_count > before)  # type: ignore[misc]
            assert await codes() == ["FMT006"] * left
        await ed.until(lambda: [p.uri for p in ed.published] == [file.as_uri()] * 2)
        assert [len(published.diagnostics) for published in ed.published] == [1, 0]
        assert ed.published[0].diagnostics[0].range.start == types.Position(1, 0)
        file.unlink()
        ed.files_changed(file)
        assert await codes() == ["FMT006"] * 2


async def test_fix_all_leaves_alone_what_is_ignored(tmp_path: Path) -> None:
    async with editor(folders=[tmp_path], options=OPTIONS | {"select": ["FMT006", "SYN001"]}) as ed:
        spaced = OTHER.replace('"Bye"}', '"Bye",}')
        uri = ed.open_file(tmp_path / "a.jsonl", BAD + spaced + BAD.replace("Hello", "Yes"))
        found = await ed.shown(uri, "FMT006", "FMT006", "SYN001", "FMT006")
        await run(ed, (await offered(ed, uri, found[0]))[0].command)
        await ed.shown(uri, "FMT006", "SYN001", "FMT006")
        (action,) = await ed.actions(uri, found[0].range, only=["source.fixAll"])
        await ed.run(uri, action)
        fixed = [BAD, GOOD.replace("Hello", "Bye"), GOOD.replace("Hello", "Yes")]
        assert ed.text(uri) == "".join(fixed)
        await ed.shown(uri)


async def test_nothing_is_offered_where_it_would_make_no_sense(tmp_path: Path) -> None:
    async with editor(folders=[tmp_path], options=OPTIONS) as ed:
        uri = ed.open_file(tmp_path / "a.jsonl", GOOD[:-2] + "\n" + FENCE + "\n")
        shown = await ed.shown(uri, "SIZ001", "SYN001", "FEN001", "SYN003")
        assert await offered(ed, uri, shown[1]) == []  # an error that makes the record unusable
        assert [action.title[-12:] for action in await offered(ed, uri, shown[3])] == ["in this file"]
    async with editor(folders=[tmp_path], options=OPTIONS | {"ignoreActions": False}) as ed:
        uri = ed.open_file(tmp_path / "a.jsonl", BAD)
        for found in await ed.shown(uri, "SIZ001", "FMT006"):
            assert await offered(ed, uri, found) == []
    async with editor(folders=[], options=OPTIONS) as ed:
        uri = ed.open("untitled:Untitled-1", BAD)
        found = (await ed.shown(uri, "SIZ001", "FMT006"))[1]
        assert await offered(ed, uri, found) == []


async def test_a_document_that_is_no_file_yet(tmp_path: Path) -> None:
    async with editor(folders=[tmp_path], options=OPTIONS | {"select": ["FMT006"]}) as ed:
        uri = ed.open("untitled:Untitled-1", BAD)
        (found,) = await ed.shown(uri, "FMT006")
        (record,) = await offered(ed, uri, found)
        await run(ed, record.command)
        await ed.shown(uri)
        saved = ed.open_file(tmp_path / "a.jsonl", GOOD + BAD)
        assert await ed.hover(saved, 0, 1)
        await ed.shown(saved)


async def test_an_element_of_an_array(tmp_path: Path) -> None:
    async with editor(folders=[tmp_path], options=OPTIONS | {"select": ["FMT006"]}) as ed:
        text = "[" + ", ".join(one.strip() for one in (GOOD, BAD, GOOD, OTHER, GOOD)) + "]"
        uri = ed.open_file(tmp_path / "a.json", text, language="json")
        first, _ = await ed.shown(uri, "FMT006", "FMT006")
        await run(ed, (await offered(ed, uri, first))[0].command)
        (left,) = await ed.shown(uri, "FMT006")
        assert left.range.start.character > first.range.start.character


async def test_a_long_record_is_named_by_its_line(tmp_path: Path) -> None:
    async with editor(folders=[tmp_path], options=OPTIONS | {"select": ["FMT006"]}) as ed:
        uri = ed.open_file(tmp_path / "a.jsonl", GOOD + BAD.replace("Hello", "long " * 20_000) + OTHER)
        long, _ = await ed.shown(uri, "FMT006", "FMT006")
        record, _ = await offered(ed, uri, long)
        assert record.command is not None
        assert record.command.arguments is not None
        assert "key" not in str(record.command.arguments[0])
        ed.edit(uri, Change("\n", (0, 0), (0, 0)))
        with pytest.raises(JsonRpcException, match="edited since"):
            await run(ed, record.command)
        ed.edit(uri, Change("", (0, 0), (1, 0)))
        await ed.until(lambda: sorted(d.range.start.line for d in ed.client.diagnostics[uri]) == [1, 2])
        long, _ = await ed.shown(uri, "FMT006", "FMT006")
        await run(ed, (await offered(ed, uri, long))[0].command)
        (left,) = await ed.shown(uri, "FMT006")
        assert left.range.start.line == 2


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"code": "FMT006", "scope": "file"}, "`uri`"),
        ({"uri": "file:///nowhere/z.jsonl", "code": "FMT006", "scope": "file"}, "not open"),
        ({"code": "XYZ001", "scope": "file", "uri": "a"}, "`code`"),
        ({"code": "FMT006", "scope": "all", "uri": "a"}, "`scope`"),
        ({"code": "FMT006", "scope": "record", "uri": "a"}, "`key` of a record, or a `line`"),
        ({"code": "FMT006", "scope": "record", "key": "../x", "uri": "a"}, "no key"),
        ({"code": "FMT006", "scope": "record", "line": 99, "uri": "a"}, "no record"),
    ],
)
async def test_wrong_arguments_are_told_and_write_nothing(
    given: dict[str, Any], message: str, tmp_path: Path
) -> None:
    async with editor(folders=[tmp_path], options=OPTIONS) as ed:
        uri = ed.open_file(tmp_path / "a.jsonl", BAD)
        await ed.shown(uri, "SIZ001", "FMT006")
        with pytest.raises(JsonRpcException, match=message):
            await ignore(ed, **(given | ({"uri": uri} if given.get("uri") == "a" else {})))
        assert not (tmp_path / NAME).exists()
        (tmp_path / NAME).write_text("no baseline\n")
        with pytest.raises(JsonRpcException, match="nothing was written"):
            await ignore(ed, uri=uri, code="FMT006", scope="file")
        assert (tmp_path / NAME).read_text() == "no baseline\n"


async def test_findings_on_settings_of_a_run(tmp_path: Path) -> None:
    async with editor(folders=[tmp_path], options={"select": ["HYP"]}) as ed:
        (tmp_path / "data.jsonl").write_text(GOOD * 50)
        text = (
            "base_model: x/y\ndatasets:\n  - path: data.jsonl\n    type: chat_template\n"
            "learning_rate: 5\nmicro_batch_size: 1\n"
        )
        uri = ed.open_file(tmp_path / "run.yaml", text, language="yaml")
        await ed.until(lambda: ed.codes(uri))
        codes = ed.codes(uri)
        found = next(d for d in ed.client.diagnostics[uri] if d.code == codes[0])
        (action,) = [one for one in await offered(ed, uri, found) if found in (one.diagnostics or ())]
        assert (await run(ed, action.command))["hidden"] == codes.count(codes[0])
        await ed.shown(uri, *(code for code in codes if code != codes[0]))
        assert (tmp_path / NAME).read_text() == f"finetooth-baseline 1\n\n{codes[0]} all run.yaml\n"
        with pytest.raises(JsonRpcException, match="no records here"):
            await ignore(ed, uri=uri, code=codes[0], scope="record", key="0" * 24)
        (tmp_path / NAME).unlink()
        ed.files_changed(tmp_path / NAME)
        await ed.shown(uri, *codes)


async def test_a_baseline_with_a_name_of_its_own_is_watched(tmp_path: Path) -> None:
    (tmp_path / "finetooth.toml").write_text('baseline = "ci/known.txt"\n')
    async with editor("visual_studio_code", folders=[tmp_path], options={"select": ["FMT006"]}) as ed:
        uri = ed.open_file(tmp_path / "a.jsonl", BAD)
        (found,) = await ed.shown(uri, "FMT006")
        await ed.until(lambda: any("known.txt" in str(one.register_options) for one in ed.registered))
        await run(ed, (await offered(ed, uri, found))[1].command)
        await ed.shown(uri)
        assert (tmp_path / "ci" / "known.txt").read_text().endswith("\nFMT006 all ../a.jsonl\n")
