"""Makes the features a profile's rules need; each is loaded only when it is first used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from finetooth_rules.benchmark_files import BenchmarkFile
from finetooth_rules.features import (
    Benchmarks,
    CodeParser,
    Embedder,
    FeatureError,
    Features,
    Overlap,
    Parsed,
    Rendered,
    TemplateRenderer,
    TokenCounter,
)
from finetooth_rules.model_files import ChatTemplate, TokenizerFile
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
    tokenizer: TokenizerFile | None = None
    template: ChatTemplate | None = None
    benchmarks: tuple[BenchmarkFile, ...] = ()
    code: bool = False
    language: bool = False

    @classmethod
    def of(cls, features: Features) -> FeatureSpec:
        """The description of existing features."""
        tokens, template = features.tokens, features.template
        return cls(
            tokens.name if tokens else None,
            bool(tokens and tokens.exact),
            features.embedder is not None,
            tokens.file if isinstance(tokens, LazyTokens) else None,
            template.template if isinstance(template, LazyTemplate) else None,
            features.benchmarks.files if isinstance(features.benchmarks, LazyBenchmarks) else (),
            features.code is not None,
            features.language is not None,
        )


def spec_for(profile: Profile) -> FeatureSpec:
    """What the rules of a profile need."""
    if profile.tokenizer is not None:
        return FeatureSpec(
            profile.tokenizer.name,
            True,
            True,
            profile.tokenizer,
            profile.template,
            profile.benchmarks,
            code=True,
            language=True,
        )
    encoding = profile.encoding or profile.target.encoding_for(profile.model)
    exact = profile.encoding is not None or (profile.target.exact_encoding and profile.model is not None)
    return FeatureSpec(
        encoding, exact, True, None, profile.template, profile.benchmarks, code=True, language=True
    )


class LazyTokens:
    """A token counter whose module (large patterns) and data are loaded at the first count."""

    def __init__(self, encoding: str, exact: bool, file: TokenizerFile | None = None) -> None:
        self.name = encoding
        self.exact = exact
        self.file = file

    @cached_property
    def _counter(self) -> TokenCounter:
        if self.file is not None:
            from finetooth.engine.features.tokenizer import ModelTokenCounter

            return ModelTokenCounter(self.file)
        from finetooth.engine.features.tokens import BundledTokenCounter

        return BundledTokenCounter(self.name, exact=self.exact)

    def count(self, texts: Sequence[str]) -> list[int]:
        """See `TokenCounter`."""
        return self._counter.count(texts)

    def cut(self, text: str, limit: int) -> int:
        """See `TokenCounter`."""
        return self._counter.cut(text, limit)


class LazyTemplate:
    """A renderer whose module (Jinja) is loaded at the first record."""

    def __init__(self, template: ChatTemplate) -> None:
        self.template = template
        self.name = template.name

    @cached_property
    def _renderer(self) -> TemplateRenderer:
        from finetooth.engine.features.template import JinjaRenderer

        return JinjaRenderer(self.template)

    @cached_property
    def marks_generation(self) -> bool:
        """See `TemplateRenderer`."""
        return self._renderer.marks_generation

    @cached_property
    def wants_parts(self) -> bool:
        """See `TemplateRenderer`."""
        return self._renderer.wants_parts

    def render(
        self,
        messages: Sequence[Mapping[str, Any]],
        tools: Sequence[Any] | None = None,
        *,
        prompt: bool = False,
    ) -> Rendered:
        """See `TemplateRenderer`."""
        return self._renderer.render(messages, tools, prompt=prompt)


class LazyEmbedder:
    """An embedder whose module and vectors are loaded at the first text."""

    @cached_property
    def _embedder(self) -> Embedder:
        from finetooth.engine.features.embedder import WordEmbedder
        from finetooth.engine.features.vector_cache import cached

        return cached(WordEmbedder())

    @property
    def name(self) -> str:
        """See `Embedder`."""
        return self._embedder.name

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `Embedder`."""
        return self._embedder.embed(texts)


class LazyBenchmarks:
    """Benchmarks that are read when they are first asked for."""

    def __init__(self, files: tuple[BenchmarkFile, ...]) -> None:
        self.files = files

    @cached_property
    def _reader(self) -> Benchmarks:
        from finetooth.engine.features.benchmarks import BenchmarkReader

        return BenchmarkReader(self.files)

    def overlaps(self, texts: Sequence[str]) -> list[Overlap | None]:
        """See `Benchmarks`."""
        return self._reader.overlaps(texts)


class LazyCodeParser:
    """A parser whose module and grammars are loaded at the first piece of code."""

    @cached_property
    def _parser(self) -> CodeParser:
        from finetooth.engine.features.code import TreeSitterParser

        return TreeSitterParser()

    @property
    def languages(self) -> frozenset[str]:
        """See `CodeParser`."""
        return self._parser.languages

    def read(self, code: str, language: str, wanted: frozenset[str]) -> Parsed:
        """See `CodeParser`."""
        return self._parser.read(code, language, wanted)


class LazyLanguageTeller:
    """Loads its model at the first text."""

    def tell(self, texts: Sequence[str]) -> list[str]:
        """See `LanguageTeller`."""
        from finetooth.engine.features.language import language_of

        return [language_of(text) for text in texts]


@lru_cache(maxsize=8)
def provide(spec: FeatureSpec) -> Features:
    """The features themselves."""
    return Features(
        tokens=LazyTokens(spec.encoding, spec.exact, spec.tokenizer) if spec.encoding else None,
        embedder=LazyEmbedder() if spec.embedder else None,
        template=LazyTemplate(spec.template) if spec.template is not None else None,
        benchmarks=LazyBenchmarks(spec.benchmarks) if spec.benchmarks else None,
        code=LazyCodeParser() if spec.code else None,
        language=LazyLanguageTeller() if spec.language else None,
    )


def refused(profile: Profile) -> str | None:
    """Why the library refuses the profile's tokenizer; None where it does not, or there is none. Loads it."""
    if profile.tokenizer is None:
        return None
    from finetooth.engine.features.tokenizer import ModelTokenCounter

    counter = provide(spec_for(profile)).tokens
    assert isinstance(counter, LazyTokens)
    held = counter._counter
    assert isinstance(held, ModelTokenCounter)
    try:
        held.load()
    except FeatureError as error:
        return str(error)
    return None
