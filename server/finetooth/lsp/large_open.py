"""`didOpen` with a large text, decoded in pieces.

As one string a text with a single emoji takes four bytes a character: opening 50 MB would need 250 MB and
half a second for that alone. The JSON string is cut behind line ends instead, and each piece goes straight to
UTF-8 and to lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import orjson

from finetooth.engine.live.document import encode
from finetooth_rules.patterns import lazy

LARGE: Final = 1 << 20
_PIECE: Final = 1 << 18
_METHOD: Final = lazy(rb'"method"\s*:\s*"textDocument/didOpen"')
_TEXT: Final = lazy(rb'"text"\s*:\s*"')
_HEAD: Final = 16 * 1024
_UNIX: Final = b"}\\n{"
_WINDOWS: Final = b"}\\r\\n{"
"""Between two records. Behind a brace the backslash cannot itself be escaped, so these are line ends."""


def split_open(body: bytes) -> tuple[Any, list[bytes]] | None:
    """A large `didOpen` as the message with an empty text, and the lines of its text.

    None where it is anything else, or looks unlike what clients send: then it is decoded as every message is.
    """
    if len(body) < LARGE or not _METHOD.search(body, 0, _HEAD):
        return None
    key = _TEXT.search(body, 0, _HEAD)
    end = body.rfind(b'"')
    if key is None or end < key.end():
        return None
    try:
        message = orjson.loads(body[: key.end()] + body[end:])
        lines: list[bytes] = []
        for piece in _pieces(body, key.end(), end):
            # A quote inside, where the text is not the last string of the message, is an error here.
            lines += encode(orjson.loads(b'"%b"' % piece)).splitlines(keepends=True)
    except orjson.JSONDecodeError:
        return None
    return message, lines


def _pieces(body: bytes, start: int, end: int) -> Iterator[bytes]:
    between = _WINDOWS if body.find(_WINDOWS, start, start + _PIECE) >= 0 else _UNIX
    while start < end:
        cut = body.find(between, min(start + _PIECE, end), end)
        behind = end if cut < 0 else cut + len(between) - 1
        yield body[start:behind]
        start = behind
