"""Addresses and files that a record names, and the exact bytes that name them.

Both are looked for in the text as it is written, which is quick and needs no record to be JSON: an address
ends where a string or an escape does, a file's name is a whole string.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from finetooth_rules.finding import Span
from finetooth_rules.patterns import lazy
from finetooth_rules.reading.literals import decode

_ADDRESS: Final = lazy(
    rb"https?:(?:\\*+/){2}(?=[A-Za-z0-9\[])(?:[A-Za-z0-9._~:?#\[\]@!$&'()*+,;=%-]++|\\*+/|\\u00(?:2[67]|3[dD]))++"
)
_TRAILING: Final = ".,;:!?'*_~"
_PAIRS: Final = {")": "(", "]": "["}
_FILLED_IN: Final = frozenset(b"{<|`")
"""Behind an address: it is a pattern, or goes on (but a backtick ends it)."""
_BACKTICK: Final = 0x60
_SLASHES: Final = lazy(r"\\+/")
_MEDIA: Final = lazy(
    rb"\.(?:png|jpe?g|gif|webp|bmp|tiff?|avif|heic|svg|mp4|m4v|mov|mkv|webm|avi|mp3|m4a|wav|flac|ogg|opus|aac|pdf)\"",
    re.IGNORECASE,
)
_LONGEST_NAME: Final = 1000


class Link(NamedTuple):
    """What the bytes of `span` name: an address, or (`is_file`) the name of a file."""

    span: Span
    target: str
    is_file: bool = False


def links(raw: bytes) -> Iterator[Link]:
    """The addresses and names of media files in a record's text, in order of kind and place."""
    if b"http" in raw:
        yield from _addresses(raw)
    if _MEDIA.search(raw):
        yield from _files(raw)


def _addresses(raw: bytes) -> Iterator[Link]:
    for match in _ADDRESS.finditer(raw):
        start, end = match.span()
        following = raw[end] if end < len(raw) else _BACKTICK
        if following in _FILLED_IN and following != _BACKTICK:
            continue
        written = _trimmed(match[0].decode("ascii"))
        target = decode(_SLASHES.sub("/", written).encode())
        host = target.partition("://")[2]
        if host.strip("/.-:") and "$" not in host.partition("/")[0]:
            yield Link(Span(start, start + len(written)), target)


def _trimmed(text: str) -> str:
    """An address without the punctuation of the sentence that it stands in."""
    while text:
        last = text[-1]
        unopened = last in _PAIRS and text.count(last) > text.count(_PAIRS[last])
        if last not in _TRAILING and not unopened:
            return text
        text = text[:-1]
    return text


def _files(raw: bytes) -> Iterator[Link]:
    for match in _MEDIA.finditer(raw):
        end = match.end() - 1
        start = raw.rfind(b'"', max(end - _LONGEST_NAME, 0), end) + 1
        if not start or raw[start - 2 : start - 1] == b"\\":
            continue
        name = decode(raw[start:end])
        if "\n" not in name and not name.startswith("data:") and "://" not in name.removeprefix("file://"):
            yield Link(Span(start, end), name, is_file=True)


def existing(names: Iterable[str], folders: Iterable[Path]) -> dict[str, Path]:
    """The files that names mean, relative to one of the folders; those that are not there are left out."""
    bases = [*folders]
    found: dict[str, Path] = {}
    for name in names:
        for base in bases:
            path = base / name.removeprefix("file://")
            try:
                if path.is_file():
                    found[name] = Path(os.path.abspath(path))
                    break
            except (OSError, ValueError):
                break
    return found
