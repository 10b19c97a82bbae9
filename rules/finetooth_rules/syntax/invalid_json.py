r"""The record is not valid JSON.

## What it does
Points at the character where a record stops being JSON and names the cause: a trailing comma, single
quotes, a key without quotes, a missing comma or colon, Python's `True`, `False` or `None`, a comment, a
string that does not end, a record that was cut off, text behind the record.

## Why it matters
No loader reads the record, and most refuse the whole file. Hugging Face's loader says `JSON parse error:
Missing a name for object member. in row 0`, OpenAI `Example 1273 cannot be parsed. Error: line contains
invalid json`.

## Example
```jsonl
{"prompt": "Capital of France?", "completion": "Paris",}
```

## Use instead
```jsonl
{"prompt": "Capital of France?", "completion": "Paris"}
```

## Fix
Only where the repaired record parses. Safe where it can mean one thing and loses nothing: a comma removed
or put in, quotes and words written as JSON does, comments removed. Unsafe where it guesses where a text
ends, which bracket is missing, or what a backslash was meant to be, and where text is removed.

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
    """Each cause of invalid JSON."""
    yield from findings(record, FlawKind.INVALID, "SYN001", Consequence.REJECTED)


# Supersedes nothing and needs not be superseded: the reader gives a defect to one kind, a named one
# before this.
RULE = SyntaxRule(
    code="SYN001",
    name="invalid-json",
    summary="The record is not valid JSON.",
    consequence=Consequence.REJECTED,
    of_form=True,
    check=check,
)
