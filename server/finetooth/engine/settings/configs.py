"""The settings of a run: those of each folder, and the command line's on top."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from finetooth.engine.report import Problem
from finetooth.engine.request import CheckRequest, Overrides
from finetooth.engine.settings.config import Config, ConfigError, discover, read


def override_settings(overrides: Overrides) -> dict[str, Any]:
    """The command line's settings in the shape of a finetooth.toml."""
    given: dict[str, Any] = dict(overrides.settings)
    for key, value in (
        ("select", overrides.select),
        ("ignore", overrides.ignore),
        ("format", overrides.dataset_format),
        ("target", overrides.target),
        ("model", overrides.model),
    ):
        if value is not None:
            given[key] = list(value) if isinstance(value, tuple) else value
    given["extend-select"] = [*given.get("extend-select", ()), *overrides.extend_select]
    given["extend-ignore"] = [*given.get("extend-ignore", ()), *overrides.extend_ignore]
    return given


@dataclass(slots=True)
class Configs:
    """The config of each folder, read once. A bad one is reported once and its files are not judged."""

    request: CheckRequest
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    _known: dict[Path, Config | None] = field(default_factory=dict)

    def of(self, folder: Path) -> Config | None:
        """The config for files in a folder; None when it is unusable."""
        key = self.request.config or folder
        if key not in self._known:
            self._known[key] = self._load(folder)
        return self._known[key]

    def report(self, error: ConfigError) -> None:
        """Tell once of settings that cannot be used."""
        problem = Problem(str(error.path), error.message, error.line, error.column)
        told = self.notes if error.note else self.problems
        if problem not in told:
            told.append(problem)

    def _load(self, folder: Path) -> Config | None:
        if self.request.isolated:
            return Config(root=folder, looks_around=False)
        try:
            allow = self.request.plugins
            if self.request.config is None:
                return discover(folder, allow_plugins=allow)
            found = read(self.request.config, allow_plugins=allow)
        except ConfigError as error:
            self.report(error)
            return None
        if found is None:
            self.problems.append(Problem(str(self.request.config), "has no [tool.finetooth] table"))
        return found
