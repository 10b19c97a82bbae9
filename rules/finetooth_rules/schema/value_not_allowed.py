r"""A value is not one of those the format allows.

## What it does
Reports a value outside a closed set: a role, the `type` of a call or of a content part, a `weight` other
than 0 and 1. Says which value was probably meant, and where a role and the content stand in each other's
place.

## Why it matters
APIs refuse the file. Chat templates are worse: of 28 that were tried, 7 stop at the roles `human` and `gpt`,
and 11 leave out the whole conversation without a word.

## Example
```jsonl
{"messages": [{"role": "user", "content": "What is 2 + 2?"}, {"role": "asistant", "content": "4"}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "What is 2 + 2?"}, {"role": "assistant", "content": "4"}]}
```

## Fix
A misspelt value is replaced by the one that was meant, and a role and content are exchanged; safe, as the
record could not be used. The role of
another format (`human` for `user`) is replaced by an unsafe fix, since some templates do read it; it is safe
where the target refuses it.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import orjson

from finetooth_rules.example import Example
from finetooth_rules.finding import Applicability, Consequence, Edit, Finding, Fix, Path
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.schema._edits import replace_value
from finetooth_rules.schema._explain import NOT_ALLOWED, Defect, explain
from finetooth_rules.schema._words import one_of, place, quoted
from finetooth_rules.suggest import called_otherwise, nearest

_WORD: Final = 24
"""What is longer than this is no word of a closed set, but text."""


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each value that is not allowed, on the value."""
    for defect in explain(example, profile, NOT_ALLOWED):
        allowed = list(defect.expected) if defect.keyword == "enum" else [defect.expected]
        if (other := _exchanged(example, defect, allowed)) is not None:
            yield _exchange(example.record, defect.path, other)
            continue
        meant, applicability = _meant(defect, allowed, profile)
        listed = [value for value in allowed if value is not None]
        found = f"{place(defect.path)} is {_called(defect.found)}"
        message = f"{found}; did you mean {quoted(meant)}?" if meant else one_of(found, listed, "")
        title = f"Replace by `{meant}`"
        yield Finding(
            NOT_ALLOWED,
            message,
            Consequence.REJECTED,
            path=defect.path,
            fixes=(
                (replace_value(example.record, defect.path, orjson.dumps(meant), title, applicability),)
                if meant
                else ()
            ),
        )


def _called(value: object) -> str:
    """A word as it is; a sentence that stands where a word should is not repeated."""
    return (
        "a text" if isinstance(value, str) and (" " in value.strip() or len(value) > _WORD) else quoted(value)
    )


def _exchanged(example: Example, defect: Defect, allowed: list[object]) -> Path | None:
    """Where the role stands, if it and the content were written in each other's place."""
    found, words = defect.found, [value for value in allowed if isinstance(value, str)]
    if defect.path[-1:] != ("role",) or not isinstance(found, str):
        return None
    message = example.record.value
    for step in defect.path[:-1]:
        message = message[step]
    if message.get("content") not in words or nearest(found, words) or called_otherwise(found, words):
        return None
    return (*defect.path[:-1], "content")


def _exchange(record: Record, path: Path, other: Path) -> Finding:
    one, two = record.locate(path), record.locate(other)
    edits = (Edit(one, record.raw[slice(*two)]), Edit(two, record.raw[slice(*one)]))
    return Finding(
        NOT_ALLOWED,
        "`role` and `content` stand in each other's place",
        Consequence.REJECTED,
        path=path,
        fixes=(
            Fix("Exchange them", Applicability.SAFE, tuple(sorted(edits, key=lambda edit: edit.span.start))),
        ),
    )


def _meant(defect: Defect, allowed: list[object], profile: Profile) -> tuple[str | None, Applicability]:
    """The allowed value that was meant, and how sure that is."""
    if not isinstance(defect.found, str):
        return None, Applicability.UNSAFE
    words = [value for value in allowed if isinstance(value, str)]
    near = nearest(defect.found, words)
    if near:
        return near, Applicability.SAFE
    refused = profile.target.unexpected_keys is Consequence.REJECTED
    return called_otherwise(defect.found, words), Applicability.SAFE if refused else Applicability.UNSAFE


RULE = RecordRule(
    code=NOT_ALLOWED,
    name="value-not-allowed",
    summary="A value is not one of those the format allows.",
    consequence=Consequence.REJECTED,
    of_form=True,
    check=check,
    reads_shape=True,
    explains_schema=True,
)
