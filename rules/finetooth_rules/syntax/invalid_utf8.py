r"""The record holds bytes that are not UTF-8.

## What it does
Points at the first byte of each run that is not UTF-8, and says which encoding it looks like (Windows-1252,
UTF-16).

## Why it matters
JSON is UTF-8. Loaders refuse the file (`Invalid encoding in string. in row 0`) or replace the characters,
and the model learns the replacement.

## Example
```python
b'{"prompt": "Say it in French", "completion": "Caf\xe9"}\n'
```

## Use instead
```jsonl
{"prompt": "Say it in French", "completion": "Café"}
```

## Fix
None: convert the file, for example with `iconv -f WINDOWS-1252 -t UTF-8`.

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
    """Bytes that are not UTF-8."""
    yield from findings(record, FlawKind.INVALID_UTF8, "SYN005", Consequence.REJECTED)


RULE = SyntaxRule(
    code="SYN005",
    name="invalid-utf8",
    summary="The record holds bytes that are not UTF-8.",
    consequence=Consequence.REJECTED,
    check=check,
)
