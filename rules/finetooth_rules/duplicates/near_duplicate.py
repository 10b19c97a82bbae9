r"""A record says nearly the same as an earlier one.

## What it does
Reports a record that differs from an earlier one of the dataset only in what leaves its meaning: columns that
are not said (an id, a source); case, spaces and punctuation; small words ("the", "please"), plurals and slips
of the pen; some words of an answer whose question is the same; some words of a question whose long answer is
the same. It says how alike the two are, by the words of their questions and answers.

Not reported: what differs in a number, an operator, a negation, or in a word that carries meaning ("capital
of France", "capital of Spain"), however long the text around it is. What many records have in common – an
instruction, a template – does not make them candidates, and another system prompt makes another record only
where the answer is shorter than a dozen words. Where a third of the records are other answers to prompts that
are there already, answers are sampled on purpose, and like answers to one prompt are no finding.

## Why it matters
Near copies count like copies: the model memorises what is said in them, and learns less from the rest. They
come from merged sources, from generated variations, from a correction beside the record it was to replace.

## Example
```jsonl
{"prompt": "What does the keyword yield do in Python?", "completion": "It makes the function a generator, which hands out one value at a time."}
{"prompt": "what does the keyword 'yield' do in Python", "completion": "It makes the function a generator, which hands out one value at a time."}
```

## Use instead
```jsonl
{"prompt": "What does the keyword yield do in Python?", "completion": "It makes the function a generator, which hands out one value at a time."}
{"prompt": "What does the keyword return do in Python?", "completion": "It ends the function and gives its value to the caller."}
```

## Fix
Unsafe: the later record is deleted. The two may be there on purpose, and the later one may be the better one.

## Options
- `min-likeness`: how alike two answers to one question must be at least, from 0 to 1 (default 0.9).
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from finetooth_rules.duplicates import _near, _prints
from finetooth_rules.duplicates._report import copy, held_out
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import Match, Member, NearRule

CODE: Final = "DUP002"


@dataclass(frozen=True, slots=True)
class Options:
    """How alike two answers to one question must be."""

    min_likeness: float = field(default=0.9, metadata={"minimum": 0, "maximum": 1})


def judge(matches: Sequence[Match], profile: Profile, options: Options) -> Iterator[tuple[Member, Finding]]:
    """One finding for each record that is like an earlier one, by the one it is most like."""
    same_side = [
        match
        for match in matches
        if held_out(match.first) == held_out(match.second) and match.likeness != _near.SAME_QUESTION
    ]
    for match in _near.closest(same_side, told=lambda match: match.second):
        if match.likeness == 1:
            what = "this record says the same as an earlier one, case and punctuation aside"
        else:
            what = f"this record is {_near.percent(match.likeness)} % like an earlier one"
        finding = copy(
            CODE,
            f"{what}; expected each record once",
            Consequence.DEGRADED,
            match.first,
            "the record it is like",
        )
        yield match.second, finding


RULE = NearRule(
    code=CODE,
    name="near-duplicate",
    summary="A record says nearly the same as an earlier one.",
    consequence=Consequence.DEGRADED,
    options=Options,
    supersedes=("DUP003",),
    gather=_prints.gather,
    pairs=_near.pairs,
    likeness=_near.likeness,
    judge=judge,
)
