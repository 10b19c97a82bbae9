"""Where `<think>` and `</think>` stand in a text, and which of them are there as tags.

A text may talk about the tags. As a tag counts what stands first or last on its line, outside of code spans
and quotes; in a code block only what is alone on its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from finetooth_rules.example import Text
from finetooth_rules.patterns import lazy

OPEN: Final = "<think>"
CLOSE: Final = "</think>"
_TAG: Final = lazy(r"</?think>")
_FENCE: Final = lazy(r"^ {0,3}(?:`{3,}|~{3,})", re.MULTILINE)
_QUOTES: Final = frozenset("`\"'“”‘’«»")


class Tag(NamedTuple):
    """A tag in one of the texts. `stands`: it is there as a tag, and not as a word; `quoted`: it is in a code
    span or in quotes, so surely a word.
    """

    text: int
    start: int
    end: int
    closes: bool
    stands: bool
    in_code: bool
    quoted: bool


def tags(texts: Sequence[Text]) -> Iterator[Tag]:
    """All tags of some texts, in order."""
    for number, (text, _) in enumerate(texts):
        if "think>" not in text:
            continue
        fences = [match.start() for match in _FENCE.finditer(text)]
        for match in _TAG.finditer(text):
            start, end = match.span()
            in_code = sum(fence < start for fence in fences) % 2 == 1
            line_start = text.rfind("\n", 0, start) + 1
            line_end = text.find("\n", end)
            before = text[line_start:start]
            after = text[end : line_end if line_end >= 0 else len(text)]
            quoted = _is_quoted(before, after)
            first, last = not before.strip(), not after.strip()
            stands = not quoted and (first and last if in_code else first or last)
            yield Tag(number, start, end, match[0] == CLOSE, stands, in_code, quoted)


def _is_quoted(before: str, after: str) -> bool:
    """Whether what stands between these two parts of a line is in a code span or in quotes."""
    if before[-1:] in _QUOTES or after[:1] in _QUOTES:
        return True
    return before.count("`") % 2 == 1 and "`" in after
