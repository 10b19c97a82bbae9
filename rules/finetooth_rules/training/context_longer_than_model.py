r"""The context is longer than the model was made for.

## What it does
Compares the context of the settings (`sequence_len`, `cutoff_len`, `max_length`, `context`) with the length
that the base model was made for, where its name is known to the letter: a model derived from another may
take more. Settings that scale the positions (`rope_scaling`) are left in peace.

## Why it matters
Positions beyond that length never occurred when the model was trained. Models with learnt positions stop
with an index error; those with rotary ones train on, and what they learn there does not carry over.

## Example
```toml
[training]
model = "meta-llama/Llama-2-7b-hf"
context = 8192
```

## Use instead
```toml
[training]
model = "meta-llama/Llama-2-7b-hf"
context = 4096
```

## Fix
Unsafe: set the model's length.

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
from finetooth_rules.trainers._models import context_of
from finetooth_rules.training._places import plain, set_to

CODE: Final = "HYP006"


def check(
    settings: TrainingSettings, data: DataFacts | None, profile: Profile, options: NoOptions
) -> Iterator[Finding]:
    """At most one finding, at the context."""
    setting, context = settings.given.get(Role.CONTEXT), settings.positive(Role.CONTEXT)
    model = settings.text(Role.MODEL) or (profile.model if settings.trainer.target is None else None)
    most = context_of(model) if model else None
    if setting is None or context is None or most is None or context <= most:
        return
    if settings.trainer.stretched(settings.table):
        return
    yield Finding(
        CODE,
        f"{plain(context)} tokens; the model was made for {plain(most)}",
        Consequence.DEGRADED,
        span=setting.span,
        path=setting.path,
        fixes=set_to(settings, setting, most),
    )


RULE = SettingsRule(
    code=CODE,
    name="context-longer-than-model",
    summary="The context is longer than the model was made for.",
    consequence=Consequence.DEGRADED,
    check=check,
)
