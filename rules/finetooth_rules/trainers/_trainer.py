"""What a trainer's settings are, in one form for all: facts as data, and the settings that a file gives.

A trainer says where in its file each *role* (learning rate, epochs …) is written, what holds where it is not,
and which values it takes; `TrainingSettings` are the values of one file, each with its place.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, NamedTuple

from finetooth_rules.finding import Path, Span
from finetooth_rules.targets import Overlong
from finetooth_rules.trainers._document import Document, Language


class Role(StrEnum):
    """What a setting means, whatever a trainer calls it. The words are those of `[training]`."""

    LEARNING_RATE = "learning-rate"
    MULTIPLIER = "learning-rate-multiplier"
    """Times a rate that the service chooses."""
    BATCH = "batch-size"
    """Rows of one device in one pass."""
    TOTAL_BATCH = "total-batch-size"
    """Rows of one step, whatever it is made of."""
    ACCUMULATION = "gradient-accumulation"
    DEVICES = "devices"
    EPOCHS = "epochs"
    STEPS = "max-steps"
    """Overrides the epochs; zero or less does not."""
    CONTEXT = "context"
    """Tokens of a row; what is longer is cut or left out."""
    PACKING = "packing"
    """Whether several rows share one context."""
    MODEL = "model"
    OPTIMIZER = "optimizer"
    VALIDATION = "validation-share"
    """Rows taken from the training data to validate by: a share, or above one a number."""
    MOST_ROWS = "max-rows"
    """At most so many rows of each file."""
    PRICE = "price-per-million-tokens"


class Objective(StrEnum):
    """What the loss is."""

    SFT = "sft"
    DPO = "dpo"
    KTO = "kto"
    ORPO = "orpo"
    """And SimPO, IPO, CPO: one model, a better and a worse answer."""
    GRPO = "grpo"
    """And RLOO, RFT: answers are sampled and rewarded."""
    REWARD = "reward"
    PRETRAINING = "pretraining"
    OTHER = "other"
    """Known to be none of these: nothing is judged by it."""
    UNKNOWN = "unknown"
    """The file does not say; it may be any."""


PREFERENCE: Final = frozenset({Objective.DPO, Objective.KTO, Objective.ORPO})


class Tuning(StrEnum):
    """Which weights are trained."""

    FULL = "full"
    LORA = "lora"
    QLORA = "qlora"
    OTHER = "other"
    UNKNOWN = "unknown"


class Setting(NamedTuple):
    """One value as it is written. `path` leads to it in the document."""

    value: Any
    path: Path
    span: Span
    key: Span

    @property
    def name(self) -> str:
        """Its key."""
        return next((step for step in reversed(self.path) if isinstance(step, str)), "")

    @property
    def number(self) -> float | None:
        """The number it is, also where it is written as text (`1e-4` in YAML, any at Bedrock)."""
        return number_of(self.value)


def number_of(value: Any) -> float | None:
    """A finite number, or a text that is one; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


class DataFile(NamedTuple):
    """A file or data set that the settings train on. `registered`: it is a name of `dataset_info.json`."""

    setting: Setting
    name: str
    split: str = "train"
    registered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What a trainer takes at a path.

    `low` and `high` bound a number, `low` excluded with `above`; `whole`: it must be an integer. `words` are
    texts that are taken too (`auto`), `characters` the most of a text. `model` is a pattern of the models
    that the limit holds for. Not `certain`: from an old document, only worth knowing.
    """

    path: Path
    low: float | None = None
    high: float | None = None
    above: bool = False
    whole: bool = False
    words: tuple[str, ...] = ()
    characters: int | None = None
    model: str = ""
    certain: bool = True


def nothing(value: Mapping[str, Any]) -> Iterator[tuple[Path, str, str, bool]]:
    """No data files."""
    return iter(())


@dataclass(frozen=True, kw_only=True)
class Trainer:
    """A trainer or service whose settings files are known.

    `target` is the name of the Target that reads its data. `roles` says where each role is written, the first
    that is there counts. `known` maps the path of a table to the keys that may stand there (`"*"` is any
    index); `refuses_unknown`: it stops at any other, so that each is reported and not only slips.
    `recognise` gets the file's mapping, `method` says objective and weights, `data` yields path, name, split
    and whether it is a name of `dataset_info.json`. `stretched`: the mapping makes the model's context longer
    than it was trained with. `refusal` is what it prints of a key that it does not know.
    """

    name: str
    title: str
    languages: frozenset[Language]
    recognise: Callable[[Mapping[str, Any]], bool]
    method: Callable[[Mapping[str, Any]], tuple[Objective, Tuning]]
    roles: Mapping[Role, tuple[Path, ...]]
    defaults: Mapping[Role, float] = field(default_factory=dict)
    defaults_of: Mapping[Objective, Mapping[Role, float]] = field(default_factory=dict)
    known: Mapping[Path, frozenset[str]] = field(default_factory=dict)
    refuses_unknown: bool = False
    limits: tuple[Limit, ...] = ()
    data: Callable[[Mapping[str, Any]], Iterator[tuple[Path, str, str, bool]]] = nothing
    stretched: Callable[[Mapping[str, Any]], bool] = field(default=lambda value: False)
    target: str | None = None
    overlong: Callable[[Mapping[str, Any]], Overlong | None] | None = None
    """What becomes of a row over the cutoff where the settings say it; else it is the target's."""
    splits_long: bool = False
    """A row over the cutoff goes on in the next sequence: nothing is cut."""
    splits: Callable[[Mapping[str, Any]], bool] = field(default=lambda value: False)
    """The same where the settings say it."""
    multiplier: tuple[float, float] | None = None
    """Between what the service advises to set the multiplier of the learning rate."""
    answers_alone: Callable[[Mapping[str, Any]], bool | None] = field(default=lambda value: None)
    """Whether the loss is on what the chat template marks as generated; None where its target says it."""
    marks: tuple[bytes, ...] = ()
    """Bytes one of which is in every such file: others need not be parsed."""
    sources: tuple[str, ...] = ()

    def default(self, role: Role, objective: Objective) -> float | None:
        """What holds where a role is not written."""
        of_objective = self.defaults_of.get(objective, {})
        return of_objective.get(role, self.defaults.get(role))


@dataclass(frozen=True, eq=False)
class TrainingSettings:
    """What a file says of a run. `base` is the path of the table that the trainer's paths begin in."""

    trainer: Trainer
    document: Document
    objective: Objective
    tuning: Tuning
    given: Mapping[Role, Setting]
    data: tuple[DataFile, ...] = ()
    base: Path = ()

    def number(self, role: Role) -> float | None:
        """The number of a role, or what holds without; None where that is not known, or left to the trainer
        (`auto`).
        """
        setting = self.given.get(role)
        if setting is None or setting.value is None:
            return self.trainer.default(role, self.objective)
        if role in _SWITCHED and isinstance(setting.value, bool):
            return float(setting.value)
        return setting.number

    def positive(self, role: Role) -> float | None:
        """The number of a role where it is above zero."""
        number = self.number(role)
        return number if number is not None and number > 0 else None

    def text(self, role: Role) -> str | None:
        """The text of a role."""
        setting = self.given.get(role)
        return setting.value if setting is not None and isinstance(setting.value, str) else None

    @property
    def packs(self) -> bool:
        """Whether several rows share one context."""
        return bool(self.number(Role.PACKING))

    @property
    def answers_alone(self) -> bool | None:
        """Whether the loss is on what the chat template marks as generated; None where its target says it."""
        return self.trainer.answers_alone(self.table)

    @property
    def table(self) -> Mapping[str, Any]:
        """The mapping that the trainer reads."""
        value = self.document.at(self.base)
        return value if isinstance(value, Mapping) else {}

    def setting(self, path: Path) -> Setting | None:
        """The setting at a path of the trainer's."""
        whole = (*self.base, *path)
        if self.document.at(whole[:-1]) is None:
            return None
        span, key = self.document.locate(whole), self.document.locate(whole, on_key=True)
        if span is None or key is None:
            return None
        return Setting(self.document.at(whole), whole, span, key)


_SWITCHED: Final = frozenset({Role.PACKING})


def settings_of(trainer: Trainer, document: Document, base: Path = ()) -> TrainingSettings:
    """The settings that a document gives a trainer, in the table at `base`."""
    objective, tuning = Objective.UNKNOWN, Tuning.UNKNOWN
    value = document.at(base)
    mapping = value if isinstance(value, Mapping) else {}
    objective, tuning = trainer.method(mapping)
    bare = TrainingSettings(trainer, document, objective, tuning, {}, (), base)
    given: dict[Role, Setting] = {}
    for role, paths in trainer.roles.items():
        for path in paths:
            setting = bare.setting(path)
            if setting is not None and setting.value is not None:
                given[role] = setting
                break
    data = tuple(
        DataFile(setting, name, split, registered)
        for path, name, split, registered in trainer.data(mapping)
        if (setting := bare.setting(path)) is not None
    )
    return TrainingSettings(trainer, document, objective, tuning, given, data, base)
