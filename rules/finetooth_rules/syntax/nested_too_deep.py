r"""The record is nested too deep.

## What it does
Finds a record whose brackets nest deeper than `max-depth` (512 unless set).

## Why it matters
Parsers stop at a depth of their own (Python's at about 1,000, orjson's at 1,024) or crash.

## Example
```toml
max-depth = 8
```

```jsonl
{"prompt": "a", "completion": "b", "tree": [[[[[[[[1]]]]]]]]}
```

## Use instead
```jsonl
{"prompt": "Capital of France?", "completion": "Paris"}
```

## Fix
None.

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
    """Brackets beyond the depth."""
    yield from findings(record, FlawKind.TOO_DEEP, "SYN018", Consequence.REJECTED)


RULE = SyntaxRule(
    code="SYN018",
    name="nested-too-deep",
    summary="The record is nested too deep.",
    consequence=Consequence.REJECTED,
    check=check,
)
