"""The numbers by which the rules of this group tell records apart: a row for each record, read once for all of
them."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

import orjson

from finetooth_rules.duplicates import _sketch
from finetooth_rules.duplicates._folded import folded, numbers
from finetooth_rules.duplicates._said import context, said

if TYPE_CHECKING:
    from finetooth_rules.example import Example
    from finetooth_rules.profile import Profile
    from finetooth_rules.rule import Columns

WHOLE: Final = "whole"
"""Digest of the record's decoded value, its keys sorted."""
SAID: Final = "said"
"""Digest of all it says, folded; `WHOLE` where it says nothing."""
PROMPT: Final = "prompt"
"""Digest of all that stands before its last answer, to the letter; 0 where that is not there to be learnt."""
ASKED: Final = "asked"
"""Digest of all that is asked, folded, whatever is answered in between; 0 where nothing is."""
ANSWER: Final = "answer"
"""Digest of what is answered, folded; 0 where there is nothing."""
NUMBERS: Final = "numbers"
"""Digest of the numbers in it, whatever their order; 0 where there are none."""
ID: Final = "id"
"""Digest of its `id`; 0 where it has none."""
SKETCH: Final = "sketch"
"""See `_sketch`: eight numbers of 64 bits, which hold eight numbers of 32 bits of the prompt and eight of the
answer."""

_SINGLE: Final = (WHOLE, SAID, PROMPT, ASKED, ANSWER, NUMBERS, ID)


def gather(examples: Sequence[Example | None], profile: Profile) -> Columns:
    """The columns named above, with one number (of `SKETCH` eight) a record."""
    columns: dict[str, array[int]] = {name: array("Q") for name in _SINGLE}
    texts: list[bytes] = []
    for example in examples:
        if example is None:
            for column in columns.values():
                column.append(0)
            texts += (b"", b"")
            continue
        apart = said(example)
        asked, answered = folded(apart.prompt), folded(apart.answer)
        texts += (asked, answered)
        columns[WHOLE].append(whole(example))
        columns[ID].append(_id(example))
        figures = numbers(apart.prompt)
        many = len(figures)
        figures += numbers(apart.answer)
        # The numbers in order, too: folding makes one of 3.5 and 35.
        answer = _digest(
            b"\x00".join((answered or apart.answer.encode("utf-8", "surrogatepass"), *figures[many:]))
        )
        columns[ANSWER].append(answer if apart.answer else 0)
        columns[NUMBERS].append(_digest(b" ".join(sorted(figures))) if figures else 0)
        around = _around(apart.frame, apart.beside)
        question = _digest(b"\x00".join((*figures[:many], *around, asked)))
        columns[ASKED].append(question if apart.prompt else 0)
        columns[SAID].append(
            _digest(b"%d %d" % (question, answer)) if asked or answered else columns[WHOLE][-1]
        )
        before = context(example, apart) if apart.answer else None
        columns[PROMPT].append(_digest(before.encode("utf-8", "surrogatepass")) if before is not None else 0)
    columns[SKETCH] = array("Q", _sketch.bins(texts).tobytes())
    return columns


@lru_cache(maxsize=64)
def _around(frame: str, beside: str) -> tuple[bytes, ...]:
    """What is said beside prompt and answer, folded: the same in most records."""
    return (folded(frame), *numbers(frame), beside.encode("utf-8", "surrogatepass"))


def whole(example: Example) -> int:
    """Digest of a record's value: the order of keys, white space and escapes do not matter."""
    record = example.record
    try:
        text = orjson.dumps(record.value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        # A lone surrogate, an integer beyond 64 bits, nesting too deep: what only the tolerant reader reads.
        text = record.raw.strip()
    return _digest(text)


def _id(example: Example) -> int:
    value = example.record.value.get("id")
    if value.__class__ not in (str, int) or value == "":
        return 0
    return _digest(f"{value.__class__.__name__}{value}".encode("utf-8", "surrogatepass"))


def _digest(data: bytes) -> int:
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "little") or 1
