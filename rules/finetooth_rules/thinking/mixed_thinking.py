r"""Some answers have reasoning and others have none, and nothing says which are to have it.

## What it does
Compares the records with reasoning (a `<think>` block in a trained answer, or a key of its own such as
`reasoning_content`) with those without. Where one kind is rare (at most `rare` of the records), each such record
is noted; else it is said once for the file.

Hybrid data made on purpose is left alone: a record counts as neither where its prompt has a switch (`/think`,
`/no_think`, `detailed thinking on`, `thinking: off`, `Reasoning: low`) or its answer an empty block
(`<think></think>`). So do conversations whose last trained turn is no text (a call). A file of fewer than
`min-records` is not judged.

## Why it matters
The model cannot know when to reason and will do one or the other by chance. A few `<think>` blocks in a file
without are mostly raw output of a reasoning model that was not cleaned; a few answers without, in a file of
reasoning, teach to skip it.

## Example
```toml
rules.mixed-thinking.min-records = 3
rules.too-few-examples.advised = 1
```
```jsonl
{"messages": [{"role": "user", "content": "2 + 2?"}, {"role": "assistant", "content": "<think>\nTwo and two.\n</think>\n\n4"}]}
{"messages": [{"role": "user", "content": "2 + 3?"}, {"role": "assistant", "content": "<think>\nTwo and three.\n</think>\n\n5"}]}
{"messages": [{"role": "user", "content": "2 + 4?"}, {"role": "assistant", "content": "6"}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "2 + 2?"}, {"role": "assistant", "content": "<think>\nTwo and two.\n</think>\n\n4"}]}
{"messages": [{"role": "user", "content": "2 + 3?"}, {"role": "assistant", "content": "<think>\nTwo and three.\n</think>\n\n5"}]}
{"messages": [{"role": "user", "content": "2 + 4? /no_think"}, {"role": "assistant", "content": "<think>\n\n</think>\n\n6"}]}
```

## Fix
None: whether an answer is to reason is for a person to say.

## Options
- `min-records` (default 20): the fewest answers of which anything is said.
- `rare` (default 0.1): the share up to which each record of the rarer kind is noted.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from finetooth_rules.example import SYSTEM_ROLES, Example, Kind, Text, Turn
from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding, Path, examples_of
from finetooth_rules.patterns import lazy
from finetooth_rules.profile import Profile
from finetooth_rules.rule import StatisticRule
from finetooth_rules.thinking._tags import CLOSE, OPEN

CODE: Final = "THK003"
WITH: Final = "the first record with reasoning"
WITHOUT: Final = "the first record without"

_ANSWERED: Final = (Kind.SUPERVISED, Kind.PREFERENCE, Kind.UNPAIRED)
_EMPTY: Final = lazy(r"<think>\s*</think>")
_SWITCH: Final = lazy(
    r"/(?:no_?)?think\b|(?:detailed )?thinking(?: mode)?:? (?:on|off)\b|reasoning(?:_effort)?:\s*\w+",
    re.IGNORECASE,
)
_NEAR: Final = 8
"""Characters at the end of what a user says, where a switch is looked for."""


@dataclass(frozen=True, slots=True)
class Options:
    """`min_records`: answers needed to say anything; `rare`: the share up to which each record is noted."""

    min_records: int = field(default=20, metadata={"minimum": 2})
    rare: float = field(default=0.1, metadata={"minimum": 0, "maximum": 0.5})


class Fact(NamedTuple):
    """Whether a record reasons, and where its answer is."""

    reasons: bool
    path: Path


class Verdict(NamedTuple):
    """`reasons`: which kind is the rarer; `percent` of the records are of the other. `each`: the rarer ones
    are noted one by one.
    """

    reasons: bool
    percent: int
    each: bool


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: Options
) -> Sequence[Fact | None]:
    """Which records reason; None for those that say themselves whether they are to."""
    known = _Known()
    return [_fact(example, known) if example.kind in _ANSWERED else None for example in examples]


class _Known:
    """What many records have in common: the fact of those without reasoning, and which system texts have a
    switch.
    """

    __slots__ = ("bare", "switches")

    def __init__(self) -> None:
        self.bare = Fact(False, ())
        self.switches: dict[str, bool] = {}


def _fact(example: Example, known: _Known) -> Fact | None:
    turns = example.turns
    last = turns[-1] if turns else None
    if last is None or not last.trained or last.role != "assistant":
        return None
    texts = last.texts
    # The commonest record first: a question and its answer, perhaps behind a system turn.
    if last.reasoning or (texts and _thinks(texts)) or (len(turns) > 3 and _any_thinks(turns)):
        return _reasoning(example, last)
    if last.calls or not texts or not texts[0].text or _is_switched(turns, known.switches):
        return None
    if last.content_path != known.bare.path:
        known.bare = Fact(False, last.content_path)
    return known.bare


def _thinks(texts: Sequence[Text]) -> bool:
    """Whether there is a block, or the end of one that the template opened."""
    text = texts[0].text
    if "<" in text and (CLOSE in text or text.startswith(OPEN)):  # one character is found far faster
        return True
    return len(texts) > 1 and _thinks(texts[1:])


def _any_thinks(turns: Sequence[Turn]) -> bool:
    """Whether one of many answers has reasoning."""
    return any(
        turn.reasoning or (turn.role == "assistant" and turn.texts and _thinks(turn.texts)) for turn in turns
    )


def _is_switched(turns: Sequence[Turn], known: dict[str, bool]) -> bool:
    """Whether a system text, or the beginning or the end of what a user says, has a switch."""
    for turn in turns:
        role = turn.role
        if role == "user":
            said = turn.texts
            near = said and ("think" in said[-1].text[-_NEAR:] or said[0].text[:1] == "/")
            if near and _SWITCH.search(turn.text):
                return True
        elif role != "assistant" and role in SYSTEM_ROLES and turn.texts:
            text = turn.texts[0].text
            found = known.get(text)
            if found is None:
                found = known[text] = bool(_SWITCH.search(turn.text))
            if found:
                return True
    return False


def _reasoning(example: Example, last: Turn) -> Fact | None:
    """The fact of a record with some reasoning somewhere: None where that is empty or not learnt."""
    if any(_SWITCH.search(turn.text) for turn in example.turns if turn.role != "assistant"):
        return None
    trained = [turn for turn in example.turns if turn.trained]
    written = any(text.text.strip() for turn in trained for text in turn.reasoning)
    blocks = [text.text for turn in trained if turn.texts and _thinks(turn.texts) for text in turn.texts]
    if not written and (not blocks or all(_EMPTY.search(text) for text in blocks)):
        return None
    return Fact(True, last.content_path)


def add(total: Counter[bool], fact: Fact) -> Counter[bool]:
    """Count one record by whether it reasons."""
    total[fact.reasons] += 1
    return total


def merge(one: Counter[bool], other: Counter[bool]) -> Counter[bool]:
    """The counts of both."""
    one.update(other)
    return one


def fit(total: Counter[bool], features: Features, profile: Profile, options: Options) -> Verdict | None:
    """Which kind is the rarer; None where there is only one."""
    count, fewer = total.total(), min(total[True], total[False])
    if not fewer or count < options.min_records:
        return None
    rarer = total[True] <= total[False]
    return Verdict(rarer, 100 * (count - fewer) // count, fewer <= options.rare * count)


def judge(fact: Fact, verdict: Verdict | None, profile: Profile, options: Options) -> Iterator[Finding]:
    """Note a record of the rare kind."""
    if verdict is not None and verdict.each and fact.reasons == verdict.reasons:
        here, there = ("reasoning", "none") if fact.reasons else ("no reasoning", "some")
        message = f"this answer has {here}; {verdict.percent} % of the records have {there}"
        yield Finding(CODE, message, Consequence.NOTE, path=fact.path)


def picks(fact: Fact, verdict: Verdict | None) -> Iterable[str]:
    """An example of each kind, where it is said once."""
    return () if verdict is None or verdict.each else (WITH if fact.reasons else WITHOUT,)


def conclude(
    verdict: Verdict | None, picked: Mapping[str, Any], profile: Profile, options: Options
) -> Iterator[Finding]:
    """Once for the file, where neither kind is rare."""
    if verdict is not None and not verdict.each:
        more, fewer = ("no reasoning", "some") if verdict.reasons else ("reasoning", "none")
        message = (
            f"{verdict.percent} % of the records have {more}, the others {fewer}; nothing says which are to"
        )
        related = examples_of(picked, {label: label for label in (WITH, WITHOUT)})
        yield Finding(CODE, message, Consequence.NOTE, related=related)


RULE: StatisticRule[Fact, Counter[bool], Verdict | None] = StatisticRule(
    code=CODE,
    name="mixed-thinking",
    summary="Some answers have reasoning and others have none.",
    consequence=Consequence.NOTE,
    options=Options,
    gather=gather,
    empty=Counter,
    add=add,
    merge=merge,
    fit=fit,
    judge=judge,
    picks=picks,
    conclude_at=conclude,
    facts_read_options=False,
    min_records=lambda profile, options: int(options.min_records),
)
