r"""A record repeats an earlier one.

## What it does
Reports every record whose decoded value equals that of an earlier record: the order of the keys, white space
and escapes do not matter, everything else does.

## Why it matters
A record that is there twice counts twice. Duplicates make a model memorise them, and across splits they make
the measure of quality meaningless.

## Example
```jsonl
{"prompt": "What is 2 + 2?", "completion": "4"}
{"completion": "4", "prompt": "What is 2 + 2?"}
```

## Use instead
```jsonl
{"prompt": "What is 2 + 2?", "completion": "4"}
{"prompt": "What is 2 + 3?", "completion": "5"}
```

## Fix
Unsafe: the later record is deleted. A repetition may be meant, to give a record more weight.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Final

import orjson

from finetooth_rules.example import Example
from finetooth_rules.finding import Applicability, Consequence, Finding, Fix, Related
from finetooth_rules.profile import Profile
from finetooth_rules.rule import GroupRule, Member, NoOptions

CODE: Final = "DUP001"
_DELETE: Final = Fix("Delete this duplicate", Applicability.UNSAFE, lines=())


def keys(example: Example, profile: Profile, options: NoOptions) -> Sequence[bytes]:
    """One digest (16 bytes) of the record's value, its keys sorted."""
    record = example.record
    try:
        text = orjson.dumps(record.value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        # A lone surrogate, an integer beyond 64 bits, nesting too deep: what only the tolerant reader reads.
        text = record.raw.strip()
    return (blake2b(text, digest_size=16).digest(),)


def judge(
    members: Sequence[Member], profile: Profile, options: NoOptions
) -> Iterator[tuple[Member, Finding]]:
    """One finding for each member but the first, on the whole record."""
    first, *others = members
    finding = Finding(
        CODE,
        "this record repeats an earlier one; expected each record once",
        Consequence.DEGRADED,
        fixes=(_DELETE,),
        related=(Related("the first of these records", address=first.address),),
    )
    for member in others:
        yield member, finding


RULE = GroupRule(
    code=CODE,
    name="exact-duplicate",
    summary="A record repeats an earlier one.",
    consequence=Consequence.DEGRADED,
    keys=keys,
    judge=judge,
    scope="dataset",
)
