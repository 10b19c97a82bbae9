"""From fixes to the text edits that an editor makes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from finetooth.engine.live.blocks import Entry
from finetooth.engine.live.document import columns, decode, line_ending
from finetooth.engine.live.fix import ElementRepair, Removed
from finetooth.lsp.convert import Renderer
from finetooth.lsp.positions import at_place, document_end
from finetooth_rules.array_edits import Removal, in_place, removal
from finetooth_rules.edits import replacement
from finetooth_rules.finding import Applicability, Fix, Rewrite
from finetooth_rules.framing import position
from finetooth_rules.reading.grammar import BOM

Json = dict[str, Any]
UNSAFE_SUFFIX: Final = " (changes what is learnt)"
_LINES_AROUND: Final = 8
"""Lines looked at around an element for its comma."""


def title(fix: Fix) -> str:
    """The title of a fix in a menu; an unsafe one says so."""
    return fix.title if fix.applicability is Applicability.SAFE else fix.title + UNSAFE_SUFFIX


def fix_edits(renderer: Renderer, fix: Fix, entry: Entry, start: int) -> list[Json]:
    """The text edits of a fix of the record at line `start`."""
    record = renderer.index.record(entry, start)
    if fix.lines is not None and renderer.index.is_array:
        return _element_edit(renderer, fix.lines, entry, start)
    if fix.lines is not None:
        lines = renderer.index.document.lines[start : start + entry.lines]
        return [line_edit(renderer, start, entry.lines, replacement(lines, record, fix))]
    return [
        {"range": renderer.range(entry, start, record, edit.span), "newText": decode(edit.content)}
        for edit in fix.edits
    ]


def _element_edit(renderer: Renderer, texts: Sequence[bytes], entry: Entry, start: int) -> list[Json]:
    """Other records in the place of an element, or none: then a comma goes with it."""
    index = renderer.index
    lines = index.document.lines
    first = max(0, start - _LINES_AROUND)
    before = b"".join(lines[first:start]) + index.document.bytes_from(start, entry.at)
    covered = index.document.bytes_from(start, entry.at + entry.size)
    number = start + covered.count(b"\n") + covered.count(b"\r") - covered.count(b"\r\n")
    rest = b"".join(lines[start : number + 1 + _LINES_AROUND])[len(covered) :]
    if texts:
        text = in_place(texts, before[max(before.rfind(b"\n"), before.rfind(b"\r")) + 1 :])
        take = Removal(0, 0)
    else:
        text, take = b"", removal(before, rest)
        if take == (0, 0) and not before.rstrip(b" \t\r\n").endswith(b"["):
            return []
    whole_text = before + covered[entry.at :] + rest
    left = len(before) - take.before
    right = len(before) + entry.size + take.behind
    ends = [_place_after(renderer, first, whole_text[:at]) for at in (left, right)]
    return [{"range": {"start": ends[0], "end": ends[1]}, "newText": decode(text)}]


def _place_after(renderer: Renderer, first: int, text: bytes) -> Json:
    """The position behind bytes that begin with line `first`."""
    at = position(text, len(text))
    line = renderer.index.document.lines[first + at.line] if at.offset else b""
    return at_place(first + at.line, columns(line, [at.offset], renderer.facts.encoding)[0])


def element_edits(renderer: Renderer, repair: ElementRepair) -> list[Json]:
    """The text edits of a repair of elements. What is removed goes with the commas behind it, at the end of
    the array with the one before it.
    """
    if isinstance(repair, Removed):
        (first, at), (last, until) = repair.first, repair.last
        start, end = renderer.place_in(first, at, 0), renderer.place_in(last, until, last.size)
        if repair.behind is not None:
            end = renderer.place_in(*repair.behind, 0)
        elif repair.before is not None:
            start = renderer.place_in(*repair.before, repair.before[0].size)
        return [{"range": {"start": start, "end": end}, "newText": ""}]
    entry, start_line = repair.entry, repair.start
    if len(repair.texts) != 1:
        return _element_edit(renderer, repair.texts, entry, start_line)
    ends = [renderer.place_in(entry, start_line, at) for at in (0, entry.size)]
    return [{"range": {"start": ends[0], "end": ends[1]}, "newText": decode(repair.texts[0])}]


def file_fix_edits(renderer: Renderer, fix: Fix) -> list[Json]:
    """The text edits of a repair of the whole file; none where it cannot be made in an editor's text."""
    document = renderer.index.document
    if not document.lines:
        return []
    if fix.rewrite is Rewrite.STRIP_BOM and document.lines[0].startswith(BOM):
        end = at_place(0, columns(document.lines[0], [len(BOM)], renderer.facts.encoding)[0])
        return [{"range": {"start": at_place(0, 0), "end": end}, "newText": ""}]
    if fix.rewrite is not Rewrite.FINAL_NEWLINE:
        return []
    if line_ending(document.lines[-1]):
        return []  # mended in the editor already, and not yet saved
    end = document_end(document, renderer.facts.encoding)
    return [{"range": {"start": end, "end": end}, "newText": decode(line_ending(document.lines[0]) or b"\n")}]


def line_edit(renderer: Renderer, first: int, count: int, lines: Sequence[bytes]) -> Json:
    """Replace `count` whole lines of the document by others, which have their endings."""
    document = renderer.index.document
    end = at_place(first + count, 0)
    if first + count == len(document.lines) and not line_ending(document.lines[-1]):
        end = document_end(document, renderer.facts.encoding)
    return {"range": {"start": at_place(first, 0), "end": end}, "newText": decode(b"".join(lines))}
