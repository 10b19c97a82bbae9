"""Did you mean …? The known word that a misspelt one was meant as."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    # Roles of other formats.
    "user": ("human", "usr", "customer"),
    "assistant": ("gpt", "model", "bot", "ai", "chatbot", "chatgpt"),
    "tool": ("ipython", "observation", "tool_response", "function_response"),
    "model": ("assistant", "gpt", "bot", "ai", "chatbot"),
    "Chatbot": ("assistant", "gpt", "model", "bot", "ai"),
    "User": ("human",),
    # Keys of other formats.
    "conversations": ("messages", "conversation", "dialogue", "dialog", "turns", "chat"),
    "from": ("role", "speaker", "author"),
    "value": ("content", "text", "body"),
    "output": ("response", "completion", "answer"),
    "messages": ("conversations", "conversation", "dialogue", "dialog", "turns", "chat"),
    "role": ("from", "speaker", "author"),
    "content": ("value", "text", "body"),
    "text": ("value", "content"),
    "prompt": ("instruction", "question", "query", "input"),
    "completion": ("response", "output", "answer"),
}
"""Known word → what other formats call the same thing."""


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that differs from `word` by case, separators or a slip or two; None if none does.

    A word of up to three letters allows no slip, up to five letters one, longer words two. A tie between two
    candidates is no suggestion.
    """
    from rapidfuzz.distance import OSA

    folded = _fold(word)
    allowed = 0 if len(folded) <= 3 else 1 if len(folded) <= 5 else 2
    ranked = sorted(
        (OSA.distance(folded, _fold(known), score_cutoff=allowed), known) for known in set(candidates)
    )
    if not ranked or ranked[0][0] > allowed:
        return None
    if len(ranked) > 1 and ranked[1][0] == ranked[0][0]:
        return None
    return ranked[0][1]


def called_otherwise(word: str, known: Iterable[str]) -> str | None:
    """The known word that another format writes as `word`: `human` is `user`."""
    folded = word.casefold()
    return next((name for name in known if folded in SYNONYMS.get(name, ())), None)


def _fold(word: str) -> str:
    return word.casefold().replace("_", "").replace("-", "").replace(" ", "")
