"""How wide text is in a terminal, which is not how many characters it has."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_ZERO_WIDTH = frozenset({"Mn", "Me"})
_JOINERS = frozenset("\u200c\u200d\ufe0e\ufe0f")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


@lru_cache(maxsize=4096)
def char_cells(char: str) -> int:
    """Cells of one character: East Asian wide and emoji take two, combining marks none."""
    if " " <= char <= "~":
        return 1
    if unicodedata.category(char) in _ZERO_WIDTH or char in _JOINERS or "\u1160" <= char <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cells(text: str) -> int:
    """Cells of a text without control characters."""
    return len(text) if text.isascii() else sum(map(char_cells, text))


def visible(char: str, before: str) -> str:
    """`char` as it may be printed behind `before`: what would be invisible, move the cursor or turn the
    direction of the text is named (`<U+202E>`). Joiners and variation selectors stay where they join
    something."""
    if " " <= char <= "~":
        return char
    if char in _JOINERS:
        return char if before > "~" else _name(char)
    return _name(char) if unicodedata.category(char) in _INVISIBLE else char


def printable(text: str) -> str:
    """A text with nothing in it that a terminal would obey."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(visible(char, text[index - 1] if index else "") for index, char in enumerate(text))


def _name(char: str) -> str:
    return f"<U+{ord(char):04X}>"
