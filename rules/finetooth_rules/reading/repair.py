"""Chooses the reading of a text that needs least repair, and proves it: the edited text must be JSON to
the strict parser."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

import orjson

from finetooth_rules.finding import Edit, Span
from finetooth_rules.reading.brackets import Mismatch
from finetooth_rules.reading.encoding import utf8_spots
from finetooth_rules.reading.grammar import BOM
from finetooth_rules.reading.reader import Reader
from finetooth_rules.reading.spots import Cause, Spot

STRICT_DEPTH: Final = 1024
"""The strict parser's own limit."""
_NOT_FINITE: Final = frozenset({Cause.NON_FINITE, Cause.INFINITE})


class Repaired(NamedTuple):
    """A text as it was read. `edits` are all those of its spots, sorted; `text` is the result, `ok`
    whether it is JSON.

    `value` is the decoded value, the first of several; None unless `ok`.
    """

    raw: bytes
    spots: tuple[Spot, ...]
    values: tuple[Span, ...]
    edits: tuple[Edit, ...]
    text: bytes
    ok: bool
    value: Any

    def original(self, span: Span) -> Span:
        """The bytes of the raw text that these of the edited text come from."""
        if not self.edits:
            return span
        places = _edited_places(self.edits)
        start = _back(places, self.edits, span.start, at_end=False)
        return Span(start, max(start, _back(places, self.edits, span.end, at_end=True)))


def repair(raw: bytes, max_depth: int) -> Repaired:
    """The best reading of `raw`."""
    broken = utf8_spots(raw)
    best, mismatched = _attempt(raw, max_depth, broken, Mismatch.INSERT)
    if mismatched:
        others = [_attempt(raw, max_depth, broken, mode)[0] for mode in (Mismatch.REPLACE, Mismatch.DELETE)]
        best = min([best, *others], key=lambda repaired: (not repaired.ok, len(repaired.spots)))
    return best


def _attempt(raw: bytes, max_depth: int, broken: Sequence[Spot], mismatch: Mismatch) -> tuple[Repaired, bool]:
    """One reading, and whether it came upon a bracket that may be read otherwise."""
    reader = Reader(raw, min(max_depth, STRICT_DEPTH), mismatch).read()
    spots = [*broken, *reader.spots]
    edits = _without_overlap(edit for spot in spots for edit in spot.edits)
    text = apply(raw, edits)
    ok, value = False, None
    if not reader.stopped:
        ok, value = _decode(raw, text, edits, reader.values, spots)
    ordered = tuple(sorted(spots, key=lambda spot: spot.span))
    return Repaired(raw, ordered, tuple(reader.values), edits, text, ok, value), reader.mismatched


def _without_overlap(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Sorted; of two that overlap (a byte that is not UTF-8 in a comment) the first in the text stays."""
    kept: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: edit.span):
        if not kept or kept[-1].span.end <= edit.span.start:
            kept.append(edit)
    return tuple(kept)


def apply(raw: bytes, edits: Iterable[Edit]) -> bytes:
    """`raw` with sorted edits applied."""
    parts: list[bytes] = []
    at = 0
    for edit in edits:
        parts += (raw[at : edit.span.start], edit.content)
        at = edit.span.end
    parts.append(raw[at:])
    return b"".join(parts)


def _decode(
    raw: bytes, text: bytes, edits: Sequence[Edit], values: Sequence[Span], spots: Iterable[Spot]
) -> tuple[bool, Any]:
    """Whether every value is JSON once edited, and the first."""
    if not values:
        return True, None
    try:
        if len(values) > 1:
            decoded = [orjson.loads(_piece(raw, edits, span)) for span in values]
            return True, decoded[0]
        value = orjson.loads(text.removeprefix(BOM))
    except orjson.JSONDecodeError:
        return False, None
    infinite = {edit for spot in spots if spot.cause in _NOT_FINITE for edit in spot.edits}
    if infinite:
        written = apply(raw, [edit for edit in edits if edit not in infinite])
        # json.loads takes NaN and Infinity as they stand; where it does not, the placeholders do.
        with suppress(ValueError, RecursionError):
            return True, json.loads(written.removeprefix(BOM))
    return True, value


def _piece(raw: bytes, edits: Sequence[Edit], span: Span) -> bytes:
    first = bisect_left(edits, span.start, key=lambda edit: edit.span.start)
    last = bisect_right(edits, span.end, key=lambda edit: edit.span.end)
    moved = (
        Edit(Span(edit.span.start - span.start, edit.span.end - span.start), edit.content)
        for edit in edits[first:last]
    )
    return apply(raw[span.start : span.end], moved)


def _edited_places(edits: Iterable[Edit]) -> list[Span]:
    """Where the contents of the edits stand in the edited text."""
    places = []
    shift = 0
    for edit in edits:
        start = edit.span.start + shift
        places.append(Span(start, start + len(edit.content)))
        shift += len(edit.content) - (edit.span.end - edit.span.start)
    return places


def _back(places: Sequence[Span], edits: Sequence[Edit], offset: int, *, at_end: bool) -> int:
    """The raw offset of an offset in the edited text. Inside new content it is the start, or (`at_end`)
    the end, of what the content took the place of."""
    find = bisect_left if at_end else bisect_right
    index = find(places, offset, key=lambda place: place.start) - 1
    if index < 0:
        return offset
    place, replaced = places[index], edits[index].span
    if offset >= place.end:
        return replaced.end + offset - place.end
    return replaced.end if at_end else replaced.start
