r"""A text in a column of mixed types is read as JSON.

## What it does
Looks, for trainers that load with `datasets` 4.7 or later (TRL, Axolotl), at columns whose values are of
different types, and reports each text in them that is JSON itself: `42`, `007`, `null`, `{"x": 1}`.

## Why it matters
Such a column is kept as JSON. A text that is no JSON is packed as a string and comes back whole; one that
is JSON is taken for packed already, and comes back decoded: `"42"` as the number 42, `"007"` as 7, `"null"`
as nothing. One `content` that is a list of parts does it to the texts of all other rows, and nothing is
said. The template then meets a number, an object or null where a text was. (In a file of more than 320 kB,
columns of texts and numbers alone may instead be read the other way round, all as text.)

## Example
```toml
target = "trl"
```
```jsonl
{"prompt": "What is 40 + 2?", "completion": "The sum.", "answer": "042"}
{"prompt": "What is 1 + 2?", "completion": "The sum.", "answer": 3}
```

## Use instead
```jsonl
{"prompt": "What is 40 + 2?", "completion": "The sum.", "answer": "042"}
{"prompt": "What is 1 + 2?", "completion": "The sum.", "answer": "3"}
```

## Fix
None. Write all values of the column as one type: all contents as text, or all as lists of parts.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.loader import _columns as columns
from finetooth_rules.loader._columns import JSON, Column, Columns, Tree
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, StatisticRule
from finetooth_rules.targets import Loader

CODE: Final = "LOD005"


class Decoded(NamedTuple):
    """A column that is kept as JSON for its types, and the commonest of those that are not text."""

    column: Column
    other: str


Verdict = tuple[Decoded, ...] | None


def fit(summary: Columns, features: Features, profile: Profile, options: NoOptions) -> Verdict:
    """The columns of text and other types that hold a text to be decoded; not those that lie in another
    column that is kept as JSON.
    """
    counts = summary.settle()
    kept = columns.kept_as_json(counts)
    found = []
    for column, types in columns.mixed(counts).items():
        if counts[column][JSON] and not columns.within(column, kept):
            other = min((name for name in types if name != "string"), key=lambda name: (-types[name], name))
            found.append(Decoded(column, other))
    return tuple(sorted(found, key=repr)) or None


def judge(tree: Tree, verdict: Verdict, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """Each text that is decoded; of equal items of a list the first."""
    for column, other in verdict or ():
        for path, kind in columns.places(tree, column):
            if kind == JSON:
                message = f"this text is read as JSON, since `{columns.pointer(column)}` holds {other}s too"
                yield Finding(CODE, message, Consequence.REJECTED, path=path)


RULE: StatisticRule[Tree, Columns, Verdict] = StatisticRule(
    code=CODE,
    name="text-read-as-json",
    summary="A text in a column of mixed types is read as JSON.",
    consequence=Consequence.REJECTED,
    loaders=frozenset({Loader.JSON}),
    gather=columns.gather,
    empty=Columns,
    add=columns.add,
    merge=columns.merge,
    fit=fit,
    judge=judge,
)
