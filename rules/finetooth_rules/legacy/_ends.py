"""How the prompts and the completions of a file begin and end, in a summary of bounded size.

The checks are those of OpenAI's old data-preparation tool (openai-python, src/openai/lib/_validators.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from finetooth_rules.example import Example
from finetooth_rules.profile import Profile

FORMATS: Final = ("prompt-completion",)
MIN_EXAMPLES: Final = 10
"""OpenAI refuses fewer, and what two or three texts have in common is chance."""

_KEPT: Final = 64
_SKETCH: Final = 256
_HASHES: Final = 2**64


@dataclass(frozen=True, slots=True)
class Options:
    """`min_examples`: the fewest examples of which anything is said."""

    min_examples: int = MIN_EXAMPLES


class Ends(NamedTuple):
    """The beginning and the end that all texts share (at most 64 characters of each), how many texts there
    are, and whether they are all the same. Empty texts do not count.
    """

    texts: int = 0
    prefix: str = ""
    suffix: str = ""
    digest: bytes | None = b""
    """Of the text, where all are the same; None where they differ."""

    @property
    def differ(self) -> bool:
        """Whether there are at least two different texts."""
        return self.digest is None


def ends_of(text: str) -> Ends:
    """The ends of one text."""
    if not text:
        return Ends()
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return Ends(1, text[:_KEPT], text[-_KEPT:], digest)


def joined(one: Ends, other: Ends) -> Ends:
    """The ends that the texts of both share."""
    if not one.texts or not other.texts:
        return one if one.texts else other
    return Ends(
        one.texts + other.texts,
        _shared(one.prefix, other.prefix),
        _shared(one.suffix[::-1], other.suffix[::-1])[::-1],
        one.digest if one.digest == other.digest else None,
    )


def _shared(one: str, other: str) -> str:
    """The beginning that two strings have in common."""
    for index, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return one[:index]
    return min(one, other, key=len)


class Sketch(NamedTuple):
    """How many different texts there are, roughly: the smallest hashes of all texts (exact below 256)."""

    smallest: frozenset[int] = frozenset()

    def distinct(self) -> float:
        """The number of different texts."""
        if len(self.smallest) < _SKETCH:
            return len(self.smallest)
        return (_SKETCH - 1) * _HASHES / max(self.smallest)


def sketch_of(text: str) -> Sketch:
    """The sketch of one text."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return Sketch(frozenset({int.from_bytes(digest)}))


def merged(one: Sketch, other: Sketch) -> Sketch:
    """The sketch of the texts of both."""
    union = one.smallest | other.smallest
    return Sketch(union if len(union) <= _SKETCH else frozenset(sorted(union)[:_SKETCH]))


class Pair(NamedTuple):
    """The prompt and the completion of a record."""

    prompt: str
    completion: str


def pairs(examples: Sequence[Example], profile: Profile) -> list[Pair | None]:
    """Prompt and completion of each record under a target that trains base models; None elsewhere, and where
    one of them is missing.
    """
    if not profile.target.legacy:
        return [None] * len(examples)
    return [_pair(example) for example in examples]


def _pair(example: Example) -> Pair | None:
    if example.format not in FORMATS or len(example.turns) != 2:
        return None
    prompt, completion = example.turns
    if len(prompt.texts) != 1 or len(completion.texts) != 1:
        return None
    return Pair(prompt.texts[0].text, completion.texts[0].text)


def shown(text: str) -> str:
    """A shared end as a message shows it: its length only, for the text is the record's."""
    return f"{len(text)}{'' if len(text) < _KEPT else ' or more'} characters"
