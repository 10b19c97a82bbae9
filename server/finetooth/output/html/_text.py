"""Text on its way into the page, and numbers in words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from os.path import commonpath, dirname
from typing import TYPE_CHECKING, Final

from finetooth_rules.patterns import lazy

if TYPE_CHECKING:
    from markupsafe import Markup

_UNFIT: Final = lazy(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef]"
    "|["
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17))
    + "]"
)
_TICKS: Final = lazy(r"`([^`]+)`")


def clean(text: str) -> str:
    """The text with each character that HTML must not hold, and each that would turn round what stands beside
    it, replaced by one that shows: control characters by their pictures, all others by U+FFFD.
    """
    return _UNFIT.sub(_visible, text) if _UNFIT.search(text) else text


def _visible(match: re.Match[str]) -> str:
    char = match[0]
    if char < " ":
        return chr(0x2400 + ord(char))
    if char in "\u2028\u2029\x85":
        return "\u2424"
    return "\u2421" if char == "\x7f" else "\ufffd"


def file_size(size: int) -> str:
    """`812 bytes`, `12.4 MB`."""
    if size < 10_000:
        return count_of(size, "byte")
    return f"{size / 1e3:,.0f} kB" if size < 1e6 else f"{size / 1e6:,.1f} MB"


def count_of(count: int, word: str) -> str:
    """`1 file`, `1,234 files`."""
    return f"{count:,} {word}" + ("" if count == 1 else "s")


def share(part: int, whole: int) -> str:
    """`62 %`; `<1 %` and `>99 %` where rounding would say none or all."""
    if not whole:
        return "0 %"
    percent = 100 * part / whole
    if 0 < percent < 1:
        return "<1 %"
    return ">99 %" if 99 < percent < 100 else f"{percent:.0f} %"


def ticks(text: str) -> Markup:
    """A message as HTML: what stands between backticks is code."""
    from markupsafe import Markup, escape

    return Markup(_TICKS.sub(r"<code>\1</code>", str(escape(clean(text)))))


def common_folder(names: Iterable[str]) -> str:
    """The folder that all files lie in, with its last slash; empty where there is none."""
    given = list(names)
    if not given:
        return ""
    try:
        folder = commonpath([dirname(name) for name in given])
    except ValueError:  # drives of Windows, or names of which only some are absolute
        return ""
    inside = folder.rstrip("/\\") + given[0][len(folder.rstrip("/\\")) :][:1] if folder else ""
    return inside if all(name.startswith(inside) for name in given) else ""
