r"""A record is far longer than all others of its file.

## What it does
Estimates the tokens of each record by its length (four bytes a token, which holds for English and, within a
factor of two, for most other text) and notes the few records that are far longer than the rest. "Far" is
measured on the file itself. Such a record has 1,000 tokens or more, is at least ten times as long as the middle
one, at least four times as long as all records but three (in a large file, but one in a thousand), and longer
than any that the tail of long records lets expect: however heavy that is, one file in a hundred at most would
have such a record by chance. A second group of long records is none. Records with images are not judged, and
neither is a file of fewer than `min-records`.

How many tokens a record has exactly, and which of them are cut off, is what `too-many-tokens` says.

## Why it matters
One record that is far longer than all others is often several records in one, a whole document pasted in, or an
answer that runs on. It decides how much memory a batch needs, fills it with padding, and is the one that is cut.

## Example
```toml
rules.length-outlier.min-records = 5
rules.length-outlier.min-tokens = 40
rules.too-few-examples.advised = 1
```
```jsonl
{"prompt": "2 + 1?", "completion": "3"}
{"prompt": "2 + 2?", "completion": "4"}
{"prompt": "2 + 3?", "completion": "5"}
{"prompt": "2 + 4?", "completion": "6"}
{"prompt": "2 + 5?", "completion": "7"}
{"prompt": "2 + 6?", "completion": "8"}
{"prompt": "2 + 7?", "completion": "9"}
{"prompt": "2 + 8?", "completion": "10"}
{"prompt": "2 + 9?", "completion": "11"}
{"prompt": "Count!", "completion": "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79 80 81 82 83 84 85 86 87 88 89 90 91 92 93 94 95 96 97 98 99 100 101 102 103 104 105 106 107 108 109 110 111 112 113 114 115 116 117 118 119 120 121 122 123"}
```

## Use instead
```jsonl
{"prompt": "2 + 1?", "completion": "3"}
{"prompt": "2 + 2?", "completion": "4"}
{"prompt": "2 + 3?", "completion": "5"}
{"prompt": "2 + 4?", "completion": "6"}
{"prompt": "2 + 5?", "completion": "7"}
{"prompt": "2 + 6?", "completion": "8"}
{"prompt": "2 + 7?", "completion": "9"}
{"prompt": "2 + 8?", "completion": "10"}
{"prompt": "2 + 9?", "completion": "11"}
{"prompt": "Count!", "completion": "1 2 3 4 5 6 7 8 9 10"}
```

## Fix
None: where it should end is for a person to say.

## Options
- `min-records` (default 50): the fewest records of which anything is said.
- `min-tokens` (default 1,000): the fewest tokens a record has that is reported, as estimated.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import exp, log
from typing import Final, NamedTuple

from finetooth_rules.example import Example, Kind
from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.formats.tokenized import NAME as TOKENIZED
from finetooth_rules.histogram import Histogram, add, bucket, least_in, merge, most_in, quantile
from finetooth_rules.profile import Profile
from finetooth_rules.rule import StatisticRule

CODE: Final = "TOK005"

BYTES_PER_TOKEN: Final = 4
TIMES_REST: Final = 4
"""How many times as long as the rest of the records an outlier is,"""

TIMES_MIDDLE: Final = 10
"""and as the middle one."""

FEW: Final = 3
SHARE: Final = 0.001
"""At most so many are outliers, or this share; more of them are a group."""

TAIL: Final = 50
"""The longest records, by which the tail is measured; in a short file a quarter of all."""

CHANCE: Final = 0.01
"""How likely a file of the same tail has a record that is as long."""

_MAY_HOLD_MEDIA: Final = 16_000
"""Bytes above which a record is asked whether it holds an image."""


@dataclass(frozen=True, slots=True)
class Options:
    """`min_records`: records needed to say anything; `min_tokens`: tokens an outlier has, as estimated."""

    min_records: int = field(default=50, metadata={"minimum": 3})
    min_tokens: int = field(default=1_000, metadata={"minimum": 1})


class Verdict(NamedTuple):
    """Records of `threshold` tokens and more are outliers; the others have at most `most`."""

    threshold: int
    most: int


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: Options
) -> Sequence[int | None]:
    """The tokens of each record, as estimated; None for those with media."""
    return [
        _unusual(example)
        if len(example.record.raw) > _MAY_HOLD_MEDIA or example.kind is Kind.TOKENIZED
        else len(example.record.raw) // BYTES_PER_TOKEN
        for example in examples
    ]


def _unusual(example: Example) -> int | None:
    """The same of a record that may not be text alone."""
    if example.media or any(turn.media for turn in example.turns):
        return None
    if example.kind is Kind.TOKENIZED:
        ids = example.record.value.get("input_ids")
        return len(ids) if isinstance(ids, list) else None
    return len(example.record.raw) // BYTES_PER_TOKEN


def fit(total: Histogram, features: Features, profile: Profile, options: Options) -> Verdict | None:
    """Where outliers begin; None where there are none, or too many."""
    count = total.total()
    if count < options.min_records:
        return None
    few = max(FEW, int(SHARE * count))
    middle, rest = most_in(quantile(total, 0.5)), most_in(quantile(total, 1 - few / count))
    wanted = max(options.min_tokens, TIMES_MIDDLE * middle, TIMES_REST * rest, _reach(total, few))
    first = bucket(wanted - 1) + 1
    far = sum(number for key, number in total.items() if key >= first)
    if not 0 < far <= few:
        return None
    return Verdict(least_in(first), most_in(max(key for key in total if key < first)))


def _reach(total: Histogram, few: int) -> int:
    """The length that the longest record has with a probability of `CHANCE`, if the tail is that of a power
    law: the logarithm of what a record is longer than the tail's beginning falls off exponentially, at a rate
    that its median tells (single records do not move it). Lighter tails do not reach as far.
    """
    count = total.total()
    longest = min(max(TAIL, 4 * few), count / 4)
    begins, middle = quantile(total, 1 - longest / count), quantile(total, 1 - longest / count / 2)
    mean = log((most_in(middle) + 1) / (least_in(begins) + 1)) / log(2)
    return int(most_in(begins) * exp(min(mean * log(longest / CHANCE), 40)))


def judge(tokens: int, verdict: Verdict | None, profile: Profile, options: Options) -> Iterator[Finding]:
    """Note a record of so many tokens."""
    if verdict is not None and tokens >= verdict.threshold:
        counted = profile.format == TOKENIZED
        found = f"about {_rounded(tokens)} tokens{'' if counted else ' (estimated by its length)'}"
        message = f"{found}; all but a few records have at most {_rounded(verdict.most)}"
        yield Finding(CODE, message, Consequence.NOTE)


def _rounded(tokens: int) -> str:
    """A number with two digits that count."""
    digits = max(len(str(tokens)) - 2, 0)
    return f"{round(tokens, -digits):,}"


RULE: StatisticRule[int, Histogram, Verdict | None] = StatisticRule(
    code=CODE,
    name="length-outlier",
    summary="A record is far longer than all others of its file.",
    consequence=Consequence.NOTE,
    options=Options,
    gather=gather,
    empty=Histogram,
    add=add,
    merge=merge,
    fit=fit,
    judge=judge,
    facts_read_options=False,
    min_records=lambda profile, options: int(options.min_records),
)
