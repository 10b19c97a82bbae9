"""What a run of `finetooth check` is asked to do, and how it tells how far it is.

The command line builds a `CheckRequest`; `run.check(request, progress)` answers with a `Report`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

STDIN = "-"
"""The path that stands for standard input."""


class FixMode(StrEnum):
    """Which fixes to carry out. `UNSAFE` means safe and unsafe ones."""

    NONE = "none"
    SAFE = "safe"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True)
class Overrides:
    """Settings of the command line, already checked, which win over every config file. None: not given there.

    `select`, `ignore` and their `extend_` forms hold codes, prefixes, names or `ALL`; `select` and `ignore`
    replace the config's, `extend_select` and `extend_ignore` add to it. `settings` are the parsed `--config
    'key = value'` tables in the shape of a finetooth.toml, merged in the order given; the flags of their
    own win over them.
    """

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    extend_ignore: tuple[str, ...] = ()
    dataset_format: str | None = None
    target: str | None = None
    model: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """One run over some files.

    `paths` are files, folders, globs or `-`: `discover.discover` finds the files. `stdin` holds the bytes of
    standard input where `-` is among the paths; `stdin_filename` names them in the report and decides their
    settings. `config` is a config file to use in place of the nearest one; `isolated` reads none at all.

    `fix` carries fixes out; with `diff` nothing is written and `Report.changes` tells what would be. Fixed
    standard input is never written either: its bytes are `Report.fixed_stdin`.

    `exclude` adds gitignore-style patterns, relative to the working directory, to the config's;
    `force_exclude` applies both also to files named on the command line. `gitignore` leaves out what a
    `.gitignore` names. `jobs` is the number of processes; 0 lets the engine choose. Without `baseline` also
    what a baseline ignores is found.
    """

    paths: tuple[str, ...] = (".",)
    stdin: bytes | None = None
    stdin_filename: str | None = None
    config: Path | None = None
    isolated: bool = False
    overrides: Overrides = Overrides()
    exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    gitignore: bool = True
    fix: FixMode = FixMode.NONE
    diff: bool = False
    jobs: int = 0
    baseline: bool = True
    plugins: bool = True
    """Whether the code of plugins that the settings name may be run."""


class Progress(Protocol):
    """Told by the engine how far it is, from its main process only. Calls are cheap."""

    def start(self, total_bytes: int) -> None:
        """The bytes of all files to read; once, before the first `advance`."""

    def file(self, name: str) -> None:
        """The file that is read now."""

    def advance(self, count: int) -> None:
        """So many more bytes are done."""

    def finish(self) -> None:
        """All is done, or given up."""


class Silent:
    """A `Progress` that tells nobody."""

    def start(self, total_bytes: int) -> None:
        """Nothing."""

    def file(self, name: str) -> None:
        """Nothing."""

    def advance(self, count: int) -> None:
        """Nothing."""

    def finish(self) -> None:
        """Nothing."""
