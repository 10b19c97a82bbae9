r"""A record has more tokens than the target takes.

## What it does
Counts the tokens of each record and compares them with the limit, which is the first of these that there is:
`tokens.limit` in the settings; `context` of `[training]`; what a trainer's own file in the data's folder,
the one above, or a `configs` of either, says where it names the data (`sequence_len` of Axolotl, `cutoff_len` of LLaMA-Factory,
`max_length` of TRL), or that trainer's default; what the target takes for the `model`. Of several such files
the smallest counts, as what fits it fits all; where a `target` is set, only those of its trainer. The message
names the file. The squiggle covers exactly the text behind the limit, from the first
character that does not fit.

A conversation is counted as OpenAI's cookbook does it: 3 tokens a message, the tokens of its values, 1 for a
name, and 3 for the whole. Tool definitions and calls are counted as their JSON text, which is an estimate,
and so is every count where the target's own tokenizer is not known: the message then says "about". By an
estimate less than half over the limit, a record may be dropped or rejected, a warning; beyond it will be. Images
and other media are not counted.

Without a target or a limit, 4,096 tokens are assumed, and a record over that is only noted. Where the cut
reaches the answer, `answer-truncated` says so in place of this rule.

## Why it matters
What a trainer does with such a record differs, and none stops to say so. OpenAI cuts it to the model's
training context. TRL keeps the first 1,024 tokens unless `max_length` is set, LLaMA-Factory 2,048 unless
`cutoff_len` is. Axolotl drops what is longer than `sequence_len`, which is 512. What is cut is never learnt,
and a text that ends in the middle teaches the model to stop there.

## Example
```toml
[tokens]
limit = 30
```
```jsonl
{"messages": [{"role": "user", "content": "Name a river."}, {"role": "assistant", "content": "The Danube."}, {"role": "user", "content": "And a second one, please."}, {"role": "assistant", "weight": 0, "content": "The Volga."}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Name a river."}, {"role": "assistant", "content": "The Danube."}]}
```
Shorten the text, split the record, or raise the trainer's own limit and set `tokens.limit` to the same
number.

## Fix
None: what to leave out is for a person to say.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from finetooth_rules.example import Example
from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.row_limit import SURE, fate
from finetooth_rules.rule import MeasuredRule, NoOptions
from finetooth_rules.tokens._measure import Limit, amount, cut_places, limit_of, may_exceed, reaching

CODE: Final = "TOK001"

_OUTCOMES: Final[Mapping[Consequence, str]] = {
    Consequence.REJECTED: "the record {} be rejected",
    Consequence.DROPPED: "the record {} be dropped",
    Consequence.DEGRADED: "what is over it may be lost",
}


def screen(record: Record, profile: Profile, options: NoOptions) -> bool:
    """Whether the record is long enough to be over the limit."""
    allowed = profile.tokens_allowed
    return allowed is not None and may_exceed(record, allowed, profile)


def check(
    examples: Sequence[Example], features: Features, profile: Profile, options: NoOptions
) -> Iterator[tuple[int, Finding]]:
    """One finding for each record over the limit."""
    limit, counter = limit_of(profile), features.tokens
    if limit is None or counter is None:
        return
    for index, counted in reaching(examples, features, profile, limit.tokens + 1):
        if counted.total <= limit.tokens:
            continue
        sure = not counted.estimated or counted.total > SURE * limit.tokens
        path, spans = cut_places(examples[index], counted, limit.tokens, counter)
        yield (
            index,
            Finding(
                CODE,
                f"{amount(counted.total, counted.estimated)} tokens ({counter.name}), "
                f"{limit.sentence}: {_outcome(limit, profile, sure=sure)}",
                Consequence.NOTE if limit.assumed else fate(profile.over_limit, sure=sure),
                span=spans[0] if spans else None,
                path=path,
                more_spans=tuple(spans[1:]),
            ),
        )


def _outcome(limit: Limit, profile: Profile, *, sure: bool) -> str:
    if limit.assumed:
        return "trainers may cut the marked text"
    outcome = _OUTCOMES.get(profile.over_limit, "the marked text will be cut")
    return outcome.format("will" if sure else "may")


RULE = MeasuredRule(
    code=CODE,
    name="too-many-tokens",
    summary="A record has more tokens than the target takes.",
    consequence=Consequence.TRUNCATED,
    screen=screen,
    check=check,
)
