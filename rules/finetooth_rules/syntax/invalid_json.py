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
Where the repair is mechanical and the result parses: removes the comma, puts in the quote, the comma or the
bracket. Safe, as the record was unusable.

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
    yield from findings(record, FlawKind.INVALID, "SYN001", Consequence.REJECTED, unsafe=False)


RULE = SyntaxRule(
    code="SYN001",
    name="invalid-json",
    summary="The record is not valid JSON.",
    consequence=Consequence.REJECTED,
    check=check,
)
