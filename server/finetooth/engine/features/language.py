"""The natural language of a text, by character statistics: good for a text of a few sentences, silent where
there is too little of it or where it is code.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from finetooth_rules.patterns import lazy
from finetooth_rules.skills import NATURAL_LANGUAGES

SHORTEST: Final = 40
"""Letters below which a text says too little of its language."""
SURE: Final = 0.95
_LONGEST: Final = 4_000
_NO_WORDS: Final = lazy(r"(?s)```.*?(?:```|\Z)|`[^`\n]*`|https?://\S+|[^\w\s]|[\d_]")


def language_of(text: str) -> str:
    """ISO 639-1 code of the language of a text; empty where it is not sure."""
    words = " ".join(_NO_WORDS.sub(" ", text[:_LONGEST]).split())
    letters = sum(2 if char > "\u2e7f" else 1 for char in words if char.isalpha())
    if letters < SHORTEST:
        return ""
    language, probability = _identifier().classify(words)
    return str(language) if probability >= SURE else ""


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # a quarter of a second

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = set(identifier.nb_classes)
    identifier.set_languages([name for name in NATURAL_LANGUAGES if name in known])
    return identifier
