"""Which files the paths of a command line mean: files, folders, globs and `-`.

A file that is named is always taken, whatever its suffix. In a folder datasets are looked for, leaving out
hidden entries and what a `.gitignore` or `exclude` names. Whatever cannot be found or read is a `Problem`,
never an exception, and stops no other path.
"""

from __future__ import annotations

import fnmatch
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from finetooth.engine.files.compressed import SUFFIXES as PACKED
from finetooth.engine.files.compressed import inner_name, is_compressed, unpacked_head
from finetooth.engine.files.heads import first_values
from finetooth.engine.files.source import Source
from finetooth.engine.report import Problem
from finetooth.engine.request import STDIN
from finetooth_rules.array import Framing, framing_of, is_record

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

SUFFIXES = (".jsonl", ".ndjson")
"""What a dataset in a folder is called; the case of the letters does not matter. So is one of these
compressed (`.jsonl.gz`, `.jsonl.zst`)."""

SNIFFED = ".json"
"""May be a dataset or anything else: in a folder it is taken only where it is an array of records, or one
record a line, of a known format."""

_ALL_SUFFIXES = tuple(suffix + packed for suffix in SUFFIXES for packed in ("", *PACKED))
_SNIFFED_BYTES = 64 * 1024

SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__"})
"""Never entered, like every hidden folder (`.venv`, `.git`), unless named."""


class Patterns(NamedTuple):
    """Lines as in a `.gitignore`, and the folder they are relative to."""

    base: str
    lines: tuple[str, ...]


class Discovery(NamedTuple):
    """The files to judge, each once, in the order of the paths and sorted within a folder, and what went
    wrong."""

    files: tuple[str, ...]
    problems: tuple[Problem, ...]


def discover(
    paths: Iterable[str],
    *,
    exclude: Sequence[Patterns] = (),
    force_exclude: bool = False,
    gitignore: bool = True,
) -> Discovery:
    """Expand `paths`.

    `exclude` holds for what folders and globs find; for a file or folder that is itself named only with
    `force_exclude`. A file reached twice, also through a symbolic link, is taken once, under its first
    name.
    """
    search = _Search(tuple(map(_compile, exclude)), force_exclude, gitignore)
    for path in paths:
        search.add(path)
    return Discovery(tuple(search.files.values()), tuple(search.problems))


def datasets_in(
    folder: str, wanted: Callable[[str], bool], *, exclude: Sequence[Patterns] = ()
) -> Iterator[tuple[str, bool]]:
    """What `discover` takes of a folder itself: the datasets and folders in it whose name is `wanted`, and
    whether each is a folder.
    """
    search = _Search(tuple(map(_compile, exclude)), False, True)
    rules = (*search._rules_above(folder), *_gitignore_in(folder))
    for entry in _entries(folder):
        if wanted(entry.name) and (is_folder := _wanted(entry, rules, _Census())) is not None:
            yield _tidy(entry.path), is_folder


class _Ignore(NamedTuple):
    """Compiled `Patterns`."""

    base: str
    spec: GitIgnoreSpec

    def verdict(self, path: str, *, folder: bool) -> bool | None:
        """Whether the absolute `path` is left out (True), taken back in by a `!` (False) or not spoken of
        (None)."""
        if not path.startswith(self.base + os.sep):
            return None
        relative = path[len(self.base) + 1 :].replace(os.sep, "/")
        return self.spec.check_file(relative + "/" if folder else relative).include


def _compile(patterns: Patterns) -> _Ignore:
    # Imported late: 20 ms that most runs do not need.
    from pathspec import GitIgnoreSpec

    return _Ignore(os.path.abspath(patterns.base).rstrip(os.sep), GitIgnoreSpec.from_lines(patterns.lines))


def _left_out(path: str, rules: Sequence[_Ignore], *, folder: bool) -> bool:
    """The innermost rules that speak of `path` decide."""
    for rule in reversed(rules):
        verdict = rule.verdict(path, folder=folder)
        if verdict is not None:
            return verdict
    return False


@dataclass(slots=True)
class _Census:
    """What a folder held, to explain why there was nothing in it."""

    datasets: int = 0
    others: Counter[str] = field(default_factory=Counter)
    left_out: int = 0

    def explain(self) -> str:
        looked = ", ".join(f"*{suffix}" for suffix in SUFFIXES) + f", *{SNIFFED} of records"
        there = [f"{count:,} {suffix}" for suffix, count in self.others.most_common(3)]
        message = f"no dataset in this folder: looked for {looked}, found {', '.join(there) or 'no file'}"
        if self.left_out:
            entries = "1 entry" if self.left_out == 1 else f"{self.left_out:,} entries"
            message += f"; {entries} left out by .gitignore or `exclude`"
        return message


class _Step(NamedTuple):
    """A dataset to take or a folder to enter: `real` has no symbolic links in it, `rules` hold for it."""

    path: str
    real: str
    is_folder: bool
    rules: tuple[_Ignore, ...]


@dataclass(slots=True)
class _Search:
    exclude: tuple[_Ignore, ...]
    force_exclude: bool
    gitignore: bool
    files: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: str) -> None:
        if path == STDIN:
            self.files.setdefault(STDIN, STDIN)
            return
        try:
            mode = os.stat(path).st_mode
        except OSError as error:
            if _is_pattern(path):
                self._add_matches(path)
            elif isinstance(error, FileNotFoundError | NotADirectoryError):
                self.problems.append(Problem(path, _no_such(path)))
            else:
                self.problems.append(Problem(path, _cannot_read(error)))
            return
        except ValueError:  # a NUL in the name
            self.problems.append(Problem(path.replace("\0", "\\0"), "not a path: it holds a NUL character"))
            return
        if self.force_exclude and _under(path, self.exclude, folder=stat.S_ISDIR(mode)):
            return
        if stat.S_ISDIR(mode):
            census = self._add_folder(_tidy(path))
            if not census.datasets:
                self.problems.append(Problem(path, census.explain()))
        else:
            self._add_file(path)

    def _add_file(self, path: str, real: str | None = None) -> None:
        if os.access(path, os.R_OK):
            self.files.setdefault(real or os.path.realpath(path), _tidy(path))
        else:
            self.problems.append(Problem(path, "cannot be read: permission denied"))

    def _add_matches(self, pattern: str) -> None:
        found = False
        for path in _matches(pattern):
            found = True
            folder = os.path.isdir(path)
            if _under(path, self.exclude, folder=folder):
                continue
            if folder:
                self._add_folder(path)
            elif not _is_object(path):
                self._add_file(path)
        if not found:
            self.problems.append(Problem(pattern, "no file matches this pattern"))

    def _add_folder(self, folder: str) -> _Census:
        """Walk `folder` in the order of names, without recursion: a tree may be of any depth."""
        census = _Census()
        pending = [_Step(folder, os.path.realpath(folder), True, self._rules_above(folder))]
        entered: set[str] = set()
        while pending:
            here = pending.pop()
            if not here.is_folder:
                self._add_file(here.path, here.real)
                continue
            if here.real in entered:  # a loop of symbolic links, or a second way to the same folder
                continue
            entered.add(here.real)
            try:
                entries = sorted(os.scandir(here.path), key=lambda entry: entry.name, reverse=True)
            except OSError as error:
                self.problems.append(Problem(here.path, _cannot_read(error)))
                census.datasets += 1  # whether there are datasets cannot be known
                continue
            rules = (*here.rules, *_gitignore_in(here.path)) if self.gitignore else here.rules
            for entry in entries:
                is_folder = _wanted(entry, rules, census)
                if is_folder is not None:
                    joined = os.path.join(here.real, entry.name)
                    real = os.path.realpath(joined) if entry.is_symlink() else joined
                    pending.append(_Step(_tidy(entry.path), real, is_folder, rules))
        return census

    def _rules_above(self, folder: str) -> tuple[_Ignore, ...]:
        """`exclude`, and every `.gitignore` between the root of the repository and `folder`; without those
        that leave out `folder` itself: whoever names a folder wants what is in it."""
        above: list[_Ignore] = []
        if self.gitignore:
            here = os.path.abspath(folder)
            for parent in reversed(_parents_in_repository(here)):
                above.extend(_gitignore_in(parent))
        everything = (*above, *self.exclude)
        return tuple(rule for rule in everything if not _under(folder, (rule,), folder=True))


def _wanted(entry: os.DirEntry[str], rules: Sequence[_Ignore], census: _Census) -> bool | None:
    """True for a folder to enter, False for a dataset, None for anything else."""
    if entry.name.startswith("."):
        return None
    try:
        is_folder = entry.is_dir()
        is_file = not is_folder and entry.is_file()
    except OSError:
        return None
    if is_folder:
        if entry.name in SKIPPED_FOLDERS:
            return None
    elif not is_file:
        return None
    elif not (
        entry.name.lower().endswith(_ALL_SUFFIXES)
        or (inner_name(entry.name).lower().endswith(SNIFFED) and _is_dataset(entry.path))
    ):
        census.others[os.path.splitext(entry.name)[1] or "without suffix"] += 1
        return None
    if rules and _left_out(os.path.abspath(entry.path), rules, folder=is_folder):
        census.left_out += 1
        return None
    census.datasets += not is_folder
    return is_folder


def _sniff(path: str) -> tuple[Framing, bytes]:
    """How a file that may be a dataset is framed, and its first bytes."""
    source = Source(path, Path(path))
    try:
        head = unpacked_head(source, _SNIFFED_BYTES) if is_compressed(path) else source.head(_SNIFFED_BYTES)
    except OSError:
        return Framing.OBJECT, b""
    return framing_of(inner_name(path), head), head


def _is_dataset(path: str) -> bool:
    """Whether most of the first values of a file called `.json` are good records of a known format: no other
    JSON is to be taken for a dataset because a key has the same name."""
    framing, head = _sniff(path)
    return framing is not Framing.OBJECT and holds_records(head, framing)


def holds_records(head: bytes, framing: Framing) -> bool:
    """Whether most of the first values are good records of a known format."""
    values = first_values(head, framing)
    if len(values) < (1 if framing is Framing.ARRAY else 2):
        return False
    return 2 * sum(map(is_record, values)) > len(values)


def _is_object(path: str) -> bool:
    """Whether a file that matches a pattern is surely none that was meant: a `.json` that is one object."""
    return inner_name(path).lower().endswith(SNIFFED) and _sniff(path)[0] is Framing.OBJECT


def _under(path: str, rules: Sequence[_Ignore], *, folder: bool) -> bool:
    """Whether `path` or a folder above it is left out."""
    path = os.path.abspath(path)
    while path != os.path.dirname(path):
        if _left_out(path, rules, folder=folder):
            return True
        path, folder = os.path.dirname(path), True
    return False


def _gitignore_in(folder: str) -> Iterator[_Ignore]:
    try:
        with open(os.path.join(folder, ".gitignore"), encoding="utf-8", errors="replace") as file:
            lines = tuple(file.read().splitlines())
    except OSError:
        return
    if lines:
        try:
            yield _compile(Patterns(folder, lines))
        except ValueError:  # git passes over a pattern it cannot read, too
            return


def _parents_in_repository(folder: str) -> list[str]:
    """The folders above `folder`, innermost first, up to the root of its git repository; none outside of
    one."""
    parents: list[str] = []
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return []
        parents.append(parent)
        folder = parent
    return parents


def _tidy(path: str) -> str:
    """Without `./` and doubled slashes. A `..` stays: behind a symbolic link it means another folder."""
    return path if os.pardir in path.split(os.sep) else os.path.normpath(path)


def _is_pattern(path: str) -> bool:
    return any(sign in path for sign in "*?[")


def _matches(pattern: str) -> Iterator[str]:
    """Paths that a shell with `**` would put in the place of `pattern`, sorted within each folder."""
    drive, rest = os.path.splitdrive(pattern)
    separators = os.sep if os.altsep is None else os.sep + os.altsep
    absolute = rest[:1] in separators and rest != ""
    parts = tuple(part for part in rest.replace(os.altsep or os.sep, os.sep).split(os.sep) if part)
    yield from _expand(drive + os.sep if absolute else drive, parts, ())


def _expand(base: str, parts: tuple[str, ...], above: tuple[str, ...]) -> Iterator[str]:
    if not parts:
        yield _tidy(base)
        return
    part, rest = parts[0], parts[1:]
    if not _is_pattern(part):
        path = os.path.join(base, part)
        if os.path.lexists(path):
            yield from _expand(path, rest, above)
        return
    if part == "**":
        real = os.path.realpath(base or ".")
        if real in above:
            return
        above = (*above, real)
        yield from _expand(base or ".", rest, ())
    for entry in _entries(base or "."):
        path = os.path.join(base, entry.name)
        if part == "**":
            if (
                rest
                and entry.is_dir()
                and not entry.name.startswith(".")
                and entry.name not in SKIPPED_FOLDERS
            ):
                yield from _expand(path, parts, above)
        elif entry.name.startswith(".") != part.startswith("."):
            continue
        elif fnmatch.fnmatch(entry.name, part) and (not rest or entry.is_dir()):
            yield from _expand(path, rest, above)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        return sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return []


def _cannot_read(error: OSError) -> str:
    return f"cannot be read: {(error.strerror or str(error)).lower()}"


def _no_such(path: str) -> str:
    """`no such file or folder`, with the name it was meant as where one is near."""
    from finetooth_rules.suggest import nearest

    missing, tail = path.rstrip(os.sep), ""
    while True:
        parent, name = os.path.split(missing)
        if not parent or os.path.isdir(parent):
            break
        missing, tail = parent, os.path.join(name, tail) if tail else name
    near = nearest(name, (entry.name for entry in _entries(parent or ".")))
    if near is None:
        return "no such file or folder"
    meant = os.path.join(parent, near)
    if tail and os.path.exists(os.path.join(meant, tail)):
        meant = os.path.join(meant, tail)
    return f"no such file or folder; did you mean `{meant}`?"
