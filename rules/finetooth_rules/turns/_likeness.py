"""In what two system prompts differ, and whether that looks like a slip."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from finetooth_rules.patterns import lazy

_NUMBER: Final = lazy(r"\d[\w:/-]*")
_DATED: Final = lazy(
    r"\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b"
    r"|\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b"
    r"|\b[ap]\.?m\b\.?|/(?:no_?)?think\b|\b[\w-]*0[\w-]*",
    re.IGNORECASE,
)
_PLAIN: Final = str.maketrans("", "", " \t\r\n\u00a0.,;:!?'\"`*_()[]{}<>|-–—…“”‘’„«»•·、。，！？：；「」（）")
_WORD: Final = lazy(r"[^\s.,;:!?'\"`*()\[\]{}<>|–—…“”‘’„«»•]+")

LEAST_WORD: Final = 5
"""Letters of a word from which on one that differs in one of them is the same, misspelt: of shorter ones too
many are other words (`male`, `Iran`)."""

_NO_SPACES: Final = "\u0e00"
"""From here on come scripts without spaces, or with a sign for a syllable (Thai, Chinese, Korean)."""

MOST_SPELT: Final = 2
_SHOWN: Final = 24
"""Characters of misspelt words that a message shows, of each side."""

MOST_WORDS: Final = 10
"""One in so many words may be left out or added."""


class Difference(NamedTuple):
    """What tells a prompt from the prevailing one. `form` 1: white space, 2: case and punctuation too; 0:
    words. `spelt` are the places of misspelt words, `spellings` each as it prevails and as it stands here,
    `missing` and `added` counts of words.
    """

    form: int = 0
    spelt: tuple[int, ...] = ()
    missing: int = 0
    added: int = 0
    spellings: tuple[tuple[str, str], ...] = ()

    @property
    def is_form(self) -> bool:
        """Whether the words are the same."""
        return self.form > 0

    @property
    def words(self) -> str:
        """The difference in form, in words."""
        return "white space" if self.form == 1 else "punctuation or case"

    @property
    def message(self) -> str:
        """What is said of a record with such a prompt."""
        if self.is_form:
            return f"system prompt differs from the prevailing one in {self.words} alone; expected the same"
        if not self.missing and not self.added:
            most = _SHOWN // len(self.spellings)
            usual, here = (_listed([pair[side] for pair in self.spellings], most) for side in (0, 1))
            return f"system prompt has {here} where the prevailing one has {usual}; expected the same"
        if self.missing and self.added:
            return "system prompt differs from the prevailing one in a few words; expected the same"
        count, what = max(self.missing, self.added), "lacks" if self.missing else "adds"
        words = f"{count} word{'' if count == 1 else 's'}"
        where = "of" if self.missing else "to"
        return f"system prompt {what} {words} {where} the prevailing one; expected the same"


def _listed(words: list[str], most: int) -> str:
    """Words in a message, each with at most so many characters."""
    return ", ".join(f"`{word if len(word) <= most else word[: most - 1] + '…'}`" for word in words)


def lightly_folded(text: str) -> str:
    """The text with what begins with a digit as `0`: fast, for it is done for each different prompt."""
    return _NUMBER.sub("0", text)


def folded(text: str) -> str:
    """A lightly folded text without names of days and months, ids, and switches of reasoning."""
    return _DATED.sub("0", text)


def difference(main: str, other: str) -> Difference | None:
    """In what a folded prompt differs from the prevailing one; None where that is likely meant."""
    if "".join(main.split()) == "".join(other.split()):
        return Difference(form=1)
    if main.translate(_PLAIN).casefold() == other.translate(_PLAIN).casefold():
        return Difference(form=2)
    from rapidfuzz.distance import OSA, Levenshtein

    written, written_there = _WORD.findall(main), _WORD.findall(other)
    words, others = ([word.casefold() for word in side] for side in (written, written_there))
    spelt: list[int] = []
    spellings: list[tuple[str, str]] = []
    missing = added = 0
    for step in Levenshtein.opcodes(words, others):
        if step.tag == "delete":
            missing += step.src_end - step.src_start
        elif step.tag == "insert":
            added += step.dest_end - step.dest_start
        elif step.tag == "replace":
            for at, (one, two) in enumerate(
                zip(
                    words[step.src_start : step.src_end], others[step.dest_start : step.dest_end], strict=True
                )
            ):
                if not _is_spelt(one, two) or OSA.distance(one, two, score_cutoff=1) > 1:
                    return None
                spelt.append(step.src_start + at)
                spellings.append((written[step.src_start + at], written_there[step.dest_start + at]))
    if len(spelt) > MOST_SPELT or (missing + added) * MOST_WORDS > len(words):
        return None
    return Difference(0, tuple(spelt), missing, added, tuple(spellings))


def _is_spelt(one: str, two: str) -> bool:
    """Whether one letter does not make these another word: they are long, and have letters and spaces."""
    return min(len(one), len(two)) >= LEAST_WORD and max(one + two) < _NO_SPACES
