"""What runs will be: settings and the data they mean, all tokens counted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from finetooth.engine.dataset_run import Part, datasets
from finetooth.engine.files.opening import NoDataset
from finetooth.engine.files.source import Source
from finetooth.engine.report import Problem
from finetooth.engine.request import CheckRequest
from finetooth.engine.settings.config import Config, ConfigError
from finetooth.engine.settings.configs import Configs, override_settings
from finetooth.engine.training.settings_files import (
    CONFIG_SUFFIX,
    SettingsFile,
    beside,
    data_paths,
    in_folders,
    is_settings_name,
    read_file,
    split_of,
)
from finetooth.engine.training.training_data import config_paths, facts_of_path
from finetooth.engine.training.training_run import (
    NOT_SETTINGS,
    facts_of_parts,
    findings_of,
    place_of,
    settings_profile,
    shown_name,
)
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.settings import merged
from finetooth_rules.splits import SPLITS
from finetooth_rules.targets import Target
from finetooth_rules.trainers import Role, TrainingSettings, bare_settings
from finetooth_rules.trainers._advice import Advice, advice_on
from finetooth_rules.trainers._data import DataFacts, SplitFacts
from finetooth_rules.trainers._run import (
    Cutoff,
    Run,
    cutoff_of,
    per_step,
    rows_trained,
    run_of,
    target_of,
    tokens_seen,
)

if TYPE_CHECKING:
    from finetooth_rules.profile import Profile

_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """One run. `file` is None where nobody wrote settings: then the target's defaults hold. `data` is None
    where the files that the settings name are not there. `parts` are files with their split.
    """

    file: SettingsFile | None
    settings: TrainingSettings
    profile: Profile
    data: DataFacts | None
    parts: tuple[tuple[str, str, SplitFacts], ...]
    price: float | None = None
    findings: tuple[Finding, ...] = ()
    advice: tuple[Advice, ...] = ()

    @property
    def name(self) -> str:
        """How it is called: by its settings file, else its first data file."""
        if self.file is not None:
            return shown_name(self.file.path)
        return self.parts[0][0] if self.parts else "run"

    @property
    def target(self) -> Target:
        """Who trains."""
        return target_of(self.settings, self.profile)

    @property
    def run(self) -> Run | None:
        """Its steps, as far as they are known."""
        return run_of(self.settings, self.data, self.profile)

    @property
    def rows_left(self) -> int | None:
        """Rows that are trained on, as far as is known: none if all are left out."""
        train = self.data.train if self.data is not None else None
        return None if train is None else rows_trained(self.settings, train, self.profile)

    @property
    def per_step(self) -> int | None:
        """Rows of a step."""
        return per_step(self.settings)

    @property
    def cutoff(self) -> Cutoff | None:
        """Where rows are cut."""
        return cutoff_of(self.settings, self.profile)

    @property
    def epochs(self) -> float | None:
        """How often the rows are trained on."""
        run = self.run
        return run.epochs if run is not None else self.settings.positive(Role.EPOCHS)

    @property
    def over(self) -> int | None:
        """Rows of the training split that are longer than the cutoff."""
        train = self.data.train if self.data is not None else None
        return None if train is None or self.cutoff is None else train.over(self.cutoff.tokens)

    @property
    def tokens_seen(self) -> int | None:
        """Tokens that the whole run goes through."""
        train = self.data.train if self.data is not None else None
        if train is None or self.epochs is None:
            return None
        return tokens_seen(self.settings, train, self.profile, self.epochs)

    @property
    def cost(self) -> float | None:
        """What the run costs, roughly, where a price is known."""
        if self.price is None or self.tokens_seen is None:
            return None
        return self.price * self.tokens_seen / _MILLION

    @property
    def warnings(self) -> list[Finding]:
        """The findings that are not only notes."""
        return [finding for finding in self.findings if finding.consequence is not Consequence.NOTE]


@dataclass(slots=True)
class Planner:
    """Makes the plans of a request. What cannot be planned is added to `problems`."""

    request: CheckRequest
    problems: list[Problem]
    file_begun: Callable[[str], None] = lambda name: None
    _configs: Configs = field(init=False)
    _facts: dict[tuple[Path, str, bool | None], SplitFacts] = field(default_factory=dict)
    """By file, target, and whether the loss is on answers alone (None: as the file's own settings say)."""
    _planned: set[Path] = field(default_factory=set)
    """Trainers' files that there is a plan of: one may mean several datasets."""
    _folders: list[SettingsFile] | None = None

    def __post_init__(self) -> None:
        self._configs = Configs(self.request, self.problems)

    def know(self, source: Source, target: str, facts: SplitFacts, *, answers_alone: bool) -> None:
        """Take the facts of a file, its tokens counted for `target` by what holds for the file, so that it is
        not read again.
        """
        for masked in (None, answers_alone):
            self._facts[_place(source), target, masked] = facts

    def plans(self, sources: Sequence[Source]) -> Iterator[Plan]:
        """The plan of each settings file, and of each dataset by the settings that mean it."""
        data: list[Source] = []
        for source in sources:
            found = self._settings_file(source)
            if found is not None:
                yield from self._of_file(found)
            elif may_be_data(source):
                data.append(source)
            else:
                self.problems.append(Problem(source.name, NOT_SETTINGS))
        for parts in datasets(data, self.request, self._configs):
            yield from self._of_data([part for part in parts if part.file is not None])

    def of_config(self) -> Iterator[Plan]:
        """The plan of `[training]` in the config of the working directory, if it has one."""
        config = self._configs.of(Path.cwd())
        if config is not None and config.path is not None and "training" in config.settings:
            found = read_file(config.path)
            if found is not None:
                yield from self._of_file(found)

    def _settings_file(self, source: Source) -> SettingsFile | None:
        if source.path is None or not is_settings_name(source.name):
            return None
        try:
            return read_file(source.path)
        except OSError as error:
            self.problems.append(Problem(source.name, f"cannot be read: {error.strerror or error}"))
            return None

    def _of_file(self, found: SettingsFile) -> Iterator[Plan]:
        """The plan of one settings file with the data it names."""
        if found.trouble is not None:
            line, column = place_of(found.raw, found.trouble.span)
            self.problems.append(Problem(shown_name(found.path), found.trouble.message, line, column))
            return
        config = self._configs.of(found.path.resolve().parent)
        if config is None:
            return
        is_config = found.path.suffix == CONFIG_SUFFIX
        paths = config_paths(config) if is_config else data_paths(found)
        self._planned.add(found.path.resolve())
        yield self._plan(found, config, paths)

    def _of_data(self, parts: Sequence[Part]) -> Iterator[Plan]:
        """The plans of a dataset: one for each settings file that means it, else one by its target."""
        if not parts or parts[0].config is None:
            return
        config = parts[0].config
        files = [(_place(part.source), _split(part)) for part in parts]
        first = files[0][0]
        around = {one.path.resolve(): one for one in self._around(first)} if config.looks_around else {}
        meant = {path: one for path, one in around.items() if split_of(one, first) is not None}
        found = [one for path, one in meant.items() if path not in self._planned]
        self._planned.update(meant)
        if config.path is not None and "training" in config.settings:
            declared = any(part.membership and part.membership.declared for part in parts)
            own = read_file(config.path) if declared or not config.settings.get("dataset") else None
            found = [*([own] if own is not None else []), *found]
        for one in found:
            yield self._plan(one, config, self._paths(one, files))
        if not found and not meant:
            yield self._plan(None, config, files)

    def _around(self, file: Path) -> Iterator[SettingsFile]:
        if self._folders is None:
            self._folders = in_folders(self.request.paths)
        yield from (*beside(file), *self._folders)

    def _paths(self, found: SettingsFile, files: list[tuple[Path, str]]) -> list[tuple[Path, str]] | None:
        return files if found.path.suffix == CONFIG_SUFFIX else data_paths(found) or files

    def _plan(self, found: SettingsFile | None, config: Config, paths: list[tuple[Path, str]] | None) -> Plan:
        overrides = override_settings(self.request.overrides)
        where = found.path if found is not None else (paths or [(config.root, "")])[0][0]
        profile = settings_profile(config, where, overrides)
        settings = found.settings if found is not None else None
        settings = bare_settings(profile.target.name) if settings is None else settings
        parts = tuple(self._parts(paths or (), config, overrides, settings, profile))
        whole = paths is not None and len(parts) == len(paths)
        data = facts_of_parts([(split, facts) for _, split, facts in parts]) if whole and parts else None
        price = settings.number(Role.PRICE)
        if price is None:
            price = config.settings.get("training", {}).get(Role.PRICE.value)
        findings = findings_of(settings, data, profile) if found is not None else ()
        advice = tuple(advice_on(settings, data))
        return Plan(found, settings, profile, data, parts, price, findings, advice)

    def _parts(
        self,
        paths: Sequence[tuple[Path, str]],
        config: Config,
        overrides: dict[str, Any],
        settings: TrainingSettings,
        profile: Profile,
    ) -> Iterator[tuple[str, str, SplitFacts]]:
        """The facts of each file, its tokens counted as the trainer counts them."""
        from finetooth_rules.features import FeatureError

        target = profile.target.name
        if "target" not in config.settings and "target" not in overrides and settings.trainer.target:
            target = settings.trainer.target
        asked = {**overrides, "target": target}
        masked = settings.answers_alone
        if any("assistant-only-loss" in one.get("tokens", {}) for one in (config.settings, overrides)):
            masked = None  # as that says
        if masked is not None:
            asked = merged(asked, {"tokens": {"assistant-only-loss": masked}})
        for path, split in sorted(paths, key=lambda item: SPLITS.index(item[1]) if item[1] in SPLITS else 9):
            name = shown_name(path)
            self.file_begun(name)
            key = path, target, masked
            try:
                if key not in self._facts:
                    self._facts[key] = facts_of_path(path, config, asked, None, tokens=True)
            except (FeatureError, NoDataset) as reason:
                self.problems.append(Problem(name, str(reason)))
            except ConfigError as error:
                self._configs.report(error)
            except OSError as error:
                self.problems.append(Problem(name, f"cannot be read: {error.strerror or error}"))
            else:
                yield name, split, self._facts[key]


def may_be_data(source: Source) -> bool:
    """Whether a file that holds no settings may be a dataset: YAML and TOML are none."""
    name = source.name.lower()
    return source.path is None or name.endswith(".json") or not is_settings_name(name)


def _place(source: Source) -> Path:
    return Path(os.path.abspath(source.path or source.name))


def _split(part: Part) -> str:
    return part.membership.split if part.membership is not None else SPLITS[0]
