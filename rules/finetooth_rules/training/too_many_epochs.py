r"""The rows are trained on so often that the model learns them by heart.

## What it does
Compares the epochs with what is usual: 1 to 4 in the examples of trainers, and up to 25 for a handful of
rows (OpenAI's automatic choice ends there). Above 25 is a warning, and for more than a thousand rows above
5. Where a number of steps is set, the epochs follow from it and the rows. The settings are `[training]` in
finetooth.toml or a trainer's own file.

## Why it matters
The training loss falls to nothing, and the model repeats the examples where it should answer what it is
asked. Azure's advice by size: under 100 rows 3 to 5 epochs, under 500 two or three, under 2,000 one or two,
above that one.

## Example
```toml
[training]
batch-size = 8
epochs = 40
```

## Use instead
```toml
[training]
batch-size = 8
epochs = 4
```

## Fix
None.

## Options
- `maximum`: the most epochs. Default: 25.
- `maximum-of-many`: the most where there are many rows. Default: 5.
- `many`: more rows than this are many. Default: 1000.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import SettingsRule
from finetooth_rules.trainers import Objective, Role, TrainingSettings
from finetooth_rules.trainers._data import DataFacts
from finetooth_rules.trainers._run import run_of
from finetooth_rules.training._places import counted, plain

CODE: Final = "HYP004"


@dataclass(frozen=True, slots=True)
class Options:
    """`maximum` epochs; `maximum_of_many` where there are more than `many` rows."""

    maximum: float = 25
    maximum_of_many: float = 5
    many: int = 1000


def check(
    settings: TrainingSettings, data: DataFacts | None, profile: Profile, options: Options
) -> Iterator[Finding]:
    """At most one finding, at the epochs, or the steps where they are set."""
    if settings.objective is Objective.GRPO:
        return  # each epoch sees other answers
    setting, epochs = settings.given.get(Role.EPOCHS), settings.positive(Role.EPOCHS)
    if settings.positive(Role.STEPS) is not None:
        run = run_of(settings, data, profile)
        setting, epochs = settings.given.get(Role.STEPS), None if run is None else run.fewest_epochs
    if setting is None or epochs is None:
        return
    rows = data.train.rows if data is not None and data.train is not None else 0
    many = rows > options.many
    most = min(options.maximum, options.maximum_of_many) if many else options.maximum
    if epochs <= most:
        return
    over = f" over {counted(rows, 'row')}" if rows else ""
    times = counted(round(epochs, 1), "epoch")
    yield Finding(
        CODE,
        f"{times}{over}; expected at most {plain(most)}",
        Consequence.DEGRADED,
        span=setting.span,
        path=setting.path,
    )


RULE = SettingsRule(
    code=CODE,
    name="too-many-epochs",
    summary="The rows are trained on so often that the model learns them by heart.",
    consequence=Consequence.DEGRADED,
    options=Options,
    check=check,
)
