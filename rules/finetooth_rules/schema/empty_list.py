r"""A list that must hold something is empty.

## What it does
Reports an empty list where the format needs at least one item: `messages`, or a `content` written as a list
of parts.

## Why it matters
There is nothing to learn from the record, and APIs refuse the file.

## Example
```jsonl
{"messages": []}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "What is 2 + 2?"}, {"role": "assistant", "content": "4"}]}
```

## Fix
None: what belongs there is not known.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from finetooth_rules.example import Example
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.schema._explain import EMPTY_LIST, explain
from finetooth_rules.schema._words import cut, place


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each empty list, on the brackets."""
    for defect in explain(example, profile, EMPTY_LIST):
        least = defect.expected
        items = "item" if least == 1 else "items"
        message = f"{place(defect.path)} is an empty list; expected at least {least} {items}"
        yield Finding(EMPTY_LIST, cut(message), Consequence.REJECTED, path=defect.path)


RULE = RecordRule(
    code=EMPTY_LIST,
    name="empty-list",
    summary="A list that must hold something is empty.",
    consequence=Consequence.REJECTED,
    of_form=True,
    check=check,
    reads_shape=True,
    explains_schema=True,
)
