"""The natural language of a text, by character statistics: good for a text of a few sentences, silent where
there is too little of it or where it is code.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

SHORTEST: Final = 40
"""Letters below which a text says too little of its language."""
SURE: Final = 0.95
_LONGEST: Final = 4_000
_NO_WORDS: Final = re.compile(r"(?s)```.*?(?:```|\Z)|`[^`\n]*`|https?://\S+|[^\w\s]|[\d_]")
LANGUAGES: Final = (
    *("ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "gu", "he", "hi"),
    *("hr", "hu", "id", "it", "ja", "ka", "kn", "ko", "lt", "lv", "ml", "mr", "nl", "no", "pa", "pl", "pt"),
    *("ro", "ru", "sk", "sl", "sr", "sv", "sw", "ta", "te", "th", "tr", "uk", "ur", "vi", "zh"),
)
"""The languages told apart, ISO 639-1: those that people train on. More of them make more mistakes."""


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
    identifier.set_languages([name for name in LANGUAGES if name in known])
    return identifier
