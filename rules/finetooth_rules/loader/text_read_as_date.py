r"""Every text of a column is a date, so the loader makes dates of them.

## What it does
Reports, for trainers that load with Hugging Face `datasets`, a column of texts which are all ISO dates or
times without fractions of a second (`2024-05-01`, `2024-05-01T12:30:00Z`; nulls aside). One finding for
each column: an error where it holds what is trained (the content of a turn, a prompt, an answer, an
argument of a tool call), else a note, as a column that nobody reads does no harm.

## Why it matters
Arrow guesses the type `timestamp[s]` and the rows hold `datetime` objects instead of texts: a template or
tokenizer stops at them, or prints `2024-05-01 00:00:00`. One text in the column that is no date is enough
to keep them all as written.

## Example
```toml
target = "trl"
```
```jsonl
{"prompt": "Write as ISO date: May 1st, 2024", "completion": "2024-05-01"}
{"prompt": "Write as ISO date: 3 June 2023", "completion": "2023-06-03"}
```

## Use instead
```jsonl
{"prompt": "Write as ISO date: May 1st, 2024", "completion": "2024-05-01."}
{"prompt": "Write as ISO date: 3 June 2023", "completion": "2023-06-03."}
```

## Fix
None. Give the loader the column's type (`features=`), or add a record whose text is no date.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from finetooth_rules.array import Framing
from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.loader import _columns as columns
from finetooth_rules.loader._columns import DATE, ITEM, NULL, Column, Columns, Tree
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, StatisticRule
from finetooth_rules.targets import Loader

CODE: Final = "LOD004"

_TRAINED: Final = frozenset(
    {
        *("content", "value", "text", "prompt", "completion", "instruction", "input", "output", "response"),
        *("system", "chosen", "rejected", "history", "question", "answer", "query", "reasoning_content"),
        *("thinking", "completions"),
    }
)
"""Names of columns whose text is trained on, in the formats that are known."""

Verdict = tuple[Column, ...] | None


def fit(summary: Columns, features: Features, profile: Profile, options: NoOptions) -> Verdict:
    """The columns of nothing but dates. What the later loader keeps as JSON stays as it is. The strict one
    reads an array with pandas, which makes dates only of columns named so (`date`, `created_at`).
    """
    if profile.framing is Framing.ARRAY and profile.target.loader is Loader.STRICT:
        return None
    counts = summary.settle()
    kept = columns.kept_as_json(counts) if profile.target.loader is Loader.JSON else columns.mixed(counts)
    found = [
        column
        for column, letters in counts.items()
        if letters[DATE] and letters.keys() <= {DATE, NULL} and not columns.within(column, kept)
    ]
    return tuple(sorted(found, key=repr)) or None


def conclude(verdict: Verdict, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each column."""
    for column in verdict or ():
        name = next(step for step in reversed(column) if step != ITEM)
        trained = name in _TRAINED or columns.free_form(column) is not None
        yield Finding(
            CODE,
            f"every text of `{columns.pointer(column)}` is a date: they are loaded as datetime, not as text",
            Consequence.REJECTED if trained else Consequence.NOTE,
        )


RULE: StatisticRule[Tree, Columns, Verdict] = StatisticRule(
    code=CODE,
    name="text-read-as-date",
    summary="Every text of a column is a date, so the loader makes dates of them.",
    consequence=Consequence.REJECTED,
    loaders=frozenset({Loader.STRICT, Loader.JSON}),
    gather=columns.gather,
    empty=Columns,
    add=columns.add,
    merge=columns.merge,
    fit=fit,
    conclude=conclude,
)
