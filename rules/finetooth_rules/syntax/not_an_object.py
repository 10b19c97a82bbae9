r"""A record is not an object.

## What it does
Finds a line that holds a string, a number, a boolean, null or an array where a record must be an object.

## Why it matters
Every trainer reads a record by its keys. OpenAI says `Expected file to have JSONL format, where every line
is a JSON dictionary`, Hugging Face's loader `Column() changed from object to string in row 1`.

## Example
```jsonl
"Capital of France? Paris"
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
from finetooth_rules.scan import MISSING, FlawKind

# What was made out of a record that is not JSON is not worth a second finding.
_BROKEN = frozenset({FlawKind.INVALID, FlawKind.SEVERAL_VALUES, FlawKind.INVALID_UTF8})
_KINDS = {"str": "a string", "bool": "a boolean", "int": "a number", "float": "a number", "list": "an array"}


def check(record: Record, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding on the whole value."""
    value = record.value
    if value is MISSING or isinstance(value, dict):
        return
    if record.strict or not any(flaw.kind in _BROKEN for flaw in record.flaws):
        kind = _KINDS.get(type(value).__name__, "null")
        yield Finding(
            "SYN002",
            f"this record is {kind}; expected an object",
            Consequence.REJECTED,
            span=record.locate(()),
        )


RULE = SyntaxRule(
    code="SYN002",
    name="not-an-object",
    summary="A record is not an object.",
    consequence=Consequence.REJECTED,
    of_form=True,
    check=check,
)
