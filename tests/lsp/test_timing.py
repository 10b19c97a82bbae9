"""The log of a server that is asked for more than its failures: what took long, and of which document."""

from __future__ import annotations

import json
import os
import re
import time

import pytest

from finetooth.lsp import timing
from lsp.raw import RawClient

URI = "file:///nowhere/my%20rows.jsonl"
SECRET = "a text that is nobody's business"
ROW = {"messages": [{"role": "user", "content": SECRET}, {"role": "assistant", "content": "word " * 200}]}
LINE = re.compile(rb"\d\d:\d\d:\d\d\.\d{3} (\w+) finetooth\.lsp\.timing: (.+): \d+ ms(?: \((.+)\))?\n")


def session(level: str | None, rows: int) -> bytes:
    """What a server writes while a file is opened, edited and asked about."""
    environment = {key: value for key, value in os.environ.items() if key != "FINETOOTH_LOG"}
    with RawClient(environment=environment | ({} if level is None else {"FINETOOTH_LOG": level})) as client:
        client.start()
        client.open(URI, (json.dumps(ROW) + "\n") * rows)
        params = {"command": "finetooth.statistics", "arguments": [URI]}
        until = time.monotonic() + 30
        while not client.request("workspace/executeCommand", params)["result"]["complete"]:
            assert time.monotonic() < until
            time.sleep(0.05)
        client.insert(URI, 2, 0, 3, "x")
        at = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 40}}
        client.request("textDocument/hover", at)
        assert client.stop() == 0
        for thread in client._threads:
            thread.join(5)
        return b"".join(client.errors)


def lines(log: bytes) -> list[tuple[str, str, str]]:
    found = [LINE.fullmatch(line) for line in log.splitlines(keepends=True)]
    assert all(found), log.decode()
    return [(m[1].decode(), m[2].decode(), (m[3] or b"").decode()) for m in found if m is not None]


def test_debug_has_a_line_for_whatever_is_done() -> None:
    log = session("debug", 20)
    written = lines(log)
    assert ("textDocument/hover was answered", "my rows.jsonl, 0.0 MB, 20 lines") in [
        one[1:] for one in written
    ]
    whats = {what for _, what, _ in written}
    assert {"reading", "judging all records together", "an edit held the server"} <= whats
    assert SECRET.encode() not in log


def test_info_has_what_took_long() -> None:
    log = session("info", 8_000)
    written = lines(log)
    assert {level for level, _, _ in written} <= {"INFO"}
    assert any(of.startswith("my rows.jsonl, 8.9 MB, 8,000") for _, _, of in written), log.decode()
    assert SECRET.encode() not in log


def test_unless_it_is_asked_for_nothing_is_written() -> None:
    assert session(None, 20) == b""


def test_a_level_that_is_none_is_told_and_the_server_lives() -> None:
    (line,) = session("loud", 1).splitlines()
    assert b"FINETOOTH_LOG is 'loud'; expected one of debug, info, warning, error" in line


@pytest.mark.parametrize(
    "message", [{"id": [1], "method": "x"}, {"id": 1, "method": "x", "params": [2]}, [], 7]
)
def test_any_message_can_be_timed(message: object) -> None:
    clock = timing.Timing(lambda uri: None)
    clock.began(message)
    clock.handled(message, 1.0)
    clock.answered(1)
