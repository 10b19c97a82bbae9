"""What an answer has in common with others in form: its first words, its last sentence, how its paragraphs
begin. Of many answers a sample is looked at, the same however they were gathered.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, NamedTuple
from zlib import crc32

from finetooth_rules.patterns import lazy

if TYPE_CHECKING:
    from finetooth_rules.example import Example, Turn

SAMPLE: Final = 128
"""Answers that are looked at: those of the smallest digests."""
LONG: Final = 80
"""Characters of an answer that says more than its form; a character of Chinese counts for three."""
WORDS: Final = 4
"""Words that are no coincidence."""
CHARACTERS: Final = 6
"""The same of a script without spaces."""
PARAGRAPHS: Final = 3
LONG_PARAGRAPH: Final = 40
_TAIL: Final = 240
_PROMPT: Final = 4_000

_WORD: Final = r"[^\W\d_](?:[^\W\d_]|['’-])*"
_IDEOGRAPH: Final = r"[\u3040-\u30ff\u3400-\u9fff]"
_FIRST: Final = lazy(
    rf"({_IDEOGRAPH}(?:{_IDEOGRAPH}|[，、。！]){{{CHARACTERS - 1}}})(?![：:])"
    rf"|({_WORD}(?:[,!.]? {_WORD}){{{WORDS - 1}}})(?=[\s,.!?;])"
)
"""The words of plain sentences alone: no label (`Answer: …`), list, markup, JSON, and no number."""
_LAST: Final = lazy(
    rf"\s*({_WORD}(?:[,;]? {_WORD}){{{WORDS - 1},40}}|(?:{_IDEOGRAPH}|[，、]){{{CHARACTERS},60}})"
    r"[.!?。！？]?\Z"
)
_ASCII_ENDS: Final = ("\n", ". ", "! ", "? ")
_ENDS: Final = (*_ASCII_ENDS, "。", "！", "？")
_BEGINNING: Final = lazy(rf"\s*({_IDEOGRAPH}{{2}}|{_WORD}(?=,)|{_WORD} {_WORD})(?=[\s,.，、]|{_IDEOGRAPH})")
_MEANT: Final = lazy(r"let['’]?s |let us |once upon a |okay, so |alright, so ", re.IGNORECASE)
"""How a thought or a tale begins: a form that is asked for."""
_TELLING: Final = lazy(rf"(?=({_IDEOGRAPH}{{3}}))|[^\W\d_]{{5,}}")
_LABEL: Final = lazy(r"[^\n.!?。！？]{0,80}[:：]")
"""A sentence that leads to a value: `The entities in this text are: …`."""
_THOUGHT: Final = lazy(r"(?s)\s*<(think|thinking|reasoning|scratchpad)>.*?</\1>\s*")


class Form(NamedTuple):
    """Digests of an answer's form, zero where it has none to speak of, and by `rank` its place in the
    sample.
    """

    rank: int
    opening: int = 0
    closing: int = 0
    shape: int = 0


KINDS: Final = ("opening", "closing", "shape")


def forms(answers: Sequence[tuple[Example, Turn, str] | None]) -> list[Form | None]:
    """The form of each long answer in prose; only its rank where it cannot be in the sample. None where there
    is no such answer.
    """
    ranks = [None if answer is None else _rank(answer[2]) for answer in answers]
    distinct = sorted({rank for rank in ranks if rank is not None})
    most = distinct[min(SAMPLE, len(distinct)) - 1] if distinct else 0
    found: list[Form | None] = []
    for answer, rank in zip(answers, ranks, strict=True):
        if answer is None or rank is None:
            found.append(None)
        else:
            found.append(_form(*answer, rank) if rank <= most else Form(rank))
    return found


def _rank(text: str) -> int | None:
    if len(text) < LONG and (text.isascii() or 3 * len(text) < LONG):
        return None
    return crc32(text.encode("utf-8", "surrogatepass"))


def _form(example: Example, turn: Turn, text: str, rank: int) -> Form:
    if text.startswith("<"):
        text = _THOUGHT.sub("", text, count=1)
    opening = closing = ""
    first = _FIRST.match(text)
    if first is not None and not (_shouts(first[0]) or _MEANT.match(text) or _LABEL.match(text)):
        opening = first[0]
    tail = max(0, len(text) - _TAIL)
    start = max([text.rfind(end, tail, -1) for end in (_ASCII_ENDS if text.isascii() else _ENDS)])
    last = _LAST.match(text, start + 1) if start >= 0 else None
    if last is not None:
        closing = last[1]
    asked = "\n".join(_before(example, turn)).lower() if opening or closing else ""
    return Form(
        rank,
        0 if _speaks_of(opening, asked) else _digest(opening),
        0 if _speaks_of(closing, asked) else _digest(closing),
        _digest(_shape(text)),
    )


def _before(example: Example, answer: Turn) -> Iterator[str]:
    """The texts of the prompt, so much of each as is worth looking at."""
    for turn in example.turns:
        if turn is answer:
            return
        for text in turn.texts:
            yield text.text[:_PROMPT]


def _speaks_of(words: str, asked: str) -> bool:
    """Whether some telling word stands in the prompt, so that the answer keeps to its matter, or to a form
    that is asked for: `The sentiment of this review is …`.
    """
    return any((match[1] or match[0]) in asked for match in _TELLING.finditer(words.lower()))


def _shouts(words: str) -> bool:
    """Whether this is code or a title: `import numpy as`, `SELECT name FROM`."""
    first = words.split(" ", 1)[0].rstrip(",.!")
    return first[:1].islower() or (len(first) > 1 and first.isupper() and first.isascii())


def _shape(text: str) -> str:
    """How each paragraph begins, of three or more that are all prose."""
    if "\n\n" not in text:
        return ""
    paragraphs = text.split("\n\n", 12)
    if not PARAGRAPHS <= len(paragraphs) <= 12:
        return ""
    beginnings: list[str] = []
    for paragraph in paragraphs:
        begins = _BEGINNING.match(paragraph)
        if begins is None or len(paragraph) < LONG_PARAGRAPH or _shouts(begins[1]):
            return ""
        beginnings.append(begins[1])
    return "\n".join(beginnings)


def _digest(words: str) -> int:
    if not words:
        return 0
    folded = re.sub(r"[,;!.?，、。！？]", "", words.lower())
    return int.from_bytes(blake2b(folded.encode("utf-8", "surrogatepass"), digest_size=6).digest()) or 1


@dataclass(slots=True)
class Forms:
    """The long answers in prose, and of their sample the forms, by rank."""

    long: int = 0
    sample: dict[int, Form] = field(default_factory=dict)

    def add(self, form: Form) -> None:
        """Count an answer."""
        self.long += 1
        self._put(form)

    def merge(self, other: Forms) -> None:
        """Add those of another part."""
        self.long += other.long
        for form in other.sample.values():
            self._put(form)

    def _put(self, form: Form) -> None:
        known = self.sample.get(form.rank)
        self.sample[form.rank] = form if known is None else max(known, form)
        if len(self.sample) > 3 * SAMPLE:
            self.sample = {rank: self.sample[rank] for rank in sorted(self.sample)[:SAMPLE]}

    def drawn(self) -> list[Form]:
        """The sample: one for each distinct answer."""
        return [self.sample[rank] for rank in sorted(self.sample)[:SAMPLE]]


class Shared(NamedTuple):
    """What most answers have in common: one of `KINDS`, in which share of the sample, and its digest. `rank`
    is the last one of the sample; `whole`: no answer is outside it.
    """

    kind: str
    share: float
    digest: int
    rank: int
    whole: bool


def shared(total: Forms, least: int) -> Iterator[Shared]:
    """The commonest form of each kind, where at least so many distinct answers can be compared."""
    drawn = total.drawn()
    if len(drawn) < min(least, SAMPLE):
        return
    for kind in KINDS:
        counts = Counter(digest for form in drawn if (digest := getattr(form, kind)))
        if counts:
            digest, count = max(counts.items(), key=lambda item: (item[1], item[0]))
            yield Shared(kind, count / len(drawn), digest, drawn[-1].rank, len(drawn) == total.long)
