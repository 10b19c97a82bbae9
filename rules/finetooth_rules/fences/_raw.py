"""The quickest look of all, at the raw text of a record: fences that are plainly closed, without decoding
anything.

Much like `_plain.plainly_closed`: runs of exactly three backticks; each begins its line behind nothing but
spaces; its closing fence is the next run, as wide; no line between them is indented less. Fences of tildes
are another trigger. Such records are a regular language, which re2 tells in one pass of an automaton.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import re2

_WIDEST: Final = 8
# Of a JSON string as written: a character, an escape, or one or two backticks before either.
_IN_LINE: Final = r'(?:`{0,2}(?:[^`"\\]|\\[^n`]))*'
_IN_STRING: Final = r'(?:`{0,2}(?:[^`"\\]|\\[^`]))*'
_OUTSIDE: Final = r"(?:`{0,2}(?:[^`\\]|\\[^`]))*"
_INFO: Final = r'[^`"\\]*'
_CLOSE: Final = r'``` *(?:\\n|")'


def _block(width: int) -> str:
    """From an opening run that many spaces in to what follows its closing run."""
    lead = " " * width
    if not width:
        return rf"```{_INFO}\\n(?:{_IN_STRING}\\n)?{_CLOSE}"
    return rf"{lead}```{_INFO}\\n(?:(?:{lead}{_IN_LINE}| *)\\n)*{lead}{_CLOSE}"


@lru_cache(maxsize=1)
def _closed() -> Any:
    """The automaton. What ends one block may begin the line of the next."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    blocks = "|".join(_block(width) for width in range(_WIDEST + 1))
    whole = rf'(?:{_OUTSIDE}(?:"|\\n)(?:{blocks})+)*{_OUTSIDE}`{{0,2}}'
    return re2.compile(whole.encode("ascii"), options)


def may_be_open(raw: bytes) -> bool:
    """False only where no fence of backticks can be open in the record; it has no escaped ASCII character."""
    if _closed().fullmatch(raw) is None:
        return True
    # A carriage return ends a line, and with it perhaps the list item a fence stands in.
    return rb"\r" in raw
