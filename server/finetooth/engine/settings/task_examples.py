"""Reads the prompts that show what a task is, from the file that `[task] examples-file` names."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Final

import orjson

from finetooth.engine.settings.config import ConfigError
from finetooth_rules.formats import recognise
from finetooth_rules.record import Record
from finetooth_rules.targets import GENERIC

MOST_BYTES: Final = 1024 * 1024
MOST: Final = 64
"""Prompts that are read, the first ones: no rule looks at more."""

RECORDS: Final = frozenset({".jsonl", ".ndjson"})


def load(path: Path) -> tuple[str, ...]:
    """The prompts: of a `.jsonl` file each record's (or each string), of any other each line. Raises
    ConfigError, which names the file and what is wrong.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES)
            whole = not file.read(1)
        text = data.decode("utf-8-sig", "strict" if whole else "ignore")
    except OSError as error:
        raise ConfigError(path, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(path, "is not UTF-8") from error
    lines = text.split("\n")
    lines = [line.strip() for line in (lines if whole else lines[:-1])]
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line]
    if not numbered:
        raise ConfigError(path, "has no examples")
    if path.suffix.lower() not in RECORDS:
        return tuple(line for _, line in islice(numbered, MOST))
    return tuple(_prompt(path, number, line) for number, line in islice(numbered, MOST))


def _prompt(path: Path, number: int, line: str) -> str:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise ConfigError(path, f"line {number} is no JSON") from error
    if isinstance(value, str):
        return value
    found = recognise(value) if isinstance(value, dict) else None
    prompt = found.read(Record(line.encode()), value, GENERIC).prompt if found else ""
    if not prompt.strip():
        raise ConfigError(path, f"line {number} is neither a string nor a record with a prompt")
    return prompt
