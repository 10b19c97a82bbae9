"""Bytes to lint: a file on disk or what came on standard input; read in blocks, never whole."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from finetooth_rules.array import Framing
from finetooth_rules.file_facts import FileFacts
from finetooth_rules.framing import split_lines

UNNAMED: Final = "<stdin>"
"""What standard input is called where nobody said."""
BLOCK: Final = 512 * 1024
HEAD: Final = 64 * 1024
KEPT_OF_SKIPPED: Final = 1024


@dataclass(frozen=True, slots=True)
class Source:
    """`name` is how the report calls it. Exactly one of `path` and `data` is given. `framing` is how its
    records stand in it: `LINES` or `ARRAY`."""

    name: str
    path: Path | None = None
    data: bytes | None = None
    framing: Framing = Framing.LINES
    cut: bool = False
    """More was meant to follow: the end says nothing of the data."""

    def open(self) -> BinaryIO:
        """A binary stream at the start. Raises OSError."""
        if self.data is not None:
            return io.BytesIO(self.data)
        assert self.path is not None
        return self.path.open("rb", buffering=0)

    def size(self) -> int:
        """Bytes. Raises OSError."""
        if self.data is not None:
            return len(self.data)
        assert self.path is not None
        return self.path.stat().st_size

    def head(self, count: int) -> bytes:
        """The first bytes. Raises OSError."""
        with self.open() as stream:
            return read_fully(stream, count)

    def slice(self, start: int, size: int) -> bytes:
        """`size` bytes from `start` on. Raises OSError."""
        with self.open() as stream:
            stream.seek(start)
            return read_fully(stream, size)


def read_fully(stream: BinaryIO, count: int) -> bytes:
    """Up to `count` bytes; fewer only at the end of the file (a raw read may return less than was asked
    for).
    """
    parts: list[bytes] = []
    while count > 0 and (part := stream.read(count)):
        parts.append(part)
        count -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


class Skipped(bytes):
    """The head of a line over the record limit, standing for the whole line. `size` is the line's full
    length.
    """

    size: int

    @classmethod
    def of(cls, head: bytes, size: int) -> Skipped:
        """A stand-in for a line of `size` bytes, its ending included."""
        skipped = cls(head)
        skipped.size = size
        return skipped


def line_size(line: bytes) -> int:
    """Bytes the line takes in the file."""
    return line.size if isinstance(line, Skipped) else len(line)


def read_lines(stream: BinaryIO, limit: int, block: int = BLOCK) -> Iterator[list[bytes]]:
    """The lines from the stream's position on, in lists of about `block` bytes, each line with its ending.

    A line longer than `limit` bytes is never held: it comes as a `Skipped`.
    """
    carry: list[bytes] = []
    held = 0
    chunk = stream.read(block)
    while chunk:
        cut = _last_end(chunk)
        if cut:
            carry.append(chunk[:cut])
            yield split_lines(b"".join(carry))
            carry, held = [], 0
        rest = chunk[cut:]
        if rest.endswith(b"\r") and (more := stream.read(block)):
            chunk = rest + more  # now it shows whether the `\r` is half of a `\r\n`
            continue
        carry.append(rest)
        held += len(rest)
        chunk = b""
        if held > limit:
            size, chunk = _skip(stream, block)
            yield [Skipped.of(b"".join(carry)[:KEPT_OF_SKIPPED], held + size)]
            carry, held = [], 0
        chunk = chunk or stream.read(block)
    if held:
        yield split_lines(b"".join(carry))


def _last_end(chunk: bytes) -> int:
    """Offset behind the last line ending that surely is one: a final `\r` may be half of a `\r\n`."""
    return max(chunk.rfind(b"\n"), chunk.rfind(b"\r", 0, len(chunk) - 1)) + 1


def _skip(stream: BinaryIO, block: int) -> tuple[int, bytes]:
    """Read on to the end of the line. How many bytes belong to it, and what was read beyond it."""
    size = 0
    while chunk := stream.read(block):
        if chunk.endswith(b"\r"):
            chunk += stream.read(1)
        ends = [at for at in (chunk.find(b"\n"), chunk.find(b"\r")) if at >= 0]
        if ends:
            at = min(ends) + (2 if chunk[min(ends) :].startswith(b"\r\n") else 1)
            return size + at, chunk[at:]
        size += len(chunk)
    return size, b""


def file_facts(source: Source) -> FileFacts:
    """What file rules look at, read in one pass over the file. Raises OSError."""
    counts = EndingCounts()
    with source.open() as stream:
        head = read_fully(stream, HEAD)
        tail = head[-4:]
        counts.add(head)
        while chunk := stream.read(BLOCK * 4):
            counts.add(chunk)
            tail = (tail + chunk[-4:])[-4:]
    return counts.facts(source.size(), head, tail, array=source.framing is Framing.ARRAY)


@dataclass(slots=True)
class EndingCounts:
    """Counts line endings over consecutive chunks."""

    lf: int = 0
    crlf: int = 0
    cr: int = 0
    _last: bytes = b""

    def add(self, chunk: bytes) -> None:
        """The next bytes of the file."""
        feeds = chunk.count(b"\n")
        if b"\r" in chunk or self._last == b"\r":
            pairs = chunk.count(b"\r\n")
            split = self._last == b"\r" and chunk[:1] == b"\n"
            self.crlf += pairs + split
            self.cr += chunk.count(b"\r") - pairs - split
            self.lf += feeds - pairs - split
        else:
            self.lf += feeds
        self._last = chunk[-1:] or self._last

    def facts(self, size: int, head: bytes, tail: bytes, *, array: bool = False) -> FileFacts:
        """The facts so far."""
        return FileFacts(size, head, tail, self.lf, self.crlf, self.cr, array)
