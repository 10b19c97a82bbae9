"""What a host may provide to rules. Asked in batches, and never inside a keystroke."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class FeatureError(RuntimeError):
    """A provider cannot go on, whatever it is asked: a tokenizer that does not load, a template without end.

    `feature` is the name of the field in `Features`. The linter says so once, and goes on without it."""

    def __init__(self, feature: str, message: str) -> None:
        super().__init__(feature, message)  # so that it can be pickled
        self.feature = feature
        self.message = message

    def __str__(self) -> str:
        return self.message


class TokenCounter(Protocol):
    """Counts tokens as a target's tokenizer does."""

    @property
    def name(self) -> str:
        """The encoding's name, for messages: `o200k_base`."""

    @property
    def exact(self) -> bool:
        """False when the count is an estimate (the target's own tokenizer is not known)."""

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text. An encoding of OpenAI's reads specials in it as plain text, a model's own
        tokenizer as the commands they are.
        """

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


class Rendered(NamedTuple):
    """What a chat template made of a conversation.

    `error` is the template's own exception, in its words (then there is no text). `generated` are the ranges
    of `text` (code points) inside `{% generation %}`: what a loss on answers alone is computed on.
    """

    text: str
    generated: tuple[tuple[int, int], ...] = ()
    error: str | None = None


class TemplateRenderer(Protocol):
    """Writes conversations out as a model's chat template does."""

    @property
    def name(self) -> str:
        """The template's name, for messages."""

    @property
    def marks_generation(self) -> bool:
        """Whether the template says, by `{% generation %}`, what the model writes."""

    @property
    def wants_parts(self) -> bool:
        """Whether it writes a content only where that is a list of parts, as those of models that see do."""

    def render(
        self,
        messages: Sequence[Mapping[str, Any]],
        tools: Sequence[Any] | None = None,
        *,
        prompt: bool = False,
    ) -> Rendered:
        """The conversation written out; with `prompt` the beginning of an answer too. Raises FeatureError
        where the template takes too long or writes too much.
        """


class Overlap(NamedTuple):
    """An item of a benchmark that a text holds: the name of its file, its number there (from 1), and how much
    of it (0 to 1).
    """

    file: str
    item: int
    share: float


class Benchmarks(Protocol):
    """Finds the items of benchmarks in texts."""

    def overlaps(self, texts: Sequence[str]) -> list[Overlap | None]:
        """Of each text the item that it holds most of; None where it holds less than half of any."""


class Parsed(NamedTuple):
    """What a piece of code shows. `whole` says that all of it parsed: else there may be more in it."""

    skills: frozenset[str]
    whole: bool


class CodeParser(Protocol):
    """Parses code in languages other than Python."""

    @property
    def languages(self) -> frozenset[str]:
        """Those it can parse, by the names of `code.languages.PARSED`."""

    def read(self, code: str, language: str, wanted: frozenset[str]) -> Parsed:
        """Which of the wanted skills (`loop`, `conditional`, …) a piece of code in one of `languages`
        shows.
        """


class LanguageTeller(Protocol):
    """Tells the natural language of texts."""

    def tell(self, texts: Sequence[str]) -> list[str]:
        """ISO 639-1 code of each text's language; empty where it is not sure."""


@dataclass(frozen=True, slots=True)
class Features:
    """The providers a run has; None where the host has none, and the rules that need it do not run.

    `shared` is what rules find out of the records of one call of `Linter.measure` and tell each other, by a
    name and the record's `id`; None outside of one.
    """

    tokens: TokenCounter | None = None
    embedder: Embedder | None = None
    template: TemplateRenderer | None = None
    benchmarks: Benchmarks | None = None
    code: CodeParser | None = None
    language: LanguageTeller | None = None
    shared: dict[tuple[str, int], Any] | None = field(default=None, compare=False, repr=False)
