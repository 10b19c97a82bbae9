"""What is shown beside the findings: tokens behind each record, and a line on the whole file above the first.

Both are found out in the background, and a client that can be told so is told to ask anew: for the hints
when counts came too late for an answer, for the lens when it says something else than before. Meanwhile the
lens stays as it was, so nothing flickers while somebody types.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from finetooth.lsp.open_document import OpenDocument
from finetooth.lsp.token_counts import Placed, spelled, wait_for
from finetooth.lsp.view import totals
from finetooth_rules.finding import Severity

if TYPE_CHECKING:
    from finetooth.lsp.session import Session

_ALL_BYTES: Final = 1024 * 1024
"""Every record of a document up to this size is counted; of a larger one a sample of about this size."""
_SAMPLE_RECORDS: Final = 512
_OFF_TASK: Final = frozenset({"TSK001", "TSK002"})
_NAMES: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


@dataclass(slots=True)
class Overview:
    """A document in numbers. `tokens` is None where they cannot be counted; `sampled`: by a sample."""

    rows: int = 0
    tokens: int | None = None
    estimated: bool = False
    sampled: bool = False
    findings: dict[Severity, int] | None = None
    off_task: int = 0

    def title(self) -> str:
        """The numbers in a line."""
        parts = [_counted(self.rows, "row")]
        if self.tokens is not None:
            parts.append(f"{_tokens(self.tokens, self.estimated, self.sampled)} tokens")
        found = [
            _counted(count, _NAMES[severity]) for severity, count in (self.findings or {}).items() if count
        ]
        parts.append(", ".join(found) or "no findings")
        if self.off_task:
            parts.append(f"{self.off_task:,} off-task")
        return " · ".join(parts)


class Annotations:
    """When they are found out, for all documents of a session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._waiting: dict[str, asyncio.Task[None]] = {}

    def linted(self, document: OpenDocument) -> None:
        """All lines of a document are read: hints that could not be given before may now be."""
        if document.hints_late or document.hints_of not in (None, document.counts):
            self.refresh_hints(document)

    def judged(self, document: OpenDocument) -> None:
        """All rules had their say."""
        if document.settings.code_lens:
            self._session.soon(("lens", document.uri), lambda: self._steps(document), 0.0)

    def refresh_hints(self, document: OpenDocument) -> None:
        """Have the client ask anew for hints."""
        document.hints_late = False
        session = self._session
        if session.facts.refreshes_hints and session.documents.get(document.uri) is document:
            session.server.workspace_inlay_hint_refresh(None)

    def refresh_hints_after(self, calls: set[Future[Any]], document: OpenDocument) -> None:
        """The same when these calls are done."""
        if self._session.facts.refreshes_hints and document.uri not in self._waiting:
            self._waiting[document.uri] = asyncio.get_running_loop().create_task(self._after(calls, document))

    async def _after(self, calls: set[Future[Any]], document: OpenDocument) -> None:
        await wait_for(calls, None)
        self._waiting.pop(document.uri, None)
        self.refresh_hints(document)

    def _steps(self, document: OpenDocument) -> Iterator[Any]:
        overview = yield from _overview_steps(document)
        before = document.overview
        document.overview = overview
        known = None if before is None else before.title()
        if known != (None if overview is None else overview.title()) and self._session.facts.refreshes_lenses:
            self._session.server.workspace_code_lens_refresh(None)


def _overview_steps(document: OpenDocument) -> Generator[Any, None, Overview | None]:
    """The numbers of a document, in small steps; the generator's value."""
    index = document.index
    if index.is_no_dataset:
        return None
    overview = Overview()
    sample: list[tuple[Placed, int]] = []
    count = sum(len(block.entries) for block in index.blocks)
    step = _stride(document.document.size, count)
    for block in index.blocks:
        start = index.blocks.start(block)
        for number, entry in enumerate(block.entries):
            size = _size(document, entry.lines, start) if not index.is_array else entry.size
            if size > 0 and not entry.glue:
                overview.rows += 1
                if number % step == step // 2:
                    sample.append(((entry, start), size))
            start += entry.lines
        overview.off_task += sum(
            any(finding.code in _OFF_TASK for _, finding in index.visible(entry))
            for _, entry in index.flagged(block).entries
        )
        yield None
    if not overview.rows:
        return None
    overview.findings = totals(document.renderer)
    yield None
    yield from _count(document, overview, sample, step)
    return overview


def _count(
    document: OpenDocument, overview: Overview, sample: list[tuple[Placed, int]], step: int
) -> Iterator[Future[Any] | None]:
    """Count the tokens of the sample, and by it those of the document."""
    calls = document.counts.ask(placed for placed, _ in sample)
    yield None
    yield from calls
    tokens = size = counted = 0
    for (entry, _), length in sample:
        size += length
        known = document.counts.known(entry)
        if known is not None:
            counted += 1
            tokens += known.total
            overview.estimated |= known.estimated
    overview.sampled = step > 1
    if counted:
        overview.tokens = tokens if step == 1 else round(tokens * document.document.size / size)


def _stride(size: int, count: int) -> int:
    """Of how many records one is counted. Counted from each block's first, so that an edit elsewhere leaves
    the sample as it is."""
    if size <= _ALL_BYTES or not count:
        return 1
    wanted = min(_SAMPLE_RECORDS, max(16, _ALL_BYTES * count // size))
    return max(1, min(count // wanted, 256))


def _size(document: OpenDocument, lines: int, start: int) -> int:
    """Bytes of the record on some lines; 0 for blank ones."""
    of_record = document.document.lines[start : start + lines]
    return sum(map(len, of_record)) if any(line.strip() for line in of_record) else 0


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"


def _tokens(count: int, estimated: bool, sampled: bool) -> str:
    """`5,812`, `~5,812`; of a sample no more digits than it tells: `~12.3M`."""
    if not sampled or count < 1000:
        return spelled(count, estimated=estimated or sampled)
    for unit, size in (("M", 1_000_000), ("k", 1_000)):
        if count >= size:
            value = count / size
            return f"~{value:,.0f}{unit}" if value >= 100 else f"~{value:.3g}{unit}"
    raise AssertionError("a count of a thousand or more has a unit")
