r"""The file starts with a byte-order mark.

## What it does
Finds the three bytes EF BB BF at the start of the file, which editors hide.

## Why it matters
JSON has none: strict readers refuse the first record (`Unexpected UTF-8 BOM`). Hugging Face's loaders skip
it.

## Example
```python
b'\xef\xbb\xbf{"prompt": "1 + 1?", "completion": "2"}\n'
```

## Use instead
```python
b'{"prompt": "1 + 1?", "completion": "2"}\n'
```

## Fix
Removes it. Safe.

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
    """One finding on the mark."""
    if facts.bom:
        fix = Fix("Remove the byte-order mark", Applicability.SAFE, rewrite=Rewrite.STRIP_BOM)
        message = "byte-order mark at the start of the file; expected the first record"
        yield Finding("SYN004", message, Consequence.DEGRADED, span=Span(0, 3), fixes=(fix,))


RULE = FileRule(
    code="SYN004",
    name="byte-order-mark",
    summary="The file starts with a byte-order mark.",
    consequence=Consequence.DEGRADED,
    check=check,
)
