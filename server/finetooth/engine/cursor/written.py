"""The text of the record that somebody is writing at a place of an open document, broken as it may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from finetooth.engine.cursor.json_walk import WHITE
from finetooth.engine.cursor.place import place_at
from finetooth.engine.live.document import Encoding, byte_offset
from finetooth.engine.live.index import LiveIndex

_MOST_LINES_BACK: Final = 200
_MOST_BYTES_BACK: Final = 256 * 1024
_GOES_ON: Final = (b"{", b"[", b",", b":")
_LINES_NEAR: Final = 400
_BYTES_NEAR: Final = 256 * 1024
_FIRST_LINES: Final = 100


@dataclass(frozen=True, slots=True)
class Written:
    """`raw` is the record's text and `offset` the place in it; `line` and `at` are the place in the
    document, in bytes of its line."""

    raw: bytes
    offset: int
    line: int
    at: int


def written_at(index: LiveIndex, line: int, column: int, encoding: Encoding) -> Written:
    """The record around a place; an empty one where none is.

    A record that is being typed over several lines is not known as one record yet: it begins with the nearest
    line above that opens an object at the same depth as records do.
    """
    lines = index.document.lines
    if line >= len(lines):
        at = line if not lines else len(lines)
        return Written(b"", 0, at, 0)
    at = byte_offset(lines[line], column, encoding)
    place = place_at(index, line, column, encoding)
    if place is not None and (place.line < line or _opens(lines[line], place.at)):
        return Written(place.record.raw, place.offset(line, column), line, at)
    start = _beginning(lines, line, in_array=index.is_array)
    if start == line and not _opens(lines[line]) and not lines[line].strip(WHITE + b"]"):
        return Written(b"", 0, line, at)
    indent = len(lines[start]) - len(lines[start].lstrip(b" \t"))
    head = b"".join(lines[start:line])[indent:]
    own = lines[line] if start < line else lines[line][indent:]
    offset = len(head) + at - (0 if start < line else min(indent, at))
    return Written(head + own.rstrip(b"\r\n"), offset, line, at)


def _opens(line: bytes, at: int = 0) -> bool:
    return line[max(at, 0) :].lstrip(b"\xef\xbb\xbf \t").startswith(b"{")


def _beginning(lines: list[bytes], line: int, *, in_array: bool) -> int:
    """The line with which the record begins that a line is part of; the line itself where none does."""
    if _opens(lines[line]) and not in_array:
        return line
    size = 0
    best = line
    depth = _indent(lines[line]) if lines[line].strip() else None
    for number in range(line - 1, max(line - _MOST_LINES_BACK, 0) - 1, -1):
        text = lines[number]
        size += len(text)
        if size > _MOST_BYTES_BACK:
            break
        stripped = text.strip(WHITE)
        if not stripped:
            continue
        if number == line - 1 and depth is None and not stripped.endswith(_GOES_ON):
            return line
        if in_array and _opens(text) and (depth is None or _indent(text) < depth):
            best, depth = number, _indent(text)
        elif not in_array and text.startswith(b"{"):
            return line if stripped.endswith(b"}") else number
    return best


def _indent(line: bytes) -> int:
    return len(line) - len(line.lstrip(b" \t"))


def lines_near(lines: list[bytes], line: int) -> list[bytes]:
    """Lines around a place, and the first of the file: enough to see how it is written."""
    near: list[bytes] = []
    size = 0
    for distance in range(_LINES_NEAR):
        for number in {line - distance, line + distance}:
            if 0 <= number < len(lines):
                near.append(lines[number])
                size += len(lines[number])
        if size > _BYTES_NEAR:
            break
    for text in lines[:_FIRST_LINES]:
        size += len(text)
        if size > 2 * _BYTES_NEAR:
            break
        near.append(text)
    return near
