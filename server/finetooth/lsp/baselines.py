"""The baselines of open documents: read when needed, and again when they change on the disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from finetooth.engine.baseline import Baseline, Ignored, path_for, read
from finetooth.engine.settings.config import Config, ConfigError
from finetooth_rules.catalogue import Catalogue

_Stamp = tuple[int, int] | None


class BaselineStore:
    """What is ignored, by baseline file. One that cannot be used is told of; its last good state holds."""

    def __init__(self, report: Callable[[ConfigError], None]) -> None:
        self._report = report
        self._good: dict[Path, Baseline] = {}
        self._read: dict[Path, tuple[_Stamp, ConfigError | None]] = {}

    def path_of(self, config: Config, file: Path | None, folders: Sequence[Path]) -> Path | None:
        """The baseline for a file under a config, whether it is there or not. Without a config a new one
        would be in the workspace folder. None for a document that is nowhere.
        """
        if file is None and config.path is None and not folders:
            return None
        around = [folder for folder in folders if file is None or file.is_relative_to(folder)]
        start = max(around, key=lambda folder: len(folder.parts), default=None)
        return path_for(config, {}, start)

    def baseline(self, path: Path) -> Baseline:
        """The baseline at a path as it is on the disk now."""
        stamp = _stamp(path)
        known = self._read.get(path)
        if known is None or known[0] != stamp:
            error = None
            try:
                self._good[path] = read(path)
            except ConfigError as wrong:
                error = wrong
            known = self._read[path] = stamp, error
        if known[1] is not None:
            self._report(known[1])
        return self._good.get(path) or Baseline(path)

    def ignored(self, path: Path | None, file: Path | None, known: Catalogue) -> Ignored | None:
        """What is ignored of a file; None where nothing is."""
        return None if path is None else Ignored(self.baseline(path), file, known) or None


def _stamp(path: Path) -> _Stamp:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
