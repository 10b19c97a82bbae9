"""Which findings are under the cursor."""

from __future__ import annotations

from finetooth.lsp.diagnostics import Drawn
from finetooth.lsp.open_document import OpenDocument


def findings_at(document: OpenDocument, line: int, character: int) -> list[Drawn]:
    """The findings at a place, the ones that point at it most exactly first."""
    if not document.settings.enable:
        return []
    shown = document.renderer.of_file()
    entries, start = document.index.entries_at(line)
    if not document.index.is_no_dataset:
        for entry in entries:
            shown += document.renderer.entry(entry, start)
    met = [drawn for drawn in shown if _from(drawn, "start") <= (line, character) <= _from(drawn, "end")]
    return sorted(met, key=_extent)


def _from(drawn: Drawn, side: str) -> tuple[int, int]:
    place = drawn.diagnostic["range"][side]
    return place["line"], place["character"]


def _extent(drawn: Drawn) -> tuple[int, int]:
    (first, left), (last, right) = _from(drawn, "start"), _from(drawn, "end")
    return last - first, right - left
