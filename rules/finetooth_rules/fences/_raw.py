"""The quickest look of all, at the raw text of a record: fences that are plainly closed, without decoding anything.

The same as `_plain.plainly_closed`, or stricter: backtick fences alone; each begins its line behind nothing but spaces;
its closing fence is the next one, as wide and as long, and no line between them is indented less.
"""

from __future__ import annotations

import re
from typing import Final

# The rest of a line of a string: no quote that ends the string, no line break, no run of three backticks.
_REST: Final = rb'[^"\\`]*+(?:(?:\\[^n]|`(?!``))[^"\\`]*+)*+'
_PAIR: Final = re.compile(
    rb'(?:(?<=[^\\]")|(?<=[^\\]\\n))( *+)```[^`"\\]*+\\n'
    rb"(?:(?!\1```)(?:\1" + _REST + rb'| *+)\\n)*+\1``` *+(?=\\n|")'
)


def may_be_open(raw: bytes) -> bool:
    """False only where no fence of the record can be open."""
    if b"~~~" in raw or b"\\r" in raw or b"\\u00" in raw:
        return True
    return b"```" in _PAIR.sub(b"", raw)
