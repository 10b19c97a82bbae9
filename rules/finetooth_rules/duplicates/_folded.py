"""A text without what makes no difference: case, white space, the punctuation of prose."""

from __future__ import annotations

import unicodedata
from typing import Final

from finetooth_rules.patterns import lazy

_PROSE: Final = b" \t\r\n\v\f.,!?;:\"'`"
"""Deleted. Operators and brackets stay: `a * (b + c)` is not `a * b + c`. A number's own point and comma are
kept in the list of numbers."""
_LOWER: Final = bytes(range(256)).lower()
_NUMERIC: Final = bytes(byte if chr(byte) in "0123456789.," else 32 for byte in range(256))
_MARKS: Final = lazy("[\u00a0\u00ad\u2000-\u206f\u3000-\u303f\ufe0f]+")
"""Spaces, dashes, quotes and joiners of Unicode's general punctuation, and the punctuation of Chinese and
Japanese."""
_WORD: Final = lazy(r"[\u3041-\u30ff\u3400-\u9fff]|\d+(?:[.,]\d+)*|[^\W\d]\w*|[^\w\s.,!?;:\"'`]|!(?==)")


def folded(text: str) -> tuple[bytes, list[bytes]]:
    """What two texts have in common that differ in case, spaces and the punctuation of prose only (UTF-8),
    and their numbers, in order, as written: `3.5`, `1,000`, `4`.
    """
    if text.isascii():
        data = text.encode()
    else:
        text = unicodedata.normalize("NFKC", text).lower()
        data = _MARKS.sub("", text).encode("utf-8", "surrogatepass")
    figures = data.translate(_NUMERIC).split()
    if b"!=" in data:  # the one mark of prose that turns the meaning of code round
        data = data.replace(b"!=", b"\x01=")
    if figures:
        figures = [number for figure in figures if (number := figure.strip(b".,"))]
    return data.translate(_LOWER, _PROSE), figures


def words(text: str) -> list[str]:
    """The words, numbers and operators of a text in small letters; of Chinese and Japanese, characters."""
    if not text.isascii():
        text = _MARKS.sub(" ", unicodedata.normalize("NFKC", text))
    return _WORD.findall(text.lower())
