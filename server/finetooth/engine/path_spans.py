"""From many paths of a record to where their values stand, also of those in strings of JSON; where its
findings are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from finetooth.engine.cursor.json_walk import Member, locate_all, members_at
from finetooth.engine.cursor.literal import DEEPEST, Literal
from finetooth_rules.finding import INSIDE, Finding, Path, Related, Span
from finetooth_rules.framing import span_of, whole
from finetooth_rules.record import Record
from finetooth_rules.scan import repaired_text
from finetooth_rules.spans import is_json, string_body

_FEW: Final = 8
"""Findings of a record that are each looked for by itself."""


def places_of(record: Record, items: Sequence[Finding | Related]) -> list[Span]:
    """The bytes that each finding of a record, or each place of it that one is related to, points at, as
    `framing.span_of` says. A record may have thousands: they are found in one walk.
    """
    paths = {item.path for item in items if item.span is None and item.path and INSIDE not in item.path}
    found = _members_of(record, paths) if len(paths) > _FEW else {}
    spans: list[Span] = []
    for item in items:
        place = found.get(item.path) if item.span is None else None
        if place is None:
            spans.append(_span_of(record, item))
        else:
            value, key = place
            spans.append(key if isinstance(item, Finding) and item.on_key and key is not None else value)
    return spans


def _span_of(record: Record, item: Finding | Related) -> Span:
    if isinstance(item, Finding):
        return span_of(record, item)
    if item.span is not None:
        return item.span
    return record.locate(item.path) if item.path else whole(record)


def _members_of(record: Record, paths: set[Path]) -> dict[Path, tuple[Span, Span | None]]:
    """The spans of the values at paths, and of their keys."""
    if record.strict:
        return {path: _spans(member) for path, member in members_at(record.raw, paths).items()}
    repaired = repaired_text(record.raw)
    if not repaired.ok or len(repaired.values) != 1:
        return {}
    return {
        path: (repaired.original(value), None if key is None else repaired.original(key))
        for path, (value, key) in (
            (path, _spans(member)) for path, member in members_at(repaired.text, paths).items()
        )
    }


def _spans(member: Member) -> tuple[Span, Span | None]:
    return Span(member.start, member.end), member.key


def spans_of(record: Record, paths: Iterable[Path], *, text: bool = False) -> dict[Path, Span]:
    """The spans of the values at many paths of a record that is JSON, in one walk for the record and one for
    each string of JSON in it; with `text` those of strings without their quotes. What is not there is left
    out.
    """
    return _spans_in(record.raw, {*paths}, text, DEEPEST) if record.strict else {}


def _spans_in(raw: bytes, paths: set[Path], text: bool, deep: int) -> dict[Path, Span]:
    own = {path for path in paths if INSIDE not in path}
    strings: dict[Path, set[Path]] = {}
    for path in paths - own:
        at = path.index(INSIDE)
        strings.setdefault(path[:at], set()).add(path[at + 1 :])
    found = locate_all(raw, own | strings.keys())
    for base, rests in strings.items():
        string = found.get(base)
        if string is None or not deep or raw[string.start : string.start + 1] != b'"':
            continue
        literal = Literal(raw, string)
        if not is_json(literal.encoded):
            continue
        for rest, span in _spans_in(literal.encoded, rests, text, deep - 1).items():
            found[(*base, INSIDE, *rest)] = literal.outward(span)
    if text:
        quoted = (path for path in own & found.keys() if raw[found[path].start] == 0x22)
        found |= {path: Span(*string_body(raw, found[path])) for path in quoted}
    return {path: span for path, span in found.items() if path in paths}
