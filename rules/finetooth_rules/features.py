"""What a host may provide to rules. Asked in batches, and never inside a keystroke."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class TokenCounter(Protocol):
    """Counts tokens as a target's tokenizer does."""

    @property
    def name(self) -> str:
        """The encoding's name, for messages: `o200k_base`."""

    @property
    def exact(self) -> bool:
        """False when the count is an estimate (the target's own tokenizer is not known)."""

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, specials in it read as plain text."""

    def cut(self, text: str, limit: int) -> int:
        """Offset in `text` (code points) behind the last character that the first `limit` tokens hold
        whole.
        """


class Embedder(Protocol):
    """Turns texts into vectors whose cosine says how alike two texts are."""

    @property
    def name(self) -> str:
        """Name and version of the model; part of a cached vector's key."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Array of shape (len(texts), dimensions), rows not normalised; a text with no known word is
        zeros.
        """


@dataclass(frozen=True, slots=True)
class Features:
    """The providers a run has; None where the host has none, and the rules that need it do not run."""

    tokens: TokenCounter | None = None
    embedder: Embedder | None = None
