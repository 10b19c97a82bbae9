"""From a finding's bytes to the line and column people see. Done only for findings that are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from finetooth.engine.report import Excerpt, Place, Shown, ShownEdit, ShownFix, ShownRelated
from finetooth_rules import catalogue
from finetooth_rules.array_edits import in_place, removal
from finetooth_rules.catalogue import Catalogue
from finetooth_rules.edits import replacement
from finetooth_rules.finding import INSIDE, Finding, Fix, Path, Related, Severity, Span
from finetooth_rules.framing import column, content, position, span_of, whole
from finetooth_rules.record import Record
from finetooth_rules.rule import AnyRule

RULE_PAGE: Final = "https://finetooth.dev/rules/"
MORE_SPANS: Final = "and here"
"""What is said of the further ranges of a finding."""
_WINDOW: Final = 160
_BEFORE: Final = 48
_CONTROL: Final = {code: 0x2400 + code for code in range(32)} | {
    0x7F: 0x2421,
    0x85: 0x2424,
    0x2028: 0x2424,
    0x2029: 0x2424,
}

_AROUND: Final = 4096
Around = Callable[[int], tuple[bytes, bytes]]
"""At most so many bytes before a record in its file, and behind it."""


def page_of(rule: AnyRule, known: Catalogue | None = None) -> str:
    """Address of a rule's documentation; a rule that is not ours has one where it says so."""
    if known is not None and rule.code in known.foreign:
        return rule.url
    return RULE_PAGE + rule.name


class Found(NamedTuple):
    """A record as it is shown: name of its file, number of its first line (from 0), and itself."""

    filename: str
    line: int
    record: Record


class Located(NamedTuple):
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
    lines = _lines(record.raw)
    start, end = position(record.raw, span.start), position(record.raw, span.end)
    return Place(
        filename,
        first + start.line + 1,
        column(_at(lines, start.line), start.offset) + 1 + (0 if start.line else record.column),
        first + end.line + 1,
        column(_at(lines, end.line), end.offset) + 1 + (0 if end.line else record.column),
    )


@lru_cache(maxsize=2)
def _lines(raw: bytes) -> list[bytes]:
    """The lines of a record, which may have thousands of findings."""
    return raw.splitlines(keepends=True) or [b""]


def _at(lines: Sequence[bytes], number: int) -> bytes:
    return lines[number] if number < len(lines) else b""


def excerpt(record: Record, span: Span) -> Excerpt:
    """The line of the span's start, cut to a window around it; one visible character for each code point."""
    lines = _lines(record.raw)
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
    resolve_address: Callable[[object], Found | None] = lambda address: None,
    known: Catalogue | None = None,
    around: Around | None = None,
) -> Shown:
    """A finding as people see it. `resolve_address` gives the record at a related address, `known` the rules
    there are (default: ours), `around` the bytes around the record in its file.
    """
    record, finding = located.record, located.finding
    span = span_of(record, finding)
    own = Found(filename, located.line, record)
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
            if (shown := show_related(related, resolve_address, own)) is not None
        )
        + tuple(
            ShownRelated(place(filename, located.line, record, more), MORE_SPANS)
            for more in finding.more_spans
        ),
        fixes=tuple(show_fix(located.line, record, fix, around) for fix in finding.fixes),
    )


def show_related(
    related: Related,
    resolve_address: Callable[[object], Found | None],
    own: Found | None = None,
) -> ShownRelated | None:
    """A related place; None where there is no such record (any more). `own` is the finding's record, where it
    has one.
    """
    where = own if related.address is None else resolve_address(related.address)
    if where is None:
        return None
    filename, line, record = where
    span = related.span or (record.locate(related.path) if related.path else whole(record))
    return ShownRelated(place(filename, line, record, span), related.message)


def show_fix(first: int, record: Record, fix: Fix, around: Around | None = None) -> ShownFix:
    """A fix as edits in lines and columns. Which comma goes with an element, `around` it says."""
    if fix.rewrite is not None:
        return ShownFix(fix.applicability, fix.title)
    if fix.lines is not None and record.element:
        whole_edit = None if around is None else _element_edit(first, record, fix.lines, around)
        return ShownFix(fix.applicability, fix.title, (whole_edit,) if whole_edit else ())
    if fix.lines is not None:
        text = b"".join(
            replacement([line + b"\n" for line in record.raw.splitlines()] or [b"\n"], record, fix)
        )
        edit = ShownEdit(first + 1, 1, first + record.line_count + 1, 1, _text(text))
        return ShownFix(fix.applicability, fix.title, (edit,))
    places = ((place("", first, record, item.span), item) for item in fix.edits)
    edits = tuple(
        ShownEdit(at.line, at.column, at.end_line, at.end_column, _text(item.content)) for at, item in places
    )
    return ShownFix(fix.applicability, fix.title, edits)


def _element_edit(first: int, record: Record, lines: Sequence[bytes], around: Around) -> ShownEdit:
    """An element of an array replaced, or taken away with a comma and the space to the next element."""
    at = place("", first, record, Span(0, len(record.raw)))
    count = _AROUND
    before, behind = around(count)
    if lines:
        text = in_place(lines, before[_last_break(before) + 1 :])
        return ShownEdit(at.line, at.column, at.end_line, at.end_column, _text(text))
    take = removal(before, behind)
    left, gone = before[: len(before) - take.before], before[len(before) - take.before :]
    line, begins = at.line, at.column - column(gone, len(gone))
    if breaks := _breaks(gone):
        while _last_break(left) < 0 and len(before) == count:  # the line of the comma is longer
            count *= 8
            before = around(count)[0]
            left = before[: len(before) - take.before]
        line -= breaks
        start = left[_last_break(left) + 1 :]
        begins = column(start, len(start)) + 1
    taken = behind[: take.behind]
    end_line, ends = at.end_line + _breaks(taken), at.end_column
    last = taken[_last_break(taken) + 1 :]
    ends = column(last, len(last)) + (1 if _breaks(taken) else ends)
    return ShownEdit(line, begins, end_line, ends, "")


def _last_break(raw: bytes) -> int:
    return max(raw.rfind(b"\n"), raw.rfind(b"\r"))


def _breaks(raw: bytes) -> int:
    return raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n")


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
