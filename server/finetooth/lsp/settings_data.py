"""How long the rows are that a settings file in the editor means: counted in a process of its own, which is
there only meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from finetooth.engine.files.opening import NoDataset
from finetooth.engine.live.files import Asked
from finetooth.engine.live.worker import Worker
from finetooth.engine.settings.config import ConfigError
from finetooth.engine.training.settings_files import CONFIG_SUFFIX, SettingsFile, data_paths
from finetooth.engine.training.training_data import config_paths, facts_of_path
from finetooth.engine.training.training_run import facts_of_parts, settings_profile
from finetooth_rules.splits import TRAIN
from finetooth_rules.trainers._data import DataFacts
from finetooth_rules.trainers._run import cutoff_of

if TYPE_CHECKING:
    from finetooth.engine.settings.config import Config

MOST_BYTES: Final = 256 * 1024 * 1024
"""Of more data only the rows are counted."""
RULE: Final = "HYP009"

Paths = Sequence[tuple[Path, str]]


def paths_of(found: SettingsFile, config: Config | None) -> list[tuple[Path, str]] | None:
    """The files that settings mean, with their splits; None where that cannot be told."""
    try:
        if found.path.suffix == CONFIG_SUFFIX:
            return None if config is None else config_paths(config)
        return data_paths(found)
    except (OSError, ConfigError):
        return None


def cutoff(found: SettingsFile, config: Config | None, asked: Asked) -> int | None:
    """The tokens beyond which rows have to be counted; None where no rule asks for it. Raises PluginError."""
    if found.settings is None or config is None:
        return None
    profile = settings_profile(config, found.path, dict(asked.overrides))
    of_run = cutoff_of(found.settings, profile)
    return None if of_run is None or RULE not in profile.selected else of_run.tokens


@dataclass(frozen=True, slots=True)
class Unsaved:
    """An edited document in place of its file."""

    uri: str
    version: int
    size: int
    lines: Sequence[bytes]

    def text(self) -> bytes:
        """All of it."""
        return b"".join(self.lines)


def _stamp(path: Path, unsaved: Unsaved | None) -> tuple[Any, ...]:
    """What changes with a file, or with the text that stands for it, and its size. Raises OSError."""
    if unsaved is not None:
        return unsaved.uri, unsaved.version, unsaved.size
    found = path.stat()
    return found.st_mtime_ns, found.st_size


class Lengths:
    """Counts for one settings document; the last answer is kept for as long as the files stay the same."""

    def __init__(self) -> None:
        self._worker: Worker | None = None
        self._known: tuple[Any, int, DataFacts | None] | None = None

    async def of(
        self, paths: Paths, asked: Asked, tokens: int, unsaved: Mapping[Path, Unsaved]
    ) -> DataFacts | None:
        """What is known of the data, with the rows of more than so many tokens; None where it cannot be read,
        is too much, or somebody asked anew meanwhile. Of a file that is open and edited the text counts.
        """
        try:
            stamps = [(path, split, *_stamp(path, unsaved.get(path))) for path, split in paths]
        except OSError:
            return None
        state = (stamps, asked)
        if self._known is not None and self._known[0] == state and self._known[1] <= tokens:
            return self._known[2]
        self.close()
        if sum(size for *_, size in stamps) > MOST_BYTES:
            return None
        worker = self._worker = Worker()
        texts = {path: one.text() for path, one in unsaved.items()}
        try:
            found: DataFacts | None = await asyncio.wrap_future(
                worker.submit(_count, list(paths), asked, tokens, texts)
            )
        except (CancelledError, asyncio.CancelledError):
            return None
        finally:
            worker.close()
        if self._worker is not worker:
            return None
        self._worker = None
        self._known = state, tokens, found
        return found

    def forget(self) -> None:
        """The settings that rows are counted by may have changed."""
        self._known = None

    def close(self) -> None:
        """Count no longer."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None


# -- in the process
# ---------------------------------------------------------------------------------------------


def _count(paths: Paths, asked: Asked, tokens: int, texts: Mapping[Path, bytes]) -> DataFacts | None:
    """Of the training split the lengths of rows that may be longer, of the others the rows."""
    parts = []
    for path, split in paths:
        try:
            config = asked.config(path)
            within = tokens if split == TRAIN else None
            facts = facts_of_path(path, config, asked.overrides, within, data=texts.get(path))
            parts.append((split, facts))
        except (OSError, ConfigError, NoDataset):
            return None
    return facts_of_parts(parts)
