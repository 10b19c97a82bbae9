"""JSON that is written in a string: where it breaks, and how it is repaired, as in the rules on syntax."""

from __future__ import annotations

from typing import Any, Final

import orjson

from finetooth_rules.finding import INSIDE, Applicability, Consequence, Edit, Finding, Fix, Path, Span
from finetooth_rules.record import Record
from finetooth_rules.scan import FlawKind, scan
from finetooth_rules.schema._edits import written
from finetooth_rules.schema._words import cut

_READ_OVER: Final = frozenset(
    {FlawKind.DUPLICATE_KEY, FlawKind.LINE_SEPARATOR, FlawKind.LOSES_PRECISION}
)  # fmt: skip
"""Flaws of texts that a parser takes."""


def broken(record: Record, path: Path, text: str, code: str, what: str, consequence: Consequence) -> Finding:
    """The finding on a text that is no JSON: at the very character where it breaks.

    `path` is the string's. Its repair, where there is one, changes the same bytes that it would in a record.
    """
    raw = text.encode("utf-8", "surrogatepass")
    flaws = [flaw for flaw in scan(raw, record.max_depth).flaws if flaw.kind not in _READ_OVER]
    if not flaws:  # white space only
        return Finding(code, f"{what} is no JSON", consequence, span=record.locate(path))
    first, *others = flaws
    # Sorted by place alone: of two that put something in at one place, the order is part of the repair.
    edits = sorted(dict.fromkeys(edit for flaw in flaws for edit in flaw.edits), key=lambda edit: edit.span)
    fixes: tuple[Fix, ...] = ()
    if all(flaw.edits for flaw in flaws) and _repairs(raw, edits):
        safe = all(flaw.applicability is Applicability.SAFE for flaw in flaws)
        fixes = (
            Fix(
                first.fix_title if not others else "Write as JSON",
                Applicability.SAFE if safe else Applicability.UNSAFE,
                tuple(_outer(record, path, raw, edit) for edit in edits),
            ),
        )
    return Finding(
        code,
        cut(f"{what} is no JSON: {first.message.replace('the record', 'the text')}"),
        consequence,
        span=_place(record, path, raw, first.span),
        more_spans=tuple(_place(record, path, raw, span) for flaw in flaws for span in flaw.more_spans),
        fixes=fixes,
    )


def loads(text: str | bytes) -> Any:
    """The value of a JSON text; None where it is none (and where it is null)."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _repairs(raw: bytes, edits: list[Edit]) -> bool:
    """Whether the text becomes a JSON object or list."""
    for edit in reversed(edits):
        raw = raw[: edit.span.start] + edit.content + raw[edit.span.end :]
    return isinstance(loads(raw), (dict, list))


def _place(record: Record, path: Path, raw: bytes, span: Span) -> Span:
    """The bytes of the record that mean a span of the text."""
    start = len(raw[: span.start].decode("utf-8", "replace"))
    return record.locate_text(path, start, start + len(raw[span.start : span.end].decode("utf-8", "replace")))


def _outer(record: Record, path: Path, raw: bytes, edit: Edit) -> Edit:
    return Edit(_place(record, path, raw, edit.span), written((*path, INSIDE), edit.content))
