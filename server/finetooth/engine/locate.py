"""From a finding's bytes to the line and column people see. Done only for findings that are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from finetooth.engine.report import Excerpt, Place, Shown, ShownEdit, ShownFix, ShownRelated
from finetooth_rules import catalogue
from finetooth_rules.catalogue import Catalogue
from finetooth_rules.edits import replacement
from finetooth_rules.finding import INSIDE, Finding, Fix, Path, Related, Severity, Span
from finetooth_rules.framing import column, content, position, span_of, whole
from finetooth_rules.record import Record
from finetooth_rules.rule import AnyRule

RULE_PAGE: Final = "https://finetooth.dev/rules/"
_WINDOW: Final = 160
_BEFORE: Final = 48
_CONTROL: Final = {code: 0x2400 + code for code in range(32)} | {
    0x7F: 0x2421,
    0x85: 0x2424,
    0x2028: 0x2424,
    0x2029: 0x2424,
}

Address = tuple[int, int]
"""Line number (from 0) and byte offset of a record's first line in its file."""


def page_of(rule: AnyRule, known: Catalogue | None = None) -> str:
    """Address of a rule's documentation; a rule that is not ours has one where it says so."""
    if known is not None and rule.code in known.foreign:
        return rule.url
    return RULE_PAGE + rule.name


@dataclass(frozen=True, slots=True)
class Located:
    """A finding of a record whose first line is `line` (from 0)."""

    line: int
    record: Record
    finding: Finding
    severity: Severity


def pointer(path: Path) -> str:
    """RFC 6901: `/messages/2/content`; behind a `#` the pointer into JSON in a string: `/tools#/0/name`."""
    return "".join(
        "#" if step == INSIDE else "/" + str(step).replace("~", "~0").replace("/", "~1") for step in path
    )


def place(filename: str, first: int, record: Record, span: Span) -> Place:
    """A span of a record as lines and columns from 1; an end at the start of a line is put at the end of
    the one before.
    """
    lines = record.raw.splitlines(keepends=True) or [b""]
    start, end = position(record.raw, span.start), position(record.raw, span.end)
    return Place(
        filename,
        first + start.line + 1,
        column(_at(lines, start.line), start.offset) + 1 + (0 if start.line else record.column),
        first + end.line + 1,
        column(_at(lines, end.line), end.offset) + 1 + (0 if end.line else record.column),
    )


def _at(lines: Sequence[bytes], number: int) -> bytes:
    return lines[number] if number < len(lines) else b""


def excerpt(record: Record, span: Span) -> Excerpt:
    """The line of the span's start, cut to a window around it; one visible character for each code point."""
    lines = record.raw.splitlines(keepends=True) or [b""]
    at, until = position(record.raw, span.start), position(record.raw, span.end)
    line = content(_at(lines, at.line)).decode("utf-8", "surrogateescape")
    start = column(_at(lines, at.line), at.offset)
    end = column(_at(lines, at.line), until.offset) if until.line == at.line else len(line)
    left = 0 if len(line) <= _WINDOW else max(0, min(start - _BEFORE, len(line) - _WINDOW))
    right = min(len(line), left + _WINDOW)
    text = "".join(
        "\ufffd" if "\ud800" <= char <= "\udfff" else char for char in line[left:right].translate(_CONTROL)
    )
    return Excerpt(text, start - left, min(end, right) - left, left > 0, right < len(line))


def show(
    filename: str,
    located: Located,
    resolve_address: Callable[[object], tuple[int, Record] | None] = lambda address: None,
    known: Catalogue | None = None,
) -> Shown:
    """A finding as people see it. `resolve_address` gives first line and record of a related address,
    `known` the rules there are (default: ours).
    """
    record, finding = located.record, located.finding
    span = span_of(record, finding)
    rule = (known or catalogue.builtin()).by_code[finding.code]
    return Shown(
        code=finding.code,
        name=rule.name,
        severity=located.severity,
        consequence=finding.consequence,
        message=finding.message,
        place=place(filename, located.line, record, span),
        pointer=pointer(finding.path),
        url=page_of(rule, known),
        excerpt=excerpt(record, span),
        related=tuple(
            shown
            for related in finding.related
            if (shown := _related(filename, located, related, resolve_address)) is not None
        )
        + tuple(
            ShownRelated(place(filename, located.line, record, more), "and here")
            for more in finding.more_spans
        ),
        fixes=tuple(show_fix(located.line, record, fix) for fix in finding.fixes),
    )


def _related(
    filename: str,
    located: Located,
    related: Related,
    resolve_address: Callable[[object], tuple[int, Record] | None],
) -> ShownRelated | None:
    where = (located.line, located.record) if related.address is None else resolve_address(related.address)
    if where is None:
        return None
    line, record = where
    span = related.span or (record.locate(related.path) if related.path else whole(record))
    return ShownRelated(place(filename, line, record, span), related.message)


def show_fix(first: int, record: Record, fix: Fix) -> ShownFix:
    """A fix as edits in lines and columns."""
    if fix.rewrite is not None:
        return ShownFix(fix.applicability, fix.title)
    if fix.lines is not None and record.element:
        # Which comma and lines go with it, the file around it says: see `array.removal`.
        at = place("", first, record, Span(0, len(record.raw)))
        between = b",\n" + b" " * record.column
        edit = ShownEdit(at.line, at.column, at.end_line, at.end_column, _text(between.join(fix.lines)))
        return ShownFix(fix.applicability, fix.title, (edit,) if fix.lines else ())
    if fix.lines is not None:
        text = b"".join(
            replacement([line + b"\n" for line in record.raw.splitlines()] or [b"\n"], record, fix)
        )
        edit = ShownEdit(first + 1, 1, first + record.line_count + 1, 1, _text(text))
        return ShownFix(fix.applicability, fix.title, (edit,))
    edits = []
    for item in fix.edits:
        at = place("", first, record, item.span)
        edits.append(ShownEdit(at.line, at.column, at.end_line, at.end_column, _text(item.content)))
    return ShownFix(fix.applicability, fix.title, tuple(edits))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
