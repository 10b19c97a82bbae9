r"""Several records stand on one line.

## What it does
Finds a line that holds more than one JSON value.

## Why it matters
JSON Lines has one record a line. Readers that go by lines refuse the line (`Trailing data`, `Extra data`);
others take only the first record.

## Example
```jsonl
{"prompt": "1 + 1?", "completion": "2"} {"prompt": "2 + 2?", "completion": "4"}
```

## Use instead
```jsonl
{"prompt": "1 + 1?", "completion": "2"}
{"prompt": "2 + 2?", "completion": "4"}
```

## Fix
Puts each record on a line of its own. Safe.

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
    """More than one value on the line."""
    yield from findings(record, FlawKind.SEVERAL_VALUES, "SYN006", Consequence.REJECTED)


RULE = SyntaxRule(
    code="SYN006",
    name="several-values-on-line",
    summary="Several records stand on one line.",
    consequence=Consequence.REJECTED,
    of_form=True,
    check=check,
)
