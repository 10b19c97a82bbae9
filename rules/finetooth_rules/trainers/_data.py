"""What is known of the data that a run trains on: rows and tokens, by split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from finetooth_rules.example import Example, Kind
from finetooth_rules.splits import TRAIN
from finetooth_rules.targets import Trains

if TYPE_CHECKING:
    from finetooth_rules.features import Features
    from finetooth_rules.profile import Profile


@dataclass(frozen=True, slots=True)
class SplitFacts:
    """One split. `lengths` maps tokens to the rows that have so many; rows that are not in it have at most
    `uncounted_up_to` tokens (None: nothing is known of them). `tokens` and `trained` are of all rows, None
    where they were not counted. `estimated`: the counts are not those of the model's own tokenizer.
    """

    rows: int
    lengths: Mapping[int, int] = field(default_factory=dict)
    uncounted_up_to: int | None = None
    tokens: int | None = None
    trained: int | None = None
    estimated: bool = False

    def over(self, cutoff: int) -> int | None:
        """Rows with more tokens than `cutoff`; None where that is not known."""
        if sum(self.lengths.values()) < self.rows and (
            self.uncounted_up_to is None or self.uncounted_up_to > cutoff
        ):
            return None
        return sum(count for length, count in self.lengths.items() if length > cutoff)

    @property
    def is_counted(self) -> bool:
        """Whether the tokens of all rows are known, if only by a sample of them."""
        return self.tokens is not None and sum(self.lengths.values()) >= self.rows

    def within(self, longest: int | None, *, drops: bool) -> tuple[int, int]:
        """Tokens that are left of all rows if each may have at most `longest`, and rows that are left: a
        longer one is cut, or with `drops` left out.
        """
        lengths = self.lengths.items()
        if longest is not None and drops:
            lengths = {length: count for length, count in lengths if length <= longest}.items()
        tokens = sum((length if longest is None else min(length, longest)) * n for length, n in lengths)
        return tokens, sum(count for _, count in lengths)


class DataFacts(NamedTuple):
    """The data of a run by split. Without a training split nothing is known of it."""

    splits: Mapping[str, SplitFacts]

    @property
    def train(self) -> SplitFacts | None:
        """What is trained on."""
        return self.splits.get(TRAIN)


def facts_of(
    rows: int, examples: Sequence[Example], features: Features, profile: Profile, whole: int = 0
) -> SplitFacts:
    """The facts of some records that `examples` were read from; the tokens are counted where there is a
    counter. With `whole` these are only the ones that may have more tokens than that: of the others this much
    is known.
    """
    if features.tokens is None:
        return SplitFacts(rows)
    from finetooth_rules.tokens._measure import count_examples

    lengths: Counter[int] = Counter()
    tokens = trained = 0
    estimated = False
    for example, counted in zip(examples, count_examples(examples, features, profile), strict=True):
        lengths[counted.total] += 1
        tokens += counted.total
        trained += counted.total if trains_prompts(example, profile) else counted.trained()
        estimated = estimated or counted.estimated
    if whole:
        return SplitFacts(rows, lengths, uncounted_up_to=whole, estimated=estimated)
    short = rows - len(examples)  # rows that are no examples have no tokens
    if short:
        lengths[0] += short
    return SplitFacts(rows, lengths, None, tokens, trained, estimated)


def trains_prompts(example: Example, profile: Profile) -> bool:
    """Whether the loss is on every token of an example: the target's way, or what the settings say."""
    if example.kind is Kind.PRETRAINING:
        return True
    return profile.trains is Trains.ALL and example.conversation and example.kind is Kind.SUPERVISED


def joined(parts: Sequence[SplitFacts]) -> SplitFacts:
    """Several files as one split."""
    lengths: dict[int, int] = {}
    for part in parts:
        for length, count in part.lengths.items():
            lengths[length] = lengths.get(length, 0) + count
    bounds = [part.uncounted_up_to for part in parts if sum(part.lengths.values()) < part.rows]
    known = [bound for bound in bounds if bound is not None]
    tokens = [part.tokens for part in parts]
    trained = [part.trained for part in parts]
    return SplitFacts(
        rows=sum(part.rows for part in parts),
        lengths=lengths,
        uncounted_up_to=max(known, default=0) if len(known) == len(bounds) else None,
        tokens=None if None in tokens else sum(number or 0 for number in tokens),
        trained=None if None in trained else sum(number or 0 for number in trained),
        estimated=any(part.estimated for part in parts),
    )
