"""The first records of a file: what its format is recognised by."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any, Final

import orjson

from finetooth_rules.array import Framing, next_step
from finetooth_rules.framing import Bounds, frame, split_lines

HEAD_BYTES: Final = 256 * 1024
HEAD_RECORDS: Final = 100


def first_values(head: bytes | Iterable[bytes], framing: Framing = Framing.LINES) -> list[Any]:
    """The decoded records among the first lines; lines that are no JSON are left out, as is a last line
    that was cut. Of an array its first elements.
    """
    if framing is Framing.ARRAY:
        return _first_elements(head if isinstance(head, bytes) else b"".join(head))
    lines = split_lines(head[:HEAD_BYTES]) if isinstance(head, bytes) else head
    values: list[Any] = []
    for line in lines:
        try:
            value = orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
        except orjson.JSONDecodeError:
            continue
        if isinstance(value, dict):
            values.append(value)
            if len(values) == HEAD_RECORDS:
                break
    return values or _tolerant(lines)


def _first_elements(head: bytes) -> list[Any]:
    values: list[Any] = []
    tolerant: list[Any] = []
    pos, first = 0, True
    while len(values) < HEAD_RECORDS:
        step = next_step(head, pos, Bounds(), first=first, at_end=False)
        if step is None or step.skipping is not None:
            break
        first, pos = False, step.pos
        for _, record in step.items:
            if isinstance(record.parsed, dict):
                values.append(record.parsed)
            elif len(tolerant) < 5 and isinstance(record.value, dict):
                tolerant.append(record.value)
        if step.done:
            break
    return values or tolerant


def _tolerant(lines: Iterable[bytes]) -> list[Any]:
    """Where not one line is JSON to the letter (pretty-printed, Python's repr …): what can be made out of
    the first few.
    """
    held: list[bytes] = []
    left = HEAD_BYTES
    for line in islice(lines, 2000):
        # An editor has its lines whole; of a file the head is cut.
        held.append(line[:left])
        left -= len(line)
        if left <= 0:
            break
    values: list[Any] = []
    index = 0
    while index < len(held) and len(values) < 5:
        framed = frame(held, index, Bounds())
        assert framed is not None
        if isinstance(framed.record.value, dict):
            values.append(framed.record.value)
        index += framed.record.line_count
    return values
