"""Learning rates against what is usual for what is trained."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.trainers import Objective, Role, Setting, TrainingSettings, Tuning
from finetooth_rules.trainers._rates import Rates, like_adam, rates_for
from finetooth_rules.training._places import plain, set_to


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


def report(
    code: str, settings: TrainingSettings, one: Judged, said: str, *, warns: bool, to: float
) -> Finding:
    """A finding on a rate that is too high or too low, with the rate to set it `to`."""
    return Finding(
        code,
        f"{plain(one.rate)} is {said}",
        Consequence.DEGRADED if warns else Consequence.NOTE,
        span=one.setting.span,
        path=one.setting.path,
        fixes=set_to(settings, one.setting, to),
    )


def beside_the_usual(one: Judged, degree: str) -> str:
    """`too high for LoRA; expected 0.0001 to 0.0003`."""
    low, high = one.rates.usual
    usual = plain(high) if low == high else f"{plain(low)} to {plain(high)}"
    return f"{degree} for {one.rates.what}; expected {usual}"


def knows_objective(settings: TrainingSettings) -> bool:
    """Whether the file says what the loss is."""
    return settings.objective is not Objective.UNKNOWN
