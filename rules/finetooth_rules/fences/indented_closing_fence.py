r"""A closing fence is indented by four columns or more, so it does not close.

## What it does
Reports, where a code fence stays open, the line that would close it if it were not indented too far: by
four columns or more (a tab is enough), counted from the list item or block quote it stands in. CommonMark
takes such a line for code.

## Why it matters
The block goes on to the end of the text, and all that follows shows as code. A model that learns this
writes answers that no program can take the code out of.

## Example
```jsonl
{"prompt": "Write main in C.", "completion": "```c\nint main(void) {\n    return 0;}\n    ```"}
```

## Use instead
```jsonl
{"prompt": "Write main in C.", "completion": "```c\nint main(void) {\n    return 0;}\n```"}
```

## Fix
Unsafe: indents the closing fence like the opening one.

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

CODE = "FEN004"


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each closing fence that is indented too far, with its indentation."""
    return findings(example, CODE)


RULE = RecordRule(
    code=CODE,
    name="indented-closing-fence",
    summary="A closing fence is indented by four columns or more, so it does not close.",
    consequence=Consequence.DEGRADED,
    check=check,
    triggers=TRIGGERS,
    looks=LOOKS,
    supersedes=("FEN001",),
)
