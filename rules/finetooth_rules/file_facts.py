"""What a file rule sees: facts of the bytes on disk, which editors hide. Gathered by the engine in one
pass.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileFacts:
    """`size` in bytes; `head` and `tail` the first and last bytes (up to 64 KiB and 4 bytes); counts of line
    endings over the whole file, not counting `\\r\\n` as a `\\r` or a `\\n`."""

    size: int
    head: bytes
    tail: bytes
    lf: int = 0
    crlf: int = 0
    cr: int = 0
    array: bool = False
    """The file is read as one array, as its name says it is: lines mean nothing in it."""

    @property
    def bom(self) -> bool:
        """Starts with the UTF-8 byte-order mark."""
        return self.head.startswith(b"\xef\xbb\xbf")
