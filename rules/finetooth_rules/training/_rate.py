"""Learning rates against what is usual for what is trained."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from finetooth_rules.trainers import Objective, Role, Setting, TrainingSettings, Tuning
from finetooth_rules.trainers._rates import Rates, like_adam, rates_for


class Judged(NamedTuple):
    """A written rate above zero, the rates it is judged by, and whether what is trained was not said."""

    setting: Setting
    rate: float
    rates: Rates
    unsaid: bool


_UNSAID: Final = (Tuning.LORA, Tuning.FULL)


def judged(settings: TrainingSettings) -> Iterator[Judged]:
    """The rate with all that it can be judged by: once, or where the weights are not named as LoRA's and as
    full fine-tuning's.
    """
    setting = settings.given.get(Role.LEARNING_RATE)
    rate = settings.positive(Role.LEARNING_RATE)
    if setting is None or rate is None or not like_adam(settings.text(Role.OPTIMIZER)):
        return
    unsaid = settings.tuning is Tuning.UNKNOWN
    for tuning in _UNSAID if unsaid else (settings.tuning,):
        rates = rates_for(settings.objective, tuning)
        if rates is not None:
            yield Judged(setting, rate, rates, unsaid)


def knows_objective(settings: TrainingSettings) -> bool:
    """Whether the file says what the loss is."""
    return settings.objective is not Objective.UNKNOWN
