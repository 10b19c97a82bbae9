"""Which config file a document is judged by; a file that cannot be used is told of, and its last good state
holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from finetooth.engine.baseline import NAME as BASELINE
from finetooth.engine.settings.config import NAMES, Config, ConfigError, discover, read
from finetooth.engine.settings.mappings import INFO

_MODEL: Final = ("tokenizer.json", "tokenizer_config.json", "*.jinja")
_DATA: Final = ("*.jsonl", "*.ndjson")
_OTHERS: Final = (BASELINE, "*.schema.json", INFO, "*.yml", "*.yaml", "*.py", *_MODEL, *_DATA)
WATCHED: Final = tuple(f"**/{name}" for name in (*NAMES, *_OTHERS))

ARRAYS: Final = ("**/*.json",)
"""Watched only where files are judged that are not open."""


class ConfigStore:
    """Reads config files. `errors` holds what is wrong with those met since the last `forget`."""

    def __init__(self) -> None:
        self.errors: dict[Path, ConfigError] = {}
        self._good: dict[Path, Config] = {}

    def forget(self) -> None:
        """Files may have changed: whether one is in error is found out anew."""
        self.errors = {}

    def report(self, error: ConfigError) -> None:
        """Another file that says what documents are judged by cannot be used."""
        self.errors[error.path] = error

    def config_for(
        self, file: Path | None, folders: Sequence[Path], chosen: Path | None, *, allow_plugins: bool = False
    ) -> Config:
        """The config of a file: the one that was chosen, else the nearest one upwards from the file.

        A document without a path is judged like a file in the first workspace folder. `allow_plugins`:
        whether the code of its plugins may be run.
        """
        folder = file.parent if file is not None else next(iter(folders), None)
        if chosen is not None:
            return self._read(lambda: read(chosen, allow_plugins=allow_plugins), folder)
        if folder is None:
            return Config()
        return self._read(lambda: discover(folder, allow_plugins=allow_plugins), folder)

    def _read(self, load: Callable[[], Config | None], folder: Path | None) -> Config:
        default = Config(root=folder or Path.cwd())
        try:
            config = load() or default
        except ConfigError as error:
            self.errors[error.path] = error
            return self._good.get(error.path, default)
        if config.path is not None:
            self._good[config.path] = config
        return config
