"""Makes the features a profile's rules need; each is loaded only when it is first used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from finetooth_rules.features import Embedder, Features, TokenCounter
from finetooth_rules.profile import Profile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """A description of features that another process can make again."""

    encoding: str | None = None
    exact: bool = False
    embedder: bool = False

    @classmethod
    def of(cls, features: Features) -> FeatureSpec:
        """The description of existing features."""
        tokens = features.tokens
        return cls(
            tokens.name if tokens else None, bool(tokens and tokens.exact), features.embedder is not None
        )


def spec_for(profile: Profile) -> FeatureSpec:
    """What the rules of a profile need."""
    encoding = profile.encoding or profile.target.encoding_for(profile.model)
    exact = profile.encoding is not None or (profile.target.exact_encoding and profile.model is not None)
    return FeatureSpec(encoding, exact, True)


class LazyTokens:
    """A token counter whose module (large patterns) and data are loaded at the first count."""

    def __init__(self, encoding: str, exact: bool) -> None:
        self.name = encoding
        self.exact = exact

    @cached_property
    def _counter(self) -> TokenCounter:
        from finetooth.engine.features.tokens import BundledTokenCounter

        return BundledTokenCounter(self.name, exact=self.exact)

    def count(self, texts: Sequence[str]) -> list[int]:
        """See `TokenCounter`."""
        return self._counter.count(texts)

    def cut(self, text: str, limit: int) -> int:
        """See `TokenCounter`."""
        return self._counter.cut(text, limit)


class LazyEmbedder:
    """An embedder whose module and vectors are loaded at the first text."""

    @cached_property
    def _embedder(self) -> Embedder:
        from finetooth.engine.features.embedder import WordEmbedder

        return WordEmbedder()

    @property
    def name(self) -> str:
        """See `Embedder`."""
        return self._embedder.name

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `Embedder`."""
        return self._embedder.embed(texts)


@lru_cache(maxsize=8)
def provide(spec: FeatureSpec) -> Features:
    """The features themselves."""
    return Features(
        tokens=LazyTokens(spec.encoding, spec.exact) if spec.encoding else None,
        embedder=LazyEmbedder() if spec.embedder else None,
    )
