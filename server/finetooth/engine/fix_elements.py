"""Writing a file that is one array with fixes of its elements: every byte around them stays as it is."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from typing import BinaryIO, Final

from finetooth.engine.files.source import BLOCK, read_fully
from finetooth.engine.lint_file import RecordFindings
from finetooth_rules.array_edits import in_place, removal
from finetooth_rules.edits import apply_edits
from finetooth_rules.finding import Fix

_AROUND: Final = 4096
"""Bytes looked at around an element for its comma and its indentation."""


def fix_elements(
    stream: BinaryIO, out: BinaryIO, taken: Sequence[tuple[RecordFindings, tuple[Fix, ...]]]
) -> None:
    """Copy the file with the chosen fixes, which are in order of place.

    An element that is taken away takes a comma with it. Where that comma went with the element before, it
    is left for the next round.
    """
    at = 0
    for item, fixes in taken:
        raw = item.record.raw
        end = item.offset + len(raw)
        edits = tuple(edit for fix in fixes for edit in fix.edits)
        lines = fixes[0].lines
        before = _slice(stream, max(at, item.offset - _AROUND), item.offset)
        start = item.offset
        if lines is None:
            new = apply_edits(raw, edits)
        elif lines:
            new = in_place(lines, before[max(before.rfind(b"\n"), before.rfind(b"\r")) + 1 :])
        else:
            take = removal(before, _slice(stream, end, end + _AROUND))
            if take == (0, 0) and not before.rstrip(b" \t\r\n").endswith(b"["):
                continue
            start, end, new = start - take.before, end + take.behind, b""
        if start < at:
            continue
        stream.seek(at)
        _copy(stream, out, start - at)
        out.write(new)
        at = end
    stream.seek(at)
    shutil.copyfileobj(stream, out, BLOCK)


def _slice(stream: BinaryIO, start: int, end: int) -> bytes:
    stream.seek(start)
    return read_fully(stream, end - start)


def _copy(stream: BinaryIO, out: BinaryIO, count: int) -> None:
    while count > 0 and (chunk := stream.read(min(count, BLOCK))):
        out.write(chunk)
        count -= len(chunk)
