"""The files of trainers that say what the fields of a dataset are: LLaMA-Factory's `dataset_info.json` and
Axolotl configs, in the dataset's folder, the one above, or a folder for configs in either.

They are only read; what they mean is for `formats/_llama_factory.py` and `formats/_axolotl.py` to say. One
that cannot be used is an error at a line and column, and the format is found from the records instead.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import Any, Final, NamedTuple

from finetooth.engine.settings.config import ConfigError
from finetooth_rules.formats import _axolotl, _llama_factory
from finetooth_rules.formats.custom import FieldMap

INFO: Final = _llama_factory.FILE
YAML: Final = (".yml", ".yaml")
MAX_BYTES: Final = 1024 * 1024
"""A larger file is none of these."""
CONFIG_FOLDERS: Final = ("configs", "config", "conf", "recipes")
"""Where settings of runs usually lie, beside `data/` or in it."""
MAX_FILES: Final = 64
"""At most so many YAML files of a folder are looked at."""


class Found(NamedTuple):
    """What a file says of a dataset: a known format's name (`""`: none), a mapping, and the file."""

    format: str
    mapping: FieldMap | None
    path: Path


def find(file: Path) -> Found | None:
    """What the files around a dataset say of it; None where none names it. Raises ConfigError."""
    file = Path(os.path.abspath(file))
    for folder in folders_of(file):
        found = _in_info(folder / INFO, file) or _in_configs(folder, file)
        if found is not None:
            return found
    return None


def concerns(path: Path, file: Path | None) -> bool:
    """Whether a changed file could be one that says what a dataset's fields are, or how long its rows may
    be.
    """
    return is_mapping(path) and file is not None and path.parent in folders_of(file)


def is_mapping(path: Path) -> bool:
    """Whether a file has the name of one that says what a dataset's fields are."""
    return path.name == INFO or path.suffix.lower() in YAML


def folders_of(file: Path) -> tuple[Path, ...]:
    """The folders in which trainers' files are looked for; not all of them need be there."""
    around = (file.parent, file.parent.parent)
    return (*around, *(folder / name for folder in around for name in CONFIG_FOLDERS))


def _in_info(path: Path, file: Path) -> Found | None:
    text = _text(path)
    if text is None:
        return None
    try:
        decoded = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(path, f"is not valid JSON: {error.msg}", error.lineno, error.colno) from error
    except RecursionError as error:
        raise ConfigError(path, "is nested too deep") from error
    for name, entry in decoded.items() if isinstance(decoded, dict) else ():
        named = entry.get("file_name") if isinstance(entry, dict) else None
        place = Path(os.path.abspath(path.parent / named)) if isinstance(named, str) and named else None
        if place in (file, file.parent):
            for key, message in _llama_factory.problems(entry):
                raise ConfigError(path, f"{message} (dataset `{name}`)", *_place(text, name, key))
            known, mapping = _llama_factory.mapped(entry)
            if place == file.parent:
                mapping = replace(mapping, columns=())  # another file of the folder may have them
            return Found(known, mapping, path)
    return None


def _place(text: str, *keys: str) -> tuple[int, int]:
    """Line and column of the last of these keys, each looked for behind the one before."""
    at = 0
    for key in keys:
        match = re.compile(re.escape(json.dumps(key, ensure_ascii=False)) + r"\s*:").search(text, at)
        at = match.start() if match else at
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _in_configs(folder: Path, file: Path) -> Found | None:
    """What is no YAML and mentions the dataset is a note, where no other file says more: it may be a
    trainer's config with a slip in it, a template, or anything else.
    """
    broken: ConfigError | None = None
    for path in _yaml_files(folder):
        text = _text(path)
        # Reading YAML is slow, and most YAML files are about something else.
        if text is None or "datasets:" not in text or not _mentions(text, file):
            continue
        try:
            decoded = _yaml(path, text)
        except ConfigError as error:
            broken = broken or error
            continue
        for entry in _entries(decoded):
            if _named(entry, file):
                found = _axolotl.mapped(entry, decoded.get("rl"), path.name)
                if found is not None:
                    return Found(*found, path)
    if broken is not None:
        raise broken
    return None


def _yaml_files(folder: Path) -> tuple[Path, ...]:
    try:
        return _listed(folder, folder.stat().st_mtime_ns)
    except OSError:
        return ()


@lru_cache(maxsize=32)
def _listed(folder: Path, modified: int) -> tuple[Path, ...]:
    """Kept, as a folder may hold many datasets; its time says whether a name was added or removed."""
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if entry.name.lower().endswith(YAML))
    return tuple(folder / name for name in names[:MAX_FILES])


def _mentions(text: str, file: Path) -> bool:
    return file.name in text or file.parent.name in text


@lru_cache(maxsize=8)
def _yaml(path: Path, text: str) -> Mapping[str, Any]:
    yaml = import_module("yaml")  # 15 ms that most runs do not need
    try:
        decoded = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise ConfigError(path, f"is not valid YAML: {problem}", line, column, note=True) from error
    except (RecursionError, ValueError) as error:
        raise ConfigError(path, f"is not valid YAML: {error}", note=True) from error
    return decoded if isinstance(decoded, Mapping) else {}


def _entries(decoded: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for key in ("datasets", "test_datasets", "pretraining_dataset"):
        given = decoded.get(key)
        for entry in given if isinstance(given, list) else ():
            if isinstance(entry, Mapping):
                yield entry


def _named(entry: Mapping[str, Any], file: Path) -> bool:
    """Whether an entry's `path` or `data_files` is this file, or its folder.

    Both are relative to wherever the trainer is started, so the end of the path decides.
    """
    base = entry.get("path")
    files = entry.get("data_files")
    several = [files] if isinstance(files, str) else files if isinstance(files, list) else []
    if not isinstance(base, str):
        base = ""
    for name in several:
        if isinstance(name, str) and (ends_with(file, name) or ends_with(file, f"{base}/{name}")):
            return True
    return not several and bool(base) and (ends_with(file, base) or ends_with(file.parent, base))


def ends_with(file: Path, name: str) -> bool:
    """Whether a path ends in a relative one, whatever that is relative to."""
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part != "."]
    if ".." in parts:
        parts = parts[len(parts) - parts[::-1].index("..") :]
    return bool(parts) and list(file.parts[-len(parts) :]) == parts


def _text(path: Path) -> str | None:
    """The text of a small file; None where it is none. Raises ConfigError."""
    try:
        facts = path.stat()
        if not path.is_file() or facts.st_size > MAX_BYTES:
            return None
        return _read(path, facts.st_mtime_ns, facts.st_size)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ConfigError(path, f"cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        if path.name != INFO:
            return None
        raise ConfigError(path, f"is not UTF-8 (byte {error.start})") from error


@lru_cache(maxsize=32)
def _read(path: Path, modified: int, size: int) -> str:
    """Kept, as many datasets lie beside one such file; the time and size say whether it is the same."""
    return path.read_text(encoding="utf-8-sig")
