r"""A record holds an item of a benchmark.

## What it does
Compares the records to train on with the items of the benchmarks that the settings name (`[dataset]
benchmarks`), and reports one that holds half or more of an item's runs of 13 words, wherever in the record
they stand. Case, spaces and punctuation do not count; a run that more than three items share is how the
benchmark asks, and does not count either. Of an item its question is looked for, with its answer where it is
shorter than 13 words. An item that is shorter all in all is not found.

## Why it matters
A model that has seen a benchmark is measured by its memory. The report on GPT-3 (arXiv:2005.14165, appendix
C) calls a text contaminated by a run of 13 words; half of an item's runs leave no room for chance.

## Example
Where `planets_test.jsonl` asks the same:
```toml
[dataset]
benchmarks = ["planets_test.jsonl"]
```
```jsonl
{"prompt": "Of the eight planets that go round the sun, which one needs the longest time for one round, and how long is that?", "completion": "Neptune"}
```

## Use instead
```jsonl
{"prompt": "Which moon of Jupiter is known for its volcanoes, and by which spacecraft were they seen for the first time?", "completion": "Io"}
```

## Fix
Unsafe: the record is deleted.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from finetooth_rules.duplicates._report import DELETE
from finetooth_rules.example import Example
from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.model_files import short_name
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.rule import MeasuredRule, NoOptions
from finetooth_rules.splits import TRAIN

CODE: Final = "DUP007"


def screen(record: Record, profile: Profile, options: NoOptions) -> bool:
    """Only what is trained on."""
    return profile.split == TRAIN


def check(
    examples: Sequence[Example], features: Features, profile: Profile, options: NoOptions
) -> Iterator[tuple[int, Finding]]:
    """One finding for each record that holds an item."""
    assert features.benchmarks is not None
    texts = ["\n".join(text.text for text in example.all_texts()) for example in examples]
    for number, overlap in enumerate(features.benchmarks.overlaps(texts)):
        if overlap is not None:
            share = int(100 * overlap.share)
            message = (
                f"this record holds {share} % of item {overlap.item} of {short_name(overlap.file)}; "
                "expected nothing of a benchmark"
            )
            yield number, Finding(CODE, message, Consequence.DEGRADED, fixes=(DELETE,))


RULE = MeasuredRule(
    code=CODE,
    name="benchmark-overlap",
    summary="A record holds an item of a benchmark.",
    consequence=Consequence.DEGRADED,
    screen=screen,
    check=check,
    needs=("benchmarks",),
)
