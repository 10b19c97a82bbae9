"""Token counts by the encodings that ship with the package: offline, in batches, and in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from threading import Lock
from typing import TYPE_CHECKING, Final

from finetooth.encodings import PUBLISHED, load_encoding
from finetooth.engine.features.numbers import Numbers
from finetooth_rules.patterns import lazy

if TYPE_CHECKING:
    import tiktoken

DEFAULT_CACHE_BYTES: Final = 8 * 1024 * 1024

_PART: Final = 1 << 16
_LONGEST_PART: Final = 1 << 19

_SEAM: Final = lazy(
    "[A-Za-z0-9\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fa5\uac00-\ud7a3]"
    "(?=[\\x00-&(-/:-@\\[-`{-~\u3001\u3002\uff0c\uff1a\uff1b\uff01\uff1f])"
)
"""A letter or digit before a white space, control or punctuation character other than an apostrophe: in the
patterns of both encodings a piece always ends there, so that a text cut there has the tokens of its
parts."""

_SURROGATE: Final = lazy("[\ud800-\udfff]")


class BundledTokenCounter:
    """A `TokenCounter` by a bundled encoding. The encoding is loaded on first use; safe to share between
    threads.

    `exact` says that the target uses this very encoding. Control tokens in a text are counted as plain text,
    and a lone surrogate as U+FFFD, as tiktoken does.

    A text is encoded in parts of about 64 Ki characters, so that memory stays bounded and `cut` can stop
    early. Parts end where a piece of the encoding's own pattern ends, and the count is exact. Only where
    half a million characters go by without such a place (a single run of white space, of letters, of emoji)
    is the run cut anyway, and the count may be off by a token or two there; longer runs of white space make
    tiktoken panic. Counts are remembered by the text's digest, the least recently asked for forgotten first,
    in about `cache_bytes` of memory."""

    def __init__(self, encoding_name: str, exact: bool, *, cache_bytes: int = DEFAULT_CACHE_BYTES) -> None:
        if encoding_name not in PUBLISHED:
            raise ValueError(f"no encoding `{encoding_name}`; there are {', '.join(PUBLISHED)}")
        self._name = encoding_name
        self._exact = exact
        self._lock = Lock()
        self._encoding: tiktoken.Encoding | None = None
        self._numbers = Numbers(cache_bytes)

    @property
    def name(self) -> str:
        """The encoding's name: `o200k_base`."""
        return self._name

    @property
    def exact(self) -> bool:
        """False when the target's own tokenizer is not known to be this one."""
        return self._exact

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text."""
        return [self._count(text) for text in texts]

    def cut(self, text: str, limit: int) -> int:
        """Offset in code points behind the last character that the first `limit` tokens hold whole."""
        if limit <= 0:
            return 0
        text, data = _clean(text)
        limit = min(limit, len(data))  # a token has at least one byte
        # Several rules ask for the same cut, so it is remembered like a count.
        key = _digest(data, str(limit).encode())
        offset = self._numbers.get(key)
        return self._numbers.put(key, self._cut(text, limit)) if offset is None else offset

    def _cut(self, text: str, limit: int) -> int:
        encoding = self._load()
        offset = 0
        for part in _parts(text):
            tokens = encoding.encode_ordinary(part)
            if len(tokens) > limit:
                held = encoding.decode_bytes(tokens[:limit])
                # A character may be spread over several tokens; what is held of the last one does not count.
                return offset + len(held.decode("utf-8", "ignore"))
            limit -= len(tokens)
            offset += len(part)
        return len(text)

    def _count(self, text: str) -> int:
        text, data = _clean(text)
        key = _digest(data)
        counted = self._numbers.get(key)
        if counted is None:
            encode = self._load().encode_ordinary
            counted = self._numbers.put(key, sum(len(encode(part)) for part in _parts(text)))
        return counted

    def _load(self) -> tiktoken.Encoding:
        if self._encoding is None:
            with self._lock:
                self._encoding = load_encoding(self._name)
        return self._encoding


def _digest(data: bytes, cut: bytes = b"") -> bytes:
    """The key of a text's count, or of its cut."""
    return blake2b(data, digest_size=16, person=cut).digest()


def _clean(text: str) -> tuple[str, bytes]:
    """The text with each lone surrogate replaced by U+FFFD (as long as before, in code points), and its
    UTF-8."""
    try:
        return text, text.encode()
    except UnicodeEncodeError:
        text = _SURROGATE.sub("\ufffd", text)
        return text, text.encode()


def _parts(text: str) -> Iterator[str]:
    """The text in parts of at least `_PART` and at most `_LONGEST_PART` characters (the last may be
    shorter)."""
    start = 0
    while len(text) - start > _PART:
        longest = start + _LONGEST_PART
        # The character behind the seam is looked at too, hence one more.
        seam = _SEAM.search(text, start + _PART - 1, longest + 1)
        end = min(len(text), longest) if seam is None else seam.end()
        yield text[start:end]
        start = end
    if start < len(text):
        yield text[start:]
