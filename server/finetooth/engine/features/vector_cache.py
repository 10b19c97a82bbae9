"""Vectors of texts on disk, by content: a second run over the same data does not embed it again.

Embedding a record costs some 60 µs, looking it up 2. The cache is a folder of immutable files, each written
whole and then renamed; any of them may be deleted at any time, and one that is damaged is passed by. No text
is stored, only digests and vectors. `FINETOOTH_CACHE=off` switches it off, any other value names its folder.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from secrets import token_hex
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from finetooth_rules.features import Embedder

    Halves = NDArray[np.float16]
    Keys = NDArray[np.uint64]

VARIABLE: Final = "FINETOOTH_CACHE"
OFF: Final = "off"

MAGIC: Final = b"FTVEC01\n"
SUFFIX: Final = ".vectors"

LIMIT: Final = 256 << 20
"""Bytes that are kept; the files that were not used for longest go first. Enough for 240,000 records."""

FILES: Final = 12
"""When there are more, they are joined to one."""

LEAST: Final = 500
"""Texts that are new for which a file is written: fewer are embedded sooner than it is opened."""

HELD: Final = 20_000
"""New texts held in memory before they are written."""


def default_folder(environment: Mapping[str, str], platform: str, home: Path) -> Path | None:
    """Where the cache lies; None where it is switched off."""
    chosen = environment.get(VARIABLE, "")
    if chosen:
        return None if chosen.lower() == OFF else Path(chosen)
    if platform == "win32":
        base = Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local")
        return base / "finetooth" / "Cache"
    if platform == "darwin":
        return home / "Library" / "Caches" / "finetooth"
    return Path(environment.get("XDG_CACHE_HOME") or home / ".cache") / "finetooth"


def cached(inner: Embedder) -> Embedder:
    """An embedder that remembers, in the usual folder."""
    try:
        folder = default_folder(os.environ, sys.platform, Path.home())
    except RuntimeError:  # no home
        folder = None
    return CachedEmbedder(inner, folder)


class Part(NamedTuple):
    """One file of the cache, mapped into memory: keys in ascending order, a check sum and a vector each."""

    path: Path
    keys: Keys
    sums: Keys
    vectors: Halves


class CachedEmbedder:
    """Implements `finetooth_rules.features.Embedder`. Vectors are rounded to 16 bits whether they come from
    disk or not, so that the cache changes no finding. Safe to share between threads."""

    def __init__(self, inner: Embedder, folder: Path | None, limit: int = LIMIT, least: int = LEAST) -> None:
        self._inner, self._folder, self._limit, self._least = inner, folder, limit, least
        self._parts: list[Part] | None = None
        self._new: dict[int, Halves] = {}
        self._lock = Lock()
        self._flushed_at_end = False

    @property
    def name(self) -> str:
        """See `Embedder`."""
        return self._inner.name

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `Embedder`."""
        import numpy as np

        if self._folder is None or not texts:
            return self._inner.embed(texts).astype(np.float16).astype(np.float32)
        with self._lock:
            if self._parts is None:
                self._parts = _open(self._folder, self._prefix)
            keys = _keys(texts)
            out = np.zeros((len(texts), 0), np.float32)
            missing = np.ones(len(texts), bool)
            for part in self._parts:
                places, found = _find(part, keys)
                found &= missing
                if found.any():
                    if not out.shape[1]:
                        out = np.zeros((len(texts), part.vectors.shape[1]), np.float32)
                    out[found] = part.vectors[places[found]]
                    missing &= ~found
            if missing.any():
                rows = np.flatnonzero(missing)
                fresh = self._inner.embed([texts[row] for row in rows.tolist()]).astype(np.float16)
                if not out.shape[1]:
                    out = np.zeros((len(texts), fresh.shape[1]), np.float32)
                out[rows] = fresh
                self._flush_at_end()
                self._new.update(zip(keys[rows].tolist(), fresh, strict=True))
                if len(self._new) >= HELD:
                    self._write()
            return out

    def _flush_at_end(self) -> None:
        """See to it that what is new now is written, where nobody asks for it before the process ends."""
        from multiprocessing.util import Finalize

        if not self._flushed_at_end:
            # Runs at the end of a process of a pool, too, where `atexit` does not.
            Finalize(None, self.flush, exitpriority=10)
            self._flushed_at_end = True

    def flush(self) -> None:
        """Write what is new, if it is worth it."""
        with self._lock:
            if len(self._new) >= self._least:
                self._write()

    @property
    def _prefix(self) -> str:
        return blake2b(self._inner.name.encode(), digest_size=6).hexdigest()

    def _write(self) -> None:
        """Put what is new into a file of its own, and make room. A disk that is full or not ours is no
        error: the vectors can be made again."""
        import numpy as np

        if self._folder is None:
            return
        keys = np.array(sorted(self._new), np.uint64)
        vectors = np.array([self._new[key] for key in keys.tolist()], np.float16)
        self._new = {}
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            written = _save(self._folder, self._prefix, keys, vectors)
            _make_room(self._folder, self._prefix, self._limit, written)
            self._parts = _open(self._folder, self._prefix)
        except OSError:
            self._folder = None


def _keys(texts: Sequence[str]) -> Keys:
    """64 bits of each text's digest."""
    import numpy as np

    digests = b"".join(
        blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest() for text in texts
    )
    return np.frombuffer(digests, np.uint64)


def _find(part: Part, keys: Keys) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Where in a part each key is, and whether it is there, with a vector that is whole."""
    import numpy as np

    places = np.minimum(np.searchsorted(part.keys, keys), len(part.keys) - 1)
    found = np.asarray(part.keys[places] == keys, bool)
    rows = places[found]
    found[found] = _sums(np.asarray(part.vectors[rows])) == part.sums[rows]
    return places, found


def _sums(vectors: Halves) -> Keys:
    """A check sum of each vector."""
    import numpy as np

    weights = np.arange(1, 2 * vectors.shape[1], 2, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    bits = np.ascontiguousarray(vectors).view(np.uint16).astype(np.uint64)
    return np.asarray((bits * weights).sum(axis=1, dtype=np.uint64), np.uint64)


def _save(folder: Path, prefix: str, keys: Keys, vectors: Halves) -> Path:
    """Write a file whole, and only then give it its name."""
    import numpy as np

    path = folder / f"{prefix}-{token_hex(8)}{SUFFIX}"
    part = path.with_suffix(".part")
    head = np.array([len(keys), vectors.shape[1]], np.uint32).tobytes()
    try:
        with part.open("xb") as file:
            file.writelines([MAGIC, head, keys.tobytes(), _sums(vectors).tobytes(), vectors.tobytes()])
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def _open(folder: Path, prefix: str) -> list[Part]:
    """The parts that are whole, the largest first."""
    paths = sorted(folder.glob(f"{prefix}-*{SUFFIX}")) if folder.is_dir() else []
    parts = [part for path in paths if (part := _read(path)) is not None]
    return sorted(parts, key=lambda part: -len(part.keys))


def _read(path: Path) -> Part | None:
    """A file mapped into memory; None where it is not whole. It counts as used."""
    import numpy as np

    try:
        size = path.stat().st_size
        start = len(MAGIC) + 8
        with path.open("rb") as file:
            head = file.read(start)
        if len(head) < start or not head.startswith(MAGIC):
            return None
        count, width = np.frombuffer(head[len(MAGIC) :], np.uint32).tolist()
        if not count or not width or size != start + count * (16 + 2 * width):
            return None
        data = np.memmap(path, np.uint8, "r")
        keys = data[start : start + 8 * count].view(np.uint64)
        sums = data[start + 8 * count : start + 16 * count].view(np.uint64)
        vectors = data[start + 16 * count :].view(np.float16).reshape(count, width)
        os.utime(path)
    except (OSError, ValueError):
        return None
    return Part(path, keys, sums, vectors)


def _make_room(folder: Path, prefix: str, limit: int, newest: Path) -> None:
    """Join the files where they are many; while they are too large, delete those that were not used for
    longest."""
    import numpy as np

    parts = _open(folder, prefix) if len(list(folder.glob(f"{prefix}-*{SUFFIX}"))) > FILES else []
    if parts and sum(part.path.stat().st_size for part in parts) <= limit:
        width = parts[0].vectors.shape[1]
        alike = [part for part in parts if part.vectors.shape[1] == width]
        keys, first = np.unique(np.concatenate([part.keys for part in alike]), return_index=True)
        newest = _save(folder, prefix, keys, np.concatenate([part.vectors for part in alike])[first])
        for part in alike:
            _delete(part.path)
    files = sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: (path != newest, -path.stat().st_mtime))
    total = 0
    for path in files:
        total += path.stat().st_size
        if total > limit and path != newest:
            _delete(path)


def _delete(path: Path) -> None:
    """Another process may have it open, or have deleted it."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
