r"""An answer of almost nothing, in a file of long answers.

## What it does
Notes the few records whose whole answer is a handful of characters while those of the file are long: the middle
one has about 100 characters or more. Two kinds are told:

- an answer of 20 characters at most, where all others are at least eight times as long, but for three (in a
  large file, one in a thousand). Where short answers occur at all, as in general instructions, there is no such
  gap, and nothing is said. `Yes`, `No`, what has a digit, and what stands in the prompt, as one of the answers to
  choose from does, may well be whole answers;
- what stands for an answer that is not there: `N/A`, `TODO`, `[deleted]`, `<nooutput>`, `...`; at most so many,
  too, for more of them are taken to be meant.

Answers with a call, an image or reasoning under a key of its own are not judged, and neither is a file of fewer
than `min-records`. A conversation counts with all its answers.

## Why it matters
They are mostly what is left of an export or of an annotation that went wrong. The model learns that saying
nothing is an answer, which is the easiest thing to learn of all.

## Example
```toml
rules.short-completion.min-records = 4
rules.too-few-examples.advised = 1
```
```jsonl
{"prompt": "Why is the sky blue?", "completion": "Air scatters the short waves of sunlight far more than the long ones, so that blue comes from everywhere."}
{"prompt": "Why is snow white?", "completion": "Its crystals have many faces, which throw back light of every colour alike, in all directions at once."}
{"prompt": "Why is grass green?", "completion": "Chlorophyll takes up red and blue light to live on, and what is left over for our eyes is mostly green."}
{"prompt": "Why is the sea blue?", "completion": "ok"}
```

## Use instead
```jsonl
{"prompt": "Why is the sky blue?", "completion": "Air scatters the short waves of sunlight far more than the long ones, so that blue comes from everywhere."}
{"prompt": "Why is snow white?", "completion": "Its crystals have many faces, which throw back light of every colour alike, in all directions at once."}
{"prompt": "Why is grass green?", "completion": "Chlorophyll takes up red and blue light to live on, and what is left over for our eyes is mostly green."}
{"prompt": "Why is the sea blue?", "completion": "Water takes up red light a little, and over some metres that is enough for blue to be what comes back."}
```

## Fix
None: what the answer is, is for a person to say.

## Options
- `min-records` (default 50): the fewest answers of which anything is said.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from finetooth_rules.example import Example, Kind
from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding, Path
from finetooth_rules.histogram import bucket, least_in, most_in, quantile
from finetooth_rules.profile import Profile
from finetooth_rules.rule import StatisticRule

CODE: Final = "TXT013"

SHORT: Final = 20
"""Characters an answer has at most to be one of almost nothing."""

LONG: Final = 100
"""Characters the middle answer has at least, or nearly."""

TIMES_SHORTER: Final = 8
FEW: Final = 3
SHARE: Final = 0.001
"""At most so many are strays, or this share; more of them are meant."""

NO_ANSWER: Final = -1
"""The bucket of words that stand for no answer."""

_WORDS: Final = frozenset(
    {
        *("n/a", "#n/a", "<n/a>", "todo", "tbd", "fixme", "asdf", "placeholder", "[deleted]", "[removed]"),
        *("nooutput", "<nooutput>", "no output", "no response", ""),
    }
)
"""What people and programs write for an answer that is not there, in small letters, without full stops and
dashes. Not `none` or `null`: a program may print them, and so may a question be answered.
"""

_SHORT_ANSWERS: Final = frozenset({"yes", "no", "true", "false"})
_AROUND: Final = " .…-–—_*\"'`"

_ANSWERED: Final = (Kind.SUPERVISED, Kind.PREFERENCE, Kind.UNPAIRED)


@dataclass(frozen=True, slots=True)
class Options:
    """`min_records`: answers needed to say anything."""

    min_records: int = field(default=50, metadata={"minimum": 3})


class Short(NamedTuple):
    """An answer of `SHORT` characters at most: its length, its place, whether it stands for none, and whether
    it may well be a whole answer.
    """

    length: int
    path: Path
    no_answer: bool
    whole: bool


Fact: TypeAlias = int | Short
"""The length of an answer, in characters."""


class Verdict(NamedTuple):
    """Answers of less than `least` characters are noted, and those that stand for none; all but a few have
    `usual` characters or more.
    """

    least: int
    usual: int


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: Options
) -> Sequence[Fact | None]:
    """The length of each record's answers; None where there is none, or more than text."""
    return [_fact(example) if example.kind in _ANSWERED else None for example in examples]


def _fact(example: Example) -> Fact | None:
    length, last = 0, None
    for turn in example.turns:
        if turn.trained and turn.role == "assistant":
            if turn.calls or turn.media or turn.reasoning:
                return None
            length += len(turn.text)
            last = turn
    if last is None or (not length and not last.has_content):
        return None
    if length > SHORT:
        return length
    text = " ".join(turn.text for turn in example.turns if turn.trained and turn.role == "assistant").strip()
    if not text:
        return None  # an empty answer is another rule's
    words = text.strip(_AROUND)
    no_answer = words.casefold() in _WORDS
    return Short(len(text), last.content_path, no_answer, not no_answer and _is_whole(words, example))


def _is_whole(words: str, example: Example) -> bool:
    """Whether a short answer may well be a whole one."""
    small = words.lower()
    if small in _SHORT_ANSWERS or any(character.isdigit() for character in words):
        return True
    forms = {words, small, words.capitalize()}
    return any(
        form in turn.text and re.search(rf"(?<!\w){re.escape(form)}(?!\w)", turn.text)
        for turn in example.turns
        if not turn.trained
        for form in forms
    )


def add(total: Counter[int], fact: Fact) -> Counter[int]:
    """Count one answer."""
    if fact.__class__ is int:
        total[bucket(fact)] += 1
    else:
        assert isinstance(fact, Short)
        total[NO_ANSWER if fact.no_answer else bucket(fact.length)] += 1
    return total


def merge(one: Counter[int], other: Counter[int]) -> Counter[int]:
    """The counts of both."""
    one.update(other)
    return one


def fit(total: Counter[int], features: Features, profile: Profile, options: Options) -> Verdict | None:
    """Which answers are too short; None where none is, or too many are, or short ones are usual."""
    count = total.total()
    if count < options.min_records:
        return None
    few = max(FEW, int(SHARE * count))
    answers = Counter({key: number for key, number in total.items() if key != NO_ANSWER})
    absent = total[NO_ANSWER]
    if not answers or most_in(quantile(answers, 0.5)) < LONG:
        return None
    usual = least_in(quantile(answers, (few + 1) / answers.total()))
    # Where the shortest of the others are short themselves, there is no gap.
    least = min(usual // TIMES_SHORTER, SHORT) + 1 if usual > 2 * SHORT else 0
    short = sum(number for key, number in answers.items() if least_in(key) < least)
    if absent > few or not absent + short:
        return None
    return Verdict(least, usual)


def judge(fact: Fact, verdict: Verdict | None, profile: Profile, options: Options) -> Iterator[Finding]:
    """Note a short answer."""
    if verdict is None or not isinstance(fact, Short):
        return
    if fact.no_answer:
        message = "this stands for an answer that is not there; the file's answers are long"
    elif fact.length < verdict.least and not fact.whole:
        found = f"an answer of {fact.length} character{'' if fact.length == 1 else 's'}"
        message = f"{found}; all but a few of the file have {verdict.usual:,} or more"
    else:
        return
    yield Finding(CODE, message, Consequence.NOTE, path=fact.path)


RULE: StatisticRule[Fact, Counter[int], Verdict | None] = StatisticRule(
    code=CODE,
    name="short-completion",
    summary="An answer of almost nothing, in a file of long answers.",
    consequence=Consequence.NOTE,
    options=Options,
    gather=gather,
    empty=Counter,
    add=add,
    merge=merge,
    fit=fit,
    judge=judge,
    facts_read_options=False,
    min_records=lambda profile, options: int(options.min_records),
)
