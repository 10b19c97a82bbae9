"""What `workspace/executeCommand` does (docs/commands.md), in a real server."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pytest_lsp import client_capabilities

from finetooth.lsp.requests.commands import COMMANDS
from lsp.harness import PROFILES, Editor, editor
from lsp.raw import CAPABILITIES, RawClient

GOOD = (
    '{"messages": [{"role": "user", "content": "Hi é漢😀 %d"}, {"role": "assistant", "content": "Hello"}]}\n'
)
BAD = GOOD.replace('"assistant"', '"asistant"')
OPTIONS = {"select": ["FMT006", "SIZ001"]}
DOCUMENTATION = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")


async def run(ed: Editor, command: str, **given: Any) -> Any:
    params = types.ExecuteCommandParams(command, arguments=[given] if given else None)
    return await ed.client.workspace_execute_command_async(params)


@pytest.mark.parametrize("profile", PROFILES)
async def test_every_command_is_offered_and_documented(profile: str) -> None:
    async with editor(profile) as ed:
        assert ed.server.execute_command_provider is not None
        assert sorted(ed.server.execute_command_provider.commands) == sorted(COMMANDS)
        for command in COMMANDS:
            assert f"\n## {command}\n" in DOCUMENTATION
        with pytest.raises(JsonRpcException):
            await run(ed, "finetooth.nothing")


@pytest.mark.parametrize("profile", PROFILES)
async def test_a_file_on_the_disk_is_judged_and_shown(profile: str, tmp_path: Path) -> None:
    async with editor(profile, folders=[tmp_path], options=OPTIONS) as ed:
        path = tmp_path / "a.jsonl"
        path.write_text("".join((BAD if n % 10 == 3 else GOOD) % n for n in range(100)))
        answer = await run(ed, "finetooth.lintFile", uri=path.as_uri())
        (file,) = answer["files"]
        assert file == {
            "uri": path.as_uri(),
            "records": 100,
            "findings": {"FMT006": 10},
            "severities": {"error": 10, "warning": 0, "info": 0},
            "ignored": 0,
            "shown": 10,
        }
        assert answer["message"] == "10 errors in 100 records of 1 file."
        assert answer["problems"] == []
        silent = await run(ed, "finetooth.lintFile", uri=path.as_uri(), diagnostics=False)
        assert [one["shown"] for one in silent["files"]] == [0]
        by_command = await ed.shown(path.as_uri(), *["FMT006"] * 10)
        uri = ed.open_file(path)
        await ed.until(lambda: [p for p in ed.published if p.uri == uri and not p.diagnostics])
        live = await ed.shown(uri, *["FMT006"] * 10)
        assert [d.range for d in live] == [d.range for d in by_command]
        assert [d.message for d in live] == [d.message for d in by_command]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_places_in_an_array_on_one_line_are_those_of_the_editor(encoding: str, tmp_path: Path) -> None:
    capabilities = client_capabilities("visual_studio_code")
    capabilities.general = types.GeneralClientCapabilities(
        position_encodings=[types.PositionEncodingKind(encoding)]
    )
    async with editor(capabilities, folders=[tmp_path], options={"select": ["FMT006"]}) as ed:
        path = tmp_path / "a.json"
        path.write_text("[" + ", ".join(((GOOD if n % 3 else BAD) % n).strip() for n in range(20)) + "]")
        await run(ed, "finetooth.lintFile", uri=path.as_uri())
        by_command = await ed.shown(path.as_uri(), *["FMT006"] * 7)
        uri = ed.open_file(path, language="json")
        await ed.until(lambda: [p for p in ed.published if p.uri == uri and not p.diagnostics])
        live = await ed.shown(uri, *["FMT006"] * 7)
        assert [d.range for d in live] == [d.range for d in by_command]


async def test_at_most_so_many_are_shown_the_gravest_first(tmp_path: Path) -> None:
    options = {"select": ["FMT006", "DUP001"], "maxDiagnostics": 5}
    async with editor(folders=[tmp_path], options=options) as ed:
        path = tmp_path / "a.jsonl"
        path.write_text(GOOD % 1 * 8 + "".join(BAD % n for n in range(3)))
        answer = await run(ed, "finetooth.lintFile", uri=path.as_uri())
        assert answer["files"][0]["findings"] == {"DUP001": 7, "FMT006": 3}
        assert answer["files"][0]["shown"] == 5
        await ed.shown(path.as_uri(), "DUP001", "DUP001", "FMT006", "FMT006", "FMT006")
        assert "5 more findings" in ed.client.diagnostics[path.as_uri()][-1].message


async def test_a_folder_is_judged_but_for_what_is_open(tmp_path: Path) -> None:
    async with editor(folders=[tmp_path], options=OPTIONS) as ed:
        (tmp_path / "finetooth-baseline.txt").write_text("finetooth-baseline 1\nFMT006 all c.jsonl\n")
        for name in "abc":
            (tmp_path / f"{name}.jsonl").write_text(BAD % 1)
        (tmp_path / "d.jsonl").mkdir()
        (tmp_path / "finetooth.toml").write_text('exclude = ["left-out/"]\n')
        (tmp_path / "left-out").mkdir()
        (tmp_path / "left-out" / "x.jsonl").write_text(BAD % 1)
        (tmp_path / "orjson.py").write_text("raise SystemExit('code of the folder was run')\n")
        uri = ed.open_file(tmp_path / "a.jsonl", GOOD % 1)
        await ed.shown(uri, "SIZ001")
        (tmp_path / "a.jsonl").write_text(BAD % 1)
        for given in ({}, {"uri": tmp_path.as_uri()}):
            answer = await run(ed, "finetooth.lintFolder", **given)
            files = {file["uri"].rpartition("/")[2]: file for file in answer["files"]}
            assert len(files) == 3
            assert [files[f"{name}.jsonl"]["shown"] for name in "abc"] == [0, 2, 1]
            assert files["c.jsonl"]["ignored"] == answer["ignored"] == 1
            await ed.shown((tmp_path / "b.jsonl").as_uri(), "SIZ001", "FMT006")
            assert ed.codes(uri) == ["SIZ001"]
        # Gone, and under another name.
        old, new = tmp_path / "b.jsonl", tmp_path / "z.jsonl"
        old.rename(new)
        rename = types.FileRename(old.as_uri(), new.as_uri())
        ed.client.workspace_did_rename_files(types.RenameFilesParams([rename]))
        await ed.shown(old.as_uri())
        gone = types.FileDelete((tmp_path / "c.jsonl").as_uri())
        ed.client.workspace_did_delete_files(types.DeleteFilesParams([gone]))
        await ed.shown(gone.uri)


async def test_what_is_ignored_in_a_file_goes_with_its_name(tmp_path: Path) -> None:
    async with editor(folders=[tmp_path], options=OPTIONS) as ed:
        baseline = tmp_path / "finetooth-baseline.txt"
        baseline.write_text("finetooth-baseline 1\n\n# why\nSIZ001 file data/a.jsonl\n")
        rename = types.FileRename((tmp_path / "data").as_uri(), (tmp_path / "sets").as_uri())
        ed.client.workspace_did_rename_files(types.RenameFilesParams([rename]))
        after = "finetooth-baseline 1\n\n# why\nSIZ001 file sets/a.jsonl\n"
        await ed.until(lambda: baseline.read_text() == after)


async def test_a_report_is_written_where_only_the_user_reads(tmp_path: Path) -> None:
    async with editor(folders=[tmp_path], options=OPTIONS) as ed:
        path = tmp_path / "a.jsonl"
        path.write_text("".join(BAD % n for n in range(12)))
        answer = await run(ed, "finetooth.openReport", uri=path.as_uri(), show=False)
        page = Path(answer["path"])
        assert page.as_uri() == answer["uri"]
        assert page.stat().st_size == answer["bytes"]
        assert answer["title"] == "a.jsonl"
        text = page.read_text(encoding="utf-8")
        assert "value-not-allowed" in text
        assert "Hi é漢😀" in text
        if os.name == "posix":
            assert stat.S_IMODE(page.parent.stat().st_mode) == 0o700
        again = await run(ed, "finetooth.openReport", uri=path.as_uri(), show=False, text=False)
        assert again["path"] == answer["path"]
        assert "Hi é漢😀" not in page.read_text(encoding="utf-8")
    assert not page.parent.exists()


async def test_numbers_and_debug_information_hold_no_text(tmp_path: Path) -> None:
    async with editor(folders=[tmp_path], options=OPTIONS) as ed:
        uri = ed.open_file(tmp_path / "a.jsonl", BAD % 1 + GOOD % 2)
        await ed.shown(uri, "SIZ001", "FMT006")
        numbers = await run(ed, "finetooth.statistics", uri=uri)
        assert numbers["findings"] == {"FMT006": 1, "SIZ001": 1}
        assert numbers["severities"] == {"error": 1, "warning": 1, "info": 0}
        assert (numbers["records"], numbers["format"], numbers["ignored"]) == (2, "openai-chat", 0)
        assert await run(ed, "finetooth.statistics", uri="file:///nowhere/z.jsonl") == {}
        text = await run(ed, "finetooth.debugInformation")
        for word in ("Finetooth ", "Python", "utf-16", "a.jsonl", "openai-chat", "baseline", "read in"):
            assert word in text
        assert "Hello" not in text


@pytest.mark.parametrize(
    ("command", "given", "message"),
    [
        ("finetooth.lintFile", {}, "`uri`"),
        ("finetooth.lintFile", {"uri": "untitled:Untitled-1"}, "no file on the disk"),
        ("finetooth.lintFile", {"uri": "file:///nowhere/a.jsonl"}, "no such file"),
        ("finetooth.lintFile", {"uri": "file:///"}, "is a folder"),
        ("finetooth.lintFolder", {}, "no folder"),
        ("finetooth.openReport", {"uri": "file:///", "show": 5}, "`show`"),
    ],
)
async def test_what_cannot_be_done_is_said(command: str, given: dict[str, Any], message: str) -> None:
    async with editor(options=OPTIONS) as ed:
        with pytest.raises(JsonRpcException, match=message):
            await run(ed, command, **given)


def large(path: Path, rows: int = 150_000) -> Path:
    """A file that takes some seconds."""
    path.write_text("".join(GOOD % n for n in range(rows)))
    return path


@pytest.mark.parametrize("how", ["request", "progress"])
def test_cancelling_ends_the_process(how: str, tmp_path: Path) -> None:
    path = large(tmp_path / "a.jsonl")
    with RawClient() as client:
        client.start({**CAPABILITIES, "window": {"workDoneProgress": True}})
        arguments = [{"uri": path.as_uri()}]
        given = {"command": "finetooth.lintFile", "arguments": arguments, "workDoneToken": "mine"}
        number = client.ask("workspace/executeCommand", given)
        begin = client.until(lambda message: message.get("method") == "$/progress")[1]["params"]
        assert begin["token"] == "mine"
        assert begin["value"]["kind"] == "begin"
        assert begin["value"]["cancellable"] is True
        time.sleep(0.5)
        began = time.perf_counter()
        if how == "request":
            client.notify("$/cancelRequest", {"id": number})
        else:
            client.notify("window/workDoneProgress/cancel", {"token": "mine"})
        answer = client.until(lambda message: message.get("id") == number)[1]
        assert time.perf_counter() - began < 5
        assert answer["error"]["code"] == -32800
        assert not workers(client.process.pid)
        assert client.request("workspace/executeCommand", {"command": "finetooth.debugInformation"})["result"]
        assert client.stop() == 0


def workers(server: int) -> list[str]:
    """Command lines of the processes that judge files for a server."""
    found: list[str] = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = process.read_bytes().replace(b"\0", b" ").decode()
            parent = (process.parent / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if "disk_worker" in command and parent[1] == str(server) and parent[0] != "Z":
            found.append(command)
    return found


@pytest.mark.parametrize("shows", [True, False])
def test_progress_is_made_only_where_the_client_can_show_it(shows: bool, tmp_path: Path) -> None:
    path = large(tmp_path / "a.jsonl", 30_000)
    with RawClient() as client:
        client.start({**CAPABILITIES, "window": {"workDoneProgress": shows}})
        number = client.ask(
            "workspace/executeCommand",
            {"command": "finetooth.lintFile", "arguments": [{"uri": path.as_uri()}]},
        )
        kinds: list[str] = []
        token = None
        while True:
            message = client.next(120).json
            if message.get("id") == number and "method" not in message:
                break
            if message.get("method") == "window/workDoneProgress/create":
                token = message["params"]["token"]
                client.send(b'{"jsonrpc":"2.0","id":"%b","result":null}' % message["id"].encode())
            elif message.get("method") == "$/progress":
                assert message["params"]["token"] == token
                kinds.append(message["params"]["value"]["kind"])
                if kinds[-1] == "report":
                    assert message["params"]["value"]["message"] == "a.jsonl"
                    assert 0 <= message["params"]["value"]["percentage"] <= 100
        if not shows:
            assert (token, kinds) == (None, [])
        else:
            assert kinds[0] == "begin"
            assert set(kinds[1:-1]) <= {"report"}
            assert kinds[-1] == "end"


def test_opening_a_large_document_shows_how_far_it_is() -> None:
    text = "".join(GOOD % n for n in range(60_000))
    with RawClient() as client:
        client.start({**CAPABILITIES, "window": {"workDoneProgress": True}})
        client.open("file:///nowhere/a.jsonl", text)
        values: list[dict[str, Any]] = []
        while not values or values[-1]["kind"] != "end":
            message = client.next(120).json
            if message.get("method") == "window/workDoneProgress/create":
                client.send(b'{"jsonrpc":"2.0","id":"%b","result":null}' % message["id"].encode())
            elif message.get("method") == "$/progress":
                values.append(message["params"]["value"])
        assert values[0]["kind"] == "begin"
        assert values[0]["title"] == "Finetooth: a.jsonl"
        assert values[0]["cancellable"] is False
        assert any("judging" in value.get("message", "") for value in values)
        assert client.stop() == 0
