r"""A record breaks its format's JSON Schema in a way that no other rule names.

## What it does
Reports what is left when missing keys, types, values, empty lists and ranges have rules of their own: `not`,
`uniqueItems`, `contains`, `additionalProperties` and the like. Of the built-in formats, `openai-chat` has
one: the content of an assistant message is text parts, or exactly one refusal.

With `schema = "my.schema.json"` in the settings every record is held against that JSON Schema too (any draft
from 3 to 2020-12; `format` is an annotation; other documents are read beside it, nothing is fetched). All
that breaks it is reported here, at the exact value or key, and a file of no known format is then accepted.

## Why it matters
What does not satisfy the schema of its format is refused by some trainer or API that reads the format. A
schema of your own says what your pipeline relies on.

## Example
```jsonl
{"messages": [{"role": "user", "content": "Is it raining?"}, {"role": "assistant", "content": [{"type": "text", "text": "No."}, {"type": "refusal", "refusal": "I cannot say."}]}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Is it raining?"}, {"role": "assistant", "content": [{"type": "refusal", "refusal": "I cannot say."}]}]}
```

## Fix
For your own schema: an unsafe fix renames a key that is nearly the right one, or removes one that is not
allowed. Else none.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator, Mapping

from finetooth_rules.example import Example
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.schema._explain import VIOLATION, Defect, explain
from finetooth_rules.schema._own import check as check_own
from finetooth_rules.schema._words import cut, place, quoted


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each violation, on the value."""
    for defect in explain(example, profile, VIOLATION):
        message = f"{place(defect.path)} breaks the schema of {quoted(example.format)}{_why(defect)}"
        yield Finding(VIOLATION, cut(message), Consequence.REJECTED, path=defect.path)


def _why(defect: Defect) -> str:
    """What the schema says of itself, or else which keyword fails."""
    said = defect.expected.get("description") if isinstance(defect.expected, Mapping) else None
    if isinstance(said, str):
        return f": {said}"
    return f" by its {quoted(defect.keyword)}" if defect.keyword else ""


RULE = RecordRule(
    code=VIOLATION,
    name="schema-violation",
    summary="A record breaks its format's JSON Schema in a way that no other rule names.",
    consequence=Consequence.REJECTED,
    of_form=True,
    check=check,
    reads_shape=True,
    explains_schema=True,
    check_own=check_own,
)
