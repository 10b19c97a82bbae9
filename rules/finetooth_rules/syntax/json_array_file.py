r"""The file is one JSON array, not JSON Lines.

## What it does
Finds a file whose records are the elements of one array.

## Why it matters
A `.jsonl` file has one object a line. Readers that go by lines refuse it; Hugging Face's loaders read it.
Under the name `.json` an array is read as it is.

## Example
```python
b'[\n  {"prompt": "1 + 1?", "completion": "2"},\n  {"prompt": "2 + 2?", "completion": "4"}\n]\n'
```

## Use instead
```python
b'{"prompt": "1 + 1?", "completion": "2"}\n{"prompt": "2 + 2?", "completion": "4"}\n'
```

## Fix
Writes each element on a line of its own. Safe; a file that does not parse is left alone.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from finetooth_rules.file_facts import FileFacts
from finetooth_rules.finding import Applicability, Consequence, Finding, Fix, Rewrite, Span
from finetooth_rules.patterns import lazy
from finetooth_rules.profile import Profile
from finetooth_rules.rule import FileRule, NoOptions

_ARRAY = lazy(rb"(?:\xef\xbb\xbf)?\s*(\[)\s*[\{\]]")


def check(facts: FileFacts, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding on the opening bracket."""
    match = _ARRAY.match(facts.head)
    if match and not facts.array and not _is_line_of_lists(facts, match.start(1)):
        fix = Fix("Write the file as JSON Lines", Applicability.SAFE, rewrite=Rewrite.JSON_LINES)
        message = "the file is one JSON array; expected one object a line"
        yield Finding("SYN008", message, Consequence.REJECTED, span=Span(*match.span(1)), fixes=(fix,))


def _is_line_of_lists(facts: FileFacts, start: int) -> bool:
    """Whether the first line is an array of its own and others follow: records of the wrong type (SYN002)."""
    line, *more = facts.head[start:].splitlines()[:2]
    if not b"".join(more).strip():
        return False
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


RULE = FileRule(
    code="SYN008",
    name="json-array-file",
    summary="The file is one JSON array, not JSON Lines.",
    consequence=Consequence.REJECTED,
    check=check,
)
