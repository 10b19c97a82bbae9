r"""A key stands twice in the same object.

## What it does
Finds a key that is given more than once in an object, at any depth, and says which one wins.

## Why it matters
Most parsers silently keep the last value, so a whole text is lost; Arrow refuses the file: `Column(/text)
was specified twice in row 0`.

## Example
```jsonl
{"prompt": "Capital of France?", "completion": "Paris", "completion": "Lyon"}
```

## Use instead
```jsonl
{"prompt": "Capital of France?", "completion": "Paris"}
```

## Fix
None: which value was meant, only a person knows.

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
    """Keys given more than once."""
    yield from findings(record, FlawKind.DUPLICATE_KEY, "SYN009", Consequence.REJECTED)


RULE = SyntaxRule(
    code="SYN009",
    name="duplicate-key",
    summary="A key stands twice in the same object.",
    consequence=Consequence.REJECTED,
    of_form=True,
    check=check,
    # On a record that parses, the linter calls this rule only where a count of keys differs (see `lint`); the
    # count is only to be trusted where no white space stands before a colon.
    raw_triggers=(r'"[ \t\r\n]+:',),
)
