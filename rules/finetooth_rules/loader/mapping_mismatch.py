r"""The fields that a mapping names are not in the file.

## What it does
Where `[format]` in the settings, a `dataset_info.json` (LLaMA-Factory) or an Axolotl config says what the
fields of the file are, it reports once what of that no record has: fields, the keys of a message, the names
of the roles; and says what there is instead. What is missing is then not reported again for every record.
An entry of `dataset_info.json` without `columns` means `instruction`, `input` and `output`, and LLaMA-Factory
looks up each of them, `input` too: at least one record must have it, or `columns` leave out `query`.

## Why it matters
LLaMA-Factory stops with `KeyError: 'input'`, or skips every row: `Invalid role tag in …`. Axolotl:
``Messages is null. Please check `field_messages`.``

## Example
```toml
[format]
prompt = "question"
completion = "reply"
```
```jsonl
{"question": "What is 2 + 2?", "answer": "4"}
{"question": "What is 2 + 3?", "answer": "5"}
```

## Use instead
```jsonl
{"question": "What is 2 + 2?", "reply": "4"}
{"question": "What is 2 + 3?", "reply": "5"}
```

## Fix
None: it is the mapping that is to be mended, or the keys of all records.

## Options
None.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from finetooth_rules.example import Example
from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.formats._field_map import FieldMap, messages_of, there, undotted
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, StatisticRule
from finetooth_rules.schema._words import MAX_MESSAGE, cut, quoted
from finetooth_rules.suggest import nearest

CODE: Final = "LOD006"
_KEPT: Final = 256
_SHOWN: Final = 4

Place = str
Fact = tuple[tuple[Place, str], ...]
Summary = Counter[tuple[Place, str]]
"""How many records have a key of the record (`field`), of a message (`key`), a role (`role`), or what was
thought to be absent (`absent`)."""

_RECORD: Final = ("", "")
"""Counts the records."""


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: NoOptions
) -> Sequence[Fact | None]:
    """What each record has of keys and roles; nothing where the mapping fits."""
    mapping = profile.mapping
    if mapping is None or not (mapping.absent or mapping.columns):
        return [None] * len(examples)
    return [_fact(mapping, example) for example in examples]


def _fact(mapping: FieldMap, example: Example) -> Fact | None:
    value = example.record.value
    if not isinstance(value, dict):
        return None
    seen: dict[tuple[Place, str], None] = {_RECORD: None}
    seen |= {("field", key): None for key in sorted(value)[:_KEPT]}
    if mapping.absent:
        for message in messages_of(mapping, value):
            seen |= {("key", key): None for key in sorted(message)[:_KEPT]}
            if isinstance(role := message.get(mapping.role), str):
                seen["role", role[:_KEPT]] = None
        seen |= {
            ("absent", name): None
            for attribute, name in mapping.absent
            if attribute not in ("role", "content", "roles") and there(value, undotted(name))
        }
    return tuple(seen)


def add(summary: Summary, fact: Fact) -> Summary:
    """Count one record."""
    summary.update(fact)
    return _bounded(summary)


def merge(one: Summary, other: Summary) -> Summary:
    """The counts of both."""
    one.update(other)
    return _bounded(one)


def _bounded(summary: Summary) -> Summary:
    """At most so many keys and roles; the alphabet decides which, so the order of the records does not."""
    if len(summary) > 4 * _KEPT:
        for key in sorted(summary)[4 * _KEPT :]:
            del summary[key]
    return summary


def fit(summary: Summary, features: Features, profile: Profile, options: NoOptions) -> Summary | None:
    """The counts themselves; None where nothing was gathered."""
    return summary or None


def conclude(summary: Summary | None, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for the file."""
    mapping = profile.mapping
    if mapping is None or summary is None:
        return
    message = next(_mismatches(mapping, summary), None)
    if message is not None:
        yield Finding(CODE, message, Consequence.REJECTED)


def _mismatches(mapping: FieldMap, summary: Summary) -> Iterator[str]:
    """What is wrong with the mapping, the gravest first: where fields are missing, keys of messages are not
    looked for.
    """
    by_attribute: dict[Place, list[str]] = {"field": [], "key": [], "role": []}
    for attribute, name in mapping.absent:
        place = {"role": "key", "content": "key", "roles": "role"}.get(attribute, "field")
        by_attribute[place].append(name)
    here = {name for place, name in summary if place == "field"}
    if len(summary) < 4 * _KEPT:
        by_attribute["field"] += [
            name for _, name in mapping.columns if name not in here and name not in by_attribute["field"]
        ]
    for place, names in by_attribute.items():
        if names:
            yield _message(mapping, place, names, summary)


def _message(mapping: FieldMap, place: Place, names: Sequence[str], summary: Summary) -> str:
    found = sorted((-count, name) for (where, name), count in summary.items() if where == place)
    others = [name for _, name in found if place != "field" or name not in _mapped(mapping)]
    if place == "role":
        start = f"{mapping.source} maps none of the roles that there are"
        others = [name for _, name in found]
        rest = f"; expected {_list(mapping.role_names(), 3)}"
        return _fitted(start + ": ", others, rest)
    what = {"field": "no record has", "key": "no message has"}[place]
    few = max((summary["absent", name] for name in names), default=0)
    if few:
        # Not in the first records, by which the mapping was judged, and yet in some.
        what = f"{summary[_RECORD] - few:,} of {summary[_RECORD]:,} records lack"
    near = nearest(names[0], others)
    start = f"{mapping.source} maps {_list(names, 3)}, which {what}; "
    if near:
        return cut(f"{start}did you mean {quoted(near)}?")
    return _fitted(start + "not mapped: " if others else start.removesuffix("; "), others, "")


def _mapped(mapping: FieldMap) -> set[str | int]:
    """The fields of a record that the mapping reads already."""
    several = (*mapping.prompt, *mapping.input, *mapping.completion, mapping.messages, mapping.system)
    single = (mapping.chosen, mapping.rejected, mapping.label, mapping.tools, mapping.text, mapping.history)
    return {path[0] for path in (*several, *single) if path}


def _list(names: Sequence[str], most: int) -> str:
    more = ", …" if len(names) > most else ""
    return ", ".join(quoted(name) for name in names[:most]) + more


def _fitted(start: str, names: Sequence[str], rest: str) -> str:
    """With as many names as there is room for."""
    for most in range(min(len(names), _SHOWN), 1, -1):
        message = start + _list(names, most) + rest
        if len(message) <= MAX_MESSAGE:
            return message
    return cut(start + _list(names, 1) + rest)


RULE: StatisticRule[Fact, Summary, Summary | None] = StatisticRule(
    code=CODE,
    name="mapping-mismatch",
    summary="The fields that a mapping names are not in the file.",
    consequence=Consequence.REJECTED,
    gather=gather,
    empty=Counter,
    add=add,
    merge=merge,
    fit=fit,
    conclude=conclude,
)
