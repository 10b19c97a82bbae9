"""What a rule reports: findings, the places they point at, and the fixes they offer.

Places are byte offsets in the record's own slice of the file, never lines and columns: an edit
elsewhere in the file moves nothing. Only a finding that is shown is converted (see `framing`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""The steps of a JSON Pointer, decoded: `("messages", 2, "content")`."""


class _Inside(str):
    """Equal to itself alone, so that no key of a record can be taken for it; the same after pickling."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other

    def __reduce__(self) -> str:
        return "INSIDE"


INSIDE: Final = _Inside("\0inside")
"""A step into JSON that is written in a string: `("tools", INSIDE, 0, "name")` is the name of the first tool
where `tools` is a string that holds a list."""


class Severity(StrEnum):
    """How a finding is shown; the profile's target maps a consequence to it."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for error, 1 for warning, 2 for info: sorts the gravest first."""
        return _RANK[self]


_RANK: Mapping[Severity, int] = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


class Consequence(StrEnum):
    """What the training run does with the defect."""

    REJECTED = "rejected"
    DROPPED = "dropped"
    TRUNCATED = "truncated"
    DEGRADED = "degraded"
    NOTE = "note"


class Applicability(StrEnum):
    """Safe: the decoded value stays the same, or the record was unusable as it stood.
    Unsafe: it changes what would be learnt, so a person looks."""

    SAFE = "safe"
    UNSAFE = "unsafe"


class Span(NamedTuple):
    """Half-open range of byte offsets in a record's slice (in the file, for a file finding)."""

    start: int
    end: int


class Rewrite(StrEnum):
    """Whole-file repairs, each carried out by the engine in one streaming pass."""

    STRIP_BOM = "strip-bom"
    FINAL_NEWLINE = "final-newline"
    LF_ENDINGS = "lf-endings"
    JSON_LINES = "json-lines"


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the bytes of `span` by `content`; an empty span inserts."""

    span: Span
    content: bytes


@dataclass(frozen=True, slots=True)
class Fix:
    """A repair. Exactly one of `edits`, `lines` and `rewrite` is given.

    `edits` change bytes inside the record's slice, sorted and not overlapping.
    `lines` replaces the record's lines by these (without endings); `()` deletes the record's lines.
    `rewrite` repairs the whole file.
    """

    title: str
    applicability: Applicability
    edits: tuple[Edit, ...] = ()
    lines: tuple[bytes, ...] | None = None
    rewrite: Rewrite | None = None


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that explains the finding.

    `address` is the engine's address of another record, handed to the rule with the group's members;
    None means the record of the finding itself. Line numbers are rendered only when published.
    """

    message: str
    address: object = None
    path: Path = ()
    span: Span | None = None


def examples_of(picked: Mapping[str, Any], words: Mapping[str, str]) -> tuple[Related, ...]:
    """The records that a rule on the whole picked to show (`StatisticRule.picks`), with what each is an
    example of, in the order of `words`; those that nothing was picked for are left out.
    """
    return tuple(Related(said, picked[label]) for label, said in words.items() if label in picked)


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect. `code` names the rule; `message` says what was found and what was expected
    in at most 120 characters, without echoing the record.

    The place is `span` where the rule knows the bytes, else the value at `path` (the key, when `on_key`),
    resolved when the finding is shown; neither means the whole record. `more_spans` are further
    ranges of the same defect.
    """

    code: str
    message: str
    consequence: Consequence
    span: Span | None = None
    path: Path = ()
    on_key: bool = False
    fixes: tuple[Fix, ...] = ()
    related: tuple[Related, ...] = ()
    more_spans: tuple[Span, ...] = ()
