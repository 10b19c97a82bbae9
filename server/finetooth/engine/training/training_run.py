"""The settings of runs within a `finetooth check`: beside the data, named, or in the config in force."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from finetooth.engine.baseline import Baselines, Ignored, path_for
from finetooth.engine.files.membership import Membership, by_name
from finetooth.engine.files.source import Source
from finetooth.engine.locate import Located, show
from finetooth.engine.report import Change, Hunk, Problem, Report
from finetooth.engine.request import CheckRequest, FixMode
from finetooth.engine.settings.config import Config, ConfigError
from finetooth.engine.settings.configs import Configs, override_settings
from finetooth.engine.settings.plugins import catalogue_of
from finetooth.engine.settings.resolve import with_overrides
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
from finetooth.engine.training.training_data import config_paths, facts_of_path, over_cutoff, sampled
from finetooth_rules.edits import apply_edits, together
from finetooth_rules.features import Features
from finetooth_rules.finding import Finding, Span
from finetooth_rules.framing import position, split_lines
from finetooth_rules.lint import Linter
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.rule import SettingsRule
from finetooth_rules.settings import build_profile
from finetooth_rules.splits import TRAIN
from finetooth_rules.trainers import Objective, TrainingSettings
from finetooth_rules.trainers._data import DataFacts, SplitFacts, joined
from finetooth_rules.trainers._run import Cutoff, cutoff_of

NOT_SETTINGS: Final = "is no dataset, and no settings file of a trainer that is known"
_MOST_ROUNDS: Final = 20


class Looked(Protocol):
    """What is asked of a file whose records were looked at."""

    @property
    def source(self) -> Source:
        """Where its records are read from."""

    @property
    def profile(self) -> Profile:
        """What it is judged by."""

    @property
    def features(self) -> Features:
        """What tokens are counted with."""


def settings_profile(config: Config, path: Path, overrides: dict[str, Any]) -> Profile:
    """What a settings file is judged by: which rules, and with which options. Raises PluginError."""
    return build_profile(with_overrides(config.settings_for(path), overrides), (), config.catalogue)


def findings_of(settings: TrainingSettings, data: DataFacts | None, profile: Profile) -> tuple[Finding, ...]:
    """The findings on the settings of one run."""
    return settings_linter(profile).check_settings(settings, data)


def settings_linter(profile: Profile) -> Linter:
    """A linter with the rules on settings alone, which is made quickly."""
    rules = (rule for rule in catalogue_of(profile).rules if isinstance(rule, SettingsRule))
    return Linter(profile, rules)


@dataclass(slots=True)
class _Meant:
    """A settings file, and what is known of the data that it means; `datasets` are those in the order met."""

    file: SettingsFile
    named: bool = False
    parts: dict[Path, tuple[str, SplitFacts]] = field(default_factory=dict)
    datasets: dict[str, bool] = field(default_factory=dict)
    """Dataset → whether all files of its training split are known."""


@dataclass(slots=True)
class TrainingRun:
    """Gathers what the datasets of a run say, then judges the settings that mean them."""

    request: CheckRequest
    configs: Configs
    report: Report
    baselines: Baselines = field(default_factory=Baselines)
    _meant: dict[Path, _Meant] = field(default_factory=dict)
    _folders: list[SettingsFile] | None = None

    def take(self, sources: Sequence[Source]) -> list[Source]:
        """The sources that are datasets; the others are settings files, kept for later."""
        left: list[Source] = []
        for source in sources:
            if source.path is None or not is_settings_name(source.name):
                left.append(source)
                continue
            try:
                found = read_file(source.path)
            except OSError as error:
                self._problem(source.name, f"cannot be read: {error.strerror or error}")
                continue
            if found is not None:
                self._meant[source.path.resolve()] = _Meant(found, named=True)
            elif source.name.lower().endswith(".json"):
                left.append(source)
            elif not source.name.lower().endswith(CONFIG_SUFFIX) or not self._is_config(source.path):
                self._problem(source.name, NOT_SETTINGS)
        return left

    def _is_config(self, path: Path) -> bool:
        """Whether a TOML file is a config without `[training]`: then there is nothing to say of it."""
        config = self.configs.of(path.resolve().parent)
        return config is not None and config.path is not None and config.path.resolve() == path.resolve()

    def look(
        self,
        file: Path | None,
        config: Config | None,
        membership: Membership | None,
        looked: Looked,
        rows: int,
    ) -> None:
        """Note what a dataset's file says, for the settings that mean it."""
        if file is None or looked.source.path is None or config is None:
            return
        file = Path(os.path.abspath(file))
        declared = membership is not None and membership.declared
        for meant, split in self._meaning(file, config, declared=declared):
            cutoff = self._cutoff(meant, config, looked.profile)
            if packs(meant.file):
                facts = sampled(looked.source, looked.profile, looked.features, rows)
            elif cutoff is None:
                facts = SplitFacts(rows)
            else:
                facts = over_cutoff(looked.source, looked.profile, looked.features, rows, cutoff.tokens)
            own = membership.split if split is None and membership is not None else split
            meant.parts[file.resolve()] = own or TRAIN, facts
            dataset = membership.dataset if membership is not None else str(file)
            meant.datasets.setdefault(dataset, False)
            if own in (None, TRAIN) and _is_whole(file, membership, meant):
                meant.datasets[dataset] = True

    def _meaning(self, file: Path, config: Config, *, declared: bool) -> Iterator[tuple[_Meant, str | None]]:
        """The settings that mean a file, and the split they give it (None: they give none). `declared`: it is
        of the dataset that the config names; where it names one, `[training]` is about no other.
        """
        for meant in [*self._meant.values()]:
            split = split_of(meant.file, file)
            if meant.named and split is not None:
                yield meant, split
        of_config = declared or not config.settings.get("dataset")
        if config.path is not None and "training" in config.settings and of_config:
            found = self._kept(config.path)
            if found is not None:
                yield found, None
        seen: set[Path] = set()
        for other in (*beside(file), *self._in_folders()) if config.looks_around else ():
            key = other.path.resolve()
            if other.settings is None or key in seen:
                continue
            seen.add(key)
            split = split_of(other, file)
            if split is not None and not self._is_named(other.path):
                yield self._meant.setdefault(key, _Meant(other)), split

    def _in_folders(self) -> list[SettingsFile]:
        """The settings files in the folders that are checked, and one level below."""
        if self._folders is None:
            self._folders = in_folders(self.request.paths)
        return self._folders

    def _is_named(self, path: Path) -> bool:
        meant = self._meant.get(path.resolve())
        return meant is not None and meant.named

    def _kept(self, path: Path) -> _Meant | None:
        key = path.resolve()
        if key not in self._meant:
            try:
                found = read_file(path)
            except OSError:
                return None
            if found is None:
                return None
            self._meant[key] = _Meant(found)
        return self._meant[key]

    def _cutoff(self, meant: _Meant, config: Config, profile: Profile) -> Cutoff | None:
        return None if meant.file.settings is None else cutoff_of(meant.file.settings, profile)

    # -- judging ------------------------------------------------------------------------------------------

    def judge(self) -> None:
        """Judge the settings that were named, and those that mean data that was looked at."""
        for meant in self._meant.values():
            name = shown_name(meant.file.path)
            if meant.file.trouble is not None:
                if meant.named:
                    self._problem(name, meant.file.trouble.message, meant.file)
                continue
            config = self.configs.of(meant.file.path.resolve().parent)
            if config is None or meant.file.settings is None:
                continue
            profile = settings_profile(config, meant.file.path, override_settings(self.request.overrides))
            try:
                ignored = self._ignored(meant.file.path, config, profile)
            except ConfigError as error:
                self.configs.report(error)
                continue
            if meant.named:
                self.report.files += 1
            data = self._data(meant, config, profile)
            file = self._fixed(meant, data, profile, ignored) if meant.named else meant.file
            self._put(name, file, data, profile, ignored)

    def _ignored(self, file: Path, config: Config, profile: Profile) -> Ignored | None:
        """What a baseline ignores of a settings file. Raises ConfigError."""
        path = path_for(config, self.request.overrides.settings) if self.request.baseline else None
        return None if path is None else Ignored(self.baselines.of(path), file, catalogue_of(profile))

    def _data(self, meant: _Meant, config: Config, profile: Profile) -> DataFacts | None:
        """What is known of the data of a run: of what was looked at, else of what lies on the disk."""
        settings = meant.file.settings
        assert settings is not None
        cutoff = cutoff_of(settings, profile)
        if meant.file.path.suffix == CONFIG_SUFFIX and meant.parts:
            whole = len(meant.datasets) == 1 and all(meant.datasets.values())
            return facts_of_parts([*meant.parts.values()]) if whole else None
        is_config = meant.file.path.suffix == CONFIG_SUFFIX
        paths = config_paths(config) if is_config else data_paths(meant.file)
        if paths is None:
            return None
        parts: list[tuple[str, SplitFacts]] = []
        for path, split in paths:
            known = meant.parts.get(path.resolve())
            if known is None:
                facts = self._from_disk(path, config, cutoff, packed=packs(meant.file))
                if facts is None:
                    return None
                known = split, facts
            parts.append(known)
        return facts_of_parts(parts)

    def _from_disk(
        self, path: Path, config: Config, cutoff: Cutoff | None, *, packed: bool
    ) -> SplitFacts | None:
        """The facts of a file that was not looked at; None where it cannot be read: nobody asked for it."""
        from finetooth.engine.files.opening import NoDataset

        overrides = override_settings(self.request.overrides)
        try:
            longest = None if cutoff is None else cutoff.tokens
            return facts_of_path(path, config, overrides, longest, packed=packed)
        except (OSError, ConfigError, NoDataset):
            return None

    def _put(
        self,
        name: str,
        file: SettingsFile,
        data: DataFacts | None,
        profile: Profile,
        ignored: Ignored | None,
    ) -> None:
        assert file.settings is not None
        known = catalogue_of(profile)
        record = Record(file.raw, max(1, len(split_lines(file.raw))))
        if known not in self.report.catalogues:
            self.report.catalogues.append(known)
        linter = settings_linter(profile)
        for finding in linter.check_settings(file.settings, data):
            severity = profile.severity(finding.code, finding.consequence)
            if severity is not None and ignored is not None and ignored.of_file(finding.code):
                self.report.ignored += 1
            elif severity is not None:
                shown = show(name, Located(0, record, finding, severity), known=known)
                self.report.findings.append(shown)
        for code, message in linter.broken.items():
            self._problem(name, f"rule {code} failed and was switched off: {message}")

    def _fixed(
        self, meant: _Meant, data: DataFacts | None, profile: Profile, ignored: Ignored | None
    ) -> SettingsFile:
        """The file with its fixes carried out, where that is asked for; all of them are unsafe."""
        file = meant.file
        if self.request.fix is not FixMode.UNSAFE:
            return file
        count = 0
        for _ in range(_MOST_ROUNDS):
            assert file.settings is not None
            found = findings_of(file.settings, data, profile)
            left = [finding for finding in found if ignored is None or not ignored.of_file(finding.code)]
            fixes = together(left, lambda fix: True)
            changed = read_file(
                file.path, apply_edits(file.raw, [edit for fix in fixes for edit in fix.edits])
            )
            if not fixes or changed is None or changed.settings is None:
                break
            file, count = changed, count + len(fixes)
        if file is meant.file:
            return file
        self.report.fixed += count
        if self.request.diff:
            self.report.changes.append(_change(shown_name(file.path), meant.file.raw, file.raw))
        else:
            file.path.write_bytes(file.raw)
        return file

    def _problem(self, name: str, message: str, file: SettingsFile | None = None) -> None:
        line = column = 0
        if file is not None and file.trouble is not None:
            line, column = place_of(file.raw, file.trouble.span)
        self.report.problems.append(Problem(name, message, line, column))


def packs(file: SettingsFile) -> bool:
    """Whether the run makes sequences of its own out of rows, so that their tokens say how many steps."""
    settings = file.settings
    return settings is not None and (settings.packs or settings.objective is Objective.PRETRAINING)


def place_of(raw: bytes, span: Span) -> tuple[int, int]:
    """Line and column, from 1, where a span begins; a byte-order mark is no column."""
    at = position(raw, span.start)
    text = next(iter(split_lines(raw)[at.line : at.line + 1]), b"")
    return at.line + 1, len(text[: at.offset].decode("utf-8", "replace").removeprefix("\ufeff")) + 1


def facts_of_parts(parts: Sequence[tuple[str, SplitFacts]]) -> DataFacts:
    """The facts of several files, by split."""
    splits: dict[str, list[SplitFacts]] = {}
    for split, facts in parts:
        splits.setdefault(split, []).append(facts)
    return DataFacts({split: joined(several) for split, several in splits.items()})


def _is_whole(file: Path, membership: Membership | None, meant: _Meant) -> bool:
    """Whether with this file all of the training split is known; parts of one say how many there are."""
    named = by_name(file)
    if membership is None or membership.declared or named is None or not named.shard:
        return True
    of = int(file.name.partition("-of-")[2].partition(".")[0] or 0)
    return (
        sum(1 for path, (split, _) in meant.parts.items() if split == TRAIN and path.parent == file.parent)
        == of
    )


def shown_name(path: Path) -> str:
    """How the report calls a file: relative to the working directory where it lies below it."""
    absolute = Path(os.path.abspath(path))
    return os.path.relpath(absolute) if absolute.is_relative_to(Path.cwd()) else str(path)


def _change(name: str, before: bytes, after: bytes) -> Change:
    from difflib import SequenceMatcher

    old, new = split_lines(before), split_lines(after)
    hunks = tuple(
        Hunk(i + 1, tuple(old[i:j]), tuple(new[k:m]))
        for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if tag != "equal"
    )
    return Change(name, hunks)
