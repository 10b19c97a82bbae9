r"""A setting has a value that the trainer or service does not take.

## What it does
Compares the values of a trainer's own file with what it takes: OpenAI's and Azure's hyperparameters (epochs
1 to 50, batch size 1 to 256, `beta` above 0 up to 2), those of Amazon Bedrock by model, and what the
libraries under Axolotl, LLaMA-Factory and TRL refuse (a dropout above 1). Where the bound is from an older
document, it is only noted. `auto` is a value where the service knows it.

This rule is called `setting-out-of-range`, as `out-of-range` is the name of FMT008.

## Why it matters
The service answers with an error after the data is uploaded, or the run stops after the model is loaded.

## Example
```json
{
  "model": "gpt-4.1-mini-2025-04-14",
  "training_file": "train.jsonl",
  "method": {
    "type": "supervised",
    "supervised": {"hyperparameters": {"n_epochs": 3, "batch_size": 512}}
  }
}
```

## Use instead
```json
{
  "model": "gpt-4.1-mini-2025-04-14",
  "training_file": "train.jsonl",
  "method": {
    "type": "supervised",
    "supervised": {"hyperparameters": {"n_epochs": 3, "batch_size": 16}}
  }
}
```

## Fix
Unsafe: set the nearest value that is taken, where there is one.

## Options
None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from finetooth_rules.finding import Consequence, Finding, Fix
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, SettingsRule
from finetooth_rules.trainers import Role, Setting, TrainingSettings
from finetooth_rules.trainers._data import DataFacts
from finetooth_rules.trainers._trainer import Limit
from finetooth_rules.training._places import plain, set_to

CODE: Final = "HYP008"
_REFERENCE: Final = ("${", "{{", "$")
"""How values begin that something else fills in."""


def check(
    settings: TrainingSettings, data: DataFacts | None, profile: Profile, options: NoOptions
) -> Iterator[Finding]:
    """A finding for each value out of its range."""
    model = settings.text(Role.MODEL) or ""
    for limit in settings.trainer.limits:
        setting = settings.setting(limit.path)
        if setting is None or setting.value is None or not re.search(limit.model, model):
            continue
        problem = _problem(limit, setting)
        if problem is None:
            continue
        message, nearest = problem
        fixes: tuple[Fix, ...] = () if nearest is None else set_to(settings, setting, nearest)
        yield Finding(
            CODE,
            message,
            Consequence.REJECTED if limit.certain else Consequence.NOTE,
            span=setting.span,
            path=setting.path,
            fixes=fixes,
        )


def _problem(limit: Limit, setting: Setting) -> tuple[str, float | None] | None:
    """What is wrong with a value, and the nearest number that is not."""
    value, name = setting.value, setting.name
    if isinstance(value, str) and (value in limit.words or value.startswith(_REFERENCE)):
        return None
    if limit.characters is not None:
        length = len(value) if isinstance(value, str) else 1
        if 0 < length <= limit.characters:
            return None
        return f"`{name}` has {length} characters; expected 1 to {limit.characters}", None
    if limit.low is None and limit.high is None:
        if isinstance(value, str):
            return f"`{name}` is `{value[:20]}`; expected one of {', '.join(limit.words)}", None
        return None
    number = setting.number
    wanted = _wanted(limit)
    if number is None:
        return (
            (f"`{name}` is not a number; expected {wanted}", None) if isinstance(value, str | bool) else None
        )
    if limit.whole and not number.is_integer():
        nearest = float(round(number))
        return f"`{name}` is {plain(number)}; expected {wanted}", nearest if _within(limit, nearest) else None
    if _within(limit, number):
        return None
    bound = limit.low if limit.low is not None and number <= limit.low else limit.high
    return (
        f"`{name}` is {plain(number)}; expected {wanted}",
        None if limit.above and bound == limit.low else bound,
    )


def _within(limit: Limit, number: float) -> bool:
    low_holds = limit.low is None or (number > limit.low if limit.above else number >= limit.low)
    return low_holds and (limit.high is None or number <= limit.high)


def _wanted(limit: Limit) -> str:
    """The range in words."""
    kind = "a whole number " if limit.whole else ""
    if limit.low is not None and limit.high is not None:
        if limit.low == limit.high:
            text = plain(limit.low)
        else:
            text = f"{kind}{'above ' if limit.above else 'from '}{plain(limit.low)} to {plain(limit.high)}"
    elif limit.low is not None:
        text = f"{kind}{'above' if limit.above else 'from'} {plain(limit.low)}"
    else:
        text = f"{kind}up to {plain(limit.high or 0)}"
    return " or ".join([text, *(f"`{word}`" for word in limit.words)])


RULE = SettingsRule(
    code=CODE,
    name="setting-out-of-range",
    summary="A setting has a value that the trainer or service does not take.",
    consequence=Consequence.REJECTED,
    check=check,
)
