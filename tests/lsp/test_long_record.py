"""A record of megabytes on one line: whatever is asked of it is answered at once, also while it is edited."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lsp.raw import CAPABILITIES, RawClient

URI = "file:///nowhere/long.jsonl"
MOST_SECONDS = 0.05
FIVE_ESCAPES = 'x = "a", "b" # more\n'
ANSWER = f"```python\n{FIVE_ESCAPES * 106_000}```\n"
RECORD = {"messages": [{"role": "user", "content": "Go"}, {"role": "assistant", "content": ANSWER}]}
LINE = json.dumps(RECORD)
ARGUMENTS = json.dumps({"code": FIVE_ESCAPES * 30_000})
CALL = {"id": "c1", "type": "function", "function": {"name": "run", "arguments": ARGUMENTS}}
CALLS = {
    "messages": [
        {"role": "user", "content": "Go"},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "c1", "content": "ok"},
    ]
}
REQUESTS = (
    "hover",
    "completion",
    "selectionRange",
    "documentHighlight",
    "definition",
    "references",
    "inlayHint",
    "documentSymbol",
    "formatting",
    "foldingRange",
    "codeAction",
)
Client = tuple[RawClient, str]
pytestmark = pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="the system does not say")


@pytest.fixture(scope="module", params=["code", "calls"])
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    line = LINE if request.param == "code" else json.dumps(CALLS)
    with RawClient() as client:
        text_document = CAPABILITIES["textDocument"] | {"hover": {"contentFormat": ["markdown"]}}
        client.start({**CAPABILITIES, "textDocument": text_document})
        client.open(URI, line + "\n")
        client.published()
        deadline = time.monotonic() + 30
        while not statistics(client).get("complete") and time.monotonic() < deadline:
            time.sleep(0.1)
        yield client, line


def statistics(client: RawClient) -> Any:
    params = {"command": "finetooth.statistics", "arguments": [URI]}
    return client.request("workspace/executeCommand", params)["result"]


def busy(client: RawClient) -> float:
    """Seconds that the server's own thread has worked: the machine may be busy with other things."""
    return int(Path(f"/proc/{client.process.pid}/schedstat").read_text().split()[0]) / 1e9


def ask(client: RawClient, method: str, character: int) -> tuple[float, Any]:
    """The seconds that the server worked on an answer, and the answer."""
    at = {"line": 0, "character": character}
    params = {
        "textDocument": {"uri": URI},
        "position": at,
        "positions": [at],
        "range": {"start": at, "end": at},
        "context": {"includeDeclaration": True, "diagnostics": [], "triggerKind": 1},
        "options": {"tabSize": 2, "insertSpaces": True},
    }
    began = busy(client)
    answer = client.request(f"textDocument/{method}", params)
    return busy(client) - began, answer["result"]


@pytest.mark.parametrize("method", REQUESTS)
def test_a_request_is_answered_at_once(client: Client, method: str) -> None:
    server, line = client
    if line is LINE:
        assert len(line) > 2_500_000
        assert line.count("\\") > 480_000
    for part in (0.001, 0.5, 0.97, 0.9999):
        seconds = min(ask(server, method, int(len(line) * part))[0] for _ in range(2))
        assert seconds < MOST_SECONDS, (method, part, seconds)


def test_what_is_said_of_its_middle_is_right(client: Client) -> None:
    server, line = client
    at = line.rindex(FIVE_ESCAPES[:3]) + 1
    _, hover = ask(server, "hover", at)
    assert "tokens, by its size" in hover["contents"]["value"]
    _, (chain,) = ask(server, "selectionRange", line.rindex("more") + 1)
    word = chain["range"]
    assert line[word["start"]["character"] : word["end"]["character"]] == "more"


def test_nor_does_a_keystroke_in_it_keep_others_waiting(client: Client) -> None:
    server, line = client
    middle = len(line) // 2
    waits: list[list[float]] = []
    for number, typed in enumerate(("x", '"', "\\")):
        server.insert(URI, 10 * number + 2, 0, middle, typed)
        waits.append([])
        until = time.perf_counter() + 1.2
        while time.perf_counter() < until:
            waits[-1].append(ask(server, "codeLens", 0)[0])
            time.sleep(0.002)
        seconds, _ = ask(server, "hover", middle)
        assert seconds < 2 * MOST_SECONDS, (typed, seconds)
        server.insert(URI, 10 * number + 3, 0, middle, "", 1)
        time.sleep(0.3)
    assert max(max(these) for these in waits) < 2 * MOST_SECONDS


def test_thousands_of_findings_in_one_record_do_not_stop_the_server() -> None:
    turns = [{"role": "user", "content": 'Say "it"\n' * 10}] * 3_000
    with RawClient() as server:
        server.start()
        server.open(URI, json.dumps({"messages": turns}) + "\n")
        began = time.monotonic()
        while not statistics(server)["settled"]:
            assert time.monotonic() - began < 15
            time.sleep(0.05)
        found = statistics(server)["findings"]
        assert max(found.values()) > 2_000
