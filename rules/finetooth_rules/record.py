"""A slice of the file's bytes, read as one training record.

Parsing never raises: a record has a value, or syntax flaws, or both (a flaw that can be read over, such as
a trailing comma, leaves a usable value, so the other rules still see the record).
"""

from __future__ import annotations

from typing import Any, Final

import orjson

from finetooth_rules import scan as scanning
from finetooth_rules.finding import Path, Span
from finetooth_rules.scan import EMPTY, MISSING, Flaw, FlawKind, Scan
from finetooth_rules.spans import find_span, find_text_span

DEFAULT_MAX_DEPTH: Final = 512


class Record:
    """One record: normally a line without its ending; several lines joined when it was pretty-printed.

    In a file that is one array it is an element.

    `raw` is the slice, `line_count` how many lines of the file it covers. `oversize` marks a record over
    `max-record-bytes`, of which only the head is held.
    """

    __slots__ = (
        "_scan",
        "column",
        "element",
        "example",
        "glue",
        "line_count",
        "max_depth",
        "oversize",
        "parsed",
        "raw",
        "strict",
    )

    def __init__(
        self,
        raw: bytes,
        line_count: int = 1,
        max_depth: int = DEFAULT_MAX_DEPTH,
        *,
        oversize: bool = False,
        element: bool = False,
        glue: Scan | None = None,
    ) -> None:
        self.raw = raw
        self.column = 0
        """Code points before the slice on its first line: an element of an array may stand anywhere."""
        self.element = element
        """An element of a file that is one array: it may cover as many lines as it likes."""
        self.glue = glue is not None
        """No record, but wrong bytes between two elements, and the flaw they are (see `array`)."""
        self.line_count = line_count
        self.oversize = oversize
        self.max_depth = max_depth
        self._scan = glue
        self.example: Any = None
        """The Example read from it, kept by the linter (`example.Example`; typed loosely, as it refers
        back).
        """
        self.parsed: Any = MISSING
        """The value of a slice that is JSON to the letter; else `MISSING`, and `value` tells what can be
        made out.
        """
        self.strict = False
        """Whether the slice is JSON to the letter (RFC 8259), as orjson reads it."""
        if not oversize and glue is None:
            try:
                self.parsed = orjson.loads(raw)
                self.strict = True
            except orjson.JSONDecodeError:
                pass

    def refuse_depth(self) -> bool:
        """Whether the record nests deeper than `max_depth`; then it counts as one that could not be read.

        Asked only where there are more brackets than that, so that rules may recurse over a value.
        """
        if self.raw.count(b"{") + self.raw.count(b"[") <= self.max_depth:
            return False
        if not any(flaw.kind is FlawKind.TOO_DEEP for flaw in self.flaws):
            return False
        self.strict = False
        self.parsed = MISSING
        return True

    @property
    def blank(self) -> bool:
        """Nothing but white space."""
        return not self.strict and not self.oversize and not self.glue and not self.raw.strip(b" \t\r\n")

    @property
    def syntax(self) -> Scan:
        """The tolerant reading of the slice: its flaws, and the value that could still be made out."""
        if self._scan is None:
            self._scan = EMPTY if self.oversize else scanning.scan(self.raw, self.max_depth)
        return self._scan

    @property
    def flaws(self) -> tuple[Flaw, ...]:
        """Everything wrong with the text of the record, in order of place."""
        return self.syntax.flaws

    @property
    def value(self) -> Any:
        """The decoded value; `MISSING` when none could be made out."""
        if self.strict:
            return self.parsed
        return self.syntax.value

    def locate(self, path: Path, *, on_key: bool = False) -> Span:
        """Span of the value at `path` (of its key, with `on_key`); the nearest ancestor's where there is
        none.

        The span of a string includes its quotes.
        """
        return find_span(self.raw, path, on_key=on_key, strict=self.strict)

    def locate_text(self, path: Path, start: int, end: int) -> Span:
        """Span of characters `start` to `end` (code points) of the decoded string at `path`."""
        return find_text_span(self.raw, path, start, end, strict=self.strict)
