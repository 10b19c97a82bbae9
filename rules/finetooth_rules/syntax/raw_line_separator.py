r"""A line separator stands raw in a string.

## What it does
Finds U+2028, U+2029 and U+0085 that are not escaped inside a string.

## Why it matters
They are legal JSON, but Python's `str.splitlines`, JavaScript before 2019 and some editors take them for
the end of a line and cut the record in two.

## Example
```python
b'{"prompt": "Poem", "completion": "one\xe2\x80\xa8two"}\n'
```

## Use instead
```jsonl
{"prompt": "Poem", "completion": "one\u2028two"}
```

## Fix
Writes the escape, `\u2028`. Safe: the value stays the same.

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
    """Raw line separators."""
    yield from findings(record, FlawKind.LINE_SEPARATOR, "SYN013", Consequence.NOTE)


RULE = SyntaxRule(
    code="SYN013",
    name="raw-line-separator",
    summary="A line separator stands raw in a string.",
    consequence=Consequence.NOTE,
    check=check,
    raw_triggers=(r"\xe2\x80[\xa8\xa9]", r"\xc2\x85"),
)
