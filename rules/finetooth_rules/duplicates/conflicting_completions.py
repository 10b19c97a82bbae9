r"""One prompt has different answers.

## What it does
Reports a record that asks exactly what an earlier one asks – the same turns, tools and media before the last
answer – and answers something else; case, spaces and punctuation of the answers do not count. It says how
many answers there are.

Silent for data on preferences and for reinforcement learning, where several answers to a prompt are the
point, and where a third of the records (and five prompts at least) share their prompt with another answer:
then answers are sampled on purpose.

## Why it matters
Two answers to one question teach a coin toss. Where labels contradict each other no training makes the model
right.

## Example
```jsonl
{"prompt": "Sentiment: the film was all right.", "completion": "positive"}
{"prompt": "Sentiment: the film was all right.", "completion": "neutral"}
```

## Use instead
```jsonl
{"prompt": "Sentiment: the film was all right.", "completion": "neutral"}
{"prompt": "Sentiment: the film was a delight.", "completion": "positive"}
```

## Fix
None: a person must say which answer is meant.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from finetooth_rules.duplicates import _prints
from finetooth_rules.duplicates._answers import by_chance
from finetooth_rules.duplicates._report import held_out
from finetooth_rules.finding import Consequence, Finding, Related
from finetooth_rules.profile import Profile
from finetooth_rules.rule import GroupRule, Member, NoOptions

CODE: Final = "DUP003"
_SHOWN: Final = 5
"""Other answers that a finding leads to."""


def judge(
    members: Sequence[Member], profile: Profile, options: NoOptions
) -> Iterator[tuple[Member, Finding]]:
    """One finding for the first record of each further answer, of those to train on and of the others."""
    for side in (False, True):
        answers: dict[int, Member] = {}
        for member in members:
            if held_out(member) is side:
                answers.setdefault(member.value, member)
        if len(answers) > 1:
            firsts = [*answers.values()]
            message = f"one prompt with {len(answers)} different answers; expected one answer"
            for number, member in enumerate(firsts[1:], 1):
                others = (firsts[:number] + firsts[number + 1 :])[:_SHOWN]
                related = tuple(Related("another answer", address=other.address) for other in others)
                yield member, Finding(CODE, message, Consequence.DEGRADED, related=related)


RULE = GroupRule(
    code=CODE,
    name="conflicting-completions",
    summary="One prompt has different answers.",
    consequence=Consequence.DEGRADED,
    gather=_prints.gather,
    key=_prints.PROMPT,
    value=_prints.ANSWER,
    speaks=by_chance,
    judge=judge,
    scope="dataset",
)
