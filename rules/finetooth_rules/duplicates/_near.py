"""What the rules on near copies share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from finetooth_rules.duplicates import _pairs
from finetooth_rules.duplicates._alike import likeness as likeness_of
from finetooth_rules.duplicates._said import same_question

if TYPE_CHECKING:
    from finetooth_rules.example import Example
    from finetooth_rules.profile import Profile
    from finetooth_rules.rule import Columns, Match, Member, Pair

SAME_QUESTION: Final = 0.0
"""The likeness of two records that ask the same and answer differently."""


def pairs(columns: Columns, held_out: Sequence[bool], profile: Profile) -> Sequence[Pair]:
    """The candidates."""
    return _pairs.pairs(columns, held_out)


def likeness(one: Example, other: Example, profile: Profile) -> float | None:
    """How alike two records are; `SAME_QUESTION` where all before the answer is the same and that is not."""
    found = likeness_of(one, other, profile.options["DUP002"].min_likeness)
    if found is None and same_question(one, other):
        return SAME_QUESTION
    return found


def closest(matches: Iterable[Match], told: Callable[[Match], Member]) -> Iterator[Match]:
    """For each record that is told of, the match with the one it is most like, the earliest of equal ones."""
    best: dict[object, Match] = {}
    for match in matches:
        address = told(match).address
        if address not in best or match.likeness > best[address].likeness:
            best[address] = match
    yield from best.values()


def percent(likeness: float) -> int:
    """For people: 100 is for what is quite the same."""
    return min(99, int(100 * likeness))
