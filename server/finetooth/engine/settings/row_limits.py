"""What the settings of a run say of a dataset: how many tokens a row may have, and what the loss is on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from finetooth.engine.files.membership import declared_split
from finetooth.engine.settings.config import Config
from finetooth.engine.training.settings_files import beside, read_file, split_of
from finetooth_rules.profile import Profile
from finetooth_rules.row_limit import BECOMES, RowLimit
from finetooth_rules.targets import GENERIC
from finetooth_rules.trainers import Role, TrainingSettings
from finetooth_rules.trainers._run import cutoff_of, target_of


def row_limit(config: Config, file: Path | None, profile: Profile) -> RowLimit | None:
    """What `context` of `[training]` says, else the trainers' own files that name the dataset: the smallest
    of them, as what fits it fits all. None where `tokens.limit` is set, and where nothing says it.
    """
    if profile.token_limit is not None or file is None:
        return None
    own = _of_config(config, file, profile)
    if own is not None or not config.looks_around:
        return own
    file = Path(os.path.abspath(file))
    return min(_beside(file, profile), key=lambda limit: limit.tokens, default=None)


def answers_alone(config: Config, file: Path | None, profile: Profile) -> bool:
    """Whether the loss is on answers alone by a trainer's own file that names the dataset. One that says so
    is enough: its run needs what the others do not.
    """
    if file is None or not config.looks_around:
        return False
    runs = _runs_beside(Path(os.path.abspath(file)), profile)
    return any(settings.answers_alone for settings, _ in runs)


def _of_config(config: Config, file: Path, profile: Profile) -> RowLimit | None:
    if config.path is None or "context" not in config.settings.get("training", {}):
        return None
    if config.settings.get("dataset") and declared_split(file, config) is None:
        return None  # it is about the dataset that is named there
    try:
        found = read_file(config.path)
    except OSError:
        return None
    if found is None or found.settings is None:
        return None
    return _limit(found.settings, config.path, profile)


def _beside(file: Path, profile: Profile) -> Iterator[RowLimit]:
    """One for each file of a trainer; where a target is set, of its trainer."""
    for settings, path in _runs_beside(file, profile):
        if Role.CONTEXT in settings.trainer.roles:
            limit = _limit(settings, path, profile)
            if limit is not None:
                yield limit


def _runs_beside(file: Path, profile: Profile) -> Iterator[tuple[TrainingSettings, Path]]:
    """The trainers' files that name a dataset; where a target is set, those of its trainer."""
    for found in beside(file):
        settings = found.settings
        if settings is None:
            continue
        if profile.target is not GENERIC and settings.trainer.target != profile.target.name:
            continue
        if split_of(found, file) is not None:
            yield settings, found.path


def _limit(settings: TrainingSettings, path: Path, profile: Profile) -> RowLimit | None:
    cutoff = cutoff_of(settings, profile)
    if cutoff is None or (cutoff.is_default and settings.number(Role.CONTEXT) is None):
        return None  # a limit of the model's
    target = target_of(settings, profile)
    said = settings.trainer.overlong(settings.table) if settings.trainer.overlong is not None else None
    becomes = target.over_limit if said is None else BECOMES[said]
    return RowLimit(cutoff.tokens, cutoff.said_by, path.name, cutoff.overlong, becomes, cutoff.is_default)
