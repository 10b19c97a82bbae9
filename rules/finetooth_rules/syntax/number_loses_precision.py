r"""A number is too long to be read back as written.

## What it does
Finds integers that a double or a 64-bit integer cannot hold.

## Why it matters
Beyond 64 bits loaders silently read a float, and the id or the sum in the record is another one. Beyond
2^53 JavaScript and Arrow's float columns do the same.

## Example
```jsonl
{"prompt": "Which order?", "completion": "The last.", "order": 123456789012345678901234567890}
```

## Use instead
```jsonl
{"prompt": "Which order?", "completion": "The last.", "order": "123456789012345678901234567890"}
```

## Fix
None: write the number as a string, if its digits matter.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.rule import NoOptions, SyntaxRule
from finetooth_rules.scan import FlawKind

_BITS_64 = range(-(1 << 63), 1 << 64)


def check(record: Record, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """Each such number: degraded beyond 64 bits, else a note."""
    if record.blank or record.oversize:
        return
    for flaw in record.flaws:
        if flaw.kind is FlawKind.LOSES_PRECISION:
            written = record.raw[flaw.span.start : flaw.span.end]
            beyond = written.lstrip(b"-").isdigit() and int(written) not in _BITS_64
            consequence = Consequence.DEGRADED if beyond else Consequence.NOTE
            yield Finding("SYN016", flaw.message, consequence, span=flaw.span)


RULE = SyntaxRule(
    code="SYN016",
    name="number-loses-precision",
    summary="A number is too long to be read back as written.",
    consequence=Consequence.NOTE,
    check=check,
    raw_triggers=("[0-9]{16}",),
)
