"""Bytes and messages: what pygls's own loop would get wrong, and what a server must survive."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetooth.lsp.protocol import decode, encode
from finetooth.lsp.transport import MessageSplitter, frame
from lsp.raw import SERVER, RawClient

URI = "file:///nowhere/a.jsonl"
MISSPELT = '{"messages": [{"role": "user", "content": "Hi"}, {"role": "asistant", "content": "Hello"}]}\n'


@given(bodies=st.lists(st.binary(max_size=40).filter(len), max_size=5), cuts=st.lists(st.integers(0, 300)))
def test_messages_come_out_whole_however_the_stream_is_cut(bodies: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(map(frame, bodies))
    places = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    splitter = MessageSplitter()
    found = [body for a, b in pairwise(places) for body in splitter.feed(stream[a:b])]
    assert found == bodies


def test_headers_are_read_in_any_case_and_with_others() -> None:
    splitter = MessageSplitter()
    data = b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length:  2\r\n\r\n{}"
    assert list(splitter.feed(data)) == [b"{}"]


def test_halves_of_surrogate_pairs_survive() -> None:
    assert decode(b'{"a": "\\ud83d"}') == {"a": "\ud83d"}
    assert decode(encode({"a": "\ud83d"})) == {"a": "\ud83d"}
    with pytest.raises(ValueError, match="Expecting"):
        decode(b"{")


def test_a_message_in_a_message_is_data() -> None:
    with RawClient() as client:
        client.start()
        client.open(URI, MISSPELT)
        found = client.published().json["params"]["diagnostics"]
        where = {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}}
        data = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
        diagnostics = [{**found[0], "data": data}]
        answer = client.request(
            "textDocument/codeAction",
            {"textDocument": {"uri": URI}, "range": where, "context": {"diagnostics": diagnostics}},
        )
        assert "error" not in answer


def test_a_document_with_half_a_surrogate_pair_is_linted_and_edited() -> None:
    with RawClient() as client:
        client.start()
        body = {"uri": URI, "languageId": "jsonl", "version": 1, "text": "@"}
        text = MISSPELT.replace(
            "Hi", "\\ud83d"
        ).encode()  # an escape of JSON-RPC: the document holds the half itself
        message = orjson.dumps(
            {"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": body}}
        )
        client.send(message.replace(b'"@"', b'"' + text.replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'))
        assert "FMT006" in codes(client)
        client.insert(URI, 2, 0, 44, "x")
        assert "FMT006" in codes(client)


def codes(client: RawClient) -> list[str]:
    return [item["code"] for item in client.published().json["params"]["diagnostics"]]


def test_garbage_is_answered_or_ignored_and_the_server_goes_on() -> None:
    with RawClient() as client:
        client.start()
        client.send(b"{not json")
        client.send(b'{"jsonrpc": "2.0", "method": "textDocument/didChange", "params": {}}')
        client.send(b'{"jsonrpc": "2.0", "id": 77, "method": "textDocument/hover", "params": 5}')
        error = client.until(lambda message: message.get("id") == 77)[1]["error"]
        assert error["code"] == -32602
        assert client.request("nothing/known", {})["error"]["code"] == -32601
        client.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": "file:///x", "version": 3}, "contentChanges": []},
        )
        client.notify("$/cancelRequest", {"id": 99})
        client.open(URI, MISSPELT)
        assert "FMT006" in codes(client)
        assert client.stop() == 0


def test_the_exit_code_tells_whether_the_client_said_goodbye() -> None:
    with RawClient() as client:
        client.start()
        client.notify("exit", None)
        assert client.process.wait(10) == 1
    with RawClient() as client:
        client.start()
        assert client.process.stdin is not None
        client.process.stdin.close()
        assert client.process.wait(10) == 1


def test_nothing_is_left_when_the_client_dies_while_much_is_under_way() -> None:
    with RawClient() as client:
        client.start()
        client.open(URI, MISSPELT * 20_000)
        client.published()
        assert client.process.stdin is not None
        client.process.stdin.close()
        assert client.process.wait(10) == 1


def test_input_from_a_file_is_read_too(tmp_path: Path) -> None:
    messages = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}},
        {"jsonrpc": "2.0", "id": 2, "method": "shutdown", "params": None},
        {"jsonrpc": "2.0", "method": "exit", "params": None},
    ]
    path = tmp_path / "in"
    path.write_bytes(b"".join(frame(orjson.dumps(message)) for message in messages))
    out = tmp_path / "out"
    with path.open("rb") as stdin, out.open("wb") as stdout:
        assert subprocess.run(SERVER, stdin=stdin, stdout=stdout, timeout=30, check=False).returncode == 0
    answers = [orjson.loads(body) for body in MessageSplitter().feed(out.read_bytes())]
    assert [answer["id"] for answer in answers] == [1, 2]


def test_a_client_on_a_port_is_served() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([*SERVER, "--tcp", f"127.0.0.1:{port}"])
    try:
        connection = connect(port)
        with connection:
            connection.settimeout(20)
            request = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}
            connection.sendall(frame(orjson.dumps(request)))
            splitter = MessageSplitter()
            answers: list[bytes] = []
            while not answers:
                answers += splitter.feed(connection.recv(65536))
            assert orjson.loads(answers[0])["result"]["serverInfo"]["name"] == "finetooth"
        assert server.wait(10) == 1
    finally:
        server.kill()
        server.wait()


def connect(port: int) -> socket.socket:
    deadline = time.monotonic() + 20
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def test_nothing_that_is_printed_gets_among_the_messages() -> None:
    program = "\n".join(
        [
            "import sys",
            "from finetooth.lsp import main, session",
            "session.Session.saved = lambda self, uri: print('hello')",
            "sys.exit(main.main([]))",
        ]
    )
    with RawClient([sys.executable, "-c", program]) as client:
        client.start()
        client.notify("textDocument/didSave", {"textDocument": {"uri": URI}})
        assert client.request("workspace/executeCommand", {"command": "finetooth.debugInformation"})["result"]
        assert client.stop() == 0


def test_other_requests_are_answered_while_a_large_file_is_read() -> None:
    with RawClient() as client:
        client.start()
        client.open(URI, MISSPELT.replace("asistant", "assistant") * 60_000)
        client.published()
        waits = []
        for _ in range(30):
            began = time.perf_counter()
            client.request(
                "workspace/executeCommand", {"command": "finetooth.statistics", "arguments": [URI]}
            )
            waits.append(time.perf_counter() - began)
        assert sorted(waits)[15] < 0.25  # about 0.005 s; the bound only catches a loop that is blocked
