r"""NaN or Infinity stands in the place of a number.

## What it does
Finds `NaN`, `Infinity` and `-Infinity`, which Python writes and JSON does not know.

## Why it matters
Strict parsers refuse the record. Python's own `json` and Arrow read it, so it shows only on the next machine.

## Example
```jsonl
{"prompt": "1 / 0?", "completion": "Not defined", "score": NaN}
```

## Use instead
```jsonl
{"prompt": "1 / 0?", "completion": "Not defined", "score": null}
```

## Fix
None: whether null, zero or another number was meant is for a person to say.

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
from finetooth_rules.syntax._flaws import findings


def check(record: Record, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """Numbers JSON does not have."""
    yield from findings(record, FlawKind.NON_FINITE, "SYN010", Consequence.REJECTED)


RULE = SyntaxRule(
    code="SYN010",
    name="non-finite-number",
    summary="NaN or Infinity stands in the place of a number.",
    consequence=Consequence.REJECTED,
    of_form=True,
    check=check,
)
