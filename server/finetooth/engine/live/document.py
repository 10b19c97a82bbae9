"""The text of an open document: a list of lines, changed as a language client says.

A line is UTF-8 and keeps its own ending. Lines end at `\\n`, `\\r\\n` and `\\r` and nowhere else (the rule
of the Language Server Protocol, and exactly what `bytes.splitlines` does; `str.splitlines` would also break
at U+2028 inside a record). Half of a surrogate pair, which JSON can carry and UTF-8 cannot, is kept in its
three-byte form ("surrogatepass").

There is no line behind a final line ending: the empty document has no lines, and the position behind the last
ending is `(len(lines), 0)`. Clients count columns in their own unit (`Encoding`); all offsets here are bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from finetooth_rules.patterns import lazy

_CONTINUATION: Final = bytes(range(0x80, 0xC0))
_NOT_ASTRAL_LEAD: Final = bytes(range(0xF0)) + bytes(range(0xF8, 0x100))
PIECE: Final = 16 * 1024
"""Of a longer line only so many bytes are decoded to find a place in it."""
_HIGH_HALF: Final = lazy(rb"\xed[\xa0-\xaf][\x80-\xbf]\Z")
_LOW_HALF: Final = lazy(rb"\xed[\xb0-\xbf][\x80-\xbf]")


class Encoding(StrEnum):
    """The unit in which a client counts columns: bytes, UTF-16 code units or code points."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"


class Change(NamedTuple):
    """Replace the text from `start` to `end`, each (line, column) from 0; None replaces it all."""

    text: str
    start: tuple[int, int] | None = None
    end: tuple[int, int] | None = None


class Touched(NamedTuple):
    """`removed` lines from line `first` on were replaced by `inserted` others; all others stay."""

    first: int
    removed: int
    inserted: int


class Document:
    """An open document. `size` is its length in bytes."""

    __slots__ = ("lines", "size")

    def __init__(self, text: str | list[bytes]) -> None:
        """From a text, or from its lines where they are at hand."""
        self.lines = encode(text).splitlines(keepends=True) if isinstance(text, str) else text
        self.size = sum(map(len, self.lines))

    def apply(self, changes: Iterable[Change], encoding: Encoding) -> list[Touched]:
        """Applies changes one after the other; each `Touched` counts lines as they were before its own.

        Positions are clamped as the protocol asks: a column past the end of a line means the end of the
        line before its ending (so no `\\r\\n` is ever split), a line past the last means the end of the
        document. A column inside a character means its start.
        """
        return [
            self._replace_all(change.text)
            if change.start is None or change.end is None
            else self._replace(change.text, change.start, change.end, encoding)
            for change in changes
        ]

    def position(self, line: int, column: int, encoding: Encoding) -> tuple[int, int]:
        """The line and the byte offset in it that a client's position means, clamped into the document."""
        lines = self.lines
        if line >= len(lines):
            if not lines or lines[-1].endswith((b"\n", b"\r")):
                return len(lines), 0
            return len(lines) - 1, len(lines[-1])
        return line, byte_offset(lines[line], column, encoding)

    def bytes_at(self, line: int, at: int, size: int) -> bytes:
        """`size` bytes from byte `at` of a line on. A line may hold thousands of records: no more than the
        one is copied."""
        while at >= len(self.lines[line]) and size:
            at -= len(self.lines[line])
            line += 1
        if not size or at + size <= len(self.lines[line]):
            return self.lines[line][at : at + size]
        return self.bytes_from(line, at + size)[at:]

    def bytes_from(self, start: int, size: int) -> bytes:
        """The first `size` bytes from a line on."""
        end, total = start, 0
        while total < size:
            total += len(self.lines[end])
            end += 1
        return (self.lines[start] if end == start + 1 else b"".join(self.lines[start:end]))[:size]

    def _replace(
        self, text: str, start: tuple[int, int], end: tuple[int, int], encoding: Encoding
    ) -> Touched:
        lines = self.lines
        first, head = self.position(*start, encoding)
        last, tail = (first, head) if start == end else self.position(*end, encoding)
        if (last, tail) < (first, head):
            first, head, last, tail = last, tail, first, head
        prefix = lines[first][:head] if head else b""
        suffix = lines[last][tail:] if last < len(lines) else b""
        middle = _join(_join(prefix, encode(text)), suffix)
        if not head and first and middle.startswith(b"\n") and lines[first - 1].endswith(b"\r"):
            # A carriage return that ended its line is now the first half of `\r\n`.
            first -= 1
            middle = lines[first] + middle
        return self._splice(first, min(last + 1, len(lines)), middle.splitlines(keepends=True))

    def _replace_all(self, text: str) -> Touched:
        """Keeps the lines that are equal at both ends, for clients that can only send whole documents."""
        old, new = self.lines, encode(text).splitlines(keepends=True)
        common = min(len(old), len(new))
        first = next((i for i in range(common) if old[i] != new[i]), common)
        same = next((i for i in range(common - first) if old[-1 - i] != new[-1 - i]), common - first)
        return self._splice(first, len(old) - same, new[first : len(new) - same])

    def _splice(self, first: int, end: int, new: list[bytes]) -> Touched:
        old = self.lines[first:end]
        self.size += sum(map(len, new)) - sum(map(len, old))
        self.lines[first:end] = new
        return Touched(first, len(old), len(new))


def encode(text: str) -> bytes:
    """UTF-8, with halves of surrogate pairs in their three-byte form."""
    return text.encode("utf-8", "surrogatepass")


def decode(data: bytes) -> str:
    """The text of a part of a document; bytes that are no UTF-8 become U+FFFD."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")


def content_length(line: bytes) -> int:
    """Length of a line without its ending, in bytes."""
    if line.endswith(b"\n"):
        return len(line) - (2 if line.endswith(b"\r\n") else 1)
    return len(line) - (1 if line.endswith(b"\r") else 0)


def line_ending(line: bytes) -> bytes:
    """The line's ending; empty for a last line without one."""
    return line[content_length(line) :]


def byte_offset(line: bytes, column: int, encoding: Encoding) -> int:
    """The byte offset that a client's column means; at most the length of the line without its ending."""
    end = content_length(line)
    if line[:column].isascii():  # also when the line is shorter
        return min(column, end)
    if encoding is Encoding.UTF8:
        return _character_start(line, min(column, end))
    start = 0
    while end - start > PIECE:  # decoding all of a long line takes ten times as long as counting
        stop = _character_start(line, start + PIECE)
        units = _units(line[start:stop], encoding)
        if units > column:
            break
        column -= units
        start = stop
    rest = line[start:end] if start else line
    return start + _byte_offset(rest, column, encoding, end - start)


def _byte_offset(line: bytes, column: int, encoding: Encoding, end: int) -> int:
    # A UTF-16 unit is at most three bytes of UTF-8 and a code point four: no need to look further.
    reach = _character_start(line, min(column * 4, end))
    text = line[:reach].decode("utf-8", "surrogatepass")
    if encoding is Encoding.UTF32:
        return len(encode(text[:column]))
    units = text.encode("utf-16-le", "surrogatepass")
    cut = column * 2
    if _is_high(units[cut - 2 : cut]) and _is_low(units[cut : cut + 2]):
        cut -= 2
    return len(encode(units[:cut].decode("utf-16-le", "surrogatepass")))


def columns(line: bytes, offsets: Sequence[int], encoding: Encoding) -> list[int]:
    """The client's columns of ascending byte offsets, in one pass over the line."""
    if encoding is Encoding.UTF8 or not offsets or line[: offsets[-1]].isascii():
        return list(offsets)
    found: list[int] = []
    at = units = 0
    for offset in offsets:
        units += _units(line[at:offset], encoding)
        found.append(units)
        at = offset
    return found


class Columns:
    """Counts a client's columns, on from where it last counted: thousands of records may stand on one line,
    and are mostly asked for in order."""

    __slots__ = ("_at", "_line", "_units", "encoding")

    def __init__(self, encoding: Encoding) -> None:
        self.encoding = encoding
        self._line, self._at, self._units = b"", 0, 0

    def know(self, line: bytes, offset: int, column: int) -> None:
        """Take over what is known of a line."""
        self._line, self._at, self._units = line, offset, column

    def of(self, line: bytes, offset: int) -> int:
        """The column of a byte of a line."""
        if line is not self._line or offset < self._at:
            self._line, self._at, self._units = line, 0, 0
        self._units += columns(line[self._at : offset], [offset - self._at], self.encoding)[0]
        self._at = offset
        return self._units


def _units(part: bytes, encoding: Encoding) -> int:
    """UTF-16 units or code points of whole characters."""
    units = len(part.translate(None, _CONTINUATION))
    return units + len(part.translate(None, _NOT_ASTRAL_LEAD)) if encoding is Encoding.UTF16 else units


def _character_start(line: bytes, offset: int) -> int:
    """`offset`, moved back out of the middle of a character."""
    while 0 < offset < len(line) and 0x80 <= line[offset] < 0xC0:
        offset -= 1
    return offset


def _is_high(unit: bytes) -> bool:
    return len(unit) == 2 and 0xD8 <= unit[1] < 0xDC


def _is_low(unit: bytes) -> bool:
    return len(unit) == 2 and 0xDC <= unit[1] < 0xE0


def _join(left: bytes, right: bytes) -> bytes:
    """Both in a row; two halves of a surrogate pair that meet become one character, as for the client."""
    if (
        right.startswith(b"\xed")
        and _HIGH_HALF.search(left, max(len(left) - 3, 0))
        and _LOW_HALF.match(right)
    ):
        pair = (left[-3:] + right[:3]).decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
        return left[:-3] + pair.decode("utf-16-le").encode() + right[3:]
    return left + right
