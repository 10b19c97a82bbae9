r"""A record is written over several lines.

## What it does
Finds a pretty-printed record: one finding for the record, not one for each of its lines.

## Why it matters
JSON Lines has one record a line. Readers that go by lines (OpenAI, Together, mistral-finetune) see a broken
record on each of them; Hugging Face's loaders read it.

## Example
```jsonl
{
  "prompt": "Capital of France?",
  "completion": "Paris"
}
```

## Use instead
```jsonl
{"prompt": "Capital of France?", "completion": "Paris"}
```

## Fix
Joins the lines: line breaks and indentation between the tokens go, every other byte stays. Safe.
Line breaks inside a string (SYN012) are escaped first.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from finetooth_rules.edits import one_line
from finetooth_rules.finding import Applicability, Consequence, Finding, Fix, Span
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.rule import NoOptions, SyntaxRule


def check(record: Record, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding on the first line."""
    if record.line_count > 1 and not record.element and isinstance(record.value, dict):
        joined = one_line(record.raw)
        if joined == record.raw:
            return  # its line breaks are in strings: another rule's
        # Line breaks in strings are to be repaired first.
        fixes = (Fix("Put the record on one line", Applicability.SAFE, lines=(joined,)),)
        yield Finding(
            "SYN007",
            f"one record over {record.line_count:,} lines; expected it on one line",
            Consequence.REJECTED,
            span=Span(record.raw.index(b"{"), len(record.raw.splitlines()[0])),
            fixes=fixes if record.strict else (),
        )


RULE = SyntaxRule(
    code="SYN007",
    name="value-over-several-lines",
    summary="A record is written over several lines.",
    consequence=Consequence.REJECTED,
    of_form=True,
    check=check,
)
