r"""The prompt ends in a space that belongs to the first word of the completion.

## What it does
In records of prompt and completion, reports a prompt that ends in a space before a completion that begins
with a letter or a sign. A completion that begins with white space is right; before a digit, or a script that
is written without spaces, most tokenizers keep a space apart. Conversations are not looked at: a chat
template writes between the turns.

## Why it matters
Tokenizers take a space together with the word behind it: the model knows ` Paris` as one token. A prompt that
ends in the space splits it in two, in training, and again whenever the model is asked with such a prompt. TRL
says: `Mismatch between tokenized prompt and the start of tokenized prompt+completion.`

## Example
```jsonl
{"prompt": "The capital of France is ", "completion": "Paris."}
```

## Use instead
```jsonl
{"prompt": "The capital of France is", "completion": " Paris."}
```

## Fix
Unsafe: moves the space to the completion. The prompts that the model is asked with must then end so too.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from finetooth_rules.example import Example
from finetooth_rules.finding import Applicability, Consequence, Edit, Finding, Fix
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule

CODE: Final = "TOK007"
_LATIN_ENDS: Final = 0x530
"""Latin, Greek and Cyrillic letters stand below this code point."""


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding, on the space."""
    if len(example.turns) != 2 or any(len(turn.texts) != 1 for turn in example.turns):
        return
    prompt, completion = (turn.texts[0] for turn in example.turns)
    if not prompt.text.endswith(" ") or not _takes_space(completion.text[:1]):
        return
    length = len(prompt.text)
    stripped = len(prompt.text.rstrip(" "))
    if not stripped:
        return
    span = example.span_of(prompt, stripped, length)
    before = example.span_of(completion, 0, 0)
    spaces = length - stripped
    edits = (Edit(span, b""), Edit(before, b" " * spaces))
    yield Finding(
        CODE,
        "the prompt ends in a space; tokenizers expect it at the beginning of the completion",
        Consequence.DEGRADED,
        span=span,
        path=prompt.path,
        fixes=(
            Fix(
                "Move the space to the completion",
                Applicability.UNSAFE,
                tuple(sorted(edits, key=lambda edit: edit.span)),
            ),
        ),
    )


def _takes_space(first: str) -> bool:
    """Whether a text that begins so is joined with a space before it into one token."""
    return bool(first) and not first.isspace() and not first.isdigit() and ord(first) < _LATIN_ENDS


RULE = RecordRule(
    code=CODE,
    name="prompt-ends-in-space",
    summary="The prompt ends in a space that belongs to the first word of the completion.",
    consequence=Consequence.DEGRADED,
    check=check,
    raw_triggers=(r'"prompt"\s*:\s*"(?:[^"\\]|\\.)* "',),
    formats=("prompt-completion",),
)
