r"""The file's records are of no known format, or of one that the target does not read.

## What it does
Says once for the file that its first records have none of the keys by which a format is known, which keys
they have instead, and which format is nearest. Nothing else about the shape of the records is judged then. A
`format` in the settings ends the guessing, and so does a `schema` of your own.

Where the format is known and the target reads others, it says so once too: an error for an API, and worth
knowing for a trainer that may be given a script or a mapping which turns one into the other.

## Why it matters
A trainer picks its reader by the keys. OpenAI: `Invalid file format. Example 1 is missing key 'messages'.`
LLaMA-Factory: ``Cannot find valid samples, check `data/README.md` for the data format.``
Axolotl: ``Messages is null. Please check `field_messages`.``

## Example
```jsonl
{"query": "What is 2 + 2?", "reply": "4"}
```

## Use instead
```jsonl
{"prompt": "What is 2 + 2?", "completion": "4"}
```

## Fix
None.

## Options
None.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from finetooth_rules.example import Example
from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.formats import FORMATS, recognise
from finetooth_rules.formats._format import Format
from finetooth_rules.formats.custom import NAME as CUSTOM
from finetooth_rules.patterns import lazy
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, StatisticRule
from finetooth_rules.schema._words import MAX_MESSAGE, cut, either, quoted
from finetooth_rules.suggest import called_otherwise, nearest
from finetooth_rules.targets import Loader

CODE: Final = "FMT001"
_KEYS_KEPT: Final = 256
_KEYS_JUDGED: Final = 32
_KEYS_SHOWN: Final = 4
_WORD: Final = lazy(r"\w+")

Keys = tuple[str, ...]


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: NoOptions
) -> Sequence[Keys | None]:
    """The keys of a record of no known format; None where the file's format is known."""
    if profile.format is not None or profile.own_schema is not None:
        return [None] * len(examples)
    return [_keys(example) for example in examples]


def _keys(example: Example) -> Keys | None:
    value = example.record.value
    if not isinstance(value, dict) or recognise(value) is not None:
        return None
    return tuple(sorted(value)[:_KEYS_KEPT])


def add(summary: Counter[Keys], keys: Keys) -> Counter[Keys]:
    """Count one record."""
    summary[keys] += 1
    return _bounded(summary)


def merge(one: Counter[Keys], other: Counter[Keys]) -> Counter[Keys]:
    """The counts of both."""
    one.update(other)
    return _bounded(one)


def _bounded(summary: Counter[Keys]) -> Counter[Keys]:
    """At most 256 sets of keys; the alphabet decides which, so that the order of the records does not."""
    if len(summary) > _KEYS_KEPT:
        for keys in sorted(summary)[_KEYS_KEPT:]:
            del summary[keys]
    return summary


def fit(summary: Counter[Keys], features: Features, profile: Profile, options: NoOptions) -> Keys | None:
    """The keys that most records have, the commonest first; None where no record was of an unknown format."""
    if not summary:
        return None
    counts: Counter[str] = Counter()
    for keys, count in summary.items():
        counts.update(dict.fromkeys(keys, count))
    return tuple(sorted(counts, key=lambda key: (-counts[key], key))[:_KEYS_JUDGED])


def conclude(keys: Keys | None, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for the file: its format is none, or none that the target reads."""
    if keys is not None:
        yield Finding(CODE, _message(keys), Consequence.REJECTED)
    elif profile.own_schema is None and not profile.target.reads(profile.format):
        mapped = profile.target.loader is not Loader.NONE
        yield Finding(CODE, _unread(profile), Consequence.NOTE if mapped else Consequence.REJECTED)


def _unread(profile: Profile) -> str:
    """What the target reads instead, the best known first; as many as there is room for."""
    formats = profile.target.formats or frozenset()
    if lacking := _lacking(profile.format, formats):
        name, keys = lacking
        return cut(
            f"the records are {quoted(profile.format)}; {profile.target.title} reads {quoted(name)}, "
            f"which has {' and '.join(map(quoted, keys))} as well"
        )
    names = [
        quoted(name)
        for name in sorted(formats, key=lambda name: (not _well_known(name), name))
        if name != CUSTOM
    ]
    shown = len(names)
    while True:
        listed = either(names) if shown == len(names) else f"{', '.join(names[:shown])}, …"
        message = f"the records are {quoted(profile.format)}; {profile.target.title} reads {listed}"
        if len(message) <= MAX_MESSAGE or shown <= 1:
            return cut(message)
        shown -= 1


def _lacking(name: str | None, formats: Collection[str]) -> tuple[str, list[str]] | None:
    """The well-known format that has all keys the records need and fewest more, and those that lack."""
    needed = _required(name)
    more = {
        other: sorted(_required(other) - needed)
        for other in sorted(formats)
        if _well_known(other) and needed and needed < _required(other)
    }
    best = min(more, key=lambda other: len(more[other]), default=None)
    return None if best is None else (best, more[best])


def _required(name: str | None) -> set[str]:
    fmt = FORMATS.get(name) if name else None
    return set(fmt.schema.get("required", ())) if fmt else set()


def _well_known(name: str) -> bool:
    return name in FORMATS and FORMATS[name].well_known


def _message(keys: Keys) -> str:
    near = nearest_format(keys)
    expected = f"nearest is {near.name} ({near.hint})" if near else f"expected {_hints()}"
    if not keys:
        return cut(f"no known format: the records have no keys; {expected}")
    if near and own_keys(near) and own_keys(near) <= set(keys):
        there = " and ".join(quoted(key) for key in keys if key in own_keys(near))
        return cut(f"{there}: not the form that {near.name}, the nearest format, gives to its values")
    shown = [quoted(key) for key in keys[:_KEYS_SHOWN]]
    while True:
        more = ", …" if len(shown) < len(keys) else ""
        message = f"no known format has the keys {', '.join(shown)}{more}; {expected}"
        if len(message) <= MAX_MESSAGE or len(shown) == 1:
            return cut(message)
        shown.pop()


def _hints() -> str:
    """The first key of the formats that most files have."""
    return either([quoted(fmt.hint.split(",")[0]) for fmt in FORMATS.values() if fmt.well_known])


def nearest_format(keys: Sequence[str]) -> Format | None:
    """The format most of whose own keys are there, misspelt or by another name; a well-known one at a tie."""
    scores = {}
    for fmt in FORMATS.values():
        found, *rest = _likeness(keys, fmt)
        scores[fmt.name] = (found > 0 and not own_keys(fmt).isdisjoint(keys), found, *rest)
    best = max(scores, key=lambda name: scores[name])
    return FORMATS[best] if scores[best][1] else None


def _likeness(keys: Sequence[str], fmt: Format) -> tuple[float, bool, float]:
    """How many of the keys that make a format are there, whether it is well known, and their share."""
    own = own_keys(fmt)
    alike = {word: max((_resemblance(key, word) for key in keys), default=0) for word in own}
    needed = own.intersection(fmt.schema.get("required", ())) or own
    found = sum(alike.values()) if any(alike[word] for word in needed) else 0
    return found, fmt.well_known, found / max(1, len(own))


def own_keys(fmt: Format) -> set[str]:
    """The keys that make a format: those of its schema that its hint names."""
    known: Mapping[str, Any] = fmt.schema.get("properties", {})
    return {word for word in _WORD.findall(fmt.hint) if word in known}


def _resemblance(key: str, word: str) -> float:
    if key == word:
        return 1
    if nearest(key, [word]) is not None:
        return 0.9
    return 0.6 if called_otherwise(key, [word]) is not None else 0


RULE: StatisticRule[Keys, Counter[Keys], Keys | None] = StatisticRule(
    code=CODE,
    name="unknown-format",
    summary="The file's records are of no known format, or of one that the target does not read.",
    consequence=Consequence.REJECTED,
    gather=gather,
    empty=Counter,
    add=add,
    merge=merge,
    fit=fit,
    conclude=conclude,
)
