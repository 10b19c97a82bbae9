r"""Lines end with carriage returns.

## What it does
Finds Windows (CRLF) and old Macintosh (CR) line endings, and files that mix them.

## Why it matters
Most loaders read CRLF. A lone CR ends a line for editors and for Python's text mode, and for no JSON Lines
reader, so the records behind it are lost.

## Example
```python
b'{"prompt": "1 + 1?", "completion": "2"}\r\n'
```

## Use instead
```python
b'{"prompt": "1 + 1?", "completion": "2"}\n'
```

## Fix
Writes all line endings as LF. Safe.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from finetooth_rules.file_facts import FileFacts
from finetooth_rules.finding import Applicability, Consequence, Finding, Fix, Rewrite
from finetooth_rules.profile import Profile
from finetooth_rules.rule import FileRule, NoOptions


def check(facts: FileFacts, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for the file."""
    counts = [(facts.crlf, "CRLF"), (facts.cr, "CR"), (facts.lf, "LF")]
    if (facts.crlf or facts.cr) and not facts.array:
        fix = Fix("Write all line endings as LF", Applicability.SAFE, rewrite=Rewrite.LF_ENDINGS)
        listed = ", ".join(f"{count:,} x {name}" for count, name in counts if count)
        yield Finding("SYN015", f"line endings: {listed}; expected LF", Consequence.NOTE, fixes=(fix,))


RULE = FileRule(
    code="SYN015",
    name="carriage-returns",
    summary="Lines end with carriage returns.",
    consequence=Consequence.NOTE,
    check=check,
)
