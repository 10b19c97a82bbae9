r"""The cut at the token limit takes away part or all of the answer.

## What it does
Where a record is over the token limit and the target cuts it, says how much of the trained text – what the
model should learn to write – lies behind the cut. The squiggle covers all text that is cut. Tokens are
counted as `too-many-tokens` counts them, and this rule is shown in its place.

Silent where the limit is only assumed, where the target rejects or drops such records, and for plain text
without a prompt.

## Why it matters
A long prompt pushes the answer over the limit, and the answer is the only part that is learnt. Cut in the
middle, it teaches the model to stop in the middle. Cut away, the record teaches nothing: TRL filters out
such rows after the cut, Axolotl prints "Dropped N samples with no trainable tokens from train dataset", and
Unsloth, where no row has anything left, "Unsloth: All labels in your dataset are -100. Training losses will
be all 0."

A wholly lost answer is an error, a partly lost one a warning.

## Example
```toml
[tokens]
limit = 26
```
```jsonl
{"messages": [{"role": "user", "content": "Name three rivers."}, {"role": "assistant", "content": "The Danube, the Volga, the Rhine, and many more."}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Name three rivers."}, {"role": "assistant", "content": "Danube, Volga, Rhine."}]}
```
Shorten the prompt, split the record, or raise the trainer's own limit and set `tokens.limit` to the same
number.

## Fix
None: what to leave out is for a person to say.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from finetooth_rules.example import Example
from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.rule import MeasuredRule, NoOptions
from finetooth_rules.tokens._measure import Limit, amount, cut_places, limit_of, may_exceed, reaching

CODE: Final = "TOK002"


def screen(record: Record, profile: Profile, options: NoOptions) -> bool:
    """Whether the record is long enough to be cut."""
    allowed = profile.tokens_allowed
    return (
        allowed is not None and may_exceed(record, allowed, profile) and _cutting_limit(profile) is not None
    )


def _cutting_limit(profile: Profile) -> Limit | None:
    """The limit where it is known and longer records are cut."""
    if profile.over_limit is not Consequence.TRUNCATED:
        return None
    limit = limit_of(profile)
    return None if limit is None or limit.assumed else limit


def check(
    examples: Sequence[Example], features: Features, profile: Profile, options: NoOptions
) -> Iterator[tuple[int, Finding]]:
    """One finding for each record whose trained text the cut reaches."""
    limit, counter = _cutting_limit(profile), features.tokens
    if limit is None or counter is None:
        return
    answering = [index for index, example in enumerate(examples) if _has_answer(example)]
    asked = [examples[index] for index in answering]
    for number, counted in reaching(asked, features, profile, limit.tokens + 1):
        index = answering[number]
        trained, kept = counted.trained(), counted.trained_within(limit.tokens, counter)
        if kept == trained:
            continue
        path, spans = cut_places(examples[index], counted, limit.tokens, counter)
        where = limit.noun
        if kept:
            lost = amount(trained - kept, counted.estimated)
            message = f"{where} cuts {lost} of the answer's {trained:,} ({counter.name})"
        else:
            message = (
                f"{where} cuts the whole answer: {amount(counted.total, counted.estimated)} ({counter.name})"
            )
        yield (
            index,
            Finding(
                CODE,
                message,
                Consequence.TRUNCATED if kept else Consequence.DROPPED,
                span=spans[0] if spans else None,
                path=path,
                more_spans=tuple(spans[1:]),
            ),
        )


def _has_answer(example: Example) -> bool:
    """Whether trained text answers something: a turn that is not trained stands before it."""
    return not example.turns[0].trained if example.turns else False


RULE = MeasuredRule(
    code=CODE,
    name="answer-truncated",
    summary="The cut at the token limit takes away part or all of the answer.",
    consequence=Consequence.TRUNCATED,
    supersedes=("TOK001",),
    screen=screen,
    check=check,
)
