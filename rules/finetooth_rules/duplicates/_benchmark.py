"""Finding the items of benchmarks in training texts, by runs of words they have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from finetooth_rules.duplicates import _sketch
from finetooth_rules.duplicates._folded import folded, words
from finetooth_rules.features import Overlap

if TYPE_CHECKING:
    from finetooth_rules.example import Example

GRAM: Final = 13
"""Words of a run. As in the report on GPT-3 (arXiv:2005.14165, appendix C)."""
SCAFFOLD: Final = 3
"""A run that more items than this have is part of how the benchmark asks, and says nothing."""
LEAST: Final = 0.5
"""The share of an item's runs that a record must hold."""
MOST_WORDS: Final = 20_000
"""Words of a record that are looked at."""


class Item(NamedTuple):
    """One item of a benchmark: the name of its file, its number in it (from 1), and its text."""

    file: str
    number: int
    text: str


def text_of_item(example: Example) -> str:
    """What of a benchmark's record is looked for: the question, or with its answer where that alone is too
    short; of a record of no known format, all its texts.
    """
    if not example.turns:
        return "\n".join(_strings(example.record.value))
    prompt = example.prompt
    return prompt if len(words(prompt)) >= GRAM else f"{prompt}\n{example.completion}"


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


class BenchmarkIndex:
    """The items of some benchmarks, ready to be looked for. An item of fewer than `GRAM` words is not found.

    A record is compared word by word only where it has a shingle (see `_sketch`) of an item: of 60 letters in
    common hardly one text in five hundred has none.
    """

    def __init__(self, items: Iterable[Item]) -> None:
        import numpy as np

        self._items: list[tuple[str, int, int]] = []
        self._holders: dict[int, list[int]] = {}
        texts: list[bytes] = []
        for item in items:
            grams = _grams(item.text)
            if grams:
                for gram in grams:
                    self._holders.setdefault(gram, []).append(len(self._items))
                self._items.append((item.file, item.number, 0))
                texts.append(folded(item.text)[0])
        self._holders = {gram: held for gram, held in self._holders.items() if len(held) <= SCAFFOLD}
        own = Counter(number for held in self._holders.values() for number in held)
        self._items = [(file, number, own[at]) for at, (file, number, _) in enumerate(self._items)]
        self._shingles = np.unique(_sketch.shingles(texts)[0])

    def overlaps(self, texts: Sequence[str]) -> list[Overlap | None]:
        """Of each text the item that it holds most of, where that is half of it or more."""
        import numpy as np

        found: list[Overlap | None] = [None] * len(texts)
        if not len(self._shingles):
            return found
        values, of = _sketch.shingles([folded(text)[0] for text in texts])
        places = np.minimum(np.searchsorted(self._shingles, values), len(self._shingles) - 1)
        for number in np.unique(of[self._shingles[places] == values]).tolist():
            found[number] = self._overlap(texts[number])
        return found

    def _overlap(self, text: str) -> Overlap | None:
        shared = Counter(item for gram in _grams(text) for item in self._holders.get(gram, ()))
        best: Overlap | None = None
        for at, count in sorted(shared.items()):
            file, number, own = self._items[at]
            share = count / own
            if share >= LEAST and (best is None or share > best.share):
                best = Overlap(file, number, share)
        return best


def _grams(text: str) -> set[int]:
    """The runs of words of a text, each as a number."""
    found = words(text)[:MOST_WORDS]
    return {hash(tuple(found[at : at + GRAM])) for at in range(len(found) - GRAM + 1)}
