"""What tests of the requests on structure share: clients of several kinds, and documents to ask about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lsprotocol import types
from pytest_lsp import client_capabilities

from finetooth.engine.live.document import Encoding, columns

ENCODINGS = ("utf-8", "utf-16", "utf-32")
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a 城市 😀",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
CALLS: Mapping[str, Any] = {
    "messages": [
        {"role": "user", "content": "é漢😀 weather?"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "get_weather", "arguments": '{"city": "東京"}'},
                },
                {
                    "id": "call_2",
                    "type": "function",
                    "function": {"name": "get_weather", "arguments": '{"city": "Rome"}'},
                },
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "warm"},
        {"role": "tool", "tool_call_id": "call_2", "content": "hot"},
        {"role": "assistant", "content": "It is warm 😀."},
    ],
    "tools": [TOOL],
}


def line(value: Any) -> str:
    """A record on one line, not a character of it escaped but those that must be."""
    return json.dumps(value, ensure_ascii=False)


def chat(prompt: str, answer: str) -> str:
    """A record of two turns."""
    return line({"messages": [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]})


def client(
    encoding: str = "utf-16", *, profile: str = "visual_studio_code", hierarchical: bool = True
) -> types.ClientCapabilities:
    """The capabilities of a client."""
    capabilities = client_capabilities(profile)
    capabilities.general = capabilities.general or types.GeneralClientCapabilities()
    capabilities.general.position_encodings = [types.PositionEncodingKind(encoding)]
    assert capabilities.text_document is not None
    capabilities.text_document.document_symbol = types.DocumentSymbolClientCapabilities(
        hierarchical_document_symbol_support=hierarchical
    )
    return capabilities


class Text:
    """A document, and where in it something stands, in the client's columns."""

    def __init__(self, text: str, encoding: str) -> None:
        self.text = text
        self.lines = text.encode("utf-8", "surrogatepass").splitlines(keepends=True)
        self.encoding = Encoding(encoding)

    def at(self, wanted: str, number: int = 0, *, line: int = 0) -> types.Position:
        """The position of the `number`-th occurrence of a text from a line on."""
        needle = wanted.encode()
        for row in range(line, len(self.lines)):
            at = self.lines[row].find(needle)
            while at >= 0:
                if not number:
                    return types.Position(row, columns(self.lines[row], [at], self.encoding)[0])
                number -= 1
                at = self.lines[row].find(needle, at + 1)
        raise AssertionError(f"no {wanted}")

    def of(self, where: types.Range) -> str:
        """The text of a range."""
        from finetooth.engine.live.document import Document

        document = Document(self.text)
        (first, left), (last, right) = (
            document.position(side.line, side.character, self.encoding) for side in (where.start, where.end)
        )
        if first == last:
            return document.lines[first][left:right].decode() if left < right else ""
        end = document.lines[last][:right] if last < len(document.lines) else b""
        return b"".join([document.lines[first][left:], *document.lines[first + 1 : last], end]).decode()
