"""The offline embedder: wordllama's static token vectors, averaged over the words of a text.

The vector of a text is the mean of its tokens' vectors, so it is a sum over words; the sum of each
distinct word is kept, and a text costs one look-up and one addition per word. The result is that of
`WordLlama.embed` on the text with every run of white space made one space, but for scripts written without
spaces (Chinese, Japanese, Thai …): of their characters the model knows only the few hundred most frequent,
and spells all others as the same 256 bytes, so that any two Chinese texts look alike to it. There each
character has a direction of its own, made from its digest: such texts are alike as far as they share
characters. Only the two data files that the wordllama package brings are read, directly: importing the
package takes longer than loading them, and sets up the root logger. Nothing is downloaded.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

from finetooth_rules.patterns import lazy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

MAX_CHARACTERS: Final = 2_000
"""Characters of a text that are read: its topic shows in its beginning."""

MAX_WORDS: Final = 1 << 17
"""Distinct words kept (about 0.2 kB each). When there are more, all are forgotten and learnt anew."""

MAX_PIECES: Final = 1 << 15
"""Distinct pieces of words kept (1 kB each); likewise."""

BLOCK: Final = 128
"""Texts worked on at a time; bounds how far one call can go over these."""

TOGETHER: Final = 256
"""New pieces given to the tokenizer in one string; shorter and much longer ones take more time per word."""

DIMENSIONS: Final = 256

RARE, FREQUENT = 12.0, 3.0
"""Lengths of the vectors of characters of unspaced scripts that the tokenizer does not know and of those that
it knows; a token's is about 8. The known ones are the frequent ones, which say little of a topic."""

_WEIGHTS = Path("weights", "l2_supercat_256.safetensors")
_TOKENIZER = Path("tokenizers", "l2_supercat_tokenizer_config.json")

# Scripts written without spaces. No token of the tokenizer holds two of their characters.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_HAS_UNSPACED = lazy(f"[{_UNSPACED}]")
_UNITS = lazy(f"[{_UNSPACED}]|[^{_UNSPACED}]+")

_SEPARATOR = "\n"
"""Never inside a word, and never merged with a neighbour by the tokenizer. Before a piece of a word it says
that the piece continues the word: no space comes before it."""

# No token of this tokenizer spans two of these classes, so a word's vector is the sum of its pieces'. Most
# new words are known ones with another comma, bracket or number at them, and the tokenizer is slow.
_PIECES = lazy(r"[A-Za-z]+|[0-9]|[^A-Za-z0-9]+")


class _Pieces(dict[str, int]):
    """Row of each piece in the table. One seen for the first time is given the next row, and is `fresh` until
    that is filled."""

    def __init__(self) -> None:
        self.fresh: list[str] = []

    def __missing__(self, piece: str) -> int:
        row = self[piece] = len(self)
        self.fresh.append(piece)
        return row


class _Words(dict[str, tuple[int, ...]]):
    """Rows of the pieces of each word."""

    def __init__(self) -> None:
        self.pieces = _Pieces()

    def __missing__(self, word: str) -> tuple[int, ...]:
        parts = _PIECES.findall(word) if word.isascii() and word[0] != _SEPARATOR else [word]
        row = self.pieces.__getitem__
        rows = self[word] = (row(parts[0]), *(row(_SEPARATOR + part) for part in parts[1:]))
        return rows


@dataclass(slots=True)
class _Model:
    """What is loaded, and the pieces learnt so far: `sums[row]` adds up the vectors of a piece's tokens,
    `tokens[row]` counts them."""

    tokenizer: Tokenizer
    separator: int
    vectors: NDArray[np.float32]
    words: _Words
    sums: NDArray[np.float32]
    tokens: NDArray[np.intp]


class WordEmbedder:
    """Implements `finetooth_rules.features.Embedder`; loads its model at the first text. Safe to share
    between threads."""

    def __init__(self) -> None:
        self._model: _Model | None = None
        self._lock = Lock()

    @property
    def name(self) -> str:
        """Name and version of the model."""
        return f"wordllama/l2_supercat_256/characters/{MAX_CHARACTERS}"

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

    if len(model.words) > MAX_WORDS or len(model.words.pieces) > MAX_PIECES:
        model.words = _Words()
    rows_of = model.words.__getitem__
    pieces = [list(chain.from_iterable(map(rows_of, words))) for words in texts]
    lengths = [len(rows) for rows in pieces]
    rows = np.fromiter(chain.from_iterable(pieces), np.intp, sum(lengths))
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
    """Fill the rows of the pieces met since the last call."""
    import numpy as np

    pieces = model.words.pieces
    fresh, pieces.fresh = pieces.fresh, []
    if not fresh:
        return
    total, known = len(pieces), len(pieces) - len(fresh)
    if total > len(model.sums):
        more = max(total, 2 * len(model.sums)) - known
        model.sums = np.concatenate([model.sums[:known], np.zeros((more, DIMENSIONS), np.float32)])
        model.tokens = np.concatenate([model.tokens[:known], np.zeros(more, np.intp)])
    spelt = np.array([_character(piece) is None for piece in fresh])
    _learn_characters(model, [piece for piece in fresh if _character(piece)], known + np.flatnonzero(~spelt))
    _learn_tokens(model, [piece for piece in fresh if not _character(piece)], known + np.flatnonzero(spelt))


def _character(piece: str) -> str | None:
    """The character of an unspaced script that the piece is."""
    last = piece[-1]
    return last if last >= "\u0e00" and len(piece) <= 2 and _HAS_UNSPACED.match(last) else None


def _learn_characters(model: _Model, pieces: list[str], rows: NDArray[np.intp]) -> None:
    """A direction made from its digest for each character: those of two characters are nearly at right
    angles."""
    import numpy as np

    if not pieces:
        return
    characters = [piece[-1] for piece in pieces]
    digests = b"".join(blake2b(one.encode(), digest_size=DIMENSIONS // 8).digest() for one in characters)
    bits = np.unpackbits(np.frombuffer(digests, np.uint8)).reshape(-1, DIMENSIONS)
    known = [model.tokenizer.token_to_id(one) is not None for one in characters]
    lengths = np.where(known, FREQUENT, RARE) / DIMENSIONS**0.5
    model.sums[rows] = (bits.astype(np.float32) * 2 - 1) * lengths[:, None]
    model.tokens[rows] = 1


def _learn_tokens(model: _Model, fresh: list[str], rows: NDArray[np.intp]) -> None:
    """The sum of its tokens' vectors for each piece."""
    import numpy as np

    if not fresh:
        return
    ids = np.concatenate([_encode(model, fresh[at : at + TOGETHER]) for at in range(0, len(fresh), TOGETHER)])
    first = np.flatnonzero(ids == model.separator) + 1
    counts = np.append(first[1:] - 1, len(ids)) - first
    longest_first = np.argsort(-counts, kind="stable")
    sums = np.zeros((len(fresh), DIMENSIONS), np.float32)
    for place in range(int(counts.max())):
        still = longest_first[: int((counts > place).sum())]
        sums[: len(still)] += model.vectors[ids[first[still] + place]]
    model.sums[rows[longest_first]] = sums
    model.tokens[rows] = counts


def _encode(model: _Model, pieces: list[str]) -> NDArray[np.intp]:
    """Token ids of the pieces, each behind a separator. In one string: an Encoding object for each word would
    cost more than its tokens."""
    import numpy as np

    text = "".join(piece if piece[0] == _SEPARATOR else f"{_SEPARATOR} {piece}" for piece in pieces)
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
