"""The byte-pair ranks of the published encodings, held in the package: loading one never touches the network.

A packed file is one zlib stream: the number of tokens (4 bytes, little-endian), the length of each (1 byte),
then the tokens end to end, all in the order of their ranks. `tools/pack_encodings.py` makes it from the
published `.tiktoken` file. zlib, since xz would save 16 % of 1.4 MB and take five times as long to read."""

from __future__ import annotations

import pkgutil
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import tiktoken

_COUNT: Final = struct.Struct("<I")
SUFFIX: Final = ".ranks"


@dataclass(frozen=True, slots=True)
class Published:
    """Facts of a published encoding, from tiktoken's `openai_public` module (MIT, see LICENSE.tiktoken).

    `pattern` splits a text into the pieces that are encoded each by itself; `special_tokens` maps a control
    token to its id; `sha256` is the digest of the published `.tiktoken` file."""

    pattern: str
    special_tokens: Mapping[str, int]
    sha256: str


_CONTRACTION: Final = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"

PUBLISHED: Final[Mapping[str, Published]] = {
    "o200k_base": Published(
        pattern="|".join(
            (
                r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
                + _CONTRACTION,
                r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
                + _CONTRACTION,
                r"\p{N}{1,3}",
                r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
                r"\s*[\r\n]+",
                r"\s+(?!\S)",
                r"\s+",
            )
        ),
        special_tokens={"<|endoftext|>": 199_999, "<|endofprompt|>": 200_018},
        sha256="446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    ),
    "cl100k_base": Published(
        pattern="|".join(
            (
                r"'(?i:[sdmt]|ll|ve|re)",
                r"[^\r\n\p{L}\p{N}]?+\p{L}++",
                r"\p{N}{1,3}+",
                r" ?[^\s\p{L}\p{N}]++[\r\n]*+",
                r"\s++$",
                r"\s*[\r\n]",
                r"\s+(?!\S)",
                r"\s",
            )
        ),
        special_tokens={
            "<|endoftext|>": 100_257,
            "<|fim_prefix|>": 100_258,
            "<|fim_middle|>": 100_259,
            "<|fim_suffix|>": 100_260,
            "<|endofprompt|>": 100_276,
        },
        sha256="223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    ),
}


def pack(tokens: Sequence[bytes]) -> bytes:
    """The packed form of tokens in the order of their ranks; ValueError for one that is empty or over 255
    bytes."""
    lengths = bytes(map(len, tokens))
    if 0 in lengths:
        raise ValueError("a token is empty")
    return zlib.compress(_COUNT.pack(len(tokens)) + lengths + b"".join(tokens), level=9)


def unpack(packed: bytes) -> dict[bytes, int]:
    """Token → rank, from the packed form."""
    data = zlib.decompress(packed)
    (count,) = _COUNT.unpack_from(data)
    stream = BytesIO(data)
    stream.seek(_COUNT.size)
    lengths = stream.read(count)
    return dict(zip(map(stream.read, lengths), range(count), strict=True))


def read_ranks(name: str) -> dict[bytes, int]:
    """Token → rank of a bundled encoding; ValueError for a name that is not bundled."""
    if name not in PUBLISHED:
        raise ValueError(f"no encoding `{name}`; there are {', '.join(PUBLISHED)}")
    packed = pkgutil.get_data(__name__, name + SUFFIX)
    assert packed is not None, "the package's own loader gives data"
    return unpack(packed)


@lru_cache(maxsize=len(PUBLISHED))
def load_encoding(name: str) -> tiktoken.Encoding:
    """A bundled encoding, built on first use (0.1 s for cl100k, 0.25 s for o200k, most of it inside
    tiktoken).

    ValueError for a name that is not bundled.
    """
    ranks = read_ranks(name)
    import tiktoken

    facts = PUBLISHED[name]
    return tiktoken.Encoding(
        name, pat_str=facts.pattern, mergeable_ranks=ranks, special_tokens=dict(facts.special_tokens)
    )
