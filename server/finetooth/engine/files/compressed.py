"""Compressed datasets: unpacked once into a file of its own, as a stream, and read from there.

So everything that reads a dataset (in shards, twice, backwards for display) reads these as well, memory
stays bounded whatever the archive holds, and the disk by `max-decompressed-bytes`.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from finetooth.engine.files.source import BLOCK, Source
from finetooth_rules.array import Framing

SUFFIXES: Final = (".gz", ".zst")
DEFAULT_LIMIT: Final = 8 * 1024 * 1024 * 1024
_GZIP_PIECE: Final = 16 * 1024
"""Of an archive that is cut off no more than this is lost before the cut."""
_ZSTD_CHUNK: Final = 1024
"""Bytes put in at a time: at zstd's highest ratio they become some 32 MB."""


def is_compressed(name: str) -> bool:
    """Whether a name says that the file is compressed."""
    return name.lower().endswith(SUFFIXES)


def inner_name(name: str) -> str:
    """The name of what is inside."""
    return name[: name.rindex(".")] if is_compressed(name) else name


def unpacked_head(source: Source, count: int) -> bytes:
    """The first bytes inside; fewer where the archive is broken. Raises OSError."""
    parts: list[bytes] = []
    with source.open() as stream:
        try:
            for part in _parts(source.name, stream):
                parts.append(part)
                count -= len(part)
                if count <= 0:
                    break
        except _Broken:
            pass
    return b"".join(parts)


def unpack(source: Source, target: Path, limit: int) -> str | None:
    """Write what is inside to `target`. Answers what is wrong with the archive: then `target` holds the
    whole lines before that, or of an array all that there is. Raises OSError.
    """
    written = 0
    with source.open() as stream, target.open("wb") as out:
        try:
            for part in _parts(source.name, stream):
                room = limit - written
                out.write(part[:room])
                written += min(len(part), room)
                if len(part) > room:
                    trouble = f"holds more than max-decompressed-bytes ({limit:,}); the rest was not judged"
                    break
            else:
                return None
        except _Broken as broken:
            trouble = f"{broken}; only the records before that were judged"
    if source.framing is not Framing.ARRAY:
        _cut_to_whole_lines(target)
    return trouble


class _Broken(Exception):
    """The archive cannot be read on."""


def _parts(name: str, stream: BinaryIO) -> Iterator[bytes]:
    """What is inside, in pieces."""
    if name.lower().endswith(".gz"):
        import gzip

        try:
            with gzip.GzipFile(fileobj=stream) as inside:
                while part := inside.read(_GZIP_PIECE):
                    yield part
        except EOFError as error:
            raise _Broken("the gzip data is cut off") from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise _Broken(f"the gzip data is damaged ({str(error).lower()})") from error
        return
    # Loaded only where there is such a file.
    import zstandard

    reader = zstandard.ZstdDecompressor().decompressobj()
    begun = False
    try:
        while block := stream.read(BLOCK):
            for at in range(0, len(block), _ZSTD_CHUNK):
                chunk = block[at : at + _ZSTD_CHUNK]
                while chunk:
                    if reader.eof:  # another frame
                        reader = zstandard.ZstdDecompressor().decompressobj()
                    begun = True
                    if part := reader.decompress(chunk):
                        yield part
                    chunk = reader.unused_data if reader.eof else b""
    except zstandard.ZstdError as error:
        raise _Broken(f"the zstd data is damaged ({error})") from error
    if begun and not reader.eof:
        raise _Broken("the zstd data is cut off")


def _cut_to_whole_lines(target: Path) -> None:
    """Take away a last line that is not whole: it is no fault of the data."""
    with target.open("r+b") as file:
        end = file.seek(0, io.SEEK_END)
        while end > 0:
            start = max(0, end - BLOCK)
            file.seek(start)
            at = file.read(end - start).rfind(b"\n")
            if at >= 0:
                file.truncate(start + at + 1)
                return
            end = start
        file.truncate(0)
