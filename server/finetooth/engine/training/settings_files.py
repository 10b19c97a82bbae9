"""Settings files of trainers on disk: which are there, which data they mean, and where that lies.

They are only read; what they mean is for `finetooth_rules.trainers` to say.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from finetooth.engine.files.discover import SKIPPED_FOLDERS
from finetooth.engine.settings.mappings import INFO, ends_with, folders_of
from finetooth_rules.patterns import lazy
from finetooth_rules.trainers import (
    MAX_BYTES,
    TRAINERS,
    DataFile,
    Document,
    TrainingSettings,
    language_of,
    read_document,
    read_settings,
    training_table,
)
from finetooth_rules.trainers._document import Language, Trouble

SUFFIXES: Final = (".yml", ".yaml", ".json")
CONFIG_SUFFIX: Final = ".toml"
MAX_FILES: Final = 64
"""At most so many files of a folder are looked at."""
_LEVELS: Final = 3
"""Trainers are started in the folder of the settings, or in one above it: so far up data is looked for."""
_TOP_KEY: Final = lazy(rb"^([A-Za-z_]\w*)[ \t]*:", re.MULTILINE)
_REMOTE: Final = ("s3://", "gs://", "az://", "hf://")


@dataclass(frozen=True, slots=True, eq=False)
class SettingsFile:
    """A file with the settings of a run. `settings` is None where `trouble` says why it cannot be read."""

    path: Path
    raw: bytes
    settings: TrainingSettings | None
    trouble: Trouble | None = None


def is_settings_name(name: str) -> bool:
    """Whether a file may be one by its name: YAML and TOML are never datasets, of JSON the content tells."""
    return name.lower().endswith((*SUFFIXES, CONFIG_SUFFIX))


def read_file(path: Path, raw: bytes | None = None) -> SettingsFile | None:
    """The settings in a file: a trainer's own, or `[training]` of a config; None where it holds none.
    `raw` is its text where an editor has another than the disk. Raises OSError.
    """
    if raw is None:
        facts = path.stat()
        if facts.st_size > MAX_BYTES:
            return None
        return _read(path, facts.st_mtime_ns, facts.st_size)
    return _parsed(path, raw)


@lru_cache(maxsize=128)
def _read(path: Path, modified: int, size: int) -> SettingsFile | None:
    """Kept, as many datasets lie beside one such file."""
    return _parsed(path, path.read_bytes())


def _parsed(path: Path, raw: bytes) -> SettingsFile | None:
    language = language_of(path.name)
    if language is None:
        return None
    if language is Language.TOML:
        return _of_config(path, raw)
    found = read_settings(raw, language)
    if isinstance(found, Document):
        return SettingsFile(path, raw, None, found.trouble)
    return None if found is None else SettingsFile(path, raw, found)


def _of_config(path: Path, raw: bytes) -> SettingsFile | None:
    """`[training]` of a config; one that cannot be read is told of where configs are."""
    if b"training" not in raw:
        return None
    base = ("tool", "finetooth") if path.name == "pyproject.toml" else ()
    found = training_table(read_document(raw, Language.TOML), base)
    return None if found is None else SettingsFile(path, raw, found)


def looks_meant(raw: bytes) -> bool:
    """Whether a YAML text that cannot be read is surely some trainer's: most of its own keys are that
    trainer's, and nothing else is to fill it in.
    """
    if b"{{" in raw or b"{%" in raw:
        return False
    keys = {match[1].decode() for match in _TOP_KEY.finditer(raw)}
    return any(
        len(keys & known) >= 3 and 4 * len(keys & known) >= 3 * len(keys)
        for trainer in TRAINERS
        if Language.YAML in trainer.languages and any(mark in raw for mark in trainer.marks)
        for known in (trainer.known.get((), frozenset()),)
    )


def beside(file: Path) -> Iterator[SettingsFile]:
    """The settings files in a dataset's folder, the one above it, and folders for configs in either; what
    cannot be read is passed over.
    """
    yield from within(folders_of(file))


def below(folder: Path) -> list[Path]:
    """A folder, and the folders in it that may hold settings: `configs`, `runs` …"""
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir())
    except OSError:
        return []
    wanted = [name for name in names if not name.startswith(".") and name not in SKIPPED_FOLDERS]
    return [folder, *(folder / name for name in wanted[:MAX_FILES])]


def in_folders(names: Iterable[str]) -> list[SettingsFile]:
    """The settings files in the folders among some names, and one level below them."""
    return [*within(place for name in names if os.path.isdir(name) for place in below(Path(name)))]


def within(folders: Iterable[Path]) -> Iterator[SettingsFile]:
    """The settings files in some folders; what cannot be read is passed over."""
    for folder in folders:
        try:
            names = _listed(folder, folder.stat().st_mtime_ns)
        except OSError:
            continue
        for path in names:
            try:
                found = read_file(path)
            except OSError:
                continue
            if found is not None:
                yield found


@lru_cache(maxsize=64)
def _listed(folder: Path, modified: int) -> tuple[Path, ...]:
    """The files of a folder that may be settings, by a look at their bytes."""
    found: list[Path] = []
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if len(found) == MAX_FILES:
                break
            if (
                entry.name.lower().endswith(SUFFIXES)
                and entry.is_file()
                and entry.stat().st_size <= MAX_BYTES
            ):
                found.append(folder / entry.name)
    return tuple(found)


def split_of(found: SettingsFile, file: Path) -> str | None:
    """The split that a settings file gives a dataset; None where it does not name it."""
    if found.settings is None:
        return None
    file = Path(os.path.abspath(file))
    return next((data.split for data in found.settings.data if _means(found, data, file)), None)


def _means(found: SettingsFile, data: DataFile, file: Path) -> bool:
    if data.registered:
        return any(path in (file, file.parent) for path in _registered(found, data.name))
    name = _plain(data.name)
    return bool(name) and (ends_with(file, name) or ends_with(file.parent, name))


def _plain(name: str) -> str:
    """A name without the service that keeps it; of what lies elsewhere only the file's own name counts."""
    return name.rpartition("/")[2] if name.startswith(_REMOTE) else name


def data_paths(found: SettingsFile) -> list[tuple[Path, str]] | None:
    """The files on disk that the settings train on and measure with, and their splits. None where a file to
    train on is not there: then nothing is known of the run's rows.
    """
    paths: list[tuple[Path, str]] = []
    if found.settings is None or not found.settings.data:
        return None
    for data in found.settings.data:
        there = located(found, data)
        if not there and data.split == "train":
            return None
        paths += [(path, data.split) for path in there]
    return paths


def located(found: SettingsFile, data: DataFile) -> list[Path]:
    """The files on disk that a name in the settings means; a folder means those in it."""
    candidates = (
        _registered(found, data.name)
        if data.registered
        else (base / _plain(data.name) for base in _bases(found.path))
    )
    for path in candidates:
        if path.is_file():
            return [Path(os.path.abspath(path))]
        if path.is_dir() and data.name not in ("", ".", "./"):
            from finetooth.engine.files.discover import discover

            return [Path(os.path.abspath(name)) for name in discover([str(path)]).files]
    return []


def _bases(path: Path) -> list[Path]:
    """The folders that names in a settings file may be relative to, the likeliest first."""
    path = Path(os.path.abspath(path))
    return [*path.parents[:_LEVELS], Path.cwd()]


def _registered(found: SettingsFile, name: str) -> Iterator[Path]:
    """The files that a name of `dataset_info.json` means."""
    assert found.settings is not None
    given = found.settings.table.get("dataset_dir", "data")
    folders = [base / given for base in _bases(found.path) if isinstance(given, str)]
    for folder in [*folders, Path(os.path.abspath(found.path)).parent]:
        named = _info(folder / INFO).get(name)
        if named is not None:
            yield folder / named


def _info(path: Path) -> dict[str, str]:
    """Name → file of the entries of a `dataset_info.json`; empty where it cannot be used."""
    try:
        facts = path.stat()
        return _read_info(path, facts.st_mtime_ns, facts.st_size) if facts.st_size <= 8 * MAX_BYTES else {}
    except OSError:
        return {}


@lru_cache(maxsize=16)
def _read_info(path: Path, modified: int, size: int) -> dict[str, str]:
    try:
        decoded = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(decoded, dict):
        return {}
    return {
        name: entry["file_name"]
        for name, entry in decoded.items()
        if isinstance(entry, dict) and isinstance(entry.get("file_name"), str)
    }
