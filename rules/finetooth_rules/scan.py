"""The tolerant JSON reader: names every flaw in the text of a record, and still makes out a value.

Runs only on records that the strict parser refuses or where a flaw is suspected that it passes over. Never
raises, never recurses (100,000 nested brackets are a finding, not a crash), linear in the length of the
slice.

What is JSON is decided by the strict parser alone: a text that it takes has no `INVALID` flaw, one that it
refuses has at least one flaw, and the edits of a flaw are given only where the text, with those of all
flaws applied, is JSON.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson

from finetooth_rules.finding import Applicability, Edit, Related, Span
from finetooth_rules.reading.encoding import is_utf16
from finetooth_rules.reading.grammar import BOM
from finetooth_rules.reading.repair import STRICT_DEPTH, Repaired, repair
from finetooth_rules.reading.spots import Cause, Spot
from finetooth_rules.reading.wording import TEXTS


class _Missing:
    """The type of `MISSING`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = _Missing()
"""No value could be made out (null is a value)."""


class FlawKind(StrEnum):
    """Each kind is one rule of `syntax/`."""

    INVALID = "invalid-json"
    INVALID_UTF8 = "invalid-utf8"
    SEVERAL_VALUES = "several-values-on-line"
    DUPLICATE_KEY = "duplicate-key"
    NON_FINITE = "non-finite-number"
    LONE_SURROGATE = "lone-surrogate"
    CONTROL_CHARACTER = "unescaped-control-character"
    LINE_SEPARATOR = "raw-line-separator"
    LOSES_PRECISION = "number-loses-precision"
    TOO_DEEP = "nested-too-deep"


class Flaw(NamedTuple):
    """One flaw. `message` is the finding's; `edits` its mechanical repair, with `fix_title`, where there is
    one.

    `lines` is the whole-line repair of several values on a line.
    """

    kind: FlawKind
    span: Span
    message: str
    fix_title: str = ""
    edits: tuple[Edit, ...] = ()
    lines: tuple[bytes, ...] | None = None
    applicability: Applicability = Applicability.SAFE
    more_spans: tuple[Span, ...] = ()
    related: tuple[Related, ...] = ()


class Scan(NamedTuple):
    """What the tolerant reader made of a slice; `value` is `MISSING` when nothing usable was there."""

    value: Any
    flaws: tuple[Flaw, ...]


EMPTY: Final = Scan(MISSING, ())


_NAMED: Final[dict[Cause, FlawKind]] = {
    Cause.INVALID_UTF8: FlawKind.INVALID_UTF8,
    Cause.SEVERAL_VALUES: FlawKind.SEVERAL_VALUES,
    Cause.DUPLICATE_KEY: FlawKind.DUPLICATE_KEY,
    Cause.NON_FINITE: FlawKind.NON_FINITE,
    Cause.INFINITE: FlawKind.NON_FINITE,
    Cause.LONE_SURROGATE: FlawKind.LONE_SURROGATE,
    Cause.CONTROL: FlawKind.CONTROL_CHARACTER,
    Cause.LINE_SEPARATOR: FlawKind.LINE_SEPARATOR,
    Cause.BEYOND_64_BITS: FlawKind.LOSES_PRECISION,
    Cause.BEYOND_DOUBLE: FlawKind.LOSES_PRECISION,
    Cause.DIGITS: FlawKind.LOSES_PRECISION,
    Cause.TOO_DEEP: FlawKind.TOO_DEEP,
}
"""Causes with a rule of their own; all others are `INVALID`."""

_NOT_OFFERED: Final = frozenset({Cause.INVALID_UTF8, Cause.NON_FINITE, Cause.INFINITE})
"""Their edits only let the parser pass."""

_BY_PLACE: Final = frozenset(
    {
        Cause.TRAILING_COMMA,
        Cause.EXTRA_COMMA,
        Cause.MISSING_COMMA,
        Cause.WRONG_COMMA,
        Cause.MISSING_COLON,
        Cause.WRONG_COLON,
        Cause.DUPLICATE_KEY,
    }
)
"""Slips: each place is a flaw. The other causes are habits: all places are one flaw."""
_MOST_PLACES: Final = 10
"""Slips of one cause beyond this many go with the last of them."""
_JOINED: Final = {Cause.PYTHON_WORD: Cause.SINGLE_QUOTES}
"""Two habits of one hand."""
_PYTHON: Final = frozenset({Cause.SINGLE_QUOTES, Cause.PYTHON_WORD})
_GUESSES: Final = frozenset(
    {
        Cause.MISSING_CLOSER,
        Cause.WRONG_CLOSER,
        Cause.STRAY_CLOSER,
        Cause.UNCLOSED,
        Cause.MISSING_OPENER,
        Cause.MISSING_QUOTE,
        Cause.INNER_QUOTE,
        Cause.CUT_OFF,
        Cause.TEXT_AFTER,
    }
)
"""Where one of these is, the later ones are most likely its consequences: one flaw, at the first."""
_PASSED: Final = frozenset(
    {FlawKind.DUPLICATE_KEY, FlawKind.LINE_SEPARATOR, FlawKind.LOSES_PRECISION, FlawKind.TOO_DEEP}
)
"""Flaws of texts that the strict parser takes."""
_ENDS: Final = frozenset({FlawKind.INVALID, FlawKind.TOO_DEEP, FlawKind.SEVERAL_VALUES})
_LONGEST_DETAIL: Final = 40
_LINE_BREAKS: Final = frozenset(b"\r\n")
_BREAKS: Final = frozenset({r"\n", r"\r\n", r"\r"})
_MOST_SPANS: Final = 100


def scan(raw: bytes, max_depth: int) -> Scan:
    """Read a record's slice. Blank text has no flaws and no value; a leading byte-order mark is passed
    over.
    """
    body = raw.removeprefix(BOM)
    if not body.strip(b" \t\r\n\v\f"):
        return EMPTY
    if is_utf16(raw):
        flaw = Flaw(FlawKind.INVALID_UTF8, Span(0, len(raw)), "the record is not UTF-8; looks like UTF-16")
        return Scan(MISSING, (flaw,))
    repaired = repair(raw, max_depth)
    flaws = tuple(_flaws(repaired, max_depth))
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        if all(
            flaw.kind in _PASSED and flaw.kind is not FlawKind.TOO_DEEP for flaw in flaws
        ):  # pragma: no cover - the reader knows no such text
            flaws = (*flaws, Flaw(FlawKind.INVALID, Span(0, len(raw)), "not JSON"))
        return Scan(repaired.value if repaired.values else MISSING, flaws)
    return Scan(value, tuple(flaw for flaw in flaws if flaw.kind in _PASSED))


@lru_cache(maxsize=2)
def repaired_text(raw: bytes) -> Repaired:
    """The text as `scan` reads it, with its repairs: where the positions of a broken record come from."""
    return repair(raw, STRICT_DEPTH)


def _flaws(repaired: Repaired, max_depth: int) -> Iterator[Flaw]:
    groups: dict[tuple[Cause, int], list[Spot]] = {}
    seen: dict[Cause, int] = {}
    guess: Cause | None = None
    for spot in _certain(repaired):
        cause = _JOINED.get(spot.cause, spot.cause)
        if cause in _GUESSES:
            cause = guess = guess or cause
        number = min(seen.get(cause, 0), _MOST_PLACES - 1) if cause in _BY_PLACE else 0
        seen[cause] = number + 1
        groups.setdefault((cause, number), []).append(spot)
    order = {id(edit): number for number, edit in enumerate(repaired.edits)}
    found = [_flaw(repaired, spots, order, max_depth) for spots in _untangled(list(groups.values()))]
    yield from sorted(found, key=lambda flaw: flaw.span)


def _untangled(groups: Sequence[list[Spot]]) -> list[list[Spot]]:
    """The groups, where two of them put something in at the same place joined: its order is part of the
    repair.
    """
    first_at: dict[int, int] = {}
    home = list(range(len(groups)))
    for number, spots in enumerate(groups):
        edits = [edit for spot in spots for edit in spot.edits]
        for at in {edit.span.start for edit in edits if edit.span.start == edit.span.end}:
            low, high = sorted((home[number], home[first_at.setdefault(at, number)]))
            home = [low if other == high else other for other in home]
    joined: dict[int, list[Spot]] = {}
    for number, spots in enumerate(groups):
        joined.setdefault(home[number], []).extend(spots)
    return list(joined.values())


def _certain(repaired: Repaired) -> Iterator[Spot]:
    """The spots to report. Where the reading did not come to a good end, what follows the first doubtful
    spot is guesswork: that one alone stands for it. A byte that is not UTF-8 is a fact wherever it
    stands.
    """
    doubtful = False
    broken = {spot.span.start for spot in repaired.spots if spot.cause is Cause.INVALID_UTF8}
    for spot in repaired.spots:
        kind = _NAMED.get(spot.cause, FlawKind.INVALID)
        if kind is FlawKind.INVALID_UTF8 or repaired.ok:
            yield spot
        elif not doubtful:
            doubtful = kind in _ENDS
            if not (doubtful and spot.span.start in broken):
                yield spot


def _flaw(repaired: Repaired, spots: Sequence[Spot], order: Mapping[int, int], max_depth: int) -> Flaw:
    """One flaw for all these spots; `order`: where an edit stands among all."""
    first = spots[0]
    kind = _NAMED.get(first.cause, FlawKind.INVALID)
    message, title = _wording(repaired, spots, max_depth)
    edits: tuple[Edit, ...] = ()
    lines = None
    if repaired.ok and kind is FlawKind.SEVERAL_VALUES:
        lines = _one_each(repaired)
    elif repaired.ok and first.cause is Cause.COMMENT and not repaired.values:
        title, lines = "Delete the line", ()
    elif repaired.ok and first.cause not in _NOT_OFFERED:
        given = (edit for spot in spots for edit in spot.edits if id(edit) in order)
        edits = tuple(sorted(given, key=lambda edit: order[id(edit)]))
    offered = bool(edits) or lines is not None
    # Whole lines carry out every repair, also those that lose something.
    carried_out = repaired.spots if lines is not None else spots
    return Flaw(
        kind,
        first.span,
        message,
        title if offered else "",
        edits,
        lines,
        Applicability.SAFE if all(spot.safe for spot in carried_out) else Applicability.UNSAFE,
        tuple(spot.span for spot in spots[1 : _MOST_SPANS + 1]),
        () if first.other is None else (Related("the earlier one", span=first.other),),
    )


def _wording(repaired: Repaired, spots: Sequence[Spot], max_depth: int) -> tuple[str, str]:
    """The message and the title of the fix."""
    first = spots[0]
    message, title = TEXTS[first.cause]
    if first.cause is Cause.INVALID_UTF8:
        at = first.span.start
        return f"byte 0x{repaired.raw[at]:02x} at offset {at} is not UTF-8; looks like {first.detail}", ""
    detail = first.detail if len(first.detail) <= _LONGEST_DETAIL else first.detail[:_LONGEST_DETAIL] + "…"
    if first.cause is Cause.TOO_DEEP:
        detail = str(max_depth)
    elif {spot.cause for spot in spots} >= _PYTHON:
        return "Python's notation, expected JSON: double quotes, `true`, `false`, `null`", "Write as JSON"
    elif first.cause is Cause.CONTROL and detail in _BREAKS:
        message = "line break in a string, expected `{}`"
    places = sum(spot.cause is first.cause for spot in spots)
    more = f" ({places} places)" if places > 1 else ""
    return message.format(detail) + more, title.format(detail)


def _one_each(repaired: Repaired) -> tuple[bytes, ...] | None:
    """The values as lines; None where one is no object or array, or has a line break in it."""
    lines = tuple(repaired.raw[span.start : span.end] for span in repaired.values)
    whole = all(line[:1] in (b"{", b"[") and not set(line) & _LINE_BREAKS for line in lines)
    return lines if whole else None
