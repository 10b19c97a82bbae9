"""A quick look that is enough for most texts."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_WIDEST: Final = 24


@lru_cache(maxsize=_WIDEST)
def _indented(width: int) -> re.Pattern[str]:
    """Lines that are blank or indented by at least so much, and that much in front of what comes then."""
    return re.compile(rf"(?:(?: {{{width}}}[^\n]*+|[ \t]*+)\n)*+ {{{width}}}")


def plainly_closed(text: str) -> bool:
    """True only where no fence can be open: fences of three backticks alone, each begins its line behind
    nothing but spaces, they pair up with equal indentation, and no line between a pair is indented less (so
    no container ends there).
    """
    parts = text.split("```")
    if len(parts) == 1:
        return "~~~" not in text
    if len(parts) % 2 == 0 or "~~~" in text or "\r" in text:
        return False
    ahead = "\n" + parts[0]
    for inside, behind in zip(parts[1::2], parts[2::2], strict=True):
        at = ahead.rfind("\n")
        lead = ahead[at + 1 :]
        info, newline, body = inside.partition("\n")
        if at < 0 or not newline or "`" in info:
            return False
        if not lead:
            if body and body[-1] != "\n":
                return False
        elif lead.strip(" ") or len(lead) > _WIDEST or not _indented(len(lead)).fullmatch(body):
            return False
        if behind and behind[0] != "\n" and behind.partition("\n")[0].strip(" \t"):
            return False
        ahead = behind
    return True
