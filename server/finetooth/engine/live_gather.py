"""What the rules beyond a keystroke need to know of each record: gathered here, or in a process of its
own."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeAlias

from finetooth_rules.features import Features
from finetooth_rules.lint import Findings, Linter
from finetooth_rules.record import Element, Record


class RawRecord(NamedTuple):
    """A record on its way to another process."""

    raw: bytes
    line_count: int
    oversize: bool
    element: bool = False


@dataclass(frozen=True, slots=True)
class Gathered:
    """Columns over the records of a batch: findings of the rules that need tokens, facts and keys by rule."""

    measured: list[Findings]
    facts: dict[str, list[Any]]
    keys: dict[str, list[tuple[bytes, ...]]]
    broken: dict[str, str]


Checked: TypeAlias = tuple[list[Findings], dict[str, str]]
"""Findings of each record, and the rules that raised."""


class Gatherer(Protocol):
    """Where the work is done. `batch_records` and `batch_bytes` bound what is asked for at once."""

    batch_records: int
    batch_bytes: int

    def check(self, records: Sequence[RawRecord]) -> Future[Checked]:
        """Findings of the rules of a keystroke, for records too large for one."""

    def gather(self, records: Sequence[RawRecord]) -> Future[Gathered]:
        """What the rules know of each of these records."""

    def fit(self, code: str, summary: Any, head: Any = None) -> Future[Any]:
        """The verdict of a statistic rule over a summary (and over that of the head of the
        document, where the rule asks for it); None when the rule failed.
        """


class Here:
    """Does the work at once, in this process."""

    batch_records = 16
    batch_bytes = 64 * 1024

    def __init__(self, linter: Linter, features: Features) -> None:
        self._linter = linter
        self._features = features

    def check(self, records: Sequence[RawRecord]) -> Future[Checked]:
        """See `Gatherer`."""
        return _done(check(self._linter, records))

    def gather(self, records: Sequence[RawRecord]) -> Future[Gathered]:
        """See `Gatherer`."""
        return _done(gather(self._linter, self._features, records))

    def fit(self, code: str, summary: Any, head: Any = None) -> Future[Any]:
        """See `Gatherer`."""
        return _done(fit(self._linter, self._features, code, summary, head))


def check(linter: Linter, batch: Sequence[RawRecord]) -> Checked:
    """The rules of a keystroke."""
    return linter.check(records_of(linter, batch)), dict(linter.broken)


def gather(linter: Linter, features: Features, batch: Sequence[RawRecord]) -> Gathered:
    """All that comes after them."""
    records = records_of(linter, batch)
    measured = linter.measure(records, features)
    examples = linter.examples(records)
    return Gathered(measured, linter.gather(examples, features), linter.keys(examples), dict(linter.broken))


def fit(linter: Linter, features: Features, code: str, summary: Any, head: Any = None) -> Any:
    """The verdict of one rule."""
    rule = next(rule for rule in linter.statistics if rule.code == code)
    return linter.verdict(rule, (summary,), features, (head,))


def records_of(linter: Linter, batch: Sequence[RawRecord]) -> list[Record]:
    """The records of a batch."""
    depth = linter.profile.max_depth
    return [
        (Element if item.element else Record)(item.raw, item.line_count, depth, oversize=item.oversize)
        for item in batch
    ]


def _done(result: Any) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_result(result)
    return future
