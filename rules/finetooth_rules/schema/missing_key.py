r"""A key that the format requires is not there.

## What it does
Reports every object of a record that lacks a required key: `messages`, a message's `role` or `content`, a
call's `function`, a `completion`. Where an unknown key of the same object is nearly the missing one
(`mesages`), it points at that key. An assistant message may do without `content` when it has a call, a
refusal or audio instead.

## Why it matters
OpenAI refuses the whole file: `Invalid file format. Example 1 is missing key 'messages'.` and
`Example 100, message 2 Discriminator 'role' is missing in value`. Open trainers stop with a `KeyError`, or
drop the record.

## Example
```jsonl
{"messages": [{"role": "user", "content": "What is 2 + 2?"}, {"role": "assistant", "contnet": "4"}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "What is 2 + 2?"}, {"role": "assistant", "content": "4"}]}
```

## Fix
Renames a key that is a slip of the hand away from the missing one; safe, as the record could not be used. A
key that other formats use for it (`response` for `completion`) is renamed only as an unsafe fix.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from finetooth_rules.example import Example
from finetooth_rules.finding import Applicability, Consequence, Finding, Fix
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.schema._edits import object_span, rename_key
from finetooth_rules.schema._explain import MISSING_KEY, Defect, explain
from finetooth_rules.schema._near import called, fits, misspelt
from finetooth_rules.schema._words import cut, quoted, within


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each missing key, on the misspelt key where there is one."""
    for defect in explain(example, profile, MISSING_KEY):
        missing = f"missing key {quoted(defect.key)}{within(defect.path, defect.found)}"
        if near := misspelt(defect):
            message = f"{missing}; did you misspell it as {quoted(near)}?"
            yield _finding(example, defect, message, near, Applicability.SAFE)
        elif other := called(defect):
            message = f"{missing}; is it what {quoted(other)} holds?"
            yield _finding(example, defect, message, other, Applicability.UNSAFE)
        else:
            yield Finding(
                MISSING_KEY,
                cut(missing),
                Consequence.REJECTED,
                span=object_span(example.record, defect.path),
                path=defect.path,
            )


def _finding(
    example: Example, defect: Defect, message: str, key: str, applicability: Applicability
) -> Finding:
    path = (*defect.path, key)
    fixes: tuple[Fix, ...] = ()
    if fits(defect, key):
        fixes = (rename_key(example.record, path, defect.key, applicability),)
    return Finding(MISSING_KEY, cut(message), Consequence.REJECTED, path=path, on_key=True, fixes=fixes)


RULE = RecordRule(
    code=MISSING_KEY,
    name="missing-key",
    summary="A key that the format requires is not there.",
    consequence=Consequence.REJECTED,
    of_form=True,
    check=check,
    reads_shape=True,
    explains_schema=True,
)
