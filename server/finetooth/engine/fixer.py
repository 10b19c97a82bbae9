"""Carrying out fixes: round after round until none is left, then one atomic replacement of the file.

The file on disk is whole at every moment: a new file is written beside it, flushed, given the old one's
mode, and renamed over it. Killed at any point, the run leaves the old file or the new one.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from finetooth.engine.files.atomic import write_atomically
from finetooth.engine.files.source import BLOCK, Source, read_fully
from finetooth.engine.fix_elements import fix_elements
from finetooth.engine.lint_file import FileResult, RecordFindings
from finetooth.engine.report import Change, Hunk
from finetooth.engine.request import FixMode
from finetooth_rules.array import Framing
from finetooth_rules.edits import one_line, replacement, together
from finetooth_rules.finding import Applicability, Fix, Rewrite
from finetooth_rules.framing import split_lines

ROUNDS: Final = 10
WINDOW: Final = 400


@dataclass(frozen=True, slots=True)
class Fixed:
    """What fixing one file came to: what is left, how many findings went, and the bytes or the change where
    asked for.
    """

    result: FileResult
    count: int
    change: Change | None = None
    data: bytes | None = None


def fix_file(
    result: FileResult, mode: FixMode, *, lint: Callable[[Source], FileResult], write: bool
) -> Fixed:
    """Fix a file until nothing fixable is left (at most 10 rounds). `write` replaces it; otherwise it stays
    untouched.

    Raises OSError, the file then being as it was.
    """
    original = result.source
    folder = original.path.resolve().parent if write and original.path is not None else None
    count = 0
    with tempfile.TemporaryDirectory(prefix="finetooth-") as scratch:
        current = result
        for number in range(ROUNDS):
            taken = [*_chosen(current, mode)]
            rewrites = [*_rewrites(current, mode)]
            if not taken and not rewrites:
                break
            path = Path(scratch) / str(number)
            with path.open("wb") as out:
                _write_round(current, taken, rewrites[:1], out)
            fixed = lint(dataclasses.replace(original, path=path, data=None))
            count += sum(len(fixes) for _, fixes in taken) if not rewrites else 1
            current = fixed
        if current is result:
            return Fixed(result, 0, data=_bytes(original) if original.path is None else None)
        assert current.source.path is not None
        change = _change(original, current.source) if not write else None
        if folder is not None and original.path is not None:
            with current.source.path.open("rb") as fixed_data:
                write_atomically(original.path.resolve(), fixed_data)
            return Fixed(current.read_from(original), count)
        data = current.source.path.read_bytes()
        inside = dataclasses.replace(original, path=None, data=data)
        return Fixed(current.read_from(inside), count, change, data)


def _bytes(source: Source) -> bytes:
    with source.open() as stream:
        return stream.read()


def _may(fix: Fix, mode: FixMode) -> bool:
    return fix.applicability is Applicability.SAFE or mode is FixMode.UNSAFE


def _rewrites(result: FileResult, mode: FixMode) -> Iterator[Rewrite]:
    for finding in result.of_file:
        for fix in finding.fixes:
            if fix.rewrite is not None and _may(fix, mode):
                yield fix.rewrite


def _chosen(result: FileResult, mode: FixMode) -> Iterator[tuple[RecordFindings, tuple[Fix, ...]]]:
    """The fixes of each record that can be carried out together in one round."""
    for item in sorted(result.of_records, key=lambda item: item.offset):
        fixes = together(item.findings, lambda fix: _may(fix, mode))
        if fixes:
            yield item, fixes


def _write_round(
    result: FileResult,
    taken: Sequence[tuple[RecordFindings, tuple[Fix, ...]]],
    rewrites: Sequence[Rewrite],
    out: BinaryIO,
) -> None:
    """Copy the file with the chosen fixes; a rewrite of the whole file has a round of its own."""
    with result.source.open() as stream:
        if rewrites:
            _REWRITERS[rewrites[0]](stream, out)
            return
        if result.source.framing is Framing.ARRAY:
            fix_elements(stream, out, taken)
            return
        at = 0
        for item, fixes in taken:
            _copy(stream, out, item.offset - at)
            size = _lines_size(stream, item)
            lines = split_lines(read_fully(stream, size))
            edits = tuple(edit for fix in fixes for edit in fix.edits)
            whole = fixes[0] if fixes[0].lines is not None else Fix("", Applicability.SAFE, edits)
            out.write(b"".join(replacement(lines, item.record, whole)))
            at = item.offset + size
        shutil.copyfileobj(stream, out, BLOCK)


def _lines_size(stream: BinaryIO, item: RecordFindings) -> int:
    """Bytes of the record's lines, the last ending included; the stream stays where it is."""
    here = stream.tell()
    stream.seek(len(item.record.raw), os.SEEK_CUR)
    after = read_fully(stream, 2)
    stream.seek(here)
    return len(item.record.raw) + (2 if after == b"\r\n" else 1 if after[:1] in (b"\n", b"\r") else 0)


def _copy(stream: BinaryIO, out: BinaryIO, count: int) -> None:
    while count > 0 and (chunk := stream.read(min(count, BLOCK))):
        out.write(chunk)
        count -= len(chunk)


def _strip_bom(stream: BinaryIO, out: BinaryIO) -> None:
    head = read_fully(stream, 3)
    if head != b"\xef\xbb\xbf":
        out.write(head)
    shutil.copyfileobj(stream, out, BLOCK)


def _final_newline(stream: BinaryIO, out: BinaryIO) -> None:
    last, ends = b"", b"\n"
    while chunk := stream.read(BLOCK):
        if b"\r\n" in chunk:
            ends = b"\r\n"
        out.write(chunk)
        last = chunk[-1:]
    if last not in (b"\n", b"\r", b""):
        out.write(ends)


def _lf_endings(stream: BinaryIO, out: BinaryIO) -> None:
    held = b""
    while chunk := stream.read(BLOCK):
        chunk, held = held + chunk, b""
        if chunk.endswith(b"\r"):
            chunk, held = chunk[:-1], b"\r"
        out.write(chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
    if held:
        out.write(b"\n")


def _json_lines(stream: BinaryIO, out: BinaryIO) -> None:
    """One element of the array a line, its bytes as they are but for line breaks and indentation between
    tokens.
    """
    import orjson

    from finetooth.engine.files.json_array import elements

    data = stream.read()
    try:
        orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        out.write(data)  # not to be taken apart without losing something
        return
    for element in elements(data):
        out.write(one_line(element) + b"\n")


_REWRITERS: Final = {
    Rewrite.STRIP_BOM: _strip_bom,
    Rewrite.FINAL_NEWLINE: _final_newline,
    Rewrite.LF_ENDINGS: _lf_endings,
    Rewrite.JSON_LINES: _json_lines,
}


def _change(before: Source, after: Source) -> Change | None:
    """The lines that differ, as hunks. Fixes change few lines at a time, so the two are walked side by side
    and met again within a window; what never meets is one hunk to the end.
    """
    old, new = split_lines(_bytes(before)), split_lines(_bytes(after))
    hunks: list[Hunk] = []
    i = j = 0
    while i < len(old) or j < len(new):
        if i < len(old) and j < len(new) and old[i] == new[j]:
            i, j = i + 1, j + 1
            continue
        di, dj = _meet(old, new, i, j)
        hunks.append(Hunk(i + 1, tuple(old[i : i + di]), tuple(new[j : j + dj])))
        i, j = i + di, j + dj
    return Change(before.name, tuple(hunks)) if hunks else None


def _meet(old: Sequence[bytes], new: Sequence[bytes], i: int, j: int) -> tuple[int, int]:
    """How many lines of each to skip until two equal lines meet; all that is left where none do within the
    window.
    """
    for distance in range(1, WINDOW):
        for di in range(distance + 1):
            dj = distance - di
            if i + di < len(old) and j + dj < len(new) and old[i + di] == new[j + dj]:
                return di, dj
    return len(old) - i, len(new) - j
