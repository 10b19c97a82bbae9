r"""A closing fence is not of the opening fence's kind, so it does not close.

## What it does
Reports, where a code fence stays open, the line that was meant to close it and is no closing fence by
CommonMark: it is shorter than the opening fence, made of tildes where that has backticks (or the other way
round), broken by a space, or followed by an info string (a second `python` behind the code). Fences that
pair up inside a longer one, as in a sample of Markdown, are its content.

## Why it matters
The block goes on to the end of the text, and all that follows shows as code. A model that learns this
writes answers that no program can take the code out of.

## Example
```jsonl
{"prompt": "Print hello in Python.", "completion": "````python\nprint(\"hello\")\n```"}
```

## Use instead
```jsonl
{"prompt": "Print hello in Python.", "completion": "````python\nprint(\"hello\")\n````"}
```

## Fix
Unsafe: writes the closing fence like the opening one, and removes what stands behind it.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from finetooth_rules.example import Example
from finetooth_rules.fences._report import LOOKS, TRIGGERS, findings
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule

CODE = "FEN003"


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each closing fence that does not fit, with its info string."""
    return findings(example, CODE)


RULE = RecordRule(
    code=CODE,
    name="mismatched-closing-fence",
    summary="A closing fence is not of the opening fence's kind, so it does not close.",
    consequence=Consequence.DEGRADED,
    check=check,
    triggers=TRIGGERS,
    looks=LOOKS,
    supersedes=("FEN001",),
)
