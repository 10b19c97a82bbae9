r"""A column has values of different types.

## What it does
Adds up the types of every column of the file, at any depth, and points at the values that are of another
type than most of their column. Null goes with every type, and so do whole numbers and fractions; an empty
list or object does not go with a text.

It holds for trainers whose loader keeps one Arrow type for each column (`datasets` up to 4.3:
LLaMA-Factory, Unsloth). Those that take mixed columns (TRL, Axolotl) or read row by row (the APIs) have no
quarrel with such a file: `content` that is a text here and a list of parts there is right for them. So
nothing is said where no trainer is named.

## Why it matters
The loader stops: `JSON parse error: Column(/output) changed from string to number in row 1`, which users
see as `DatasetGenerationError: An error occurred while generating the dataset`. Where the types meet only
in blocks of 320 kB each, it writes the numbers as text instead, or the process crashes. The usual cases are
a number as the answer, `arguments` written as an object here and as a string there, a tool argument or a
`default` of a schema that is a number in one record and a text in another.

## Example
```toml
target = "llama-factory"
```
```jsonl
{"prompt": "Repeat: two", "completion": "two", "source": "a"}
{"prompt": "Repeat: three", "completion": "three", "source": "b"}
{"prompt": "Repeat: four", "completion": "four", "source": 3}
```

## Use instead
```jsonl
{"prompt": "Repeat: two", "completion": "two", "source": "a"}
{"prompt": "Repeat: three", "completion": "three", "source": "b"}
{"prompt": "Repeat: four", "completion": "four", "source": "3"}
```

## Fix
None. Write a number as text; write `arguments`, `parameters` or a whole tool list as a string of JSON where
their types have to differ.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.loader import _columns as columns
from finetooth_rules.loader._columns import KINDS, NULL, Column, Columns, Tree
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, StatisticRule
from finetooth_rules.targets import Loader

CODE: Final = "LOD001"


class Mixed(NamedTuple):
    """A column of several types, and the one that most values have (at a tie, the first by name)."""

    column: Column
    expected: str


Verdict = tuple[Mixed, ...] | None


def fit(summary: Columns, features: Features, profile: Profile, options: NoOptions) -> Verdict:
    """The columns of several types. A change of a count seldom changes it."""
    found = [
        Mixed(column, min(types, key=lambda name: (-types[name], name)))
        for column, types in columns.mixed(summary.settle()).items()
    ]
    return tuple(sorted(found, key=lambda one: (len(one.column), repr(one.column)))) or None


def judge(tree: Tree, verdict: Verdict, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """The first value of each such column that is of another type than most."""
    for column, expected in verdict or ():
        for path, kind in columns.places(tree, column):
            if kind != NULL and KINDS[kind] != expected:
                message = f"`{columns.pointer(column)}` is {KINDS[kind]} here and {expected} elsewhere"
                yield Finding(CODE, message, Consequence.REJECTED, path=path)
                break


RULE: StatisticRule[Tree, Columns, Verdict] = StatisticRule(
    code=CODE,
    name="mixed-column-types",
    summary="A column has values of different types.",
    consequence=Consequence.REJECTED,
    loaders=frozenset({Loader.STRICT}),
    gather=columns.gather,
    empty=Columns,
    add=columns.add,
    merge=columns.merge,
    fit=fit,
    judge=judge,
)
