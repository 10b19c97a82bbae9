"""The numbers by which the rules of this group tell records apart: a row for each record, read once for all
of them."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Final
from zlib import crc32

import orjson

from finetooth_rules.duplicates import _sketch
from finetooth_rules.duplicates._folded import folded
from finetooth_rules.duplicates._said import context, said

if TYPE_CHECKING:
    from finetooth_rules.example import Example
    from finetooth_rules.profile import Profile
    from finetooth_rules.rule import Columns

WHOLE: Final = "whole"
"""Digest of the record's decoded value, its keys sorted; 0 where there is nothing in it."""
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
_NONE: Final = (0,) * len(_SINGLE)
_ODD: Final = 0x9E3779B97F4A7C15
_ALL: Final = (1 << 64) - 1
_LOW: Final = (1 << 32) - 1


def gather(examples: Sequence[Example | None], profile: Profile) -> Columns:
    """The columns named above, with one number (of `SKETCH` eight) a record."""
    columns: dict[str, array[int]] = {name: array("Q") for name in _SINGLE}
    texts: list[bytes] = []
    put = [columns[name].append for name in _SINGLE]
    for example in examples:
        numbers_of = _NONE if example is None else _numbers(example, texts)
        if example is None:
            texts += (b"", b"")
        for append, number in zip(put, numbers_of, strict=True):
            append(number)
    columns[SKETCH] = array("Q", _sketch.bins(texts).tobytes())
    return columns


def _numbers(example: Example, texts: list[bytes]) -> tuple[int, ...]:
    """The columns of `_SINGLE`; what is asked and answered, folded, is put to `texts`."""
    apart = said(example)
    asked, asked_figures = folded(apart.prompt)
    answered, figures = folded(apart.answer)
    texts += (asked, answered)
    # The numbers in order, too: folding makes one of 3.5 and 35. What is all folded away stands for itself.
    answer = _digest(
        b"\x00".join((answered or apart.answer.encode("utf-8", "surrogatepass"), *figures))
        if figures or not answered
        else answered
    )
    question = _digest(b"\x00".join((*asked_figures, *_around(apart.frame, apart.beside), asked)))
    record = whole(example) if example.record.value else 0
    before = context(example, apart) if apart.answer else None
    return (
        record,
        # One of them times an odd number: told apart from each other, and from their sum.
        (question * _ODD + answer & _ALL or 1) if asked or answered else record,
        # To the letter: equal after folding, and a checksum of it unfolded.
        0 if before is None else question & ~_LOW | crc32(before.encode("utf-8", "surrogatepass")) or 1,
        question if apart.prompt else 0,
        answer if apart.answer else 0,
        _digest(b" ".join(sorted(asked_figures + figures))) if asked_figures or figures else 0,
        _id(example),
    )


@lru_cache(maxsize=64)
def _around(frame: str, beside: str) -> tuple[bytes, ...]:
    """What is said beside prompt and answer, folded: the same in most records."""
    text, figures = folded(frame)
    return (text, *figures, beside.encode("utf-8", "surrogatepass"))


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
