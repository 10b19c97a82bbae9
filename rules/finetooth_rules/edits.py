"""Applying fixes to lines: pure, the same for the command line, the editor and the tests."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from finetooth_rules.finding import Edit, Finding, Fix
from finetooth_rules.patterns import lazy
from finetooth_rules.record import Record

_BREAK: Final = lazy(rb'("[^"\\]*(?:\\.[^"\\]*)*")|[ \t]*[\r\n]+[ \t]*', re.DOTALL)
_ENDINGS: Final = (b"\r\n", b"\n", b"\r")


def ending(line: bytes) -> bytes:
    """The line's own ending; empty for a last line without one."""
    return next((end for end in _ENDINGS if line.endswith(end)), b"")


def apply_edits(raw: bytes, edits: Iterable[Edit]) -> bytes:
    """`raw` with the edits applied; they must not overlap (ValueError)."""
    parts: list[bytes] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        if edit.span.start < at or edit.span.end > len(raw):
            raise ValueError(f"edits overlap or run over the end at byte {edit.span.start}")
        parts += (raw[at : edit.span.start], edit.content)
        at = edit.span.end
    parts.append(raw[at:])
    return b"".join(parts)


def replacement(lines: Sequence[bytes], record: Record, fix: Fix) -> list[bytes]:
    """The lines that take the place of the record's lines (`lines`, with their endings), under one fix.

    Every new line gets the ending of the record's first line; the last keeps the ending of the record's
    last line.
    """
    last = ending(lines[-1])
    if fix.lines is None:
        return [apply_edits(record.raw, fix.edits) + last]
    between = ending(lines[0]) or b"\n"
    return [
        line + (last if number == len(fix.lines) - 1 else between) for number, line in enumerate(fix.lines)
    ]


def apply_fix(lines: Sequence[bytes], first: int, record: Record, fix: Fix) -> list[bytes]:
    """The whole file's lines after one fix of the record that starts at line `first`."""
    end = first + record.line_count
    return [*lines[:first], *replacement(lines[first:end], record, fix), *lines[end:]]


def one_line(raw: bytes) -> bytes:
    """JSON without the line breaks and indentation between its tokens; everything else stays as it is.

    `{\\n  "a": 1,\\n  "b": 2\\n}` becomes `{"a": 1, "b": 2}`.
    """
    parts: list[bytes] = []
    at = 0
    for match in _BREAK.finditer(raw):
        if match[1] is None:
            before = raw[at : match.start()]
            parts += (before, b" " if before.endswith(b",") else b"")
            at = match.end()
    return b"".join(parts) + raw[at:]


def together(findings: Iterable[Finding], may: Callable[[Fix], bool]) -> tuple[Fix, ...]:
    """The first fix of each finding that `may` be made, as far as they can be made together on one record.

    None touches what another changes; a fix that replaces lines is made alone; whole-file rewrites are left
    out.
    """
    taken: list[Fix] = []
    edits: list[Edit] = []
    for finding in findings:
        fix = next((fix for fix in finding.fixes if may(fix) and fix.rewrite is None), None)
        if fix is None:
            continue
        if fix.lines is not None:
            if not taken:
                return (fix,)
        elif not any(_touch(edit, other) for edit in fix.edits for other in edits):
            taken.append(fix)
            edits += fix.edits
    return tuple(taken)


def _touch(one: Edit, other: Edit) -> bool:
    return one.span.start <= other.span.end and other.span.start <= one.span.end
