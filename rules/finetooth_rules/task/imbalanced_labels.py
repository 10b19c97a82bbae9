r"""The answers are a few labels, and nearly all of them are the same one.

## What it does
Recognises a classification: answers of one short line, of which there are few different ones (at most 20),
each given many times. Says once for the file where one label has 80 % of the answers or more: which share it
and the rarest one have, and where an example of each is. Generated text, numbers and names are no labels, a
file of fewer than `min-records` answers says too little, and so does one in which there is one label only
(the files of a dataset may be one per class).

## Why it matters
Always giving the commonest label is right as often as its share says, and that is what a model learns first.
Where the share is that of the world, keep it in the validation set, and train on more even ones.

## Example
```toml
[rules.imbalanced-labels]
min-records = 6
```
```jsonl
{"prompt": "Win a prize, click here!", "completion": "spam"}
{"prompt": "Cheap pills without a doctor", "completion": "spam"}
{"prompt": "You inherited ten million", "completion": "spam"}
{"prompt": "Verify your account at once", "completion": "spam"}
{"prompt": "Hot singles near the station", "completion": "spam"}
{"prompt": "Shall we meet at noon?", "completion": "fine"}
```

## Use instead
```jsonl
{"prompt": "Win a prize, click here!", "completion": "spam"}
{"prompt": "Cheap pills without a doctor", "completion": "spam"}
{"prompt": "You inherited ten million", "completion": "spam"}
{"prompt": "The minutes of the meeting", "completion": "fine"}
{"prompt": "Happy birthday, dear aunt", "completion": "fine"}
{"prompt": "Shall we meet at noon?", "completion": "fine"}
```

## Fix
None: collect more of the rare labels, or keep fewer of the common one.

## Options
- `min-records` (default 50): answers a file must have.
- `most` (default 0.8): share of the answers from which on one label has too many.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from finetooth_rules.finding import Consequence, Finding, examples_of
from finetooth_rules.rule import StatisticRule
from finetooth_rules.task._answers import answer_of

if TYPE_CHECKING:
    from finetooth_rules.example import Example
    from finetooth_rules.features import Features
    from finetooth_rules.profile import Profile

CODE: Final = "TSK006"

LONGEST: Final = 48
"""Characters of the longest label."""

SHOWN: Final = 16
"""Characters of a label that a message shows."""

MOST_LABELS: Final = 20
HELD: Final = 256
"""Distinct short answers that are counted; where there are more, they are no labels."""

REPEATED: Final = 5
"""How often a label is given on average, at least."""

LABELLED: Final = 0.98
"""Share of the answers that must be labels."""

FREE: Final = ""
"""The fact of an answer that is no label."""


@dataclass(frozen=True, slots=True)
class Options:
    """`min_records`: answers needed; `most`: share from which on one label has too many."""

    min_records: int = field(default=50, metadata={"minimum": 2})
    most: float = field(default=0.8, metadata={"minimum": 0.5, "maximum": 1})


@dataclass(slots=True)
class Counts:
    """How often each label is given; None where there are more than `HELD`. `free`: other answers."""

    labels: dict[str, int] | None = field(default_factory=dict)
    free: int = 0


class Verdict(NamedTuple):
    """`total` answers of `kinds` labels, the commonest given `most` times, the rarest `least` times."""

    common: str
    rare: str
    most: int
    least: int
    total: int
    kinds: int


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: Options
) -> Sequence[str | None]:
    """The label, `FREE` for another answer, None where there is no answer."""
    return [_label(example) for example in examples]


def _label(example: Example) -> str | None:
    answer = answer_of(example)
    if answer is None:
        return FREE if example.turns else None
    text = answer.text
    if len(text) > LONGEST:
        return FREE
    text = text.strip()
    return FREE if "\n" in text or text.isdecimal() else text


def add(total: Counts, fact: str) -> Counts:
    """Count an answer."""
    if not fact:
        total.free += 1
    elif total.labels is not None:
        total.labels[fact] = total.labels.get(fact, 0) + 1
        if len(total.labels) > HELD:
            total.labels = None
    return total


def merge(one: Counts, other: Counts) -> Counts:
    """Both together."""
    one.free += other.free
    if one.labels is not None and other.labels is not None:
        for label, count in other.labels.items():
            one.labels[label] = one.labels.get(label, 0) + count
    if one.labels is not None and (other.labels is None or len(one.labels) > HELD):
        one.labels = None
    return one


def fit(total: Counts, features: Features, profile: Profile, options: Options) -> Verdict | None:
    """The verdict; None where the answers are no labels, or even enough."""
    labels = total.labels
    if not labels or not 2 <= len(labels) <= MOST_LABELS:
        return None
    answers = sum(labels.values())
    if answers < max(options.min_records, LABELLED * (answers + total.free)):
        return None
    if answers < min(REPEATED * len(labels), options.min_records):
        return None
    ranked = sorted(labels.items(), key=lambda item: (-item[1], item[0]))
    (common, most), (rare, least) = ranked[0], ranked[-1]
    if most < options.most * answers:
        return None
    return Verdict(common, rare, most, least, answers, len(labels))


def picks(fact: str, verdict: Verdict | None) -> Iterator[str]:
    """Whether a record has the commonest or the rarest label."""
    if verdict is not None and fact in (verdict.common, verdict.rare):
        yield "common" if fact == verdict.common else "rare"


def conclude_at(
    verdict: Verdict | None, picked: Mapping[str, Any], profile: Profile, options: Options
) -> Iterator[Finding]:
    """One finding for the file."""
    if verdict is None:
        return
    common, rare = (100 * count / verdict.total for count in (verdict.most, verdict.least))
    yield Finding(
        CODE,
        f"`{_short(verdict.common)}` is {common:.0f} % of {verdict.total} answers, "
        f"the rarest of {verdict.kinds} labels, `{_short(verdict.rare)}`, {rare:.2g} %; "
        f"expected under {100 * options.most:.0f} %",
        Consequence.DEGRADED,
        related=examples_of(picked, {"common": "the commonest label", "rare": "the rarest label"}),
    )


def _short(label: str) -> str:
    """A label, cut for the message."""
    return label if len(label) <= SHOWN else label[: SHOWN - 1] + "…"


RULE: Final[StatisticRule[str, Counts, Verdict | None]] = StatisticRule(
    code=CODE,
    name="imbalanced-labels",
    summary="the answers are a few labels, and nearly all of them are the same one",
    consequence=Consequence.DEGRADED,
    options=Options,
    gather=gather,
    empty=Counts,
    add=add,
    merge=merge,
    fit=fit,
    picks=picks,
    conclude_at=conclude_at,
    facts_read_options=False,
    min_records=lambda profile, options: options.min_records,
)
