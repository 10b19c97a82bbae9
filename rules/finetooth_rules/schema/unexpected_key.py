r"""A key that the format does not know.

## What it does
Under a target that refuses extra keys (OpenAI and others) it reports each one. Other trainers carry extra
columns along, so there only a key that is a slip of the hand away from an optional one is reported
(`tool_cals`): it would be ignored without a word. So it is with the columns beside the prompts of
reinforcement fine-tuning, which a grader may read by any name, and with a format that the target does not
read at all (`unknown-format`). A misspelt *required* key is `missing-key`; a `weight` on
another role than the assistant's is not reported here. A key of an older specification of the format
(`preferred_completion`) is a warning everywhere.

## Why it matters
OpenAI: `Invalid file format. Example 1 contains an extra "weight".`
Together: `Found extra column "x" in the line N.`

## Example
```toml
target = "openai"
```
```jsonl
{"prompt": "What is 2 + 2?", "completion": " 4", "source": "primer"}
```

## Use instead
```jsonl
{"prompt": "What is 2 + 2?", "completion": " 4"}
```

## Fix
Renames a key that is nearly a known one; safe where the target would have refused the record, unsafe
elsewhere. Any other extra key is removed by an unsafe fix.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from finetooth_rules.example import Example
from finetooth_rules.finding import Applicability, Consequence, Finding, Path
from finetooth_rules.formats._format import Format
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.schema._branch import Schema, has_type, types_of, unknown_keys
from finetooth_rules.schema._edits import remove_key, rename_key
from finetooth_rules.schema._explain import MISSING_KEY, Defect, explain
from finetooth_rules.schema._near import called, is_bare, misspelt, speakers, unknown
from finetooth_rules.schema._words import cut, quoted, within
from finetooth_rules.suggest import nearest

CODE: Final = "FMT005"
_SHORT: Final = 5
"""A shorter key than this is too easily another word: `tool` beside `tools`."""


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each unknown key, on the key."""
    fmt = profile.format_named(example.format)
    if fmt is None:
        return
    target = profile.target
    refused = target.unexpected_keys if target.reads(fmt.name) else None
    unknown = list(unknown_keys(example.record.value, fmt.schema))
    explained = _explained(example, fmt, profile) if unknown else frozenset()
    for path, key, schema, value in unknown:
        place = (*path, key)
        if place in explained or key == "weight":
            continue
        if not path and key in fmt.old_keys:
            yield _old(example, key, fmt.old_keys[key])
            continue
        meant = _meant(key, schema, value, fmt, at_top=not path)
        strict = None if fmt.any_columns and not path else refused
        message = f"{quoted(key)} is not a known key{within(path, value)}"
        if meant:
            message += f"; did you mean {quoted(meant)}?"
            applicability = Applicability.UNSAFE if strict is None else Applicability.SAFE
            fix = rename_key(example.record, place, meant, applicability)
        elif strict is None:
            continue
        else:
            message += f"; {target.title} refuses extra keys"
            fix = remove_key(example.record, place)
        yield Finding(
            CODE, cut(message), strict or Consequence.DEGRADED, path=place, on_key=True, fixes=(fix,)
        )


def _old(example: Example, key: str, today: str) -> Finding:
    """A key that an older specification of the format has."""
    fixes = (
        ()
        if today in example.record.value
        else (rename_key(example.record, (key,), today, Applicability.UNSAFE),)
    )
    message = f"{quoted(key)} is the name of an older specification; expected {quoted(today)}"
    return Finding(CODE, cut(message), Consequence.DEGRADED, path=(key,), on_key=True, fixes=fixes)


def _explained(example: Example, fmt: Format, profile: Profile) -> frozenset[Path]:
    """The keys that `missing-key` points at."""
    if fmt.validator.is_valid(example.record.value):
        return frozenset()
    defects = explain(example, profile, MISSING_KEY)
    return frozenset((*d.path, key) for d in defects for key in _in_its_place(d))


def _in_its_place(defect: Defect) -> Sequence[str]:
    """The keys that were meant as a missing one, or as what it should hold."""
    key = misspelt(defect) or called(defect)
    if key is not None:
        return (key,)
    return unknown(defect) if is_bare(defect) or speakers(defect) else ()


def _meant(key: str, schema: Schema, value: Mapping[str, Any], fmt: Format, *, at_top: bool) -> str | None:
    """The key that an unknown one is a misspelling of: it is not there itself, and the value has its type.

    A column of text beside the messages is any column at all, whatever its name.
    """
    if len(key) < _SHORT or key in fmt.extra_keys or (at_top and isinstance(value[key], str)):
        return None
    known: Mapping[str, Any] = schema.get("properties", {})
    absent = [name for name in known if name not in value]
    near = nearest(key, [*absent, *fmt.extra_keys])
    if near is None or near not in known:
        return None
    return near if has_type(value[key], types_of(known[near])) else None


RULE = RecordRule(
    code=CODE,
    name="unexpected-key",
    summary="A key that the format does not know.",
    consequence=Consequence.REJECTED,
    of_form=True,
    check=check,
    reads_shape=True,
)
