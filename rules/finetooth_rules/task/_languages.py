"""The language of a group of texts by their vector: near to which language's commonest words it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finetooth_rules.task._vectors import unit

if TYPE_CHECKING:
    from finetooth_rules.features import Embedder
    from finetooth_rules.task._groups import Halves, Mask
    from finetooth_rules.task._vectors import Matrix

COMMON_WORDS: Final = (
    "der die und das ist nicht ein eine mit auf für Sie wie ich",
    "le la les des et est dans une pour que qui vous pas sur",
    "el la los de que en es una por con para no se como",
    "o a os de que em é uma por com para não se como você",
    "il la di che è un una per con non sono come gli del",
    "de het een en van is niet dat op te met voor zijn je",
    "och att det som en på är av för med den inte",
    "i w na nie się jest to z do że jak dla od co",
    "a je v na se že to s z jak pro",
    "ja on ei se että oli mutta kuin mitä hän",
    "ve bir bu için ile de ne olarak daha nasıl",
    "và là không các có được trong cho một của",
    "и в не на что с по это как для от из",
    "і в не на що з як для це та",
    "και το της να είναι με για που δεν",
    "的 是 不 了 在 有 我 他 这 们 为 和 你 一",
    "の は に を が と で た し て です ます",
    "은 는 이 가 을 를 에 의 하다 있다 합니다",
    "في من على أن إلى ما هذا لا هو مع",
    "של את על לא זה עם הוא אני מה",
    "के का है में की और से को पर यह",
    "ที่ และ ใน ของ เป็น การ ไม่ มี ได้",
)
"""Of languages other than English: what has none of them is English, code, numbers or names."""

CLEAR: Final = 0.3
"""Cosine of a group's centre with a language's words from which on it is in that language: in others, and in
English, it reaches 0.3 rarely, and seldom for prompts and answers both."""

OTHER: Final = 0.15
"""How much lower it is for another group if that is in another language."""


def same_language(rows: Halves, mask: Mask, embedder: Embedder) -> bool:
    """Whether neither of two groups is in a language that the other is not in."""
    words = unit(embedder.embed(COMMON_WORDS))
    one, two = _nearness(rows, mask, words), _nearness(rows, ~mask, words)
    differ = (one >= CLEAR) & (two <= one - OTHER) | (two >= CLEAR) & (one <= two - OTHER)
    return not differ.any()


def _nearness(rows: Halves, mask: Mask, words: Matrix) -> Matrix:
    """Cosine of a group's centre with each language's words, the lower one of prompts and answers."""
    import numpy as np

    both = [words @ unit(half[mask].mean(axis=0)) for half in (rows.prompts, rows.answers)]
    return np.asarray(np.minimum(*both), np.float32)
