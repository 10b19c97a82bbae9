"""The baseline: findings that somebody looked at and does not want to see again.

JSONL has no comments, so they are written down in a file of their own, beside the settings:

    finetooth-baseline 1

    FEN003 3f9a8c0de4b1a2c35d6e7f80 data/train.jsonl
    TSK004 file data/train.jsonl
    TXT005 all data/raw.jsonl

A line names a rule, what is ignored, and a file relative to this one. What is ignored is a record, by the
key of what it says (`content_key`), the findings on the `file` as a whole, or `all` findings in the file. It
holds no text of a record. Lines are sorted and stand for themselves, so that a merge of two branches is the
lines of both; comments (`#`) stay with the line they stand above.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from finetooth.engine.files.atomic import write_atomically
from finetooth.engine.settings.config import Config, ConfigError
from finetooth_rules.catalogue import Catalogue
from finetooth_rules.content_key import KEY_BYTES, content_key
from finetooth_rules.patterns import lazy
from finetooth_rules.record import Record
from finetooth_rules.rule import MeasuredRule, RecordRule, SyntaxRule
from finetooth_rules.settings import Settings

NAME: Final = "finetooth-baseline.txt"
SETTING: Final = "baseline"
OF_FILE: Final = "file"
ALL: Final = "all"
VERSION: Final = 1
_FIRST: Final = lazy(r"finetooth-baseline[ \t]+(\d+)[ \t]*")
_LINE: Final = lazy(r"([A-Z]+[0-9]+)[ \t]+(\S+)[ \t]+(\S.*?)[ \t]*")
_KEY: Final = lazy(rf"[0-9a-f]{{{2 * KEY_BYTES}}}|{OF_FILE}|{ALL}")
_MERGE: Final = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")
OF_RECORD: Final = (SyntaxRule, RecordRule, MeasuredRule)


class Entry(NamedTuple):
    """Something that is ignored: `key` is that of a record, `OF_FILE` or `ALL`. Sorts as it is written."""

    file: str
    code: str
    key: str

    @property
    def of_record(self) -> bool:
        """Whether it names a record."""
        return self.key not in (OF_FILE, ALL)


@dataclass(frozen=True)
class Baseline:
    """The entries of a baseline file, and the comments above them; `path` is where it is, or would be."""

    path: Path
    entries: frozenset[Entry] = frozenset()
    comments: Mapping[Entry | None, tuple[str, ...]] = field(default_factory=dict)
    """Lines that stand above an entry; None: behind the last one."""

    def name_of(self, file: Path) -> str:
        """How it calls a file: relative to its own folder where that can be said."""
        for folder, one in (
            (os.path.abspath(self.path.parent), os.path.abspath(file)),
            (os.path.realpath(self.path.parent), os.path.realpath(file)),
        ):
            if Path(one).is_relative_to(folder):
                return Path(one).relative_to(folder).as_posix()
        try:
            return Path(
                os.path.relpath(os.path.realpath(file), os.path.realpath(self.path.parent))
            ).as_posix()
        except ValueError:  # on another drive
            return Path(file).as_posix()

    def with_entries(self, entries: Iterable[Entry]) -> Baseline:
        """The same file with other entries."""
        return Baseline(self.path, frozenset(entries), self.comments)


class Ignored:
    """What a baseline ignores of one file. What a record alone decides is ignored wherever the record is;
    what other records decide too (duplicates, leakage, outliers) only in the file that the entry names.
    """

    def __init__(self, baseline: Baseline, file: Path | None, known: Catalogue) -> None:
        self.baseline = baseline
        self.name = None if file is None else baseline.name_of(file)
        self.all: set[str] = set()
        self._of_file: set[str] = set()
        self._records: dict[str, set[str]] = {}
        for name, code, key in baseline.entries:
            here = name == self.name
            if key in (ALL, OF_FILE):
                if here:
                    (self.all if key == ALL else self._of_file).add(code)
            elif here or isinstance(known.by_code.get(code), OF_RECORD):
                self._records.setdefault(code, set()).add(key)

    def __bool__(self) -> bool:
        """Whether it can hide anything."""
        return bool(self.all or self._of_file or self._records)

    def of_file(self, code: str) -> bool:
        """Whether findings of a rule on the file as a whole are ignored."""
        return code in self._of_file or code in self.all

    def may_hide(self, code: str) -> bool:
        """Whether it says anything of a rule on records: only then is the key of the record asked for."""
        return code in self.all or code in self._records

    def hides(self, code: str, key: Callable[[], str | None]) -> bool:
        """Whether a finding on a record is ignored. `key` gives the record's."""
        if code in self.all:
            return True
        keys = self._records.get(code)
        return keys is not None and key() in keys


def key_of(record: Record) -> str | None:
    """The key of a record; None for one that cannot be told from others: blank, or too large to be held."""
    return None if record.oversize else content_key(record.raw)


# -- where it is -------------------------------------------------------------------------------------------


def path_for(config: Config, overrides: Settings, start: Path | None = None) -> Path | None:
    """The baseline for files under these settings, whether it is there or not; None where no settings are
    read and none is named. Without a settings file it is the nearest upwards, else it would be in
    `start` (default: the folder itself).
    """
    named = overrides.get(SETTING) or config.settings.get(SETTING)
    if named:
        return config.root / str(named)
    if not config.looks_around:
        return None
    if config.path is not None:
        return config.root / NAME
    for folder in (config.root, *config.root.parents):
        if (folder / NAME).is_file():
            return folder / NAME
    return (start or config.root) / NAME


@dataclass(slots=True)
class Baselines:
    """The baselines of a run, each read once."""

    _read: dict[Path, Baseline | ConfigError] = field(default_factory=dict)

    def of(self, path: Path) -> Baseline:
        """The baseline at a path; one without entries where there is none. Raises ConfigError."""
        found = self._read.get(path)
        if found is None:
            try:
                found = read(path)
            except ConfigError as error:
                found = error
            self._read[path] = found
        if isinstance(found, ConfigError):
            raise found
        return found


# -- reading and writing -----------------------------------------------------------------------------------


def read(path: Path) -> Baseline:
    """The baseline in a file; one without entries where there is none. Raises ConfigError."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return Baseline(path)
    except OSError as error:
        raise ConfigError(path, f"cannot be read: {error.strerror or error}") from error
    return parse(path, raw.decode("utf-8", "surrogateescape"))


def parse(path: Path, text: str) -> Baseline:
    """The baseline that a text is. Raises ConfigError, with line and column."""
    entries: set[Entry] = set()
    comments: dict[Entry | None, tuple[str, ...]] = {}
    above: list[str] = []
    first = True
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        line = line.rstrip("\r")
        if not line.strip():
            continue
        if line.startswith(_MERGE):
            raise ConfigError(path, "a merge was not finished: keep the lines of both sides", number, 1)
        if line.lstrip().startswith("#"):
            above.append(line.strip())
        elif first:
            _check_version(path, line, number)
            first = False
            if above:
                comments[None] = tuple(above)
                above = []
        else:
            entry = _entry(path, line, number)
            entries.add(entry)
            if above:
                comments[entry] = tuple(dict.fromkeys((*comments.get(entry, ()), *above)))
                above = []
    if above:
        comments[None] = (*comments.get(None, ()), *above)
    return Baseline(path, frozenset(entries), comments)


def _check_version(path: Path, line: str, number: int) -> None:
    match = _FIRST.fullmatch(line)
    if match is None:
        raise ConfigError(path, f"is no baseline: expected `finetooth-baseline {VERSION}` first", number, 1)
    if int(match[1]) != VERSION:
        message = f"is a baseline of version {match[1]}; this Finetooth reads version {VERSION}"
        raise ConfigError(path, message, number, match.start(1) + 1)


def _entry(path: Path, line: str, number: int) -> Entry:
    match = _LINE.fullmatch(line)
    if match is None:
        column = len(line) - len(line.lstrip()) + 1
        raise ConfigError(path, "expected a rule's code, what is ignored, and a file", number, column)
    if not _KEY.fullmatch(match[2]):
        message = f"`{match[2][:40]}`: expected the key of a record, `{OF_FILE}` or `{ALL}`"
        raise ConfigError(path, message, number, match.start(2) + 1)
    name = match[3]
    if name.startswith('"'):
        try:
            name = str(json.loads(name))
        except ValueError:
            raise ConfigError(
                path, "the file's name is not quoted well", number, match.start(3) + 1
            ) from None
    return Entry(name, match[1], match[2])


def render(baseline: Baseline) -> str:
    """The text of a baseline file."""
    lines = [f"finetooth-baseline {VERSION}"]
    file: str | None = None
    for entry in sorted(baseline.entries):
        if entry.file != file:
            lines.append("")
        file = entry.file
        lines += baseline.comments.get(entry, ())
        lines.append(f"{entry.code} {entry.key} {_quoted(entry.file)}")
    if left := baseline.comments.get(None):
        lines += ["", *left]
    return "\n".join(lines) + "\n"


def _quoted(name: str) -> str:
    plain = name == name.strip() and not name.startswith('"') and all(char >= " " for char in name)
    return name if plain else json.dumps(name)


def write(baseline: Baseline) -> bool:
    """Write a baseline file in one step, where that changes it; whether it did. One that would be empty is
    written only over another. Raises OSError.
    """
    raw = render(baseline).encode("utf-8", "surrogateescape")
    target = Path(os.path.realpath(baseline.path))
    there = target.is_file()
    if (not there and not baseline.entries) or (there and target.read_bytes().replace(b"\r\n", b"\n") == raw):
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(target, io.BytesIO(raw))
    return True


def renamed(baseline: Baseline, before: Path, after: Path) -> Baseline:
    """The same after a file, or a folder with files, got another name."""
    old, new = baseline.name_of(before), baseline.name_of(after)
    moved: dict[Entry, Entry] = {}
    for entry in baseline.entries:
        if entry.file == old:
            moved[entry] = entry._replace(file=new)
        elif entry.file.startswith(old + "/"):
            moved[entry] = entry._replace(file=new + entry.file[len(old) :])
    if not moved:
        return baseline
    comments = {(moved.get(one, one) if one else one): lines for one, lines in baseline.comments.items()}
    return Baseline(baseline.path, frozenset(moved.get(one, one) for one in baseline.entries), comments)


def of_file(baseline: Baseline, file: Path) -> Iterator[Entry]:
    """The entries that name a file."""
    name = baseline.name_of(file)
    return (entry for entry in baseline.entries if entry.file == name)
