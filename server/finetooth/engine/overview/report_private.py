"""Findings and counts without the words of records, for a page that is passed on.

What a message quotes stands between backticks. Words of the formats themselves (`messages`, `assistant`) are
kept, all others may be a record's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from finetooth.engine.overview.stats import Stats
from finetooth.engine.report import Shown
from finetooth_rules.formats import FORMATS
from finetooth_rules.patterns import lazy
from finetooth_rules.targets import TARGETS

LEFT_OUT: Final = "…"
_QUOTED: Final = lazy(r"`[^`]*`|`.*\Z", re.DOTALL)
_STEP: Final = lazy(r"[^/#]+")
_ROLES: Final = frozenset({"system", "developer", "user", "assistant", "tool", "function"})
_MEDIA: Final = frozenset({"image", "video", "audio", "file"})


def without_words(finding: Shown) -> Shown:
    """The finding without excerpt and fixes; of its message and pointer what no record says."""
    return replace(
        finding,
        message=bare_message(finding.message),
        others=bare_message(finding.others),
        pointer=_STEP.sub(lambda step: step[0] if _is_known(step[0]) else LEFT_OUT, finding.pointer),
        excerpt=None,
        fixes=(),
        related=tuple(replace(other, message=bare_message(other.message)) for other in finding.related),
    )


def bare_message(message: str) -> str:
    """A message without the quoted words that are none of the formats': from the first such word to the last
    quote, as a record's word may hold backticks itself.
    """
    for word in _QUOTED.finditer(message):
        if not _is_known(word[0].strip("`")):
            return (
                f"{message[: word.start()]}`{LEFT_OUT}`{message[max(message.rfind('`') + 1, word.end()) :]}"
            )
    return message


def without_names(stats: Stats) -> Stats:
    """Counts with those of all names that people gave put together."""
    return replace(
        stats,
        roles=_merged(stats.roles, _ROLES),
        tools=_merged(stats.tools),
        calls=_merged(stats.calls),
        fences=_merged(stats.fences),
        media=_merged(stats.media, _MEDIA),
    )


def _merged(counts: Counter[str], known: frozenset[str] = frozenset()) -> Counter[str]:
    merged: Counter[str] = Counter()
    for name, count in counts.items():
        merged[name if name in known else "(not named)"] += count
    return merged


def _is_known(word: str) -> bool:
    return word.isdecimal() or word in _words()


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    """The words of formats and targets."""
    words = {*FORMATS, *TARGETS}
    for fmt in FORMATS.values():
        words.update(_words_of(fmt.schema))
    return frozenset(words)


def _words_of(schema: Any) -> Iterator[str]:
    """Keys and values that a JSON Schema names."""
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key in ("properties", "patternProperties") and isinstance(value, dict):
                yield from value
            if key in ("enum", "const", "required"):
                yield from (
                    text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)
                )
            yield from _words_of(value)
    elif isinstance(schema, list):
        for one in schema:
            yield from _words_of(one)
