r"""A key that the format requires is not there.

## What it does
Reports every object of a record that lacks a required key: `messages`, a message's `role` or `content`, a
call's `function`, a `completion`. Where an unknown key of the same object is nearly the missing one
(`mesages`), it points at that key; where the object is itself what the key should hold (a function that is
not under `function`), or has texts under the names of who says them (`{"user": "…"}`), it says so. What
several turns of a record lack in the same way is one finding. An assistant message may do without `content`
when it has a call, a refusal or audio instead.

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
key that other formats use for it (`response` for `completion`) is renamed only as an unsafe fix. A role's
key is renamed with its value (`from`: `human` becomes `role`: `user`), a bare function is wrapped, a text
under a role's name is written as a turn: safe where the target refuses unknown keys, else unsafe.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum, auto
from typing import Final, NamedTuple

from finetooth_rules.example import Example
from finetooth_rules.finding import Applicability, Consequence, Edit, Finding, Fix, Path, Span
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.schema._edits import named, object_span, renamed, replaced, wrapped
from finetooth_rules.schema._explain import MISSING_KEY, Defect, explain
from finetooth_rules.schema._near import called, fits, is_bare, misspelt, speakers, text_key, word
from finetooth_rules.schema._words import cut, place, quoted, within

_MOST_SPANS: Final = 20


class Cause(Enum):
    """What stands in the place of a missing key."""

    NOTHING = auto()
    MISSPELT = auto()
    CALLED = auto()
    """A key that other formats have for it."""
    BARE = auto()
    """What it should hold."""
    SPEAKER = auto()
    """Texts under the names of who says them."""


class _Missing(NamedTuple):
    """A missing key, and what is there instead; `key` is that of the object that was meant."""

    defect: Defect
    cause: Cause
    key: str = ""

    @property
    def message(self) -> str:
        defect = self.defect
        if self.cause is Cause.SPEAKER:
            return _of_speakers(defect)
        missing = f"missing key {quoted(defect.key)}{within(defect.path, defect.found)}"
        return missing + self.ending

    @property
    def ending(self) -> str:
        return {
            Cause.MISSPELT: f"; did you misspell it as {quoted(self.key)}?",
            Cause.CALLED: f"; is it what {quoted(self.key)} holds?",
            Cause.BARE: "; what it should hold stands in its place",
        }.get(self.cause, "")


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each missing key, on the misspelt key where there is one. What the items of one list
    lack in the same way is one defect.
    """
    groups: dict[object, list[_Missing]] = {}
    spoken: set[Path] = set()
    for defect in explain(example, profile, MISSING_KEY):
        if defect.path in spoken:
            continue
        one = _missing(defect)
        if one.cause is Cause.SPEAKER:
            spoken.add(defect.path)
        groups.setdefault(_group(one), []).append(one)
    for several in groups.values():
        yield _finding(example, profile, several)


def _missing(defect: Defect) -> _Missing:
    if near := misspelt(defect):
        return _Missing(defect, Cause.MISSPELT, near)
    if other := called(defect):
        return _Missing(defect, Cause.CALLED, other)
    if is_bare(defect):
        return _Missing(defect, Cause.BARE)
    if text_key(defect) and speakers(defect):
        return _Missing(defect, Cause.SPEAKER)
    return _Missing(defect, Cause.NOTHING)


def _group(one: _Missing) -> object:
    defect, path = one.defect, one.defect.path
    if not path or isinstance(path[-1], str):
        return path, defect.key
    where = one.message if one.cause is Cause.NOTHING else one.key
    return path[:-1], defect.key, one.cause, where


def _of_speakers(defect: Defect) -> str:
    roles, text = speakers(defect), text_key(defect)
    wanted = f'`{{"{defect.key}": "{next(iter(roles.values()))}", "{text}": …}}`'
    if len(roles) > 1:
        return f"{place(defect.path)} holds {len(roles)} turns; expected one, as {wanted}"
    return f'{place(defect.path)} is `{{"{next(iter(roles))}": …}}`; expected {wanted}'


def _finding(example: Example, profile: Profile, several: Sequence[_Missing]) -> Finding:
    record, first = example.record, several[0]
    message = first.message
    if any(one.message != message for one in several) and first.cause is not Cause.SPEAKER:
        missing = f"missing key {quoted(first.defect.key)} in {place(first.defect.path)}"
        message = missing + first.ending
    on_key = bool(first.key)
    more = [
        record.locate((*one.defect.path, one.key), on_key=True)
        if on_key
        else object_span(record, one.defect.path)
        for one in several[1 : _MOST_SPANS + 1]
    ]
    return Finding(
        MISSING_KEY,
        cut(message),
        Consequence.REJECTED,
        span=None if on_key else object_span(record, first.defect.path),
        path=(*first.defect.path, first.key) if on_key else first.defect.path,
        on_key=on_key,
        fixes=_fixes(record, profile, several),
        more_spans=tuple(more),
    )


def _fixes(record: Record, profile: Profile, several: Sequence[_Missing]) -> tuple[Fix, ...]:
    """One fix for all of them, where each has one."""
    first = several[0]
    refused = profile.target.unexpected_keys is Consequence.REJECTED
    sure = Applicability.SAFE if refused else Applicability.UNSAFE
    edits = [_edits(record, one) for one in several]
    if not all(edits):
        return ()
    title, applicability = f"Rename to `{first.defect.key}`", Applicability.UNSAFE
    if first.cause is Cause.MISSPELT:
        applicability = Applicability.SAFE
    elif first.cause is Cause.CALLED and all(word(_held(one), one.defect) for one in several):
        applicability = sure
    elif first.cause is Cause.BARE:
        title, applicability = f"Wrap in `{first.defect.key}`", sure
    elif first.cause is Cause.SPEAKER:
        title, applicability = f"Write as `{first.defect.key}` and `{text_key(first.defect)}`", sure
    return (Fix(title, applicability, tuple(edit for one in edits for edit in one)),)


def _held(one: _Missing) -> object:
    return one.defect.found[one.key]


def _edits(record: Record, one: _Missing) -> tuple[Edit, ...]:
    """What mends one of them; empty where there is no telling."""
    defect = one.defect
    if one.cause is Cause.NOTHING or (one.key and not fits(defect, one.key)):
        return ()
    if one.cause is Cause.BARE:
        return wrapped(record, defect.path, defect.found, defect.key, defect.schema)
    if one.cause is Cause.SPEAKER:
        return _as_turns(record, defect)
    path = (*defect.path, one.key)
    edits: tuple[Edit, ...] = (renamed(record, path, defect.key),)
    meant = word(defect.found[one.key], defect)
    if meant is not None and meant != defect.found[one.key]:
        edits += (replaced(record, path, meant),)
    return edits


def _as_turns(record: Record, defect: Defect) -> tuple[Edit, ...]:
    """`{"user": A, "assistant": B}` as a turn each; the texts stay as they are written."""
    edits: list[Edit] = []
    text = text_key(defect)
    assert text is not None
    begins: int | None = None
    for key, role in speakers(defect).items():
        path = (*defect.path, key)
        span = record.locate(path, on_key=True)
        opening = named(defect.path, {defect.key: role}, text)
        if begins is not None:
            span, opening = Span(begins, span.end), b"}, {" + opening
        edits.append(Edit(span, opening))
        begins = record.locate(path).end
    return tuple(edits)


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
