r"""The learning rate is so high that it destroys what the model knows.

## What it does
Compares the rate in the settings of a run with what is usual for what is trained: all weights or LoRA;
answers (SFT), preferences (DPO, KTO, ORPO) or rewards (GRPO). A rate far above is a warning; one that is
only unusual, or that is too high only if all weights are trained and nothing says which are, is noted. The
settings are `[training]` in finetooth.toml, or a trainer's own file. Rates are judged where the optimizer
is Adam or of its kin. A multiplier is noted above what the service advises.

| trained | usual | noted above | warning above |
|---|---|---|---|
| SFT, all weights | 1e-5 to 2e-5 | 1e-4 | 5e-4 |
| SFT, LoRA | 1e-4 to 2e-4 | 1e-3 | 2e-3 |
| DPO, KTO, ORPO, all weights | 5e-7 to 1e-6 | 1e-5 | 5e-5 |
| DPO, KTO, ORPO, LoRA | 1e-6 to 5e-6 | 5e-5 | 5e-4 |
| GRPO, all weights | 1e-6 | 1e-5 | 1e-4 |
| GRPO, LoRA | 5e-6 to 1e-5 | 1e-4 | 5e-4 |

## Why it matters
The loss jumps, or falls quickly while the model forgets how to write: a rate of 0.001 is common in
textbooks and fifty times what full fine-tuning of a language model bears. LoRA takes about ten times as
much as full fine-tuning (TRL: `peft_integration.md`), preference training a twentieth of it.

## Example
```toml
[training]
method = "full"
learning-rate = 0.001
batch-size = 8
epochs = 3
```

## Use instead
```toml
[training]
method = "full"
learning-rate = 2e-5
batch-size = 8
epochs = 3
```

## Fix
Unsafe: set the highest usual rate.

## Options
- `maximum`: a warning above this rate, and nothing below it. Default: by what is trained.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import SettingsRule
from finetooth_rules.trainers import Role, TrainingSettings
from finetooth_rules.trainers._data import DataFacts
from finetooth_rules.training._places import plain, set_to
from finetooth_rules.training._rate import Judged, beside_the_usual, judged, report

CODE: Final = "HYP001"


@dataclass(frozen=True, slots=True)
class Options:
    """`maximum`: a warning above this rate; None judges by what is trained."""

    maximum: float | None = None


def check(
    settings: TrainingSettings, data: DataFacts | None, profile: Profile, options: Options
) -> Iterator[Finding]:
    """At most one finding on the rate, and one on the multiplier."""
    found = [
        finding for one in judged(settings) if (finding := _of(settings, one, options.maximum)) is not None
    ]
    yield from found[:1]
    yield from _multiplier(settings)


def _of(settings: TrainingSettings, one: Judged, maximum: float | None) -> Finding | None:
    bad = one.rates.bad_above if maximum is None else maximum
    noted = one.rates.noted_above if maximum is None else maximum
    if one.rate <= min(noted, bad):
        return None
    warns = one.rate > bad
    if one.unsaid and one.rates.what != "LoRA":
        if one.rate <= one.rates.bad_above:
            return None  # many train at this rate with LoRA
        warns = False
    said = beside_the_usual(one, "too high" if warns or one.unsaid else "high")
    if maximum is not None and warns:
        said = f"too high; expected at most {plain(maximum)}"
    to = one.rates.usual[1] if maximum is None else maximum
    return report(CODE, settings, one, said, warns=warns, to=to)


def _multiplier(settings: TrainingSettings) -> Iterator[Finding]:
    setting, advised = settings.given.get(Role.MULTIPLIER), settings.trainer.multiplier
    factor = settings.positive(Role.MULTIPLIER)
    if setting is None or advised is None or factor is None or factor <= advised[1]:
        return
    message = (
        f"a multiplier of {plain(factor)} is high; Azure advises {plain(advised[0])} to {plain(advised[1])}"
    )
    fixes = set_to(settings, setting, advised[1])
    yield Finding(CODE, message, Consequence.NOTE, span=setting.span, path=setting.path, fixes=fixes)


RULE = SettingsRule(
    code=CODE,
    name="learning-rate-too-high",
    summary="The learning rate is so high that it destroys what the model knows.",
    consequence=Consequence.DEGRADED,
    options=Options,
    check=check,
)
