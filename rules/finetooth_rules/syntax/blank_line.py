r"""A line is blank.

## What it does
Finds lines that are empty or hold only white space. The end of the file's last line is not one.

## Why it matters
OpenAI and other strict readers refuse the file at such a line. Hugging Face's loaders skip it.

## Example
```jsonl
{"prompt": "1 + 1?", "completion": "2"}

{"prompt": "2 + 2?", "completion": "4"}
```

## Use instead
```jsonl
{"prompt": "1 + 1?", "completion": "2"}
{"prompt": "2 + 2?", "completion": "4"}
```

## Fix
Deletes the line. Safe.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from finetooth_rules.finding import Applicability, Consequence, Finding, Fix, Span
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.rule import NoOptions, SyntaxRule


def check(record: Record, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding on a blank line."""
    if record.blank:
        fix = Fix("Delete the blank line", Applicability.SAFE, lines=())
        span = Span(0, len(record.raw))
        yield Finding(
            "SYN003", "blank line; expected a record", Consequence.DEGRADED, span=span, fixes=(fix,)
        )


RULE = SyntaxRule(
    code="SYN003",
    name="blank-line",
    summary="A line is blank.",
    consequence=Consequence.DEGRADED,
    of_form=True,
    check=check,
)
