"""Rules of other people: installed packages (entry point group `finetooth.rules`) and a project's own files
(`plugins = ["my_rules.py"]`).

Loading a plugin runs its code. The command line does so as its user asked for it; the editor only where the
user allowed it (`finetooth.allowPlugins`).
"""

from __future__ import annotations

import hashlib
import os
import sys
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from finetooth_rules import catalogue
from finetooth_rules.catalogue import Catalogue
from finetooth_rules.lint import Linter
from finetooth_rules.profile import Profile

GROUP: Final = "finetooth.rules"


class PluginError(Exception):
    """A plugin that cannot be used. `plugin` is its file or the name of its entry point."""

    def __init__(self, plugin: str, message: str) -> None:
        super().__init__(f"plugin {plugin}: {message}")
        self.plugin = plugin
        self.message = message


def catalogue_for(settings: Any, root: Path) -> Catalogue:
    """All rules under settings (decoded, perhaps wrong) whose files are relative to `root`. Raises
    PluginError.
    """
    return load(tuple(_files(settings, root)))


def plugins_of(settings: Any, root: Path) -> tuple[str, ...]:
    """What a profile carries of the plugins of its settings: for each the file and a digest of its bytes."""
    return tuple(f"{path}\n{digest}" for path, digest in _files(settings, root))


def catalogue_of(profile: Profile) -> Catalogue:
    """All rules that a profile was made with; loaded anew in a process that does not know them yet."""
    return load(tuple((part[0], part[2]) for plugin in profile.plugins if (part := plugin.partition("\n"))))


def linter_for(profile: Profile) -> Linter:
    """A linter with all rules of the profile."""
    return Linter(profile, catalogue_of(profile).rules)


def _files(settings: Any, root: Path) -> list[tuple[str, str]]:
    """Path and digest of each plugin file."""
    listed = settings.get("plugins", []) if isinstance(settings, dict) else []
    found: list[tuple[str, str]] = []
    for name in listed if isinstance(listed, list) else ():
        if not isinstance(name, str):
            continue
        path = (root / name).resolve()
        try:
            digest = hashlib.blake2b(path.read_bytes(), digest_size=8).hexdigest()
        except OSError as error:
            raise PluginError(name, f"cannot be read: {error.strerror or error}") from error
        found.append((str(path), digest))
    return found


@lru_cache(maxsize=32)
def load(files: tuple[tuple[str, str], ...]) -> Catalogue:
    """The built-in rules, those of installed packages and those of the files (path, digest). Raises
    PluginError.
    """
    total = _installed()
    for path, digest in files:
        name = Path(path).name
        try:
            total = total.extended([_module(path, digest)])
        except ValueError as error:
            raise PluginError(name, str(error)) from error
    return total


@lru_cache(maxsize=1)
def _installed() -> Catalogue:
    """The built-in rules and those of installed packages; an entry point names one module or a list."""
    total = catalogue.builtin()
    if not any(map(_brings_rules, sys.path)):
        return total
    from importlib.metadata import entry_points  # takes longer than to look whether there are any

    for point in entry_points(group=GROUP):
        try:
            loaded = point.load()
            modules = loaded if isinstance(loaded, list | tuple) else [loaded]
            total = total.extended(modules)
        except (Exception, SystemExit) as error:
            raise PluginError(point.value, _said(error)) from error
    return total


def _brings_rules(folder: str) -> bool:
    """Whether a package installed in a folder of Python's path may have an entry point of ours."""
    try:
        with os.scandir(folder or ".") as entries:
            found = [
                entry.path for entry in entries if entry.name.endswith((".dist-info", ".egg-info", ".egg"))
            ]
    except OSError:
        return os.path.isfile(folder)  # an archive: `importlib` can look into it
    for path in found:
        with suppress(OSError), open(os.path.join(path, "entry_points.txt"), "rb") as file:
            if GROUP.encode() in file.read():
                return True
    return any(path.endswith(".egg") for path in found)


def _module(path: str, digest: str) -> ModuleType:
    """The module in a file, run once for each state of the file.

    It is compiled here, not imported: Python's own cache tells states of a file apart by second and size
    only, and would be written beside the user's data.
    """
    name = f"finetooth_plugin_{Path(path).stem}_{digest}"
    if name in sys.modules:
        return sys.modules[name]
    module = ModuleType(name)
    module.__file__ = path
    sys.modules[name] = module  # dataclasses look their module up
    try:
        exec(compile(Path(path).read_bytes(), path, "exec"), module.__dict__)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise PluginError(Path(path).name, _said(error)) from error
    return module


def _said(error: BaseException) -> str:
    """What went wrong, and on which line where that is known."""
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: {error.msg}"
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    line = f"line {trace.tb_lineno}: " if trace is not None else ""
    return f"{line}{type(error).__name__}: {error}"
