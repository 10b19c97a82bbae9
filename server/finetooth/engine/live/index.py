"""The findings of an open document, kept up to date while it is typed in.

`touch` tells of an edit; it only marks lines as pending. `lint_steps` reads pending lines as records and
runs the rules of a keystroke on them; whatever the edit did not reach stays as it is, by identity. All
other rules follow in `judge_steps`. Both are generators that yield after about a millisecond, for the
scheduler.

Why this equals reading the whole text anew: entries cover the lines without a gap, each is what
`framing.frame` makes of its first line, and an entry is unsettled when an edit touches a line that decided
it. When a record that is read anew runs over the entries behind it, they are taken away and what is left of
their lines is pending.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from itertools import islice
from typing import Any, Final

from finetooth.engine.baseline import Ignored
from finetooth.engine.lint_file import WHOLE_FILE_CODES
from finetooth.engine.live.alike import counted
from finetooth.engine.live.blocks import CARRIED, Block, Blocks, Entry, Flagged
from finetooth.engine.live.document import Document, Touched
from finetooth.engine.live.gather import Gatherer, Here
from finetooth.engine.live.ignored import left_of
from finetooth.engine.live.judge import Judge
from finetooth.engine.live.known import Known, carried, left_over
from finetooth.engine.live.records import RawRecord
from finetooth_rules.array import Framing
from finetooth_rules.array_lines import Segment, segment_steps
from finetooth_rules.features import Features
from finetooth_rules.file_facts import FileFacts
from finetooth_rules.finding import Finding, Severity
from finetooth_rules.framing import Bounds, Framed, content, frame
from finetooth_rules.lint import Findings, Linter
from finetooth_rules.record import Element, Record

BULK_LINES: Final = 256
"""More pending lines than this are not linted within a keystroke."""
BULK_BYTES: Final = 256 * 1024
"""A longer record is not linted within a keystroke, and not in the server's own process."""
_STEP_SECONDS: Final = 0.001
_MOST_RECORDS: Final = 64
"""In a step; a hundred bad records behind many good ones would else be a step of a tenth of a second."""
_STEP_BYTES: Final = 512 * 1024
_LARGE: Final = 64 * 1024
"""A record of more bytes is kept while nobody looks at another such one: requests often ask for the same."""


class LiveIndex:
    """Records and findings of one open document under one profile."""

    def __init__(
        self,
        document: Document,
        linter: Linter,
        gatherer: Gatherer | None = None,
        *,
        framing: Framing = Framing.LINES,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        profile = linter.profile
        self.document = document
        self.uri = ""
        """How a client calls the document, for those that point at it."""
        self.is_array = framing is Framing.ARRAY
        self.linter = linter
        self.of_file: tuple[Finding, ...] = ()
        self.found: list[Entry] = []
        """Records with findings since whoever shows them last emptied the list."""
        self.ignored: Ignored | None = None
        """What a baseline says of the document (see `ignored.ignore`)."""
        self.bounds = Bounds(profile.max_joined_lines, profile.max_record_bytes, profile.max_depth)
        self._of_form = frozenset(rule.code for rule in linter.rules if rule.of_form)
        self._clock = clock
        self._batch = 16
        self._max_reach = 1
        self._edits = 0
        self._last: Record | None = None
        first = Entry(len(document.lines))
        self.blocks = Blocks([first] if first.lines else [])
        self._pending = [first] if first.lines else []
        self._gatherer = gatherer or Here(linter, Features())
        self.judge = Judge(self, linter, self._gatherer)

    # -- edits --------------------------------------------------------------------------------------------

    def touch(self, touched: Touched) -> None:
        """Lines of the document were replaced: whatever they decided is pending."""
        self.judge.unsettle()
        self._edits += 1
        number, index, start = self.blocks.locate(touched.first)
        if self.is_array:
            number, index, _ = self._with_first_on_line(number, index)
        self._unsettle_before(number, index, start, touched.first)
        count = covered = 0
        # What stands on the first line of an array is read as its beginning: also what moves up to there.
        beginning = self.is_array and touched.first == 0
        inside = touched.removed > 0 or start < touched.first or beginning
        moved_up = beginning and not touched.inserted
        needed = max(touched.first + touched.removed - start + moved_up, 1) if inside else 0
        for entry in self._from(number, index):
            if covered >= needed:
                break
            count += 1
            covered += entry.lines
        lines = covered - touched.removed + touched.inserted
        before = touched.first - start
        # A piece of an array says nothing before what stands above it is read.
        apart = lines > BULK_LINES and not self.is_array
        parts = [before, touched.inserted, lines - before - touched.inserted] if apart else [lines]
        new = [Entry(part) for part in parts if part]
        old = self.blocks.replace(number, index, count, new)
        if self.is_array and new:
            old, new[0].kept = left_over(old)
        elif len(new) == 1:
            new[0].carried = carried(old, new[0].lines)
        self._forget(old)
        self._pending += sorted(new, key=lambda entry: -entry.lines)

    def _unsettle_before(self, number: int, index: int, start: int, line: int) -> None:
        """Make the records before `line` pending that looked at it."""
        for entry in self._before(number, index):
            start -= entry.lines
            if line - start >= self._max_reach:
                return
            if not entry.pending and start + entry.reach > line:
                self._forget([entry])
                entry.reset()
                if entry.lines:  # the others on its lines go with it
                    self._pending.append(entry)

    def _from(self, number: int, index: int) -> Iterator[Entry]:
        for block in self.blocks.blocks[number:]:
            yield from block.entries[index:]
            index = 0

    def _before(self, number: int, index: int) -> Iterator[Entry]:
        blocks = self.blocks.blocks
        while number >= 0 and blocks:
            entries = blocks[number].entries
            for at in range(min(index, len(entries)) - 1, -1, -1):
                yield entries[at]
            number -= 1
            index = len(blocks[number].entries) if number >= 0 else 0

    def _forget(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if entry.keys or entry.rows:
                self.judge.forget(entry)
            if entry.kept:
                kept, entry.kept = entry.kept, ()
                self._forget(kept)

    # -- records ------------------------------------------------------------------------------------------

    @property
    def settled(self) -> bool:
        """Whether every line is read and checked by the rules of a keystroke."""
        self._drop_done()
        return not self._pending

    @property
    def read_part(self) -> float:
        """What part of the lines is read."""
        left = sum(entry.lines for entry in self._pending if entry.block is not None and entry.pending)
        return 1 - left / max(len(self.document.lines), 1)

    @property
    def judged(self) -> bool:
        """Whether all other rules have their say as well."""
        return self.settled and self.judge.settled

    def lint_steps(self, *, bulk: bool = True) -> Iterator[Future[Any] | None]:
        """Read and check pending lines, the latest edit first; without `bulk` only what is quick. Where it
        yields a future, it goes on when that is done."""
        while self._drop_done():
            entry = self._pending[-1]
            if not bulk and self._is_bulk(entry):
                return
            began = self._clock()
            if self.is_array:
                yield from self._lint_segment(entry, began)
                continue
            framed = self._frame(entry)
            first = framed[0].record
            if len(first.raw) <= BULK_BYTES or not bulk:
                self._place(entry, framed, self.linter.check([item.record for item in framed]))
                self._adapt(len(framed), self._clock() - began)
            else:
                # Such a record may take seconds. The document may be edited before they are over.
                asked = self._gatherer.check([RawRecord(first.raw, first.line_count, first.oversize)])
                yield asked
                if entry.block is None or not entry.pending:
                    continue
                framed = self._frame(entry)
                if framed[0].record.raw == first.raw:
                    findings, broken = asked.result()
                    self.linter.broken.update(broken)
                    self._place(entry, framed, findings)
            yield None

    def _lint_segment(self, entry: Entry, began: float) -> Iterator[Future[Any] | None]:
        """Read and check the first segments of a pending entry of an array."""
        at = self.blocks.place(entry)[2]
        end, size = at + entry.lines, 0
        found: list[Segment] = []
        edits = self._edits
        while at < end and size < self._batch:
            part = yield from self._segment(at)
            if part is None:
                return
            found.append(part)
            at += part.lines
            size += 1 + len(part.items)
        known = Known(entry.kept)
        entries, new = known.entries(found)
        for start in range(0, len(new), self._batch):
            some = new[start : start + self._batch]
            checked = self.linter.check([record for _, record in some])
            for (item, _), findings in zip(some, checked, strict=True):
                item.findings = findings
            if len(new) > start + self._batch:
                yield None
                if self._edits != edits:
                    return
        entry.kept = known.left()
        self._put(entry, entries)
        self._adapt(size, self._clock() - began)
        yield None

    def _segment(self, line: int) -> Generator[None, None, Segment | None]:
        """The segment that begins with a line; None where an edit came in between."""
        edits, began = self._edits, self._clock()
        steps = segment_steps(self.document.lines, line, self.bounds)
        while True:
            try:
                next(steps)
            except StopIteration as done:
                found: Segment = done.value
                return found
            if self._clock() - began > _STEP_SECONDS:
                yield None
                if self._edits != edits:
                    return None
                began = self._clock()

    def judge_steps(self) -> Iterator[Future[Any] | None]:
        """Run the rules that need features or the whole file, on what is settled. Where it yields a future,
        it goes on when that is done."""
        return self.judge.dataset.steps()

    def settle(self) -> None:
        """Do everything that is left, at once."""
        for steps in (self.lint_steps(), self.judge_steps()):
            for waited in steps:
                if waited is not None:
                    waited.result()

    def _drop_done(self) -> bool:
        """Forget entries that are no longer pending; whether any is left."""
        pending = self._pending
        while pending and (pending[-1].block is None or not pending[-1].pending):
            pending.pop()
        return bool(pending)

    def _is_bulk(self, entry: Entry) -> bool:
        if entry.lines > BULK_LINES:
            return True
        start = self.blocks.place(entry)[2]
        return sum(map(len, self.document.lines[start : start + entry.lines])) > BULK_BYTES

    def _frame(self, entry: Entry) -> list[Framed]:
        """The first records of a pending entry: one large one, or some small ones."""
        lines, bounds = self.document.lines, self.bounds
        at = self.blocks.place(entry)[2]
        end, size = at + entry.lines, 0
        found: list[Framed] = []
        while at < end and len(found) < self._batch and size < _STEP_BYTES:
            framed = frame(lines, at, bounds)
            assert framed is not None  # the whole rest of the document is given
            record, reach = framed
            large = len(record.raw) > BULK_BYTES
            if large and found:
                break
            # A record that was still open at the end of the document may change when lines are appended.
            found.append(Framed(record, reach + (not record.strict and at + reach >= len(lines))))
            at += record.line_count
            size += len(record.raw)
            if large:
                break
        return found

    def _place(self, entry: Entry, framed: Sequence[Framed], findings: Sequence[Findings]) -> None:
        """Put records in the place of the lines they cover, from the first of a pending entry on."""
        self._put(
            entry,
            [
                Entry(record.line_count, reach, of_record)
                for (record, reach), of_record in zip(framed, findings, strict=True)
            ],
        )

    def _put(self, entry: Entry, new: list[Entry]) -> None:
        """The same with entries."""
        number, index, _ = self.blocks.place(entry)
        if entry.carried and len(new) == 1 and new[0].lines == entry.lines:
            self.judge.carry(new[0], entry.carried)
        self.found += [item for item in new if item.findings]
        self._max_reach = max(self._max_reach, *(item.reach for item in new))
        count = 1
        if self.is_array:
            number, index, count = self._with_first_on_line(number, index)
        left = entry.lines - sum(item.lines for item in new)
        for following in self._from(number, index + count):
            if left >= 0:
                break
            count += 1
            left += following.lines
        if left:
            rest = Entry(left)
            rest.kept, entry.kept = entry.kept, ()
            new.append(rest)
            self._pending.append(rest)
        self._forget(self.blocks.replace(number, index, count, new))

    def _with_first_on_line(self, number: int, index: int) -> tuple[int, int, int]:
        """The first of the entries on the same lines, and how many they are."""
        count = 1
        for entry in self._before(number, index):
            if entry.lines:
                break
            count += 1
            index -= 1
            if index < 0:
                number -= 1
                index = len(self.blocks.blocks[number].entries) - 1
        return number, index, count

    def _adapt(self, count: int, spent: float) -> None:
        """Choose how many records are read in a step, by the time the last ones took."""
        if spent > 1.5 * _STEP_SECONDS:
            self._batch = max(1, self._batch // 2)
        elif spent < 0.75 * _STEP_SECONDS and count == self._batch:
            self._batch = min(_MOST_RECORDS, self._batch * 2)

    def record(self, entry: Entry, start: int) -> Record:
        """The record of a settled entry whose first line is `start`; a large one that was looked at last is
        not parsed anew."""
        raw, line_count, oversize, _ = self.raw_record(entry, start)
        if len(raw) < _LARGE:
            return self._parsed(entry, raw, line_count, oversize)
        last = self._last
        if last is None or (last.raw, last.line_count, last.glue) != (raw, line_count, entry.glue):
            self._last = last = self._parsed(entry, raw, line_count, oversize)
        return last

    def _parsed(self, entry: Entry, raw: bytes, line_count: int, oversize: bool) -> Record:
        if not self.is_array:
            return Record(raw, line_count, self.bounds.max_depth, oversize=oversize)
        element = Element(raw, line_count, self.bounds.max_depth, oversize=oversize)
        element.glue = entry.glue
        return element

    def raw_record(self, entry: Entry, start: int) -> RawRecord:
        """The bytes of that record; of one over the size limit only the head."""
        if self.is_array:
            raw = self.document.bytes_at(start, entry.at, entry.size)
            return RawRecord(raw, len(raw.splitlines()) or 1, entry.oversize, True)
        lines = self.document.lines[start : start + entry.lines]
        raw = content(lines[0] if len(lines) == 1 else b"".join(lines))
        if len(raw) > self.bounds.max_record_bytes and entry.lines == 1:
            return RawRecord(raw[:1024], 1, True)
        return RawRecord(raw, entry.lines, False)

    def layout(self) -> tuple[tuple[int, int], ...]:
        """Changes whenever lines moved, here or in another open file of the dataset."""
        return self.judge.dataset.layout()

    # -- findings -----------------------------------------------------------------------------------------

    def check_file(self, facts: FileFacts) -> bool:
        """Run the rules on the file itself; whether anything changed."""
        before, self.of_file = self.of_file, self.linter.check_file(facts)
        return before != self.of_file

    def file_findings(self) -> list[tuple[Severity, Finding]]:
        """What is found about the file as a whole."""
        findings = self.everything_of_file()
        if self.ignored is not None:
            findings = [finding for finding in findings if not self.ignored.of_file(finding.code)]
        return self._shown(findings)

    def everything_of_file(self) -> list[Finding]:
        """The same with what a baseline ignores."""
        findings = [finding for finding in self.of_file if finding.code in WHOLE_FILE_CODES]
        return findings or [*self.of_file, *self.judge.of_file()]

    @property
    def is_no_dataset(self) -> bool:
        """Whether the file is something else as a whole, so that findings of its lines say nothing more."""
        return any(finding.code in WHOLE_FILE_CODES for finding in self.of_file)

    def visible(self, entry: Entry) -> tuple[tuple[Severity, Finding], ...]:
        """What is shown of one record, in order of place."""
        if entry.merged is None:
            findings = self.found_in(entry)
            if self.ignored is not None:
                findings = left_of(self, entry, findings)
            entry.merged = tuple(self._shown(findings))
        return entry.merged

    def found_in(self, entry: Entry) -> Findings:
        """What is found in one record, also what a baseline ignores."""
        findings = entry.findings or ()
        if not entry.judged:
            return findings
        shown = (entry.judged[CARRIED],) if CARRIED in entry.judged else entry.judged.values()
        return self.linter.finish((*findings, *(finding for several in shown for finding in several)))

    def _shown(self, findings: Iterable[Finding]) -> list[tuple[Severity, Finding]]:
        severity = self.linter.profile.severity
        shown = ((severity(finding.code, finding.consequence), finding) for finding in findings)
        return [(level, finding) for level, finding in shown if level is not None]

    def flagged(self, block: Block) -> Flagged:
        """The entries of a block with something to show."""
        if block.flagged is None:
            counts = dict.fromkeys(Severity, 0)
            entries: list[tuple[int, Entry]] = []
            line = 0
            for entry in block.entries:
                if (entry.findings or entry.judged) and (shown := self.visible(entry)):
                    entries.append((line, entry))
                    for severity, _ in shown:
                        counts[severity] += 1
                line += entry.lines
            alike = counted((self.visible(entry) for _, entry in entries), self._of_form) if entries else {}
            block.flagged = Flagged(entries, counts, alike)
        return block.flagged

    def entry_at(self, line: int) -> tuple[Entry, int] | None:
        """The entry that covers a line, and its first line; None past the end."""
        number, index, start = self.blocks.locate(line)
        if number < len(self.blocks.blocks) and index < len(self.blocks.blocks[number].entries):
            return self.blocks.blocks[number].entries[index], start
        return None

    def entries_at(self, line: int) -> tuple[list[Entry], int]:
        """All entries on the lines of the one that covers a line, and their first line."""
        found = self.entry_at(line)
        if found is None:
            return [], line
        if not self.is_array:
            return [found[0]], found[1]
        number, index, start = self.blocks.place(found[0])
        number, index, count = self._with_first_on_line(number, index)
        return list(islice(self._from(number, index), count)), start

    def findings(self) -> Iterator[tuple[int, Finding]]:
        """All findings of records with the first line (from 0) of their record, in order."""
        for block in self.blocks:
            base = self.blocks.start(block)
            for line, entry in self.flagged(block).entries:
                yield from ((base + line, finding) for _, finding in self.visible(entry))
