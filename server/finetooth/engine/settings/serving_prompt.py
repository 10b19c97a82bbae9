"""Reads the system prompt that `[task] serving-system-prompt-file` names."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from finetooth.engine.settings.config import Config, ConfigError

KEY: Final = "serving-system-prompt-file"
MOST_BYTES: Final = 1024 * 1024


def load(config: Config, file: Path | None, name: str) -> str:
    """The prompt, without white space around it, from a text file relative to the settings of `file`. Raises
    ConfigError: at the setting where there is no such file, else at the place in it.
    """
    path = config.root / name
    try:
        with path.open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)
    except OSError as error:
        why = f"`{KEY}`: {name} cannot be read: {error.strerror or error}"
        raise config.error_at(("task", KEY), file, path, why) from error
    if len(data) > MOST_BYTES:
        raise ConfigError(path, f"is larger than {MOST_BYTES:,} bytes; expected a system prompt")
    try:
        return data.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        line = before.replace("\r\n", "\n").replace("\r", "\n")
        place = line.count("\n") + 1, len(line) - line.rfind("\n")
        raise ConfigError(path, f"is not UTF-8 (byte {error.start})", *place) from error
