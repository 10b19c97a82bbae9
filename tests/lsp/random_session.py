"""A client that has lost its mind: any messages in any order, and a server that lives and is right.

`python -m lsp.random_session [COUNT] [SEED]` (with `tests` on the path) plays a session of COUNT messages;
the tests play shorter ones. Documents are edited as a client would, and a mirror of each is kept here, so
that what the server shows at the end can be compared with what a fresh server shows of the same texts.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from finetooth.engine.live.document import Change, Document, Encoding
from lsp.raw import CAPABILITIES, RawClient

GOOD: Final = (
    '{"messages": [{"role": "user", "content": "Hi %d"}, {"role": "assistant", "content": "Hello"}]}\n'
)
LINES: Final = (
    GOOD % 1,
    GOOD % 2,
    GOOD.replace("assistant", "asistant") % 3,
    GOOD.replace("Hello", "```python\\nx = 1") % 4,
    GOOD.replace("Hello", "é😀漢\\u00e9") % 5,
    '{"prompt": "a", "completion": ""}\n',
    '{"messages": [{"role": "assistant", "tool_calls": [{"id": "a", "type": "function", "function": '
    '{"name": "f", "arguments": "{\\"x\\": 1}"}}]}, {"role": "tool", "tool_call_id": "b", "content": '
    '"1"}]}\n',
    "{\n",
    "\n",
    '{"a": 1,}\r\n',
    "\ufeff{}\n",
    "[" + GOOD.strip() % 6 + ",\n" + GOOD.strip() % 6 + "]\n",
)
TYPED: Final = ("x", '"', "{", "}", ",", "\n", "\\", "é", "😀", "```", "", "bad", "\r")
AT_THE_END: Final = {"target": "openai", "ignore": ["SYN015"]}
"""Line endings are counted when a document is opened: no editor mixes them."""
SETTINGS: Final[Sequence[Mapping[str, Any]]] = (
    {},
    {"target": "openai"},
    {"target": "trl", "maxDiagnostics": 5},
    {"select": ["SYN", "FMT"]},
    {"enable": False},
    {"target": 7, "select": "x", "maxDiagnostics": -1, "nonsense": {}},
    {"configuration": "nowhere.toml"},
)
JUNK: Final[Sequence[Any]] = (
    None,
    7,
    -1,
    "x",
    [],
    {},
    {"uri": 3},
    [[]],
    True,
    {"textDocument": None},
    {"textDocument": {"uri": "a"}},
)
AT: Final = {"line": 0, "character": 0}
ALL: Final = {"start": AT, "end": {"line": 2**31 - 1, "character": 0}}
URIS: Final = (
    ("file:///random/train.jsonl", "jsonl"),
    ("file:///random/validation.jsonl", "jsonl"),
    ("file:///random/array.json", "json"),
    ("untitled:Untitled-1", "jsonl"),
    ("git:/random/train.jsonl?%7B%7D", "jsonl"),
    ("file:///random/finetooth.toml", "toml"),
    ("file:///random/config.yaml", "yaml"),
)
POSITIONAL: Final = {
    "hoverProvider": "textDocument/hover",
    "completionProvider": "textDocument/completion",
    "definitionProvider": "textDocument/definition",
    "referencesProvider": "textDocument/references",
    "documentHighlightProvider": "textDocument/documentHighlight",
}
OF_DOCUMENT: Final = {
    "documentSymbolProvider": "textDocument/documentSymbol",
    "foldingRangeProvider": "textDocument/foldingRange",
    "documentLinkProvider": "textDocument/documentLink",
    "codeLensProvider": "textDocument/codeLens",
    "diagnosticProvider": "textDocument/diagnostic",
    "documentFormattingProvider": "textDocument/formatting",
}
OF_RANGE: Final = {
    "codeActionProvider": "textDocument/codeAction",
    "inlayHintProvider": "textDocument/inlayHint",
    "documentRangeFormattingProvider": "textDocument/rangeFormatting",
}
MORE: Final = {"textDocument": {"diagnostic": {}}, "workspace": {"configuration": True}}


class RandomSession:
    """One session. `pull` is whether the client asks for diagnostics itself."""

    def __init__(self, seed: int, *, pull: bool = False) -> None:
        self.random = random.Random(seed)
        self.client = RawClient()
        self.pull = pull
        self.settings: Mapping[str, Any] = {}
        self.documents: dict[str, Document] = {}
        self.languages = dict(URIS)
        self.versions: dict[str, int] = {}
        self.shown: dict[str, Any] = {}
        self.waiting: set[int] = set()
        self.sent = 0
        self.provided = self._start()

    def _start(self) -> Mapping[str, Any]:
        capabilities = json.loads(json.dumps(CAPABILITIES))
        if self.pull:
            capabilities["textDocument"]["diagnostic"] = {"dynamicRegistration": False}
            capabilities["workspace"]["diagnostics"] = {"refreshSupport": True}
        capabilities["workspace"]["configuration"] = True
        capabilities["workspace"]["inlayHint"] = {"refreshSupport": True}
        capabilities["window"] = {"workDoneProgress": True}
        provided: Mapping[str, Any] = self.client.start(capabilities)
        return provided

    # -- messages -------------------------------------------------------------------------------------------

    def play(self, count: int) -> None:
        """Send so many messages."""
        actions: list[tuple[Callable[[], None], int]] = [
            (self._edit, 50),
            (self._request, 25),
            (self._open, 4),
            (self._close, 2),
            (self._cancel, 4),
            (self._malformed, 4),
            (self._configure, 2),
            (self._watched, 2),
            (self._save, 2),
            (self._execute, 3),
            (self._pause, 1),
        ]
        doings, weights = zip(*actions, strict=True)
        while self.sent < count:
            self.random.choices(doings, weights)[0]()
            self.sent += 1
            self.answer()

    def _edit(self) -> None:
        uri = self._some(self.documents)
        if uri is None:
            return self._open()
        document = self.documents[uri]
        changes = [self._change(document) for _ in range(self.random.choice((1, 1, 1, 2, 5)))]
        self.versions[uri] += 1
        sent: list[dict[str, Any]] = []
        for change in changes:
            document.apply([change], Encoding.UTF16)
            if change.start is None or change.end is None:
                sent.append({"text": change.text})
            else:
                where = {"start": _at(change.start), "end": _at(change.end)}
                sent.append({"text": change.text, "range": where})
        of = {"uri": uri, "version": self.versions[uri]}
        self.client.notify("textDocument/didChange", {"textDocument": of, "contentChanges": sent})
        return None

    def _change(self, document: Document) -> Change:
        kind = self.random.random()
        if kind < 0.02:
            return Change("".join(self.random.choices(LINES, k=self.random.randrange(6))))
        text = self.random.choice(TYPED if kind < 0.8 else LINES)
        line = self.random.randrange(len(document.lines) + 2)
        start = (line, self.random.randrange(120))
        end = (
            start if kind < 0.5 else (line + self.random.choice((0, 0, 0, 1, 2)), self.random.randrange(120))
        )
        if len(document.lines) > 60:  # keep it small
            end = (line + 20, 0)
        return Change(text, start, end)

    def _open(self) -> None:
        uri, language = self.random.choice(URIS)
        text = "".join(self.random.choices(LINES, k=self.random.randrange(12)))
        self.documents[uri] = Document(text)
        self.versions[uri] = 1
        self.shown.pop(uri, None)
        item = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.client.notify("textDocument/didOpen", {"textDocument": item})

    def _close(self) -> None:
        uri = self._some(self.documents)
        if uri is not None:
            del self.documents[uri]
            self.client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    def _save(self) -> None:
        uri = self._some(self.documents)
        if uri is not None:
            self.client.notify("textDocument/didSave", {"textDocument": {"uri": uri}})

    def _request(self) -> None:
        method, params = self.random.choice([*self._requests()])
        self.waiting.add(self.client.ask(method, params))

    def _requests(self) -> Iterator[tuple[str, Any]]:
        """A request of each kind that the server provides."""
        uri = self._some(self.documents) or URIS[0][0]
        if self.random.random() < 0.1:
            uri = self.random.choice(URIS)[0]
        of: dict[str, Any] = {"textDocument": {"uri": uri}}
        place = _at((self.random.randrange(30), self.random.randrange(120)))
        other = _at((self.random.randrange(30), self.random.randrange(120)))
        options: dict[str, Any] = {
            "options": {"tabSize": 2, "insertSpaces": True},
            "context": {"includeDeclaration": True},
        }
        for provider, method in POSITIONAL.items():
            if self.provided.get(provider):
                yield method, {**of, **options, "position": place}
        for provider, method in OF_DOCUMENT.items():
            if self.provided.get(provider):
                yield method, of | options
        for provider, method in OF_RANGE.items():
            if self.provided.get(provider):
                yield (
                    method,
                    of | options | {"range": {"start": place, "end": other}, "context": {"diagnostics": []}},
                )
        if self.provided.get("selectionRangeProvider"):
            yield "textDocument/selectionRange", {**of, "positions": [place, other]}
        yield "textDocument/noSuchThing", of

    def _cancel(self) -> None:
        number = self._some(self.waiting) if self.random.random() < 0.9 else self.random.randrange(10**6)
        if number is not None:
            self.client.notify("$/cancelRequest", {"id": number})

    def _malformed(self) -> None:
        method = self.random.choice(
            [
                *(method for method, _ in self._requests()),
                "textDocument/didChange",
                "textDocument/didOpen",
                "textDocument/didClose",
                "textDocument/didSave",
                "workspace/didChangeConfiguration",
                "workspace/didChangeWatchedFiles",
                "workspace/didChangeWorkspaceFolders",
                "workspace/executeCommand",
                "codeAction/resolve",
                "$/setTrace",
                "$/cancelRequest",
                "finetooth/anything",
                "initialize",
            ]
        )
        params = self.random.choice(JUNK)
        if "/did" in method or method.startswith("$"):
            self.client.notify(method, params)
        else:
            self.waiting.add(self.client.ask(method, params))
        if self.random.random() < 0.1:
            self.client.send(self.random.choice((b"{", b"[]", b"null", b'{"jsonrpc": "2.0"}', b"\xff", b"7")))

    def _configure(self) -> None:
        self.settings = self.random.choice(SETTINGS)
        given = self.random.choice(({"finetooth": self.settings}, None, {}))
        self.client.notify("workspace/didChangeConfiguration", {"settings": given})

    def _watched(self) -> None:
        changes = [{"uri": self.random.choice(URIS)[0], "type": self.random.choice((1, 2, 3))}]
        self.client.notify("workspace/didChangeWatchedFiles", {"changes": changes})

    def _execute(self) -> None:
        commands = self.provided.get("executeCommandProvider", {}).get("commands", ["finetooth.statistics"])
        uri = self._some(self.documents) or URIS[0][0]
        arguments = self.random.choice(([uri], [], [None], ["file:///nowhere.jsonl"], [{"uri": uri}]))
        params = {"command": self.random.choice(commands), "arguments": arguments}
        self.waiting.add(self.client.ask("workspace/executeCommand", params))

    def _pause(self) -> None:
        time.sleep(self.random.choice((0.0, 0.01, 0.4)) if self.sent % 10 == 0 else 0.002)

    def _some(self, of: Any) -> Any:
        return self.random.choice(sorted(of)) if of else None

    # -- answers --------------------------------------------------------------------------------------------

    def answer(self) -> None:
        """Take in what the server sent meanwhile."""
        while not self.client.received.empty():
            self._take(self.client.next().json)

    def _take(self, message: Any) -> None:
        method = message.get("method")
        if method == "textDocument/publishDiagnostics":
            self.shown[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif method is None:
            self.waiting.discard(message.get("id"))
        elif "id" in message:  # a request of the server's
            result: Any = None
            if method == "workspace/configuration":
                result = [self.settings for _ in message["params"]["items"]]
            answer = {"jsonrpc": "2.0", "id": message["id"], "result": result}
            self.client.send(orjson.dumps(answer))

    # -- the end --------------------------------------------------------------------------------------------

    def settle(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Under given settings, what is shown of each open document once nothing is left to do."""
        self.settings = settings
        self.client.notify("workspace/didChangeConfiguration", {"settings": {"finetooth": settings}})
        deadline = time.monotonic() + 60
        quiet, unfinished = 0, list(self.documents)
        while quiet < 8:
            assert time.monotonic() < deadline, f"unanswered {self.waiting}, unfinished {unfinished}"
            time.sleep(0.1)
            busy = not self.client.received.empty()
            self.answer()
            unfinished = [uri for uri in self.documents if not self._complete(uri)]
            quiet = 0 if busy or self.waiting or unfinished else quiet + 1
        if self.pull:
            return {uri: self._pulled(uri) for uri in self.documents if not uri.endswith((".toml", ".yaml"))}
        return {uri: self.shown.get(uri, []) for uri in self.documents}

    def _complete(self, uri: str) -> bool:
        params = {"command": "finetooth.statistics", "arguments": [uri]}
        answer = self._ask("workspace/executeCommand", params)
        result = answer.get("result")
        return result is None or "complete" not in result or bool(result["complete"])

    def _pulled(self, uri: str) -> Any:
        return self._ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})["result"]["items"]

    def _ask(self, method: str, params: Any) -> Any:
        number = self.client.ask(method, params)
        while True:
            message = self.client.next().json
            if message.get("id") == number and "method" not in message:
                return message
            self._take(message)

    def anew(self) -> RandomSession:
        """A fresh server with the same documents."""
        other = RandomSession(0, pull=self.pull)
        for uri, document in self.documents.items():
            text = b"".join(document.lines).decode("utf-8", "surrogatepass")
            other.documents[uri] = Document(text)
            item = {"uri": uri, "languageId": self.languages[uri], "version": 1, "text": text}
            other.client.notify("textDocument/didOpen", {"textDocument": item})
        return other

    def end(self) -> None:
        """Kill the process."""
        self.client.__exit__(None, None, None)


def _at(place: tuple[int, int]) -> dict[str, int]:
    return {"line": place[0], "character": place[1]}


def ordered(diagnostics: Any) -> list[str]:
    """Diagnostics that can be compared, whatever their order."""
    return sorted(json.dumps(one, sort_keys=True) for one in diagnostics)


def played(count: int, seed: int, *, pull: bool = False) -> None:
    """Play a session and compare; raises where the server died, was wrong, or left a request unanswered."""
    session = RandomSession(seed, pull=pull)
    try:
        session.play(count)
        shown = session.settle(AT_THE_END)
        assert session.client.process.poll() is None
        fresh = session.anew()
        try:
            expected = fresh.settle(AT_THE_END)
        finally:
            fresh.end()
        for uri, found in shown.items():
            one, other = ordered(found), ordered(expected[uri])
            text = b"".join(session.documents[uri].lines)
            lost, stale = [x for x in other if x not in one], [x for x in one if x not in other]
            assert one == other, f"{uri}: lost {lost}, stale {stale} in {text!r}"
        assert session.client.stop() == 0
    finally:
        session.end()


if __name__ == "__main__":
    COUNT, SEED = (int(one) for one in (*sys.argv[1:], *("100000", "1")[len(sys.argv) - 1 :]))
    BEGAN = time.monotonic()
    played(COUNT, SEED, pull=bool(SEED % 2))
    print(f"{COUNT:,} messages in {time.monotonic() - BEGAN:.0f} s: alive, and right")
