"""Whether two records say nearly the same, and how nearly.

Likeness alone does not tell: "What is 3 + 4?" and "What is 3 + 5?", two questions on one long text, a
template filled twice are alike and not copies. So it counts *what* differs: numbers, negations and operators
must be the same; a word that carries meaning may differ only where the other half of the record shows that
the same is meant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from finetooth_rules.duplicates._folded import words
from finetooth_rules.duplicates._said import said, spoken

if TYPE_CHECKING:
    from finetooth_rules.example import Example

SMALL_WORDS: Final = frozenset(
    [
        "a",
        "an",
        "the",
        "please",
        "kindly",
        "just",
        "me",
        "us",
        "that",
        "which",
        "can",
        "could",
        "would",
        "will",
        "should",
        "do",
        "does",
        "did",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "am",
        "has",
        "have",
        "had",
        "of",
        "so",
        "then",
        "also",
        "very",
        "s",
        "m",
        "re",
        "ve",
        "ll",
        "d",
    ]
)
"""English words whose coming and going leaves a question the same."""
NEGATIONS: Final = frozenset(
    [
        "not",
        "no",
        "never",
        "none",
        "nor",
        "neither",
        "without",
        "cannot",
        "non",
        "nothing",
        "except",
        "unless",
        "don",
        "doesn",
        "didn",
        "isn",
        "aren",
        "wasn",
        "weren",
        "won",
        "wouldn",
        "shouldn",
        "couldn",
        "mustn",
        "hasn",
        "haven",
        "hadn",
        "nicht",
        "kein",
        "keine",
        "keinen",
        "nie",
        "ohne",
        "pas",
        "jamais",
        "sans",
        "sin",
        "nunca",
        "non",
        "mai",
        "senza",
        "não",
        "nem",
        "не",
        "нет",
        "不",
        "没",
        "無",
        "无",
        "非",
        "未",
    ]
)
LABEL: Final = 8
"""An answer of fewer words is a label, which says little of what was asked."""
SPOKEN: Final = 12
"""An answer, or a prompt, of so many words stands for itself."""
LONG: Final = 20
"""An answer of so many words, given twice to the letter, shows that the same was asked."""
PARAPHRASE: Final = 0.85
"""How alike two questions must be that have the same long answer."""
MOST: Final = 4_000
"""Words of a text that are compared."""
_TYPO: Final = 5
"""Letters of a word from which on one letter more, less or other may be a slip."""


class _Half(NamedTuple):
    """The questions, or the answers, of two records: of all turns, how many words the shorter has, and the
    words of the turns that differ.
    """

    length: int
    one: list[str]
    other: list[str]

    @property
    def ratio(self) -> float:
        """How alike the turns that differ are."""
        from rapidfuzz.distance import Indel

        return float(Indel.normalized_similarity(self.one, self.other))


def likeness(one: Example, other: Example, least: float) -> float | None:
    """How alike two records are, from 0 to 1, by the words of their questions and answers; None where they
    are no near copies. `least` is the likeness below which two answers are two.
    """
    from rapidfuzz.distance import Indel

    mine, theirs = said(one), said(other)
    if mine.beside != theirs.beside:
        return None
    asked, answered = _halves(spoken(one), spoken(other))
    if not _weighs_same(asked) or not _weighs_same(answered):
        return None
    one_frame = mine.frame == theirs.frame or words(mine.frame) == words(theirs.frame)
    if not _is_copy(asked, answered, least) or not (one_frame or answered.length >= SPOKEN):
        return None
    return float(
        Indel.normalized_similarity(
            *(
                [word for _, text in spoken(example) for word in words(text)[:MOST]]
                for example in (one, other)
            )
        )
    )


def _halves(one: Sequence[tuple[bool, str]], other: Sequence[tuple[bool, str]]) -> tuple[_Half, _Half]:
    """Questions and answers. A turn that both have in the same place is scaffold of the exchange."""
    alike = [is_answer for is_answer, _ in one] == [is_answer for is_answer, _ in other]
    mine = [(is_answer, words(text)[:MOST]) for is_answer, text in one]
    theirs = [(is_answer, words(text)[:MOST]) for is_answer, text in other]
    same = {at for at, pair in enumerate(zip(mine, theirs, strict=False)) if alike and pair[0] == pair[1]}

    def half(is_answer: bool) -> _Half:
        return _Half(
            min(sum(len(text) for kind, text in turns if kind is is_answer) for turns in (mine, theirs)),
            *(
                [
                    word
                    for at, (kind, text) in enumerate(turns)
                    if kind is is_answer and at not in same
                    for word in text
                ]
                for turns in (mine, theirs)
            ),
        )

    return half(False), half(True)


def _is_copy(asked: _Half, answered: _Half, least: float) -> bool:
    """Whether what differs leaves the meaning."""
    if not (asked.length and answered.length):
        # A text that is no answer, or a question alone: nothing else shows what is meant.
        alone = answered if answered.length else asked
        return asked.length + answered.length >= SPOKEN and not _differs(alone)
    changes_asked, changes_answered = _differs(asked), _differs(answered)
    if not changes_asked and not changes_answered:
        return answered.length >= LABEL or asked.one == asked.other or asked.length >= SPOKEN
    if not changes_asked:
        return answered.length >= LABEL and answered.ratio >= least
    return not changes_answered and answered.length >= LONG and asked.ratio >= PARAPHRASE


def _weighs_same(half: _Half) -> bool:
    """Whether numbers, operators and negations are the same."""
    return half.one == half.other or _weighty(half.one) == _weighty(half.other)


def _weighty(text: Sequence[str]) -> Counter[str]:
    return Counter(word for word in text if word in NEGATIONS or not word[0].isalpha())


def _differs(half: _Half) -> bool:
    """Whether a word that carries meaning differs."""
    return half.one != half.other and any(any(_changes(*stretch)) for stretch in _stretches(half))


def _stretches(half: _Half) -> Iterator[tuple[list[str], list[str]]]:
    """What differs between two words that are the same."""
    from rapidfuzz.distance import Levenshtein

    one, other = half.one, half.other
    begin = (0, 0)
    for step in Levenshtein.opcodes(one, other):
        if step.tag == "equal":
            if begin != (step.src_start, step.dest_start):
                yield one[begin[0] : step.src_start], other[begin[1] : step.dest_start]
            begin = (step.src_end, step.dest_end)
    if begin != (len(one), len(other)):
        yield one[begin[0] :], other[begin[1] :]


def _changes(one: Sequence[str], other: Sequence[str]) -> Iterator[str]:
    """The words of two differing stretches that are no small word, and none the other has nearly."""
    mine = [word for word in one if word not in SMALL_WORDS]
    theirs = [word for word in other if word not in SMALL_WORDS]
    for number in range(max(len(mine), len(theirs))):
        a = mine[number] if number < len(mine) else ""
        b = theirs[number] if number < len(theirs) else ""
        if a != b and not _same_word(a, b):
            yield a or b


def _same_word(one: str, other: str) -> bool:
    """Whether a word is another with a slip of the pen, or its plural."""
    from rapidfuzz.distance import OSA

    short, long = sorted((one, other), key=len)
    if len(short) > 2 and long in (short + "s", short + "es"):
        return True
    return (
        len(short) >= _TYPO
        and short[0] == long[0]
        and short.isalpha()
        and OSA.distance(short, long, score_cutoff=1) <= 1
    )
