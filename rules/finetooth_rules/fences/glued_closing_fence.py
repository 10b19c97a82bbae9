r"""A closing fence shares its line with code or text, so it does not close.

## What it does
Reports, where a code fence stays open, the run of backticks or tildes that was meant to close it: glued to
the last line of code (`print(x)` and the fence on one line), or with text behind it on its own line.
CommonMark takes such a line for code. A text whose fences close in spite of it is not reported.

## Why it matters
The block goes on to the next fence or to the end of the text: prose shows as code, and the blocks behind it
are turned inside out. A model that learns this writes answers that no program can take the code out of.

## Example
```jsonl
{"prompt": "Print hello in Python.", "completion": "Like this:\n\n```python\nprint(\"hello\")```"}
```

## Use instead
```jsonl
{"prompt": "Print hello in Python.", "completion": "Like this:\n\n```python\nprint(\"hello\")\n```"}
```

## Fix
Unsafe: breaks the line before the fence, or behind it where text follows, and keeps the indentation of its
list item or the mark of its quote.

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

CODE = "FEN002"


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each run of fence characters that shares its line."""
    return findings(example, CODE)


RULE = RecordRule(
    code=CODE,
    name="glued-closing-fence",
    summary="A closing fence shares its line with code or text, so it does not close.",
    consequence=Consequence.DEGRADED,
    check=check,
    triggers=TRIGGERS,
    looks=LOOKS,
    supersedes=("FEN001",),
)
