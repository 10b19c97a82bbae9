r"""A record is over the size limit.

## What it does
Finds a line of more bytes than `max-record-bytes` (64 MiB unless set). It is skipped without being held in
memory; the other records are judged.

## Why it matters
No trainer takes a record of that size whole; mostly the file has lost its line breaks.

## Example
```toml
max-record-bytes = 64
```

```jsonl
{"prompt": "a text that is very, very long indeed, and then longer still", "completion": "b"}
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

from finetooth_rules.finding import Consequence, Finding, Span
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.rule import NoOptions, SyntaxRule


def check(record: Record, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding on the head of the line."""
    if record.oversize:
        limit = profile.max_record_bytes
        yield Finding(
            "SYN019",
            f"a record of more than {limit:,} bytes, the limit `max-record-bytes`; it was skipped",
            Consequence.REJECTED,
            span=Span(0, min(80, len(record.raw))),
        )


RULE = SyntaxRule(
    code="SYN019",
    name="record-too-large",
    summary="A record is over the size limit.",
    consequence=Consequence.REJECTED,
    check=check,
)
