"""Where records begin and end in a file, and how a record's offsets become lines and columns.

Lines end at `\\n`, `\\r\\n` or `\\r` and nowhere else (LSP's rule). A record is one line, unless it was
pretty-printed or has raw line breaks in its strings: then it is joined forward from its first line, if its
depth returns to zero at the end of a line within the bounds *and* the whole, its line breaks in strings
escaped, parses as an object. A line that begins as a record does never goes on with a string: the line
before is cut off. What record a line starts depends on that line and the `reach` lines from it, and on
nothing before it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Final, NamedTuple

import orjson

from finetooth_rules.finding import Finding, Span
from finetooth_rules.patterns import lazy
from finetooth_rules.reading.literals import masked
from finetooth_rules.record import Record

_STRUCTURE: Final = lazy(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]"]', re.DOTALL)
_STRING: Final = lazy(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_STRING_ENDS: Final = lazy(rb'[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_CONTROL: Final = lazy(rb"\\.|([\x00-\x1f])", re.DOTALL)
_BEGINS: Final = lazy(rb"\{[ \t]*[\"'}]")
"""A record on its first line, unlike a bracket of code in a text. The first key of one that is pretty-printed
ends the string that is open, which then is no JSON."""
_OPENS: Final = frozenset((ord("{"), ord("[")))
_LONG: Final = 64 * 1024
"""Bytes of a line whose escapes are masked: they would be looked at one by one."""
_MOST_BROKEN: Final = 1024 * 1024
"""Bytes of a record with line breaks in its strings."""
_CONTINUES: Final = (b",", b"[", b"{", b":")


class Bounds(NamedTuple):
    """How far a join looks: lines, bytes of one record, nesting."""

    max_joined_lines: int = 2_000
    max_record_bytes: int = 64 * 1024 * 1024
    max_depth: int = 512


class Framed(NamedTuple):
    """A record and the number of lines that decided it (at least `record.line_count`)."""

    record: Record
    reach: int


def split_lines(data: bytes) -> list[bytes]:
    """The lines of `data`, each with its own ending; a final line without an ending is a line, an empty one
    is not.
    """
    return data.splitlines(keepends=True)


def content(line: bytes) -> bytes:
    """A line without its ending."""
    return line.rstrip(b"\r\n")


def is_sync(line: bytes, previous: bytes) -> bool:
    """Whether `line` starts a record whatever stands before it: a whole object at column 0, where the line
    before does not ask for more. A join never runs over such a line, so a file can be cut there.
    """
    if not line.startswith(b"{") or previous.rstrip().endswith(_CONTINUES):
        return False
    body = line.rstrip()
    if not body.endswith(b"}"):
        return False
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    return bool(value)


def frame(lines: Sequence[bytes], index: int, bounds: Bounds, *, at_end: bool = True) -> Framed | None:
    """The record that starts at `lines[index]`.

    None when more lines are needed to tell: only with `at_end=False`, where `lines` is not the whole rest
    of the file.
    """
    raw = content(lines[index])
    if len(raw) > bounds.max_record_bytes:
        return Framed(Record(raw[:1024], oversize=True), 1)
    record = Record(raw, max_depth=bounds.max_depth)
    if record.strict or not raw.lstrip(b" \t\xef\xbb\xbf").startswith(b"{"):
        return Framed(record, 1)
    joined = _join(lines, index, bounds, at_end)
    if joined is None:
        return None
    whole, reach = joined
    return Framed(whole or record, reach)


def _join(
    lines: Sequence[bytes], index: int, bounds: Bounds, at_end: bool
) -> tuple[Record | None, int] | None:
    """A record over several lines from `index` on (None where it is none), and how many lines were looked
    at."""
    depth = size = 0
    in_string = broken = False
    last = min(len(lines), index + bounds.max_joined_lines)
    for number in range(index, last):
        line = lines[number]
        reach = number - index + 1
        if number > index and is_sync(line, lines[number - 1]):
            return None, reach
        size += len(line)
        if size > (_MOST_BROKEN if broken else bounds.max_record_bytes):
            return None, reach
        if len(line) > _LONG:
            line = masked(line)
        at = 0
        if in_string:
            if _BEGINS.match(line):
                return None, reach
            end = _STRING_ENDS.match(line)
            if end is None:
                continue
            at, in_string = end.end(), False
        for token in _STRUCTURE.finditer(line, at):
            char = line[token.start()]
            if char in _OPENS:
                depth += 1
            elif char != 0x22:
                depth -= 1
            elif token.end() - token.start() == 1:
                in_string = broken = True  # it does not end on its line
                break
        if depth > bounds.max_depth:
            return None, reach
        if depth <= 0:
            if reach == 1 or in_string:
                return None, reach
            return _over_lines(lines[index : number + 1], bounds, broken), reach
    if last == len(lines) and not at_end and last - index < bounds.max_joined_lines:
        return None
    return None, last - index


def _over_lines(lines: Sequence[bytes], bounds: Bounds, broken: bool) -> Record | None:
    """The record that these lines are; `broken`: but for line breaks in its strings."""
    raw = content(b"".join(lines))
    if broken:
        try:
            value = orjson.loads(_STRING.sub(_escaped, raw))
        except orjson.JSONDecodeError:
            return None
        return Record(raw, len(lines), max_depth=bounds.max_depth) if isinstance(value, dict) else None
    record = Record(raw, len(lines), max_depth=bounds.max_depth)
    return record if record.strict and isinstance(record.value, dict) else None


def _escaped(string: re.Match[bytes]) -> bytes:
    """A string without control characters, for the parser. One behind a backslash stays: it is no escape."""
    return _CONTROL.sub(lambda found: rb"\n" if found[1] else found[0], string[0])


class Position(NamedTuple):
    """Line offset in the record (0 for its first line) and bytes before the place on that line."""

    line: int
    offset: int


def position(raw: bytes, offset: int) -> Position:
    """Where a byte of the slice stands, counted in lines from the record's first."""
    starts = _line_starts(raw)
    offset = min(offset, len(raw))
    line = bisect_right(starts, offset) - 1
    return Position(line, offset - starts[line])


@lru_cache(maxsize=2)
def _line_starts(raw: bytes) -> list[int]:
    """Where each line begins; a last one that is empty counts."""
    lines = raw.splitlines(keepends=True)
    starts = [0, *accumulate(map(len, lines))]
    return starts if not raw or raw.endswith((b"\n", b"\r")) else starts[:-1]


def column(line: bytes, offset: int) -> int:
    """Code points before byte `offset` of a line; an invalid byte counts as one."""
    head = line[:offset]
    return offset if head.isascii() else len(head.decode("utf-8", "surrogateescape"))


def whole(record: Record) -> Span:
    """The record without surrounding white space: where a finding on the record as a whole is shown."""
    raw = record.raw
    start = len(raw) - len(raw.lstrip())
    end = len(raw.rstrip())
    return Span(start, end) if start < end else Span(0, len(raw))


def span_of(record: Record, finding: Finding) -> Span:
    """The bytes a finding points at."""
    if finding.span is not None:
        return finding.span
    if finding.path:
        return record.locate(finding.path, on_key=finding.on_key)
    return whole(record)
