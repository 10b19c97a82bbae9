r"""A value is too long, too short, too large, too small, or not of the required pattern.

## What it does
Reports lengths, numbers and patterns outside what the format allows: a function without a name or with white
space in it, more than 128 `functions`.

## Why it matters
APIs refuse the file. A function's name with a space in it cannot be called: most models write a call's name
as one word.

## Example
```jsonl
{"messages": [{"role": "user", "content": "Is it raining?"}, {"role": "assistant", "content": "No."}], "tools": [{"type": "function", "function": {"name": "get weather"}}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Is it raining?"}, {"role": "assistant", "content": "No."}], "tools": [{"type": "function", "function": {"name": "get_weather"}}]}
```

## Fix
None.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator

from finetooth_rules.example import Example
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.schema._explain import OUT_OF_RANGE, Defect, explain
from finetooth_rules.schema._words import cut, place, quoted


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each value out of range, on the value."""
    for defect in explain(example, profile, OUT_OF_RANGE):
        yield Finding(OUT_OF_RANGE, cut(_message(defect)), Consequence.REJECTED, path=defect.path)


def _message(defect: Defect) -> str:
    where, found, limit = place(defect.path), defect.found, defect.expected
    match defect.keyword:
        case "minLength" if not found:
            return f"{where} is empty; expected text"
        case "minLength" | "maxLength":
            return f"{where} has {len(found)} characters; expected at {_bound(defect)} {limit}"
        case "minItems" | "maxItems":
            return f"{where} has {len(found)} items; expected at {_bound(defect)} {limit}"
        case "minProperties" | "maxProperties":
            return f"{where} has {len(found)} keys; expected at {_bound(defect)} {limit}"
        case "pattern" if limit == r"^\S*$":
            return f"{where} is {quoted(found)}; expected no white space in it"
        case "pattern":
            return f"{where} is {quoted(found)}; expected to match {quoted(limit)}"
        case "minimum" | "maximum":
            return f"{where} is {quoted(found)}; expected at {_bound(defect)} {limit}"
        case "exclusiveMinimum" | "exclusiveMaximum":
            return f"{where} is {quoted(found)}; expected {_strict(defect)} than {limit}"
        case "multipleOf":
            return f"{where} is {quoted(found)}; expected a multiple of {limit}"
        case _:
            return f"{where} is not a valid {quoted(limit)}"


def _bound(defect: Defect) -> str:
    return "least" if defect.keyword.startswith("min") else "most"


def _strict(defect: Defect) -> str:
    return "more" if defect.keyword == "exclusiveMinimum" else "less"


RULE = RecordRule(
    code=OUT_OF_RANGE,
    name="out-of-range",
    summary="A value is too long, too short, too large, too small, or not of the required pattern.",
    consequence=Consequence.REJECTED,
    of_form=True,
    check=check,
    reads_shape=True,
    explains_schema=True,
)
