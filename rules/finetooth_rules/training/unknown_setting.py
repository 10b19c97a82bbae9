r"""A trainer's settings file has a key that the trainer does not know.

## What it does
Compares the keys of a trainer's own file with those that it knows (earlier versions' too). A key that is
near to a known one is reported with it; any other only where the trainer itself stops at a key that it does
not know (LLaMA-Factory). Keys of finetooth.toml are checked when it is read.

## Why it matters
Axolotl passes over what it does not know: with `learning_rat` the run uses a rate nobody chose, and says
nothing. LLaMA-Factory and TRL stop: `Some keys are not used by the HfArgumentParser`, `Unknown arguments
from config file`.

## Example
```yaml
base_model: my-org/my-model
datasets:
  - path: train.jsonl
    type: chat_template
sequence_len: 2048
adapter: lora
learning_rate: 0.0002
micro_batchsize: 2
num_epochs: 3
```

## Use instead
```yaml
base_model: my-org/my-model
datasets:
  - path: train.jsonl
    type: chat_template
sequence_len: 2048
adapter: lora
learning_rate: 0.0002
micro_batch_size: 2
num_epochs: 3
```

## Fix
Unsafe: write the key that was meant; what was the default until now then changes.

## Options
- `allowed`: keys that are no slip. Default: none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from finetooth_rules.finding import Applicability, Consequence, Edit, Finding, Fix, Path
from finetooth_rules.profile import Profile
from finetooth_rules.rule import SettingsRule
from finetooth_rules.suggest import nearest
from finetooth_rules.trainers import TrainingSettings
from finetooth_rules.trainers._data import DataFacts

CODE: Final = "HYP007"
_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class Options:
    """`allowed`: keys that are no slip."""

    allowed: tuple[str, ...] = ()


def check(
    settings: TrainingSettings, data: DataFacts | None, profile: Profile, options: Options
) -> Iterator[Finding]:
    """A finding for each key, in each table that the trainer's keys are known of."""
    for path, known in settings.trainer.known.items():
        for place in _places(settings, path):
            table = settings.document.at((*settings.base, *place))
            if isinstance(table, Mapping):
                yield from _of_table(settings, table, place, known, options)


def _places(settings: TrainingSettings, path: Path) -> Iterator[Path]:
    """The paths that a pattern stands for: `*` is each index."""
    if "*" not in path:
        yield path
        return
    at = path.index("*")
    several = settings.document.at((*settings.base, *path[:at]))
    for index in range(len(several) if isinstance(several, list) else 0):
        yield (*path[:at], index, *path[at + 1 :])


def _of_table(
    settings: TrainingSettings, table: Mapping[str, Any], place: Path, known: frozenset[str], options: Options
) -> Iterator[Finding]:
    for key in table:
        if key in known or key in options.allowed or key.startswith("_"):
            continue
        near = nearest(key, known - table.keys())
        if near is None and (place or not settings.trainer.refuses_unknown):
            continue
        setting = settings.setting((*place, key))
        if setting is None:
            continue
        shown = key if len(key) <= _SHOWN else key[: _SHOWN - 1] + "…"
        message = f"{settings.trainer.title} knows no `{shown}`"
        fixes: tuple[Fix, ...] = ()
        if near is not None:
            message += f"; did you mean `{near}`?"
            old = settings.document.raw[setting.key.start : setting.key.end]
            if old.decode("utf-8", "replace").strip("\"'") == key:
                new = old.replace(key.encode(), near.encode())
                fixes = (Fix(f"Rename to {near}", Applicability.UNSAFE, (Edit(setting.key, new),)),)
        refused = settings.trainer.refuses_unknown and not place
        yield Finding(
            CODE,
            message,
            Consequence.REJECTED if refused and near is not None else Consequence.DEGRADED,
            span=setting.key,
            path=setting.path,
            on_key=True,
            fixes=fixes,
        )


RULE = SettingsRule(
    code=CODE,
    name="unknown-setting",
    summary="A trainer's settings file has a key that the trainer does not know.",
    consequence=Consequence.DEGRADED,
    options=Options,
    check=check,
)
