r"""One step takes more rows than there are.

## What it does
Compares the rows of a step (batch size, gradient accumulation, devices) with the rows that are trained on.
The settings are `[training]` in finetooth.toml or a trainer's own file that names the data. Where several
rows share a context (packing), contexts are counted, by the tokens of the rows; it is reported only where it
holds however the rows are packed.

## Why it matters
Each epoch is one step, on fewer rows than asked for: the run has as many steps as epochs, and the settings
do not mean what they say.

## Example
```toml
[training]
batch-size = 4
gradient-accumulation = 4
epochs = 20
```
```jsonl
{"prompt": "What is 2 + 2?", "completion": " 4"}
{"prompt": "What is 2 + 3?", "completion": " 5"}
```

## Use instead
```toml
[training]
batch-size = 1
epochs = 10
```
```jsonl
{"prompt": "What is 2 + 2?", "completion": " 4"}
{"prompt": "What is 2 + 3?", "completion": " 5"}
```

## Fix
None. Make the batch smaller, or add rows.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, SettingsRule
from finetooth_rules.trainers import Role, TrainingSettings
from finetooth_rules.trainers._data import DataFacts
from finetooth_rules.trainers._run import run_of
from finetooth_rules.training._places import counted, plain, span_of

CODE: Final = "HYP005"
_SIZES: Final = (Role.TOTAL_BATCH, Role.BATCH, Role.ACCUMULATION, Role.DEVICES)


def check(
    settings: TrainingSettings, data: DataFacts | None, profile: Profile, options: NoOptions
) -> Iterator[Finding]:
    """At most one finding, at the batch size."""
    run = run_of(settings, data, profile)
    if run is None or run.per_step <= run.most_sequences or not settings.given.keys() & set(_SIZES):
        return
    factors = [settings.positive(role) for role in (Role.BATCH, Role.ACCUMULATION, Role.DEVICES)]
    shown = [plain(factor) for factor in factors if factor is not None and factor != 1]
    made_of = f" ({' × '.join(shown)})" if len(shown) > 1 and Role.TOTAL_BATCH not in settings.given else ""
    what = "packed sequence" if run.packed else "row"
    there = f"there {'is' if run.sequences == 1 else 'are'} {run.about}{plain(run.sequences)}"
    yield Finding(
        CODE,
        f"a step takes {counted(run.per_step, what)}{made_of}; {there}",
        Consequence.DEGRADED,
        span=span_of(settings, *_SIZES),
    )


RULE = SettingsRule(
    code=CODE,
    name="batch-larger-than-data",
    summary="One step takes more rows than there are.",
    consequence=Consequence.DEGRADED,
    check=check,
)
