r"""In nearly all pairs the chosen answer is the longer one, or in nearly all the shorter.

## What it does
Compares the characters of the two answers of each pair. Says once for a file if the chosen answer is the longer
one in at least 90 % of the pairs (or the shorter one), and in the middle pair at least 1.5 times as long. Pairs
with calls or images are left out, and so is a file of fewer than `min-pairs` pairs.

## Why it matters
Length then tells the answers apart better than anything else about them, and it is what the model learns: after
preference training on such pairs models are known to ramble. It may be what you want, for answers that are to
be brief. Else add pairs in which the better answer is the shorter one, or use a loss that counts by the token,
such as SimPO's.

## Example
```toml
rules.length-biased.min-pairs = 3
rules.too-few-examples.advised = 1
```
```jsonl
{"instruction": "What is snow?", "input": "", "chosen": "Snow is water that froze in a cloud and fell as crystals.", "rejected": "Ice."}
{"instruction": "What is rain?", "input": "", "chosen": "Rain is water that gathered in a cloud and fell as drops.", "rejected": "Water."}
{"instruction": "What is hail?", "input": "", "chosen": "Hail is lumps of ice that grew in the winds of a thundercloud.", "rejected": "Lumps of ice."}
```

## Use instead
```jsonl
{"instruction": "What is snow?", "input": "", "chosen": "Snow is water that froze in a cloud and fell as crystals.", "rejected": "Ice."}
{"instruction": "What is rain?", "input": "", "chosen": "Drops of water from a cloud.", "rejected": "Rain is a thing that falls from above, as everybody knows who was ever out in it."}
{"instruction": "What is hail?", "input": "", "chosen": "Hail is lumps of ice that grew in the winds of a thundercloud.", "rejected": "Hail is a kind of snow that somebody throws at houses."}
```

## Fix
None.

## Options
- `min-pairs` (default 50): the fewest pairs of which anything is said.
- `share` (default 0.9): the share of the pairs in which the same answer is the longer one.
- `times` (default 1.5): how many times as long the longer answer of the middle pair is.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import floor, log2
from typing import Final, NamedTuple

from finetooth_rules.example import Example, Kind, Turn
from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.preference._pairs import answers
from finetooth_rules.profile import Profile
from finetooth_rules.rule import StatisticRule

CODE: Final = "PRF003"

STEPS: Final = 8
"""Steps of a fact in a doubling of the length."""

MOST: Final = 20 * STEPS


@dataclass(frozen=True, slots=True)
class Options:
    """`min_pairs`: pairs needed to say anything; `share` of them in which the same answer is longer; `times`
    as long it is in the middle pair."""

    min_pairs: int = field(default=50, metadata={"minimum": 2})
    share: float = field(default=0.9, metadata={"minimum": 0.5, "maximum": 1})
    times: float = field(default=1.5, metadata={"minimum": 1})


class Verdict(NamedTuple):
    """In `percent` of the pairs the chosen answer is `longer` (or shorter), in the middle one by `times`."""

    longer: bool
    percent: int
    pairs: int
    times: float


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: Options
) -> Sequence[int | None]:
    """How much longer the chosen answer of each pair is (below 0: shorter), in eighths of a doubling, away
    from 0; None for what is no pair, or not of text alone.
    """
    return [_fact(example) if example.kind is Kind.PREFERENCE else None for example in examples]


def _fact(example: Example) -> int | None:
    chosen, rejected = (_length(turns) for turns in answers(example))
    if not chosen or not rejected:
        return None
    steps = min(1 + floor(STEPS * abs(log2(chosen / rejected))), MOST)
    return 0 if chosen == rejected else steps if chosen > rejected else -steps


def _length(turns: Sequence[Turn]) -> int:
    """Characters that the assistant writes; 0 where there is more than text."""
    if any(turn.calls or turn.media for turn in turns):
        return 0
    return sum(len(turn.text) for turn in turns if turn.role == "assistant")


def add(total: Counter[int], fact: int) -> Counter[int]:
    """Count one pair."""
    total[fact] += 1
    return total


def merge(one: Counter[int], other: Counter[int]) -> Counter[int]:
    """The counts of both."""
    one.update(other)
    return one


def fit(total: Counter[int], features: Features, profile: Profile, options: Options) -> Verdict | None:
    """Whether length tells the answers apart."""
    pairs = total.total()
    if pairs < options.min_pairs:
        return None
    longer = sum(number for key, number in total.items() if key > 0)
    shorter = sum(number for key, number in total.items() if key < 0)
    most = max(longer, shorter)
    times = _times(total, 1 if longer >= shorter else -1)
    if most < options.share * pairs or times < options.times:
        return None
    return Verdict(longer >= shorter, 100 * most // pairs, pairs, round(times, 1))


def _times(total: Counter[int], sign: int) -> float:
    """How many times as long the answer is that mostly is longer, in the middle pair: the lower bound of its
    step.
    """
    half, seen = total.total() / 2, 0
    for key in sorted(total, key=lambda key: sign * key):
        seen += total[key]
        if seen >= half:
            return float(2 ** (max(sign * key - 1, 0) / STEPS))
    return 1.0


def conclude(verdict: Verdict | None, profile: Profile, options: Options) -> Iterator[Finding]:
    """One finding for the file."""
    if verdict is not None:
        which = "longer" if verdict.longer else "shorter"
        found = f"chosen is {which} than rejected in {verdict.percent} % of {verdict.pairs:,} pairs"
        times = f"{verdict.times:.1f} times or more in half of them"
        yield Finding(CODE, f"{found}, {times}: length may be what is learnt", Consequence.NOTE)


RULE: StatisticRule[int, Counter[int], Verdict | None] = StatisticRule(
    code=CODE,
    name="length-biased",
    summary="In nearly all pairs the chosen answer is the longer one, or in nearly all the shorter.",
    consequence=Consequence.NOTE,
    options=Options,
    gather=gather,
    empty=Counter,
    add=add,
    merge=merge,
    fit=fit,
    conclude=conclude,
    facts_read_options=False,
    min_records=lambda profile, options: int(options.min_pairs),
)
