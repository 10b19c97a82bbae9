r"""Two records have the same id.

## What it does
Reports a record whose `id` an earlier record of the same file has too, and that says something else. Silent
where a third of the records share their id with others: then it names a source or a conversation, not a
record.

## Why it matters
An id given twice is a sign of files put together, or of a generator that began anew: records get mixed up in
what is joined, cached or looked up by id.

## Example
```jsonl
{"id": "q-17", "prompt": "Name a prime number.", "completion": "7"}
{"id": "q-17", "prompt": "Name an even number.", "completion": "8"}
```

## Use instead
```jsonl
{"id": "q-17", "prompt": "Name a prime number.", "completion": "7"}
{"id": "q-18", "prompt": "Name an even number.", "completion": "8"}
```

## Fix
None: which of the two keeps the id cannot be told.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from finetooth_rules.duplicates import _prints
from finetooth_rules.duplicates._answers import by_chance
from finetooth_rules.finding import Consequence, Finding, Related
from finetooth_rules.profile import Profile
from finetooth_rules.rule import GroupRule, Member, NoOptions

CODE: Final = "DUP006"


def judge(
    members: Sequence[Member], profile: Profile, options: NoOptions
) -> Iterator[tuple[Member, Finding]]:
    """One finding for each record that says something else than the first with its id."""
    first, *others = members
    finding = Finding(
        CODE,
        "an earlier record with other content has this id; expected an id of its own",
        Consequence.DEGRADED,
        path=("id",),
        related=(Related("the first record with this id", address=first.address, path=("id",)),),
    )
    for member in others:
        if member.value != first.value:
            yield member, finding


RULE = GroupRule(
    code=CODE,
    name="duplicate-id",
    summary="Two records have the same id.",
    consequence=Consequence.DEGRADED,
    gather=_prints.gather,
    key=_prints.ID,
    value=_prints.SAID,
    speaks=by_chance,
    judge=judge,
)
