"""Token counts by a model's own `tokenizer.json`: offline, in batches, and in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Final

from finetooth.engine.features.numbers import Numbers
from finetooth.engine.features.tokens import DEFAULT_CACHE_BYTES, _clean, _digest
from finetooth_rules.features import FeatureError
from finetooth_rules.model_files import TokenizerFile

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_PART: Final = 1 << 19
"""Characters encoded at once: about 100 bytes of memory for each token."""
_BATCH_TEXTS: Final = 256


class ModelTokenCounter:
    """A `TokenCounter` by a tokenizer file. The file is loaded on first use; safe to share between threads.

    Special tokens in a text are read as the library reads them: as one token. Nothing is added before or
    behind a text. A text of more than half a million characters is encoded in parts, and its count may be
    off by a token a part. Counts are remembered by the text's digest, as `BundledTokenCounter` does."""

    exact = True

    def __init__(self, file: TokenizerFile, *, cache_bytes: int = DEFAULT_CACHE_BYTES) -> None:
        self.file = file
        self.name = file.name
        self._lock = Lock()
        self._tokenizer: Tokenizer | None = None
        self._numbers = Numbers(cache_bytes)

    def load(self) -> Tokenizer:
        """The tokenizer itself. Raises FeatureError where the library refuses the file."""
        with self._lock:
            if self._tokenizer is None:
                from tokenizers import Tokenizer

                try:
                    tokenizer = Tokenizer.from_file(self.file.path)
                except Exception as error:  # the library raises nothing narrower
                    raise FeatureError("tokens", f"is no tokenizer: {error}") from error
                tokenizer.no_padding()
                tokenizer.no_truncation()
                self._tokenizer = tokenizer
            return self._tokenizer

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text."""
        cleaned = [_clean(text) for text in texts]
        keys = [_digest(data) for _, data in cleaned]
        counts = {key: known for key in keys if (known := self._numbers.get(key)) is not None}
        new = {key: text for key, (text, _) in zip(keys, cleaned, strict=True) if key not in counts}
        for key, number in zip(new, self._count(list(new.values())), strict=True):
            counts[key] = self._numbers.put(key, number)
        return [counts[key] for key in keys]

    def _count(self, texts: Sequence[str]) -> list[int]:
        tokenizer = self.load() if texts else None
        counts = [0] * len(texts)
        for batch in _batches(texts):
            assert tokenizer is not None
            encoded = tokenizer.encode_batch_fast([part for _, part in batch], add_special_tokens=False)
            for (index, _), encoding in zip(batch, encoded, strict=True):
                counts[index] += len(encoding)
        return counts

    def cut(self, text: str, limit: int) -> int:
        """Offset in code points behind the last character that the first `limit` tokens hold whole."""
        if limit <= 0:
            return 0
        text, data = _clean(text)
        key = _digest(data, str(limit).encode()[:16])
        offset = self._numbers.get(key)
        return self._numbers.put(key, self._cut(text, limit)) if offset is None else offset

    def _cut(self, text: str, limit: int) -> int:
        tokenizer = self.load()
        done = 0
        for part in _parts(text):
            offsets = tokenizer.encode(part, add_special_tokens=False).offsets
            if len(offsets) > limit:
                # A character spread over several tokens is held by none of them alone; a token that spans
                # nothing (a prefix) cuts nothing.
                begins = min(start for start, _ in offsets[limit:])
                return done + min(begins, max(end for _, end in offsets[:limit]))
            limit -= len(offsets)
            done += len(part)
        return len(text)


def _parts(text: str) -> Iterator[str]:
    for start in range(0, len(text), _PART):
        yield text[start : start + _PART]


def _batches(texts: Sequence[str]) -> Iterator[list[tuple[int, str]]]:
    """(index, part) of the texts, at most `_BATCH_TEXTS` and about `_PART` characters at a time."""
    batch: list[tuple[int, str]] = []
    size = 0
    for index, text in enumerate(texts):
        for part in _parts(text):
            batch.append((index, part))
            size += len(part)
            if size >= _PART or len(batch) == _BATCH_TEXTS:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch
