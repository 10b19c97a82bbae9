r"""The learning rate is so low that nothing is learnt.

## What it does
Compares the rate in the settings of a run (`[training]` in finetooth.toml, or a trainer's own file) with
what is usual for what is trained. A rate a hundred times below is a warning, one that is ten times below is
noted. Where the settings do not say what the loss is, nothing is.

| trained | usual | noted below | warning below |
|---|---|---|---|
| SFT, all weights | 1e-5 to 2e-5 | 1e-6 | 1e-7 |
| SFT, LoRA | 1e-4 to 2e-4 | 1e-5 | 1e-6 |
| DPO, KTO, ORPO, GRPO | 5e-7 to 1e-5 | 1e-8 | 1e-9 |

## Why it matters
The run costs what it costs, and the model answers as before. The rate of a recipe for full fine-tuning,
taken over to LoRA, is the usual cause: LoRA needs about ten times as much.

## Example
```toml
[training]
method = "lora"
learning-rate = 5e-7
batch-size = 8
epochs = 3
```

## Use instead
```toml
[training]
method = "lora"
learning-rate = 1e-4
batch-size = 8
epochs = 3
```

## Fix
Unsafe: set the lowest usual rate.

## Options
- `minimum`: a warning below this rate, and nothing above it. Default: by what is trained.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import SettingsRule
from finetooth_rules.trainers import TrainingSettings
from finetooth_rules.trainers._data import DataFacts
from finetooth_rules.training._places import plain
from finetooth_rules.training._rate import beside_the_usual, judged, knows_objective, report

CODE: Final = "HYP002"


@dataclass(frozen=True, slots=True)
class Options:
    """`minimum`: a warning below this rate; None judges by what is trained."""

    minimum: float | None = None


def check(
    settings: TrainingSettings, data: DataFacts | None, profile: Profile, options: Options
) -> Iterator[Finding]:
    """At most one finding; where the weights are not named, by what is least."""
    several = [*judged(settings)]
    if not several or (not knows_objective(settings) and options.minimum is None):
        return
    one = min(several, key=lambda judged_by: judged_by.rates.bad_below)
    bad = one.rates.bad_below if options.minimum is None else options.minimum
    noted = one.rates.noted_below if options.minimum is None else options.minimum
    if one.rate >= noted:
        return
    warns = one.rate < bad
    said = beside_the_usual(one, "too low" if warns else "low")
    if options.minimum is not None:
        said = f"too low; expected at least {plain(bad)}"
    to = one.rates.usual[0] if options.minimum is None else bad
    yield report(CODE, settings, one, said, warns=warns, to=to)


RULE = SettingsRule(
    code=CODE,
    name="learning-rate-too-low",
    summary="The learning rate is so low that nothing is learnt.",
    consequence=Consequence.DEGRADED,
    options=Options,
    check=check,
)
