"""The cache of vectors: it changes no vector, survives damage, and stays within its bounds."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from finetooth.engine.features import vector_cache
from finetooth.engine.features.vector_cache import CachedEmbedder, default_folder

TEXTS = [f"text {number}" for number in range(40)]


class Counting:
    """An embedder that says which texts it was asked for."""

    def __init__(self, name: str = "model/1") -> None:
        self.name = name
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        rows = [
            np.random.default_rng(len(text) * 1000 + sum(map(ord, text))).normal(size=8) for text in texts
        ]
        return np.array(rows, np.float32)


def filled(
    folder: Path, texts: Sequence[str] = TEXTS, limit: int = 1 << 20, name: str = "model/1"
) -> Counting:
    inner = Counting(name)
    embedder = CachedEmbedder(inner, folder, limit, least=1)
    embedder.embed(texts)
    embedder.flush()
    return inner


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_a_second_process_finds_the_very_same_vectors(tmp_path: Path) -> None:
    without = CachedEmbedder(Counting(), None).embed(TEXTS)
    filled(tmp_path)
    inner = Counting()
    again = CachedEmbedder(inner, tmp_path, least=1)
    mixed = [*TEXTS[:5], "new", *TEXTS[5:]]
    assert (np.delete(again.embed(mixed), 5, axis=0) == without).all()
    assert inner.asked == ["new"]
    assert again.embed([]).shape[0] == 0


def test_another_model_shares_nothing(tmp_path: Path) -> None:
    filled(tmp_path)
    assert filled(tmp_path, name="model/2").asked == TEXTS


@pytest.mark.parametrize("damage", [b"", b"garbage", None])
def test_a_damaged_file_is_passed_by(tmp_path: Path, damage: bytes | None) -> None:
    filled(tmp_path)
    [path] = files(tmp_path)
    path.write_bytes(path.read_bytes()[:-1] if damage is None else damage)
    assert filled(tmp_path).asked == TEXTS


def test_a_damaged_vector_is_made_again(tmp_path: Path) -> None:
    filled(tmp_path)
    [path] = files(tmp_path)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    inner = Counting()
    vectors = CachedEmbedder(inner, tmp_path).embed(TEXTS)
    assert len(inner.asked) == 1
    assert (vectors == CachedEmbedder(Counting(), None).embed(TEXTS)).all()


def test_files_may_vanish_while_they_are_used(tmp_path: Path) -> None:
    filled(tmp_path)
    embedder = CachedEmbedder(Counting(), tmp_path)
    before = embedder.embed(TEXTS[:3])
    for path in files(tmp_path):
        path.unlink()
    assert (embedder.embed(TEXTS[:3]) == before).all()


def test_few_new_texts_are_not_worth_a_file(tmp_path: Path) -> None:
    embedder = CachedEmbedder(Counting(), tmp_path)
    embedder.embed(TEXTS)
    embedder.flush()
    assert files(tmp_path) == []


def test_many_files_become_one_and_lose_nothing(tmp_path: Path) -> None:
    for number in range(2 * vector_cache.FILES):
        filled(tmp_path, [f"{number} {text}" for text in TEXTS[:5]])
    assert len(files(tmp_path)) <= vector_cache.FILES
    inner = Counting()
    everything = [f"{number} {text}" for number in range(2 * vector_cache.FILES) for text in TEXTS[:5]]
    CachedEmbedder(inner, tmp_path).embed(everything)
    assert inner.asked == []


def test_the_folder_stays_within_its_limit(tmp_path: Path) -> None:
    size = 2_000
    for number in range(8):
        filled(tmp_path, [f"{number} {text}" for text in TEXTS], limit=size)
        for path in files(tmp_path):
            os.utime(path, (number, number))
    assert sum(path.stat().st_size for path in files(tmp_path)) <= size
    inner = filled(tmp_path, [f"7 {text}" for text in TEXTS], limit=size)
    assert inner.asked == []


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("not a folder")
    embedder = CachedEmbedder(Counting(), place, least=1)
    assert embedder.embed(TEXTS).shape == (40, 8)
    embedder.flush()
    assert embedder.embed(TEXTS).shape == (40, 8)


def test_where_the_cache_lies() -> None:
    home = Path("home")
    assert default_folder({}, "linux", home) == home / ".cache" / "finetooth"
    assert default_folder({"XDG_CACHE_HOME": "x"}, "linux", home) == Path("x", "finetooth")
    assert default_folder({}, "darwin", home) == home / "Library" / "Caches" / "finetooth"
    assert default_folder({"LOCALAPPDATA": "l"}, "win32", home) == Path("l", "finetooth", "Cache")
    assert default_folder({"FINETOOTH_CACHE": "off"}, "linux", home) is None
    assert default_folder({"FINETOOTH_CACHE": "here"}, "linux", home) == Path("here")


def test_a_check_fills_the_cache_and_says_the_same_again(tmp_path: Path) -> None:
    data = tmp_path / "data.jsonl"
    row = '{"prompt": "What is %d plus %d?", "completion": "It is the number %d."}'
    data.write_text("".join(row % (n, n + 1, 2 * n + 1) + "\n" for n in range(400)))
    environment = {**os.environ, "FINETOOTH_CACHE": str(tmp_path / "cache")}
    runs = [
        subprocess.run(
            [sys.executable, "-m", "finetooth", "check", "--isolated", str(data)],
            env=environment,
            capture_output=True,
            check=False,
        ).stdout
        for _ in range(2)
    ]
    assert runs[0] == runs[1]
    assert files(tmp_path / "cache")
