r"""The run has so few steps that the model hardly changes.

## What it does
Counts the steps of the run from the rows that there are: rows, less those held out, by the rows of a step
(batch size, gradient accumulation, devices), rounded up, times the epochs. Where the number of devices is
not set, one is taken: more make fewer steps. The settings are `[training]` in finetooth.toml or a trainer's
own file that names the data. With packing (`packing`, `sample_packing`) the rows are taken to fill contexts,
by their tokens, of many rows by a sample; how full these really are depends on the trainer, so the numbers
are called "about", and nothing is said unless it holds however the rows are packed.

## Why it matters
Each step changes the weights once, and the first of them are smaller, as the learning rate rises. With
fifty rows in batches of 32 there are two steps an epoch: after three epochs the model was changed six
times, whatever the loss says. A smaller batch or more epochs cost nothing here.

## Example
```toml
[training]
batch-size = 2
epochs = 1
```
```jsonl
{"prompt": "What is 2 + 2?", "completion": " 4"}
{"prompt": "What is 2 + 3?", "completion": " 5"}
{"prompt": "What is 2 + 4?", "completion": " 6"}
```

## Use instead
```toml
[training]
batch-size = 1
epochs = 5
```
```jsonl
{"prompt": "What is 2 + 2?", "completion": " 4"}
{"prompt": "What is 2 + 3?", "completion": " 5"}
{"prompt": "What is 2 + 4?", "completion": " 6"}
```

## Fix
None. Make the batch smaller, add epochs or rows.

## Options
- `minimum`: the fewest steps. Default: 10.
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
from finetooth_rules.trainers._run import Run, run_of
from finetooth_rules.training._places import counted, plain, span_of

CODE: Final = "HYP003"


@dataclass(frozen=True, slots=True)
class Options:
    """`minimum`: the fewest steps."""

    minimum: int = 10


def check(
    settings: TrainingSettings, data: DataFacts | None, profile: Profile, options: Options
) -> Iterator[Finding]:
    """At most one finding, at the epochs, or the steps where they are set."""
    run = run_of(settings, data, profile)
    if run is None or run.most_steps >= options.minimum or _batch_is_to_blame(run):
        return
    total = counted(run.steps, "step")
    if run.steps_given:
        over = f"{run.about_rows}{counted(run.rows, 'row')}"
        message = f"{total} over {over}; expected at least {plain(options.minimum)}"
    else:
        what = "packed sequence" if run.packed else "row"
        message = (
            f"{run.about}{counted(run.sequences, what)} by {plain(run.per_step)} a step, "
            f"{counted(run.epochs, 'epoch')}: {run.about}{total}; expected at least {plain(options.minimum)}"
        )
    span = span_of(settings, Role.STEPS if run.steps_given else Role.EPOCHS, Role.TOTAL_BATCH, Role.BATCH)
    yield Finding(CODE, message, Consequence.DEGRADED, span=span)


def _batch_is_to_blame(run: Run) -> bool:
    """Whether a step takes more than there is: another rule says so."""
    return run.per_step > run.most_sequences


RULE = SettingsRule(
    code=CODE,
    name="too-few-steps",
    summary="The run has so few steps that the model hardly changes.",
    consequence=Consequence.DEGRADED,
    options=Options,
    check=check,
)
