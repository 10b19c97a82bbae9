r"""The last line has no line ending.

## What it does
Finds a file whose last line does not end with a line break.

## Why it matters
Appending a record, or joining files with `cat`, glues two records into one line.

## Example
```python
b'{"prompt": "1 + 1?", "completion": "2"}'
```

## Use instead
```python
b'{"prompt": "1 + 1?", "completion": "2"}\n'
```

## Fix
Adds the line break, of the kind the file uses. Safe.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from finetooth_rules.file_facts import FileFacts
from finetooth_rules.finding import Applicability, Consequence, Finding, Fix, Rewrite, Span
from finetooth_rules.profile import Profile
from finetooth_rules.rule import FileRule, NoOptions


def check(facts: FileFacts, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding at the end of the file."""
    if facts.size and not facts.array and not facts.tail.endswith((b"\n", b"\r")):
        fix = Fix("Add the line break", Applicability.SAFE, rewrite=Rewrite.FINAL_NEWLINE)
        end = Span(facts.size, facts.size)
        message = "no line break at the end of the file"
        yield Finding("SYN014", message, Consequence.NOTE, span=end, fixes=(fix,))


RULE = FileRule(
    code="SYN014",
    name="missing-final-newline",
    summary="The last line has no line ending.",
    consequence=Consequence.NOTE,
    check=check,
)
