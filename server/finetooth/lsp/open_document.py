"""One open document: its text, what it is judged by, and what the client was last told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pygls import uris

from finetooth.engine.baseline import Ignored
from finetooth.engine.files.discover import holds_records
from finetooth.engine.files.heads import HEAD_BYTES
from finetooth.engine.files.membership import Membership
from finetooth.engine.files.source import HEAD, EndingCounts
from finetooth.engine.live.document import Change, Document, Encoding
from finetooth.engine.live.ignored import ignore, settle
from finetooth.engine.live.index import LiveIndex
from finetooth.engine.live.worker import There, Worker
from finetooth.engine.settings.plugins import linter_for
from finetooth.lsp.client import ClientFacts
from finetooth.lsp.convert import Renderer
from finetooth.lsp.settings import EditorSettings
from finetooth.lsp.token_counts import TokenCounts
from finetooth_rules.array import Framing, framing_of
from finetooth_rules.file_facts import FileFacts
from finetooth_rules.profile import Profile
from finetooth_rules.reading.grammar import BOM

if TYPE_CHECKING:
    from finetooth.lsp.annotations import Overview

LANGUAGES: Final = frozenset({"jsonl", "json-lines", "jsonlines", "ndjson", "json lines"})
"""Names of JSON Lines, in small letters. The last is Zed's: it sends the name of a language."""
JSON_LANGUAGES: Final = frozenset({"json", "jsonc", "json5", "jsonian", "js-json", "json-ts"})
"""Names of JSON; the last three are modes of Emacs, where a client was told no other name."""
SUFFIXES: Final = (".jsonl", ".ndjson")
LEFT_ALONE: Final = frozenset(
    {
        *("git", "gitfs", "gitlens", "git-graph", "fugitive", "diffview", "gitsigns", "scm", "vscode-scm"),
        *("review", "pr", "conflictresolution", "merge-conflict.conflict-diff", "vscode-local-history"),
        *("output", "search-editor", "vscode-notebook-cell", "vscode-notebook-cell-output", "finetooth"),
    }
)
"""Schemes of documents that are only looked at."""
_HEAD_LINES: Final = 2000
_LONG: Final = 1024 * 1024


def is_ours(uri: str, language: str) -> bool:
    """Whether a document may be a dataset: by its language, or JSON by its name. Of what is called `.json`
    only the content tells (see `OpenDocument.is_dataset`). What shows another version of a file, or is made
    for reading, is left alone: its findings would be told twice, and nobody could mend them there."""
    if is_left_alone(uri):
        return False
    language = language.lower()
    return language in LANGUAGES or (
        language in JSON_LANGUAGES and uri.lower().endswith((*SUFFIXES, ".json"))
    )


def is_left_alone(uri: str) -> bool:
    """Whether a document is only looked at."""
    return uri.partition(":")[0].lower() in LEFT_ALONE


def path_of(uri: str) -> Path | None:
    """The file a URI names; None for an untitled document and whatever else is no file."""
    if not uri.startswith("file:"):
        return None
    path = uris.to_fs_path(uri)
    return Path(path) if path else None


class OpenDocument:
    """State of one document between messages."""

    def __init__(
        self, uri: str, text: str | list[bytes], version: int, facts: ClientFacts, worker: Worker
    ) -> None:
        self.uri = uri
        self.path = path_of(uri)
        self.version = version
        self.document = Document(text)
        self.edited_line = 0
        self.sent: bytes | None = None
        """The diagnostics the client has, as JSON; None before the first."""
        self.sent_version: int | None = None
        self.seconds: dict[str, float] = {}
        """How long the last work of each kind took, waiting included."""
        self.settings = EditorSettings()
        self.config_path: Path | None = None
        self.overview: Overview | None = None
        """The document in numbers, as it was when all rules last had their say."""
        self.hints_of: TokenCounts | None = None
        """What the client's hints are made of, as far as it asked for any."""
        self.hints_late = False
        """Whether an answer lacked hints of lines that were not read yet."""
        self.baseline_path: Path | None = None
        """Where what is ignored is written down; None for a document that is nowhere."""
        self.membership: Membership | None = None
        """What it is in its dataset; None where it stands for itself."""
        self.dataset_key = uri
        """Names the documents that are judged together."""
        self.judged_by: frozenset[Path] = frozenset()
        """The files that its settings name."""
        self._facts = facts
        self._worker = worker
        self._on_disk: FileFacts | None = None
        self._dirty = self._known = self.path is None
        self._file_touched = False
        self._head_lines = 0
        self._decided_by = 0
        self.judge_by(Profile(), {})

    # -- what it is judged by -----------------------------------------------------------------------------

    def judge_by(self, profile: Profile, broken: Mapping[str, str]) -> None:
        """Start over under a profile; rules that raised before stay off."""
        self.profile = profile
        self.framing, self.is_dataset = self._framing()
        linter = linter_for(profile)
        linter.broken.update(broken)
        self._drawn_ahead = 0
        there = There(self._worker, profile)
        self.index = LiveIndex(self.document, linter, there, framing=self.framing)
        self.counts = TokenCounts(self.index, there)
        self.index.uri = self.uri
        self.renderer = Renderer(self.uri, self.index, self._facts)
        self.check_file()

    def ignore(self, ignored: Ignored | None) -> bool:
        """Leave out what a baseline says; whether that is other than before."""
        before = self.index.ignored
        if before is None and ignored is None:
            return False
        if before is not None and ignored is not None and before.baseline == ignored.baseline:
            return False
        ignore(self.index, ignored)
        return True

    def _framing(self) -> tuple[Framing, bool]:
        """How the records stand in the text, and whether it is a dataset: a `.json` must be seen to be."""
        head = b"".join(self.head())
        framing = framing_of(self.uri, head)
        if not self.may_be_misread:
            return framing, True
        return framing, framing is not Framing.OBJECT and holds_records(head, framing)

    @property
    def may_be_misread(self) -> bool:
        """Whether the name leaves it to the text how it is read."""
        return self.uri.lower().endswith(".json")

    @property
    def misread(self) -> bool:
        """Whether the text is no longer framed as it is read."""
        return self.may_be_misread and self._framing() != (self.framing, self.is_dataset)

    def head(self) -> list[bytes]:
        """The lines by which the format is decided."""
        size = 0
        lines: list[bytes] = []
        for line in self.document.lines[:_HEAD_LINES]:
            lines.append(line)
            size += len(line)
            if size >= HEAD_BYTES:
                break
        self._decided_by = len(lines)
        return lines

    # -- edits --------------------------------------------------------------------------------------------

    def change(self, changes: Iterable[Change], encoding: Encoding, version: int) -> bool:
        """Carry out edits; whether they touched what the profile was decided by."""
        self.version = version
        self._dirty = True
        first = None
        for touched in self.document.apply(changes, encoding):
            self.index.touch(touched)
            self.edited_line = touched.first
            last = touched.first + touched.inserted >= len(self.document.lines)
            self._file_touched |= last or touched.first <= self._head_lines
            first = touched.first if first is None else min(first, touched.first)
        return first is not None and first <= self._decided_by

    @property
    def name(self) -> str:
        """What people call it."""
        return self.path.name if self.path is not None else self.uri.rpartition("/")[2] or self.uri

    @property
    def is_edited(self) -> bool:
        """Whether it is a file, and not as it is on disk."""
        return self.path is not None and self._dirty

    @property
    def is_long(self) -> bool:
        """Whether reading it may take a while."""
        return self.document.size > _LONG

    def how_far(self, is_open: Callable[[], bool]) -> tuple[str, float | None] | None:
        """In words, and as a part of the whole, how far reading it and first judging it is; None once that is
        over, or nobody waits for it.
        """
        if not (is_open() and self.settings.enable and self.is_dataset):
            return None
        if not self.index.settled:
            return "reading", self.index.read_part
        if "judge" in self.seconds:
            return None
        return "judging all records together", 1.0

    def timing(self, work: str) -> str:
        """How long the last reading (`lint`) or judging (`judge`) took, in words."""
        seconds = self.seconds.get(work)
        return "no time yet" if seconds is None else f"{seconds:.2f} s"

    def lint_steps(self) -> Iterator[Future[Any] | None]:
        """The work of opening: read all lines, checking each record by itself, and draw what is found.

        A thousand findings take a tenth of a second to draw; done here, nobody waits for it when they are
        sent.
        """
        for waited in self.index.lint_steps():
            yield waited
            found, self.index.found = self.index.found, []
            for entry in found:
                if entry.block is not None and self.index.ignored is not None:
                    self.index.visible(entry)
                    yield None
                if entry.block is None or self._drawn_ahead >= self.settings.max_diagnostics:
                    continue
                self._drawn_ahead += 1
                self.renderer.entry(entry, self.index.blocks.place(entry)[2])
                yield None

    def judge_steps(self) -> Iterator[Future[Any] | None]:
        """What an edit leaves open, then all rules that are not for keystrokes."""
        yield from self.lint_steps()
        yield from self.index.judge_steps()
        self.check_file()
        yield from settle(self.index)
        yield from self.draw_steps()

    def draw_steps(self) -> Iterator[None]:
        """Draw what was found since, as far as it is likely to be shown."""
        left = self.settings.max_diagnostics
        for block in self.index.blocks:
            base = self.index.blocks.start(block)
            for line, entry in self.index.flagged(block).entries:
                if left <= 0:
                    return
                left -= len(self.index.visible(entry))
                if entry.rendered is None:
                    self.renderer.entry(entry, base + line)
                    yield None

    # -- the file itself ----------------------------------------------------------------------------------

    def read(self, facts: FileFacts | None, version: int | None) -> bool:
        """The file on disk was read (None: there is no such file); whether a finding changed.

        `version` is the document's that was the same as the file, None where that is not known.
        """
        self._on_disk = facts
        self._known = True
        if version is not None:
            self._dirty = facts is None or version != self.version
        return self.check_file()

    def check_file(self) -> bool:
        """Run the file rules; whether a finding changed. An empty document that is no file is left in
        peace."""
        self._file_touched = False
        if not self._known or (self._on_disk is None and not self.document.lines):
            return False
        facts = self._facts_now()
        shown = bool(self.document.lines) and self.document.lines[0].startswith(BOM)
        self.renderer.hidden_bytes = len(BOM) if facts.bom and not shown else 0
        return self.index.check_file(replace(facts, array=self.framing is Framing.ARRAY))

    def check_file_if_touched(self) -> None:
        """The same, where an edit touched the first or the last bytes."""
        if self._file_touched:
            self.check_file()

    def _facts_now(self) -> FileFacts:
        """Facts of the file on disk; of an edited document those that it would have there.

        An editor hides a byte-order mark and mends mixed endings, so these are as they were when it was read.
        """
        disk, lines = self._on_disk, self.document.lines
        if disk is not None and not self._dirty:
            return disk
        counts = disk or self._as_opened
        mark = BOM if counts.bom and not (lines and lines[0].startswith(BOM)) else b""
        size = len(mark)
        head = [mark]
        for line in lines:
            head.append(line)
            size += len(line)
            if size >= HEAD:
                break
        self._head_lines = len(head)
        return FileFacts(
            self.document.size + len(mark),
            b"".join(head)[:HEAD],
            lines[-1][-4:] if lines else b"",
            counts.lf,
            counts.crlf,
            counts.cr,
        )

    @cached_property
    def _as_opened(self) -> FileFacts:
        """Line endings of a document that is no file."""
        counts = EndingCounts()
        for line in self.document.lines:
            counts.add(line[-2:])
        return counts.facts(self.document.size, b"", b"")
