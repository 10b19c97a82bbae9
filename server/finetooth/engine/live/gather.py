"""What the rules beyond a keystroke need to know of each record: gathered here, or in a process of its
own."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, TypeVar

from finetooth.engine.live.files import Desk, Shelf
from finetooth.engine.live.records import Layout, RawRecord, records_of
from finetooth_rules.dataset import gathered_by
from finetooth_rules.example import Example
from finetooth_rules.features import Features
from finetooth_rules.lint import Findings, Linter
from finetooth_rules.rule import Columns

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Gathered:
    """Over the records of a batch: findings of the rules that need tokens, facts and keys by rule."""

    measured: list[Findings]
    facts: dict[str, list[Any]]
    keys: dict[str, list[tuple[tuple[bytes, int], ...]]]
    """Each key with its value."""
    rows: dict[str, tuple[Layout, list[bytes]]]
    """What near rules know, by the name of what gathered it."""
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

    def ask(self, function: Callable[..., T], *arguments: Any) -> Future[T]:
        """Call a function of `live_files` or `live_compare` with the desk there, and these arguments."""


class Here:
    """Does the work at once, in this process."""

    batch_records = 16
    batch_bytes = 64 * 1024

    def __init__(self, linter: Linter, features: Features, shelf: Shelf | None = None) -> None:
        self._linter = linter
        self._features = features
        self._desk = Desk(linter, features, shelf or Shelf())

    def check(self, records: Sequence[RawRecord]) -> Future[Checked]:
        """See `Gatherer`."""
        return _done(check(self._linter, records))

    def gather(self, records: Sequence[RawRecord]) -> Future[Gathered]:
        """See `Gatherer`."""
        return _done(gather(self._linter, self._features, records))

    def fit(self, code: str, summary: Any, head: Any = None) -> Future[Any]:
        """See `Gatherer`."""
        return _done(fit(self._linter, self._features, code, summary, head))

    def ask(self, function: Callable[..., T], *arguments: Any) -> Future[T]:
        """See `Gatherer`."""
        return _done(function(self._desk, *arguments))


def facts(desk: Desk, code: str, batch: Sequence[RawRecord]) -> list[Any] | None:
    """What one statistic rule knows of each record; None where it failed."""
    linter = desk.linter
    rule = next(rule for rule in linter.statistics if rule.code == code)
    there = linter.examples(records_of(linter, batch))
    examples = [example for example in there if example is not None]
    options = linter.options(code)
    found = linter.listed(rule, rule.gather, examples, desk.features, linter.profile, options)
    if len(found) != len(examples):
        return None
    left = iter(found)
    return [None if example is None else next(left) for example in there]


def check(linter: Linter, batch: Sequence[RawRecord]) -> Checked:
    """The rules of a keystroke."""
    return linter.check(records_of(linter, batch)), dict(linter.broken)


def gather(linter: Linter, features: Features, batch: Sequence[RawRecord]) -> Gathered:
    """All that comes after them."""
    records = records_of(linter, batch)
    measured = linter.measure(records, features)
    examples = linter.examples(records)
    columns = linter.columns(examples)
    return Gathered(
        measured,
        linter.gather(examples, features),
        _keys(linter, examples, columns),
        {
            gathered_by(rule): _rows(columns[gathered_by(rule)], len(examples))
            for rule in linter.nears
            if gathered_by(rule) in columns
        },
        dict(linter.broken),
    )


def _keys(
    linter: Linter, examples: Sequence[Example | None], columns: Mapping[str, Columns]
) -> dict[str, list[tuple[tuple[bytes, int], ...]]]:
    """The keys of all group rules, each with its value."""
    found = {
        code: [tuple((key, 0) for key in dict.fromkeys(several)) for several in column]
        for code, column in linter.keys(examples).items()
    }
    for rule in linter.groups:
        table = columns.get(gathered_by(rule))
        if table is not None:
            values = table[rule.value] if rule.value else array("Q", bytes(8 * len(examples)))
            found[rule.code] = [
                ((key.to_bytes(8, "little"), value),) if key else ()
                for key, value in zip(table[rule.key], values, strict=True)
            ]
    return found


def _rows(columns: Columns, count: int) -> tuple[Layout, list[bytes]]:
    """The numbers of each record in a row."""
    layout = tuple((name, len(column) // count if count else 0) for name, column in columns.items())
    rows = [
        b"".join(
            column[at * width : (at + 1) * width].tobytes()
            for column, (_, width) in zip(columns.values(), layout, strict=True)
        )
        for at in range(count)
    ]
    return layout, rows


def fit(linter: Linter, features: Features, code: str, summary: Any, head: Any = None) -> Any:
    """The verdict of one rule."""
    rule = next(rule for rule in linter.statistics if rule.code == code)
    return linter.verdict(rule, (summary,), features, (head,))


def _done(result: T) -> Future[T]:
    future: Future[T] = Future()
    future.set_result(result)
    return future
