"""A process that judges files on the disk for an editor: files that are too large to be sent to a server,
whole folders, the page of a report.

It is given one job on its standard input and tells how it goes on its standard output, each message a length
and a pickle, until it is done or killed. It is a process group of its own, as it may start others.
"""

from __future__ import annotations

import heapq
import io
import itertools
import os
import pickle
import shlex
import struct
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from finetooth.engine.files.source import Source
from finetooth.engine.lint_file import FileResult, RecordFindings, shown_with_records
from finetooth.engine.live.document import Encoding, columns
from finetooth.engine.report import Report, Shown
from finetooth.engine.request import CheckRequest
from finetooth_rules.finding import Finding, Severity
from finetooth_rules.framing import position, span_of, split_lines

LENGTH: Final = struct.Struct("<Q")
_EVERY: Final = 0.1


@dataclass(frozen=True, slots=True)
class Job:
    """Judge what a request names. Of each file at most `limit` findings are told, the gravest first, of at
    most `files` files, with columns in an `encoding`. With `page` a report is written there instead.
    """

    request: CheckRequest
    limit: int = 1000
    files: int = 1000
    encoding: Encoding = Encoding.UTF16
    page: str | None = None
    with_text: bool = True
    folder: str | None = None
    """The working directory: its settings say what is not looked at."""


@dataclass(frozen=True, slots=True)
class Range:
    """Lines and columns from 0, in the client's units."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Found:
    """One finding."""

    severity: Severity
    code: str
    message: str
    url: str
    where: Range


@dataclass(frozen=True, slots=True)
class FileFound:
    """What was found in one file."""

    name: str
    records: int
    codes: Counter[str]
    severities: Counter[Severity]
    ignored: int
    found: tuple[Found, ...] = ()


@dataclass(frozen=True, slots=True)
class Far:
    """So many bytes of all are read."""

    done: int
    total: int
    name: str


@dataclass(frozen=True, slots=True)
class Done:
    """It is over. `title` and `size` are those of a page."""

    problems: tuple[tuple[str, str], ...] = ()
    seconds: float = 0.0
    title: str = ""
    size: int = 0


@dataclass(slots=True)
class Teller:
    """A `Progress` that sends a message now and then."""

    send: Callable[[Any], None]
    total: int = 0
    done: int = 0
    name: str = ""
    _told: float = 0.0

    def start(self, total_bytes: int) -> None:
        """See `Progress`."""
        self.total = total_bytes

    def file(self, name: str) -> None:
        """See `Progress`."""
        self.name = name

    def advance(self, count: int) -> None:
        """See `Progress`."""
        self.done += count
        if time.monotonic() - self._told > _EVERY:
            self._told = time.monotonic()
            self.send(Far(self.done, self.total, self.name))

    def finish(self) -> None:
        """See `Progress`."""


def work(job: Job, send: Callable[[Any], None]) -> Done:
    """Do a job, telling `send` how it goes."""
    began = time.monotonic()
    if job.folder is not None:
        os.chdir(job.folder)
    if job.page is not None:
        return _page(job.page, job, send, began)
    from finetooth.engine.run import check

    told = itertools.count()

    def visit(result: FileResult, executor: Executor | None) -> None:
        if next(told) < job.files:
            send(found_in(result, job.limit, job.encoding))

    report = check(job.request, Teller(send), visit)
    return Done(_problems(report), time.monotonic() - began)


def _problems(report: Report) -> tuple[tuple[str, str], ...]:
    return tuple((problem.filename, problem.message) for problem in report.problems)


def _page(page_file: str, job: Job, send: Callable[[Any], None], began: float) -> Done:
    """Write the page of a report."""
    import finetooth
    from finetooth.engine.files.atomic import write_atomically
    from finetooth.engine.overview.report_data import gather
    from finetooth.output.html import Made, page

    data = gather(job.request, Teller(send), text=job.with_text)
    title = Path(os.path.abspath(job.request.paths[0])).name
    now = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    command = shlex.join(["finetooth", "report", *job.request.paths])
    html = page(data, Made(title, now, finetooth.__version__, command)).encode()
    write_atomically(Path(page_file), io.BytesIO(html))
    problems = tuple((problem.filename, problem.message) for problem in data.problems)
    return Done(problems, time.monotonic() - began, title, len(html))


def found_in(result: FileResult, limit: int, encoding: Encoding) -> FileFound:
    """What was found in a file."""
    codes: Counter[str] = Counter()
    severities: Counter[Severity] = Counter()

    def counted() -> Iterator[tuple[int, int, Shown, Finding, RecordFindings | None]]:
        for number, (one, finding, item) in enumerate(shown_with_records(result)):
            codes[one.code] += one.count
            severities[one.severity] += one.count
            yield one.severity.rank, number, one, finding, item

    gravest = heapq.nsmallest(limit, counted(), key=lambda found: found[:2])
    placer = _Placer(result.source, encoding)
    found = [
        Found(one.severity, one.code, one.text, one.url, placer.place(one, finding, item))
        for _, _, one, finding, item in sorted(gravest, key=lambda found: found[1])
    ]
    return FileFound(result.source.name, result.record_count, codes, severities, result.ignored, tuple(found))


@dataclass(slots=True)
class _Placer:
    """From findings, in order of their records, to lines and columns in the client's units."""

    source: Source
    encoding: Encoding
    _line: int = -1
    _at: int = 0
    _units: int = 0

    def place(self, shown: Shown, finding: Finding, item: RecordFindings | None) -> Range:
        """Where a finding is."""
        where = shown.place
        if item is None:  # its lines hold ASCII alone, or are pointed at as a whole
            return Range(where.line - 1, where.column - 1, where.end_line - 1, where.end_column - 1)
        record = item.record
        lines = split_lines(record.raw) or [b""]
        before = self._before(item) if record.element and record.column else 0
        span = span_of(record, finding)
        ends = []
        for at in (position(record.raw, span.start), position(record.raw, span.end)):
            text = lines[at.line] if at.line < len(lines) else b""
            column = columns(text, [at.offset], self.encoding)[0]
            ends.append((item.line + at.line, column + (before if at.line == 0 else 0)))
        (line, column), (end_line, end_column) = ends
        return Range(line, column, end_line, end_column)

    def _before(self, item: RecordFindings) -> int:
        """The units before an element on its first line; counted on from the last one on the same line."""
        if item.line != self._line or item.offset < self._at:
            start, size = item.offset, 4096
            while start:
                start = max(0, item.offset - size)
                head = self.source.slice(start, item.offset - start)
                cut = max(head.rfind(b"\n"), head.rfind(b"\r"))
                if cut >= 0:
                    start += cut + 1
                    break
                size *= 8
            self._line, self._at, self._units = item.line, start, 0
        part = self.source.slice(self._at, item.offset - self._at)
        self._units += columns(part, [len(part)], self.encoding)[0]
        self._at = item.offset
        return self._units


def _main() -> None:
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed must not get into the answers
    job: Job = pickle.load(requests)

    def send(message: Any) -> None:
        body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        answers.write(LENGTH.pack(len(body)) + body)
        answers.flush()

    try:
        send(work(job, send))
    except BrokenPipeError:
        sys.exit(1)


if __name__ == "__main__":
    # What is pickled is named by its module: run as that module, not as `__main__`.
    from finetooth.lsp import disk_worker

    disk_worker._main()
