"""The offline embedder gives the library's vectors, is bounded, and loads nothing before it is used."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import wordllama
from hypothesis import given, settings
from hypothesis import strategies as st

from finetooth.engine.features import embedder
from finetooth.engine.features.embedder import DIMENSIONS, MAX_CHARACTERS, WordEmbedder

HOME = Path(wordllama.__file__).parent
TEXTS = [
    "How was your day?",
    "  white   space\tof\nall kinds  ",
    "def add(a, b):\n    return a + b  # trailing, well-known (words) x2 'quoted' snake_case",
    "16 * 2 = $<<16*2=32>>32.00, i.e. 50% off; see https://example.com/a?b=c&d=1",
    "Ünïcödé – déjà-vu, naïve café’s № 5 ½ × ² ﬁ",
    "Привет, как дела? Γειά σου, κόσμε! مرحبا بالعالم",
    "emoji 👍🏽 and \u200d joiners \u00a0 non-breaking",
    "<b>bold</b> and <0x0A>",
    "x" * 300,
]


UNSPACED = [
    "机器学习是人工智能的一个分支。它 使用 data。",
    "東京タワーは高い。 서울은 크다 เด็ก ไป โรงเรียน",
]


@lru_cache(maxsize=1)
def library() -> Any:
    return wordllama.WordLlama.load(cache_dir=HOME, disable_download=True)


def by_library(texts: list[str]) -> Any:
    return library().embed([" ".join(text[:MAX_CHARACTERS].split()) for text in texts])


def test_vectors_are_the_librarys() -> None:
    assert np.allclose(WordEmbedder().embed(TEXTS), by_library(TEXTS), atol=1e-5)


@settings(max_examples=150, deadline=None)
@given(st.text(min_size=1, max_size=60).filter(lambda text: bool(text.split())))
def test_vectors_are_the_librarys_for_any_text(text: str) -> None:
    if "▁" in text or embedder._HAS_UNSPACED.search(text):  # the tokenizer's own sign for a space
        return
    assert np.allclose(SHARED.embed([text]), by_library([text]), atol=1e-4)


SHARED = WordEmbedder()


def cosine(one: str, other: str) -> float:
    first, second = SHARED.embed([one, other])
    return float(first @ second / np.linalg.norm(first) / np.linalg.norm(second))


def test_texts_without_spaces_are_alike_as_far_as_they_share_characters() -> None:
    """The library spells rare characters as bytes, which all of them share: it says 0.8 of any two texts."""
    headache = "头痛、恶心、呕吐的患者应该做哪些检查？"
    assert cosine(headache, "患者呕吐并且头痛，需要做什么检查？") > 0.6
    assert abs(cosine(headache, "请写一首描绘秋天落叶的诗歌。")) < 0.3
    assert abs(cosine("เด็กไปโรงเรียน", "ฉันชอบกินข้าวผัด")) < 0.75
    assert cosine("漢字", "字漢") == pytest.approx(1, abs=1e-6)  # as of words: their order says nothing
    assert cosine("漢 字", "漢字") == pytest.approx(1, abs=1e-6)


def test_a_character_is_the_same_wherever_it_stands_and_whatever_was_read_before() -> None:
    alone = WordEmbedder().embed(["頭", "data"])
    mixed = WordEmbedder().embed(["x頭", "頭x", "x", "頭", "data"])
    assert np.array_equal(alone[0], mixed[3])
    assert np.array_equal(alone[1], mixed[4])
    assert np.isfinite(WordEmbedder().embed(UNSPACED)).all()


def test_no_token_spans_two_classes_of_characters() -> None:
    """What lets a word's vector be the sum of its pieces'."""
    config = json.loads((HOME / "tokenizers" / "l2_supercat_tokenizer_config.json").read_text("utf-8"))
    tokens = [token.lstrip("▁") for token in config["model"]["vocab"] if not token.startswith("<")]
    pieces = {token: embedder._PIECES.findall(token) for token in tokens if token.isascii()}
    assert [token for token, parts in pieces.items() if len(parts) > 1] == []
    unspaced = [token for token in tokens if embedder._HAS_UNSPACED.search(token)]
    assert [token for token in unspaced if len(token) > 1] == []


def test_texts_without_words_are_zeros() -> None:
    vectors = SHARED.embed(["", " \n\t", "word", ""])
    assert vectors.shape == (4, DIMENSIONS)
    assert vectors.dtype == np.float32
    assert [bool(row.any()) for row in vectors] == [False, False, True, False]
    assert SHARED.embed([]).shape == (0, DIMENSIONS)
    assert not SHARED.embed(["", " "]).any()


def test_only_the_beginning_of_a_text_is_read() -> None:
    beginning = "word " * (MAX_CHARACTERS // 5)
    assert np.array_equal(*SHARED.embed([beginning, beginning + "something else entirely " * 1000]))


def test_the_tables_are_bounded_and_forgetting_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    samples = TEXTS + UNSPACED
    texts = [f"{chr(97 + i % 26) * (i % 7 + 1)}{i} {samples[i % len(samples)]}" for i in range(400)]
    expected = WordEmbedder().embed(texts)
    monkeypatch.setattr(embedder, "MAX_WORDS", 20)
    monkeypatch.setattr(embedder, "BLOCK", 4)
    small = WordEmbedder()
    assert np.allclose(small.embed(texts), expected, atol=1e-6)
    assert small._model is not None
    assert len(small._model.words) < 100


def test_it_may_be_shared_between_threads() -> None:
    shared = WordEmbedder()
    texts = [f"thread {i} {TEXTS[i % len(TEXTS)]}" for i in range(200)]
    found: dict[int, Any] = {}

    def work(number: int) -> None:
        found[number] = shared.embed(texts[:: 1 if number % 2 else -1])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = WordEmbedder().embed(texts)
    for number, vectors in found.items():
        assert np.allclose(vectors[:: 1 if number % 2 else -1], expected, atol=1e-6)


def test_alike_texts_are_near() -> None:
    vectors = SHARED.embed(["Train a neural network.", "Neural networks are trained.", "I baked a cake."])
    one, two, three = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert one @ two > 0.5 > 0.2 > abs(one @ three)


def test_nothing_is_loaded_before_the_first_text() -> None:
    code = """
import sys
from finetooth.engine.features.embedder import WordEmbedder
embedder = WordEmbedder()
embedder.name
early = {"numpy", "tokenizers", "safetensors", "wordllama"} & set(sys.modules)
embedder.embed(["word"])
print(sorted(early), "wordllama" in sys.modules)
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[] False"
    assert result.stderr == ""
