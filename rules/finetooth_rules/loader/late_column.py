r"""A column, or its type, is first seen behind the loader's first 10 MB.

## What it does
Looks, for trainers that load with Hugging Face `datasets`, at what begins behind the first 10 MB of a file
in JSON Lines (10,485,760 bytes): a new column, a new key in a message, values where before there were only
nulls or empty lists, fractions where there were only whole numbers, another type. Up to 20 records with it
are pointed at; where it is in more, or an object gets more than 5 new keys, it is said once for the file.

A file that is one JSON array is read whole, and has nothing late. Whether files of one dataset agree with
each other is not looked at.

## Why it matters
The loader reads blocks of 10 MB, and the first one decides what columns there are and of what types. A
later block that does not fit ends it: `All the data files must have the same columns, but at some point
there are 1 new columns ({'extra'})`, `Couldn't cast array of type string to null`, `Couldn't cast array of
type struct<content: string, role: string, weight: int64> to …`. A file shuffled another way, or shortened
for a trial run, loads. With `datasets` 4.7 and later a number behind texts becomes a text without a word.

## Example
As the file would be with blocks of 100 bytes:
```toml
target = "trl"

[rules.late-column]
block-bytes = 100
```
```jsonl
{"prompt": "Repeat: two", "completion": "two"}
{"prompt": "Repeat: three", "completion": "three"}
{"prompt": "Repeat: four", "completion": "four"}
{"prompt": "Repeat: five", "completion": "five", "source": "a book"}
```

## Use instead
```jsonl
{"prompt": "Repeat: five", "completion": "five", "source": "a book"}
{"prompt": "Repeat: two", "completion": "two"}
{"prompt": "Repeat: three", "completion": "three"}
{"prompt": "Repeat: four", "completion": "four"}
```

## Fix
None. Move a record that has the column, with a value in it, to the front of the file, or give the loader
the columns (`features=`).

## Options
`block-bytes` (default 10,485,760): the size of a block, where the file is loaded with another `chunksize`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from finetooth_rules.array import Framing
from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.loader import _columns as columns
from finetooth_rules.loader._columns import (
    DATE,
    FRACTION,
    ITEM,
    JSON,
    KINDS,
    NULL,
    TEXT,
    WHOLE,
    Column,
    Columns,
    Tree,
)
from finetooth_rules.profile import Profile
from finetooth_rules.rule import Headed, StatisticRule
from finetooth_rules.targets import Loader

CODE: Final = "LOD003"
BLOCK: Final = 10 << 20


@dataclass(frozen=True, slots=True)
class Options:
    """`chunksize` of the JSON loader. A block goes on to the end of its line, and over one more where a line
    ends just there: a record that begins at this byte is still in it.
    """

    block_bytes: int = BLOCK


_POINTED_AT: Final = 20
_MOST_KEYS: Final = 5
_NEW_KEYS: Final = "gets new keys"


class Late(NamedTuple):
    """A column, the letters of its late values, what they are and what was before, in words, what comes of
    it, and whether there are so many that the file is spoken of.
    """

    column: Column
    kinds: frozenset[str]
    now: str
    before: str
    consequence: Consequence
    many: bool


Verdict = tuple[Late, ...] | None


def fit(summary: Headed[Columns], features: Features, profile: Profile, options: Options) -> Verdict:
    """What is late. What lies in a late column is not named apart. Types that meet are LOD001's where the
    loader is strict, and do no harm where it made JSON of the column in the first block.
    """
    if summary.head is summary.whole or profile.framing is Framing.ARRAY:
        return None
    head, whole = summary.head.settle(), summary.whole.settle()
    strict = profile.target.loader is Loader.STRICT
    free = columns.mixed(whole) if strict else columns.kept_as_json(head)
    found: dict[Column, Late] = {}
    for column in sorted(whole, key=len) if head else ():
        inside = columns.within(column, free) or columns.within(column, found)
        if column not in free and not inside:
            late = _late(column, head.get(column, {}), whole[column])
            if late is not None:
                found[column] = late
    return tuple(sorted(_together(found), key=lambda late: repr(late.column))) or None


def _together(found: Mapping[Column, Late]) -> Iterator[Late]:
    """One for all where an object gets many new keys: a map, such as the properties of a schema."""
    new = Counter(column[:-1] for column, late in found.items() if not late.now)
    maps = {column for column, count in new.items() if count > _MOST_KEYS}
    for column, late in found.items():
        if late.now or column[:-1] not in maps:
            yield late
    for column in maps:
        yield Late(column, frozenset(), _NEW_KEYS, "", Consequence.REJECTED, True)


def _late(column: Column, in_head: Mapping[str, int], counts: Mapping[str, int]) -> Late | None:
    """What is late in a column of `counts`, those of the head being `in_head`; its parent is not late."""
    early = frozenset(in_head)
    kinds = frozenset(counts) - early
    known = early - {NULL}
    later = frozenset(kind for kind in counts if counts[kind] > in_head.get(kind, 0)) - {NULL}
    consequence = Consequence.REJECTED
    if not early and column[-1] != ITEM:
        now, before = "", ""
    elif not known:
        kinds -= {NULL}
        items = column[-1] == ITEM
        now, before = ("has items", "it has none") if items else (f"is {_name(kinds)}", "it is null")
    elif known == {DATE} and kinds & {TEXT, JSON}:
        kinds &= {TEXT, JSON}
        now, before = "is no date", "all are dates"
    elif known & {TEXT, JSON} and later == {DATE}:
        kinds = later
        now, before, consequence = "has only dates", "not only", Consequence.DEGRADED
    elif known == {WHOLE} and FRACTION in kinds:
        kinds &= {FRACTION}
        now, before = "is a fraction", "it is whole"
    else:
        types = {KINDS[kind] for kind in known}
        kinds = frozenset(kind for kind in kinds if kind != NULL and KINDS[kind] not in types)
        now, before = f"is {_name(kinds)}", f"it is {min(types)}"
        if known != {DATE} and _goes_on(types, {KINDS[kind] for kind in kinds}):
            consequence = Consequence.DEGRADED
    if not kinds:
        return None
    many = not kinds.isdisjoint(early) or sum(counts[kind] for kind in kinds) > _POINTED_AT
    return Late(column, kinds, now, before, consequence, many)


def _name(kinds: frozenset[str]) -> str:
    return min((KINDS[kind] for kind in kinds), default="")


def _goes_on(early: set[str], late: set[str]) -> bool:
    """Whether the loader goes on and writes the value another way: `3` and `true` as text, `true` as 1."""
    return (early == {"string"} and late <= {"number", "boolean"}) or (
        early == {"number"} and late == {"boolean"}
    )


def judge(tree: Tree, verdict: Verdict, profile: Profile, options: Options) -> Iterator[Finding]:
    """The first such value of each column, where there are few. None stands in the head, by what is late."""
    for late in verdict or ():
        if not late.many:
            for path, kind in columns.places(tree, late.column):
                if kind in late.kinds:
                    yield Finding(CODE, _message(late, "here", options), late.consequence, path=path)
                    break


def conclude(verdict: Verdict, profile: Profile, options: Options) -> Iterator[Finding]:
    """One finding for each column where there are many."""
    for late in verdict or ():
        if late.many:
            yield Finding(CODE, _message(late, "later on", options), late.consequence)


def _message(late: Late, where: str, options: Options) -> str:
    first = "first 10 MB" if options.block_bytes == BLOCK else "first block"
    if not late.now:
        return f"`{columns.pointer(late.column)}` is new {where}: the columns are those of the {first}"
    if late.now == _NEW_KEYS:
        return f"`{columns.pointer(late.column)}` gets new keys {where}: the keys are those of the {first}"
    column = late.column[:-1] if late.now == "has items" else late.column
    return f"`{columns.pointer(column)}` {late.now} {where}; in the {first}, which decides, {late.before}"


RULE: StatisticRule[Tree, Any, Verdict] = StatisticRule(
    code=CODE,
    name="late-column",
    summary="A column, or its type, is first seen behind the loader's first 10 MB.",
    consequence=Consequence.REJECTED,
    loaders=frozenset({Loader.STRICT, Loader.JSON}),
    options=Options,
    head_bytes=lambda options: int(options.block_bytes),
    facts_read_options=False,
    gather=columns.gather,
    empty=Columns,
    add=columns.add,
    merge=columns.merge,
    fit=fit,
    judge=judge,
    conclude=conclude,
)
