"""Opening a large document in pieces gives the same lines as decoding it whole."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetooth.engine.live.document import Document
from finetooth.lsp import large_open
from finetooth.lsp.large_open import split_open
from lsp.raw import RawClient

PIECES = [
    '{"a": "b"}',
    "{}",
    "\n",
    "\r\n",
    "\r",
    "é漢😀",
    "\u2028",
    "\\n",
    "\\",
    '"text":"',
    "}\n{",
    "}\r\n{",
    "}\\n{",
]
texts = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
URI = "file:///nowhere/a.jsonl"


@pytest.fixture(autouse=True)
def small() -> Iterator[None]:
    """Everything is large, and pieces are tiny."""
    with patch.object(large_open, "LARGE", 0), patch.object(large_open, "_PIECE", 8):
        yield


def message(text: str, **more: object) -> bytes:
    item = {"uri": URI, "languageId": "jsonl", "version": 1, "text": text} | more
    return orjson.dumps(
        {"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": item}}
    )


@given(text=texts)
def test_the_lines_are_those_of_the_whole_text(text: str) -> None:
    with patch.object(large_open, "LARGE", 0), patch.object(large_open, "_PIECE", 8):
        split = split_open(message(text))
        assert split is not None
        decoded, lines = split
        assert lines == Document(text).lines
        assert decoded == orjson.loads(message(""))


@pytest.mark.parametrize(
    "body",
    [
        message("{}\n{}", later="x"),
        message("\x00").replace(b'"\\u0000"', b'"\\ud83d"'),
        message("{}").replace(b"didOpen", b"didChange"),
        message("{}")[:-2],
        b'{"method":"textDocument/didOpen"}',
        b"",
    ],
)
def test_what_looks_unlike_it_is_left_to_the_usual_way(body: bytes) -> None:
    assert split_open(body) is None


def test_white_space_in_the_message_does_no_harm() -> None:
    body = message("{}\n{}").replace(b":", b" :  ").replace(b",", b" , ").replace(b"file :  ", b"file:")
    split = split_open(body)
    assert split is not None
    assert split[1] == [b"{}\n", b"{}"]


def test_a_large_document_is_linted_like_any_other() -> None:
    row = '{"messages": [{"role": "user", "content": "é漢😀"}, {"role": "assistant", "content": "Hello"}]}\n'
    with RawClient() as client:
        client.start()
        client.open(URI, row * 20_000 + row.replace('"assistant"', '"asistant"'))
        while True:
            found = client.published().json["params"]["diagnostics"]
            mine = [item["range"]["start"] for item in found if item["code"] == "FMT006"]
            if mine:
                break
        assert mine == [{"line": 20_000, "character": row.index('"assistant"') + 1}]
