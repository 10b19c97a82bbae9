"""A finding as people see it: file, line and column, ready for any output. Made only for findings that are
shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from finetooth_rules.catalogue import Catalogue
from finetooth_rules.finding import Applicability, Consequence, Severity


@dataclass(frozen=True, slots=True)
class Place:
    """A range in a file: lines and columns from 1, columns in Unicode code points, an invalid byte is one
    column. The end is exclusive (`end_column` is the column behind the last character).
    """

    filename: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The source line of a finding, cut to a window around it. `start` and `end` are offsets in `text` of
    the marked part (`end` at most `len(text)`); `cut_left` and `cut_right` say that the line goes on there.
    Tabs and control characters in it are replaced by one visible character each, so that columns stay
    true.
    """

    text: str
    start: int
    end: int
    cut_left: bool = False
    cut_right: bool = False


@dataclass(frozen=True, slots=True)
class ShownEdit:
    """One edit of a fix."""

    line: int
    column: int
    end_line: int
    end_column: int
    content: str


@dataclass(frozen=True, slots=True)
class ShownFix:
    """A fix; `edits` is empty for a rewrite of the whole file, which `message` then names."""

    applicability: Applicability
    message: str
    edits: tuple[ShownEdit, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownRelated:
    """A place that explains the finding."""

    place: Place
    message: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One finding, located. `pointer` is the JSON Pointer in the record (`/messages/1/content`); `url` the
    rule's page.
    """

    code: str
    name: str
    severity: Severity
    consequence: Consequence
    message: str
    place: Place
    pointer: str = ""
    url: str = ""
    excerpt: Excerpt | None = None
    related: tuple[ShownRelated, ...] = ()
    fixes: tuple[ShownFix, ...] = ()
    others: str = ""
    """Behind the message, where other records have the same finding and are not listed."""
    alike: int = 0
    """How many findings of the file are not listed, as they say the same."""

    @property
    def text(self) -> str:
        """The whole message."""
        return self.message + self.others

    @property
    def count(self) -> int:
        """How many findings it stands for."""
        return 1 + self.alike


class Problem(NamedTuple):
    """Something that could not be judged (exit 2): an unreadable path, a bad config. `line` and `column`
    from 1, 0 if unknown.
    """

    filename: str
    message: str
    line: int = 0
    column: int = 0


class Hunk(NamedTuple):
    """Lines that fixes change: from `line` on (of the unchanged file, from 1) `before` becomes `after`.

    Lines carry their own endings, so that a change of endings shows. `before` is empty where lines are added.
    """

    line: int
    before: tuple[bytes, ...]
    after: tuple[bytes, ...]


class Change(NamedTuple):
    """What fixes would change in one file: hunks in order of line, not overlapping."""

    filename: str
    hunks: tuple[Hunk, ...]


@dataclass(slots=True)
class Report:
    """Everything one run has to say. `files` and `records` count what was judged.

    `fixed` counts the findings that fixes removed (with `diff`: would remove). `changes` is filled only with
    `diff`, `fixed_stdin` where standard input was fixed.
    """

    findings: list[Shown] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    """What a person should know and no script need fail on."""
    files: int = 0
    records: int = 0
    fixed: int = 0
    ignored: int = 0
    """Findings that a baseline hides."""
    changes: list[Change] = field(default_factory=list)
    fixed_stdin: bytes | None = None
    catalogues: list[Catalogue] = field(default_factory=list)
    """The sets of rules that files were judged by, each once."""

    def catalogue_with(self, code: str) -> Catalogue | None:
        """The first of them that has a rule."""
        return next((known for known in self.catalogues if code in known.by_code), None)
