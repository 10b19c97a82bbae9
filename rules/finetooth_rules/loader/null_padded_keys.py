r"""Tool calls or tool schemas will gain each other's keys as null.

## What it does
Looks, for trainers whose loader makes one Arrow struct of all objects of a column (`datasets` up to 4.3:
LLaMA-Factory, Unsloth), at the arguments of tool calls and the schemas of tools that are written as
objects: where not all have the same keys, each is filled with the keys of the others. One finding for each
such column. Other objects are filled too (a message gains `name: null`), which trainers and templates
expect.

## Why it matters
Nothing is said, and the model learns another text: `{"city": "Rome"}` is trained as `{"city": "Rome",
"expr": null}`, a tool with two parameters shows those of all tools of the file. 16 of 28 chat templates
print such a null as an argument.

## Example
```toml
target = "unsloth"
```
```jsonl
{"prompt": "Weather in Rome?", "completion": "Sunny.", "arguments": {"city": "Rome"}}
{"prompt": "What is 2 + 2?", "completion": "It is 4.", "arguments": {"expr": "2 + 2"}}
```

## Use instead
```jsonl
{"prompt": "Weather in Rome?", "completion": "Sunny.", "arguments": "{\"city\": \"Rome\"}"}
{"prompt": "What is 2 + 2?", "completion": "It is 4.", "arguments": "{\"expr\": \"2 + 2\"}"}
```

## Fix
None. Write the arguments, and the list of tools, as a string of JSON.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.loader import _columns as columns
from finetooth_rules.loader._columns import Column, Columns, Tree
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, StatisticRule
from finetooth_rules.targets import Loader

CODE: Final = "LOD002"


class Padded(NamedTuple):
    """The column of the arguments or the schema, one key that is added in it, and how many others are."""

    column: Column
    key: str
    others: int


Verdict = tuple[Padded, ...] | None


def fit(summary: Columns, features: Features, profile: Profile, options: NoOptions) -> Verdict:
    """The arguments and schemas that are filled. Where types are mixed too, the loader stops instead."""
    counts = summary.settle()
    mixed = columns.mixed(counts)
    keys: dict[Column, list[str]] = {}
    for column, lacking in columns.differs_in_keys(counts).items():
        root = columns.free_form(column)
        if root is not None and column not in mixed and not columns.within(column, mixed):
            keys.setdefault(root, []).extend(lacking)
    return (
        tuple(Padded(root, min(keys[root]), len(keys[root]) - 1) for root in sorted(keys, key=repr)) or None
    )


def conclude(verdict: Verdict, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each column."""
    for column, key, others in verdict or ():
        more = f" and {others} more are" if others else " is"
        message = f"`{columns.pointer(column)}` differ in keys: `{key[:20]}`{more} added as null"
        yield Finding(CODE, message, Consequence.DEGRADED)


RULE: StatisticRule[Tree, Columns, Verdict] = StatisticRule(
    code=CODE,
    name="null-padded-keys",
    summary="Tool calls or tool schemas will gain each other's keys as null.",
    consequence=Consequence.DEGRADED,
    loaders=frozenset({Loader.STRICT}),
    gather=columns.gather,
    empty=Columns,
    add=columns.add,
    merge=columns.merge,
    fit=fit,
    conclude=conclude,
)
