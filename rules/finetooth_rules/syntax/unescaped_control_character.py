r"""A control character stands raw in a string.

## What it does
Finds tabs, line breaks and other characters below U+0020 that are not escaped inside a string. A record that
goes on behind a line break in a string, and is whole then, is one record.

## Why it matters
JSON forbids it, and loaders refuse the record: `Invalid encoding in string. in row 0`.

## Example
```python
b'{"prompt": "Indent", "completion": "a\tb"}\n'
```

## Use instead
```jsonl
{"prompt": "Indent", "completion": "a\tb"}
```

## Fix
Writes the escape: `\t` for a tab, `\n` for a line break, which joins the lines. Safe.

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
    """Raw control characters."""
    yield from findings(record, FlawKind.CONTROL_CHARACTER, "SYN012", Consequence.REJECTED)


RULE = SyntaxRule(
    code="SYN012",
    name="unescaped-control-character",
    summary="A control character stands raw in a string.",
    consequence=Consequence.REJECTED,
    check=check,
)
