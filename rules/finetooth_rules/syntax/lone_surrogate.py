r"""An escape is half of a character.

## What it does
Finds `\ud83d` and the like without its other half: an emoji that was cut in two.

## Why it matters
Loaders refuse it: `The surrogate pair in string is invalid. in row 0`. Where one does not, writing the text
as UTF-8 fails later.

## Example
```jsonl
{"prompt": "Smile!", "completion": "Sure \ud83d"}
```

## Use instead
```jsonl
{"prompt": "Smile!", "completion": "Sure \ud83d\ude00"}
```

## Fix
Puts `\ufffd` (the replacement character) in its place. Unsafe: the model would learn it.

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
    """Halves of surrogate pairs."""
    yield from findings(record, FlawKind.LONE_SURROGATE, "SYN011", Consequence.REJECTED)


RULE = SyntaxRule(
    code="SYN011",
    name="lone-surrogate",
    summary="An escape is half of a character.",
    consequence=Consequence.REJECTED,
    check=check,
)
