"""The offline embedder: wordllama's static token vectors, averaged over the words of a text.

The vector of a text is the mean of its tokens' vectors, so it is a sum over words; the sum of each
distinct word is kept, and a text costs one look-up and one addition per word. The result is that of
`WordLlama.embed` on the text with every run of white space made one space. Only the two data files that
the wordllama package brings are read, directly: importing the package takes longer than loading them, and
sets up the root logger. Nothing is downloaded.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

MAX_CHARACTERS: Final = 2_000
"""Characters of a text that are read: its topic shows in its beginning."""

MAX_WORDS: Final = 1 << 15
"""Distinct words kept (1 kB each). When there are more, all are forgotten and learnt anew."""

BLOCK: Final = 128
"""Texts worked on at a time; bounds how far one call can go over `MAX_WORDS`."""

TOGETHER: Final = 256
"""New words given to the tokenizer in one string; it is slower per word on much shorter and much longer ones."""

DIMENSIONS: Final = 256

_WEIGHTS = Path("weights", "l2_supercat_256.safetensors")
_TOKENIZER = Path("tokenizers", "l2_supercat_tokenizer_config.json")

# Scripts written without spaces. The tokenizer knows their characters only one by one, so taking a word
# of them apart changes nothing, and keeps whole sentences out of the table of words.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_HAS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_UNITS = re.compile(f"[{_UNSPACED}]|[^{_UNSPACED}]+")

_SEPARATOR = "\n"
"""Never inside a word, and never merged with a neighbour by the tokenizer."""


class _Words(dict[str, int]):
    """Row of each word in the table; a word seen for the first time is given the next row."""

    def __missing__(self, word: str) -> int:
        row = self[word] = len(self)
        return row


@dataclass(slots=True)
class _Model:
    """What is loaded, and the words learnt so far: `sums[row]` adds up the vectors of a word's tokens,
    `tokens[row]` counts them. Rows from `known` on are not filled yet."""

    tokenizer: Tokenizer
    separator: int
    vectors: NDArray[np.float32]
    words: _Words
    sums: NDArray[np.float32]
    tokens: NDArray[np.intp]
    known: int = 0


class WordEmbedder:
    """Implements `finetooth_rules.features.Embedder`; loads its model at the first text. Safe to share
    between threads."""

    def __init__(self) -> None:
        self._model: _Model | None = None
        self._lock = Lock()

    @property
    def name(self) -> str:
        """Name and version of the model."""
        return f"wordllama/l2_supercat_256/{MAX_CHARACTERS}"

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Array of shape (len(texts), 256), rows not normalised; a text without words is zeros.

        Raises FileNotFoundError when the wordllama package is not installed.
        """
        import numpy as np

        with self._lock:
            if self._model is None:
                self._model = _load()
            model = self._model
            out = np.zeros((len(texts), DIMENSIONS), np.float32)
            for start in range(0, len(texts), BLOCK):
                block = [_words(text[:MAX_CHARACTERS]) for text in texts[start : start + BLOCK]]
                _embed_block(model, block, out[start : start + BLOCK])
            return out


def _embed_block(model: _Model, texts: list[list[str]], out: NDArray[np.float32]) -> None:
    """Fill a row of `out` with the mean token vector of each text."""
    import numpy as np

    if len(model.words) > MAX_WORDS:
        model.words.clear()
        model.known = 0
    lengths = [len(words) for words in texts]
    rows = np.fromiter(map(model.words.__getitem__, chain.from_iterable(texts)), np.intp, sum(lengths))
    _learn(model)
    ones = np.ones(max(lengths), np.float32)
    start = 0
    for index, length in enumerate(lengths):
        # A product with ones adds up rows several times faster than sum(axis=0).
        np.dot(ones[:length], model.sums.take(rows[start : start + length], axis=0), out=out[index])
        start += length
    owners = np.repeat(np.arange(len(texts)), lengths)
    tokens = np.bincount(owners, model.tokens[rows], len(texts))
    out /= np.maximum(tokens, 1).astype(np.float32)[:, None]


def _words(text: str) -> list[str]:
    """The text's units: `_SEPARATOR` before a unit says that it continues a word (no space before it)."""
    words = text.split()
    if text.isascii() or not _HAS_UNSPACED.search(text):
        return words
    units: list[str] = []
    for word in words:
        first, *rest = _UNITS.findall(word)
        units.append(first)
        units += [_SEPARATOR + unit for unit in rest]
    return units


def _learn(model: _Model) -> None:
    """Fill the rows of the words met since the last call."""
    import numpy as np

    total, known = len(model.words), model.known
    words = list(islice(model.words, known, None))
    if not words:
        return
    if total > len(model.sums):
        more = max(total, 2 * len(model.sums)) - known
        model.sums = np.concatenate([model.sums[:known], np.zeros((more, DIMENSIONS), np.float32)])
        model.tokens = np.concatenate([model.tokens[:known], np.zeros(more, np.intp)])
    ids = np.concatenate([_encode(model, words[at : at + TOGETHER]) for at in range(0, len(words), TOGETHER)])
    first = np.flatnonzero(ids == model.separator) + 1
    counts = np.append(first[1:] - 1, len(ids)) - first
    sums = np.zeros((len(words), DIMENSIONS), np.float32)
    for place in range(int(counts.max())):
        longer = np.flatnonzero(counts > place)
        sums[longer] += model.vectors[ids[first[longer] + place]]
    model.sums[known:total] = sums
    model.tokens[known:total] = counts
    model.known = total


def _encode(model: _Model, words: list[str]) -> NDArray[np.intp]:
    """Token ids of the words, each behind a separator. In one string: an Encoding object per word costs more than
    its tokens."""
    import numpy as np

    text = "".join(word if word[0] == _SEPARATOR else f"{_SEPARATOR} {word}" for word in words)
    return np.array(model.tokenizer.encode(text, add_special_tokens=False).ids, np.intp)


def _load() -> _Model:
    """Read the vectors and the tokenizer that lie inside the installed wordllama package."""
    import numpy as np
    from safetensors import safe_open
    from tokenizers import Tokenizer, normalizers

    spec = importlib.util.find_spec("wordllama")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the wordllama package, which brings the word vectors, is not installed")
    folder = Path(spec.origin).parent
    tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER))
    # The space before each word is given by `_learn`, so the tokenizer must not add its own.
    tokenizer.normalizer = normalizers.Replace(" ", "\u2581")
    with safe_open(folder / _WEIGHTS, framework="np") as file:
        vectors = file.get_tensor("embedding.weight").astype(np.float32)
    return _Model(
        tokenizer=tokenizer,
        separator=tokenizer.encode(_SEPARATOR, add_special_tokens=False).ids[0],
        vectors=vectors,
        words=_Words(),
        sums=np.zeros((4096, DIMENSIONS), np.float32),
        tokens=np.zeros(4096, np.intp),
    )
