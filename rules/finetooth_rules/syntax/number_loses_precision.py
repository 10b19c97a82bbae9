r"""A number is too long to be read back as written.

## What it does
Finds integers that a double or a 64-bit integer cannot hold, and fractions written with more digits than a
double has, unless they are a double's own digits printed in full (`0.1000000000000000055`).

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
from finetooth_rules.reading.literals import Loss, loss
from finetooth_rules.record import Record
from finetooth_rules.rule import NoOptions, SyntaxRule
from finetooth_rules.scan import FlawKind
from finetooth_rules.syntax._flaws import flaws


def check(record: Record, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """Each such number: degraded beyond 64 bits, else a note."""
    for flaw in flaws(record, FlawKind.LOSES_PRECISION):
        lost = loss(record.raw[flaw.span.start : flaw.span.end])
        consequence = Consequence.DEGRADED if lost is Loss.BEYOND_64_BITS else Consequence.NOTE
        yield Finding("SYN016", flaw.message, consequence, span=flaw.span, more_spans=flaw.more_spans)


RULE = SyntaxRule(
    code="SYN016",
    name="number-loses-precision",
    summary="A number is too long to be read back as written.",
    consequence=Consequence.NOTE,
    of_form=True,
    check=check,
    # An integer beyond 2^53 has sixteen digits; a fraction that loses some has eighteen and a point.
    raw_triggers=("[0-9]{16}", "[0-9][0-9.]{18}"),
)
