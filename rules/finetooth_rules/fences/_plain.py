"""A quick look that is enough for most texts."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from finetooth_rules.patterns import lazy

_WIDEST: Final = 24


@lru_cache(maxsize=_WIDEST)
def _indented(width: int) -> re.Pattern[str]:
    """Lines that are blank or indented by at least so much, and that much in front of what comes then."""
    return re.compile(rf"(?:(?: {{{width}}}[^\n]*+|[ \t]*+)\n)*+ {{{width}}}")


_MAY_BE_HTML: Final = lazy(r"\n[ \t>*+.)0-9-]*+<")
"""A line that begins with a tag, behind whatever containers: inside HTML a fence is none."""
_CODE_INDENT: Final = 4


def plainly_closed(text: str) -> bool:
    """True only where no fence can be open: fences of three backticks alone, each begins its line behind
    nothing but spaces, they pair up with equal indentation, and no line between a pair is indented less (so
    no container ends there).
    """
    return _pairs(text) is not None


def plain_infos(text: str) -> list[str] | None:
    """What stands behind the opening fences of a text, where it is plain that these, and no others, begin a
    block; None where it is not.
    """
    pairs = _pairs(text)
    if pairs is None or any(width >= _CODE_INDENT for width, _ in pairs):
        return None
    if "<" in text and _MAY_BE_HTML.search("\n" + text):
        return None
    return [info for _, info in pairs]


def _pairs(text: str) -> list[tuple[int, str]] | None:
    """Of each pair of fences the indentation and what stands behind the first; None unless all are plain."""
    parts = text.split("```")
    if len(parts) % 2 == 0 or "~~~" in text or (len(parts) > 1 and "\r" in text):
        return None
    found: list[tuple[int, str]] = []
    ahead = "\n" + parts[0]
    for inside, behind in zip(parts[1::2], parts[2::2], strict=True):
        at = ahead.rfind("\n")
        lead = ahead[at + 1 :]
        info, newline, body = inside.partition("\n")
        if at < 0 or not newline or "`" in info:
            return None
        if not lead:
            if body and body[-1] != "\n":
                return None
        elif lead.strip(" ") or len(lead) > _WIDEST or not _indented(len(lead)).fullmatch(body):
            return None
        if behind and behind[0] != "\n" and behind.partition("\n")[0].strip(" \t"):
            return None
        found.append((len(lead), info))
        ahead = behind
    return found
