"""A client that speaks plain JSON to a real server over pipes: for exact bytes, and for exact times."""

from __future__ import annotations

import itertools
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, NamedTuple

import orjson

SERVER = [sys.executable, "-m", "finetooth.lsp.main"]
CAPABILITIES: Mapping[str, Any] = {
    "general": {"positionEncodings": ["utf-16"]},
    "textDocument": {
        "publishDiagnostics": {
            "relatedInformation": True,
            "codeDescriptionSupport": True,
            "versionSupport": True,
        },
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}},
    },
    "workspace": {"workspaceEdit": {"documentChanges": True}},
}


class Received(NamedTuple):
    """A message of the server, its bytes, and when it was there whole."""

    at: float
    body: bytes

    @property
    def json(self) -> Any:
        """The message."""
        return orjson.loads(self.body)


class RawClient:
    """A server process and the messages it sent."""

    def __init__(self, command: Sequence[str] = SERVER, environment: Mapping[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
        )
        self.received: queue.SimpleQueue[Received | None] = queue.SimpleQueue()
        self.errors: list[bytes] = []
        self._ids = itertools.count(1)
        self._threads = [
            threading.Thread(target=self._read, daemon=True),
            threading.Thread(target=self._read_errors, daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> RawClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()

    def start(self, capabilities: Mapping[str, Any] = CAPABILITIES, **more: Any) -> Any:
        """Initialize; answers with the server's capabilities."""
        answer = self.request(
            "initialize", {"processId": os.getpid(), "rootUri": None, "capabilities": capabilities} | more
        )
        self.notify("initialized", {})
        return answer["result"]["capabilities"]

    def stop(self) -> int:
        """Say goodbye; the exit code."""
        self.request("shutdown", None)
        self.notify("exit", None)
        return self.process.wait(10)

    def send(self, message: bytes) -> None:
        """Send a body as it is."""
        self.write(b"Content-Length: %d\r\n\r\n%b" % (len(message), message))

    def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def notify(self, method: str, params: Any) -> float:
        """Send a notification; the time just before."""
        body = orjson.dumps({"jsonrpc": "2.0", "method": method, "params": params})
        at = time.perf_counter()
        self.send(body)
        return at

    def ask(self, method: str, params: Any) -> int:
        """Send a request; its id."""
        number = next(self._ids)
        self.send(orjson.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}))
        return number

    def request(self, method: str, params: Any) -> Any:
        """Send a request and wait for its answer."""
        number = self.ask(method, params)
        return self.until(lambda message: message.get("id") == number and "method" not in message)[1]

    def open(self, uri: str, text: str) -> float:
        """Open a document; the time just before."""
        item = {"uri": uri, "languageId": "jsonl", "version": 1, "text": text}
        return self.notify("textDocument/didOpen", {"textDocument": item})

    def insert(self, uri: str, version: int, line: int, character: int, text: str, length: int = 0) -> float:
        """Replace `length` units by `text`; the time just before."""
        where = {
            "start": {"line": line, "character": character},
            "end": {"line": line, "character": character + length},
        }
        changes = [{"range": where, "text": text}]
        of = {"uri": uri, "version": version}
        return self.notify("textDocument/didChange", {"textDocument": of, "contentChanges": changes})

    def next(self, patience: float = 30.0) -> Received:
        """The next message."""
        try:
            message = self.received.get(timeout=patience)
        except queue.Empty:
            raise AssertionError(f"no message in {patience} s; {b''.join(self.errors).decode()}") from None
        assert message is not None, b"".join(self.errors).decode()
        return message

    def published(self, patience: float = 30.0) -> Received:
        """The next diagnostics; other messages are dropped."""
        while b'"textDocument/publishDiagnostics"' not in (message := self.next(patience)).body[:80]:
            pass
        return message

    def until(self, wanted: Callable[[Any], bool], patience: float = 30.0) -> tuple[float, Any]:
        """The next message that is wanted; others are dropped."""
        while not wanted(message := (received := self.next(patience)).json):
            pass
        return received.at, message

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while line := stream.readline():
            length = int(line.split(b":")[1])
            while stream.readline().strip():
                pass
            body = stream.read(length)
            self.received.put(Received(time.perf_counter(), body))
        self.received.put(None)

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.errors.append(line)
