"""A file that is one JSON array, taken apart into its elements as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from finetooth_rules.patterns import lazy

_TOKEN: Final = lazy(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],]', re.DOTALL)


def elements(data: bytes) -> Iterator[bytes]:
    """The bytes of each element of the array, without the white space around it. The data is valid JSON."""
    start = data.index(b"[") + 1
    depth = 0
    for token in _TOKEN.finditer(data, start):
        char = data[token.start() : token.start() + 1]
        if char in b"{[":
            depth += 1
        elif char in b"}]" and depth:
            depth -= 1
        elif depth == 0 and char in b",]":
            element = data[start : token.start()].strip()
            if element:
                yield element
            start = token.end()
            if char == b"]":
                return
