r"""A value has another JSON type than the format asks for.

## What it does
Reports values of the wrong type: a `messages` that is a string, a `content` that is a number, a `weight`
written as text.

## Why it matters
APIs refuse the file. Loaders that settle on one type for a column stop at the first row that differs:
`JSON parse error: Column(/…) changed from string to number in row 1`.

## Example
```jsonl
{"messages": [{"role": "user", "content": "What is 2 + 2?"}, {"role": "assistant", "content": 4}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "What is 2 + 2?"}, {"role": "assistant", "content": "4"}]}
```

## Fix
Unsafe, as it is a guess at what was meant: a number in quotes loses them (`"1"` → `1`), a bare number gets
them, one message where a list must be is put into a list, and JSON written into a string is unpacked.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import orjson

from finetooth_rules.example import Example
from finetooth_rules.finding import Applicability, Consequence, Finding, Fix
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.schema._branch import json_type, same
from finetooth_rules.schema._edits import converted, replace_value
from finetooth_rules.schema._explain import WRONG_TYPE, Defect, explain
from finetooth_rules.schema._words import cut, kind, kinds, one_of, place

_MOST_SPANS: Final = 20


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each value of a wrong type, on the value; one for all items of a list with the same
    wrong type.
    """
    groups: dict[object, list[tuple[Defect, tuple[Fix, ...]]]] = {}
    for defect in explain(example, profile, WRONG_TYPE):
        is_item = bool(defect.path) and isinstance(defect.path[-1], int)
        fixes = tuple(_fixes(example, defect))
        where = defect.path[:-1] if is_item else defect.path
        groups.setdefault((where, _message(defect), bool(fixes)), []).append((defect, fixes))
    for (first, fixes), *others in groups.values():
        edits = tuple(
            edit for _, several in ((first, fixes), *others) for fix in several for edit in fix.edits
        )
        yield Finding(
            WRONG_TYPE,
            _message(first),
            Consequence.REJECTED,
            path=first.path,
            fixes=(replace(fixes[0], edits=edits),) if fixes else (),
            more_spans=tuple(example.record.locate(defect.path) for defect, _ in others[:_MOST_SPANS]),
        )


def _message(defect: Defect) -> str:
    found = f"{place(defect.path)} is {kind(defect.found)}"
    if defect.keyword == "type":
        return cut(f"{found}; expected {kinds(_types(defect))}")
    return one_of(found, [value for value in _allowed(defect) if value is not None])


def _fixes(example: Example, defect: Defect) -> Iterator[Fix]:
    if not example.record.strict:
        return  # its bytes are not yet the JSON they are meant to be
    text = converted(example.record, defect.path, defect.found, _types(defect))
    if text is None:
        return
    if defect.keyword != "type" and not any(same(value, orjson.loads(text)) for value in _allowed(defect)):
        return
    title = f"Write {place(defect.path)} as {kind(orjson.loads(text))}"
    yield replace_value(example.record, defect.path, text, title, Applicability.UNSAFE)


def _types(defect: Defect) -> tuple[str, ...]:
    if defect.keyword == "type":
        return (defect.expected,) if isinstance(defect.expected, str) else tuple(defect.expected)
    return tuple(dict.fromkeys(json_type(value) for value in _allowed(defect)))


def _allowed(defect: Defect) -> list[object]:
    return list(defect.expected) if defect.keyword == "enum" else [defect.expected]


RULE = RecordRule(
    code=WRONG_TYPE,
    name="wrong-type",
    summary="A value has another JSON type than the format asks for.",
    consequence=Consequence.REJECTED,
    of_form=True,
    check=check,
    reads_shape=True,
    explains_schema=True,
)
