r"""Many rows are longer than the context, so they are cut or left out.

## What it does
Counts the rows of the training split that have more tokens than the settings allow (`sequence_len`,
`cutoff_len`, `max_length`, `context`), or than the trainer's default where nothing is set: 512 at Axolotl,
1,024 at TRL, 2,048 at LLaMA-Factory. One finding where they are more than a share of all. Each row by
itself is a matter of `too-many-tokens`. In the editor the rows are those on the disk, counted in the
background; of more than 256 MB of data nothing is said there. Rows that are left out or refused are an error,
where they are surely over the limit: by an estimate, from half more than it on (as `too-many-tokens` has it).

## Why it matters
Axolotl leaves such rows out, LLaMA-Factory shortens prompt and answer, TRL cuts the end off, which is the
answer. The run goes on, with a part of the data nobody chose.

## Example
```toml
[tokens]
limit = 100000

[training]
context = 8
```
```jsonl
{"prompt": "Name three rivers of Europe.", "completion": " The Danube, the Rhine and the Loire."}
{"prompt": "Name three rivers of Africa.", "completion": " The Nile, the Congo and the Niger."}
```

## Use instead
```toml
[tokens]
limit = 100000

[training]
context = 256
```
```jsonl
{"prompt": "Name three rivers of Europe.", "completion": " The Danube, the Rhine and the Loire."}
{"prompt": "Name three rivers of Africa.", "completion": " The Nile, the Congo and the Niger."}
```

## Fix
None. Make the context longer, or the rows shorter.

## Options
- `share`: the share of rows from which on it is told. Default: 0.05.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.row_limit import BECOMES, SURE, fate
from finetooth_rules.rule import SettingsRule
from finetooth_rules.targets import Overlong
from finetooth_rules.trainers import Role, TrainingSettings
from finetooth_rules.trainers._data import DataFacts
from finetooth_rules.trainers._run import cutoff_of
from finetooth_rules.training._places import plain, span_of

CODE: Final = "HYP009"
_BECOMES: Final = {
    Overlong.DROP: "left out",
    Overlong.END: "cut",
    Overlong.BOTH: "shortened",
    Overlong.REFUSE: "refused",
}


@dataclass(frozen=True, slots=True)
class Options:
    """`share`: the share of rows from which on it is told."""

    share: float = 0.05


def check(
    settings: TrainingSettings, data: DataFacts | None, profile: Profile, options: Options
) -> Iterator[Finding]:
    """At most one finding, at the context, or at the data where none is set."""
    train = data.train if data is not None else None
    cutoff = cutoff_of(settings, profile)
    if train is None or cutoff is None or not train.rows:
        return
    over = train.over(cutoff.tokens)
    if not over or over < options.share * train.rows:
        return
    about = "about " if train.estimated else ""
    default = f", the default of `{cutoff.said_by}`" if cutoff.is_default and "_" in cutoff.said_by else ""
    rows = f"{about}{plain(over)} of {plain(train.rows)} rows"
    limit = f"{plain(cutoff.tokens)} tokens{default}"
    message = f"{rows} have more than {limit}: {_BECOMES[cutoff.overlong]}"
    surely = train.over(int(SURE * cutoff.tokens)) or 0
    sure = not train.estimated or surely >= options.share * train.rows
    consequence = fate(BECOMES[cutoff.overlong], sure=sure)
    yield Finding(CODE, message, consequence, span=span_of(settings, Role.CONTEXT))


RULE = SettingsRule(
    code=CODE,
    name="many-rows-over-cutoff",
    summary="Many rows are longer than the context, so they are cut or left out.",
    consequence=Consequence.TRUNCATED,
    options=Options,
    check=check,
)
