r"""A code fence is opened and never closed.

## What it does
Reads each text that the model learns to write as CommonMark does, with fences in list items and block
quotes, and reports an opening fence without a closing one. Where a line was meant to close it and does not,
`glued-closing-fence`, `mismatched-closing-fence` or `indented-closing-fence` says so instead. It also finds
the other reasons for a fence too many or too few:

- a fence nested in an equal one: the close of the inner block ends the outer one, which needs a longer
  fence;
- a block that its list item or block quote ends, as the lines behind are not indented (or quoted) like it;
- a stray fence behind a text, with nothing or only prose after it.

Not reported: a fence that the prompt leaves open and the completion closes; tildes that underline a title
or decorate (`~~~~~`); fences in comments of code (` * ```js`); fences that only an HTML tag such as
`<answer>` hides.

## Why it matters
A model learns where code ends from the fences it sees. One that trained on open fences does not close its
own: the rest of its answer shows as code, and a program that takes the code out of the answer finds none.
Most open fences are answers that were cut off at a limit of tokens, which teach the model to stop in the
middle as well. Of 11,900 published answers of models that hold a fence, one in twenty leaves one open.

## Example
```jsonl
{"prompt": "Print hello in Python.", "completion": "Like this:\n\n```python\nprint(\"hello\")\n"}
```

## Use instead
```jsonl
{"prompt": "Print hello in Python.", "completion": "Like this:\n\n```python\nprint(\"hello\")\n```\n"}
```

## Fix
Unsafe, by the reason: adds a closing fence behind the last line of the text (or of the list item or quote),
lengthens the outer fence and its closing one, indents or quotes the block, or removes the stray fence.
Where an answer was cut off, the code inside is still incomplete.

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

CODE = "FEN001"


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each open fence, on the opening run with its info string."""
    return findings(example, CODE)


RULE = RecordRule(
    code=CODE,
    name="unclosed-fence",
    summary="A code fence is opened and never closed.",
    consequence=Consequence.DEGRADED,
    check=check,
    triggers=TRIGGERS,
    looks=LOOKS,
)
