r"""A system prompt is nearly the one that the rest of the file has.

## What it does
Takes the system prompt that most records with one have, and reports the records whose own differs from it
- in white space, punctuation or case alone,
- in the spelling of a word or two (one character each), or
- in a few words that are left out or added (a tenth at most), where that is rare.

Dates, times, numbers and ids are put aside first. Another word in the place of a word is taken to be meant: a
language, a name, a switch that is `on` or `off`. Spellings must be rarer than one in ten, and more than three
of them in the same place are names too. Where white space, punctuation or case differ in more than `rare` of
the records, it is said once for the file. A file in which no prompt has half of the records, or which has more
than 32 different ones, has them different on purpose.

## Why it matters
The model learns to depend on the system prompt to the letter, and half-learns a second one. Mostly a prompt was
changed while the data were being made, or one part of it was copied by hand.

## Example
```toml
rules.too-few-examples.advised = 1
```
```jsonl
{"messages": [{"role": "system", "content": "You answer in one word."}, {"role": "user", "content": "Red and blue?"}, {"role": "assistant", "content": "Purple"}]}
{"messages": [{"role": "system", "content": "You answer in one word."}, {"role": "user", "content": "Red and white?"}, {"role": "assistant", "content": "Pink"}]}
{"messages": [{"role": "system", "content": "You answer in one word."}, {"role": "user", "content": "Blue and yellow?"}, {"role": "assistant", "content": "Green"}]}
{"messages": [{"role": "system", "content": "You answer in one word."}, {"role": "user", "content": "Black and white?"}, {"role": "assistant", "content": "Grey"}]}
{"messages": [{"role": "system", "content": "You answer in  one word"}, {"role": "user", "content": "Red and yellow?"}, {"role": "assistant", "content": "Orange"}]}
```

## Use instead
```jsonl
{"messages": [{"role": "system", "content": "You answer in one word."}, {"role": "user", "content": "Red and blue?"}, {"role": "assistant", "content": "Purple"}]}
{"messages": [{"role": "system", "content": "You answer in one word."}, {"role": "user", "content": "Red and white?"}, {"role": "assistant", "content": "Pink"}]}
{"messages": [{"role": "system", "content": "You answer in one word."}, {"role": "user", "content": "Blue and yellow?"}, {"role": "assistant", "content": "Green"}]}
{"messages": [{"role": "system", "content": "You answer in one word."}, {"role": "user", "content": "Black and white?"}, {"role": "assistant", "content": "Grey"}]}
{"messages": [{"role": "system", "content": "You answer in one word."}, {"role": "user", "content": "Red and yellow?"}, {"role": "assistant", "content": "Orange"}]}
```

## Fix
None: the dates and ids in the prevailing prompt are not those of this record, so a person should copy it.

## Options
- `min-records` (default 4): the fewest records that have the prevailing prompt.
- `rare` (default 0.2): the share up to which each record with other white space, punctuation or case is
  reported.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from finetooth_rules.example import SYSTEM_ROLES, Example
from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding, Path
from finetooth_rules.profile import Profile
from finetooth_rules.rule import StatisticRule
from finetooth_rules.turns._likeness import Difference, difference, folded, lightly_folded

CODE: Final = "TRN012"

MOST_PROMPTS: Final = 32
"""Different prompts beyond which they are different on purpose."""

MOST_CHARACTERS: Final = 8_000
"""What of a prompt is compared."""

SLOT: Final = 3
"""Spellings of the same word, or prompts with other words, of which more are taken to be meant."""

RARE_SPELLING: Final = 0.1
RARE_WORDS: Final = 0.05
"""The share of the prevailing prompt's records that those with another spelling, or with words left out or
added, are at most."""


@dataclass(frozen=True, slots=True)
class Options:
    """`min_records`: records with the prevailing prompt needed to say anything; `rare`: the share up to which
    each record of another form is reported."""

    min_records: int = field(default=4, metadata={"minimum": 1})
    rare: float = field(default=0.2, metadata={"minimum": 0, "maximum": 1})


class Fact(NamedTuple):
    """A system prompt without its numbers, None where its batch has too many different ones; its place."""

    text: str | None
    path: Path = ()


TOO_MANY: Final = Fact(None)


class Prompts:
    """How many records have each prompt; None as soon as there are too many different ones. `unread`: whether
    of some it is not known, as their batch had too many.
    """

    __slots__ = ("counts", "unread")

    def __init__(self) -> None:
        self.counts: Counter[str] | None = Counter()
        self.unread = False

    def add(self, fact: Fact) -> Prompts:
        """Count one record; returns itself."""
        counts = self.counts
        if counts is not None:
            if fact.text is None:
                self.unread = True
            else:
                counts[fact.text] += 1
                if len(counts) > MOST_PROMPTS:
                    self.counts = None
        return self

    def merge(self, other: Prompts) -> Prompts:
        """Count the records of another one in; returns itself."""
        self.unread |= other.unread
        if self.counts is not None and other.counts is not None:
            self.counts.update(other.counts)
        if other.counts is None or len(self.counts or ()) > MOST_PROMPTS:
            self.counts = None
        return self


class Verdict(NamedTuple):
    """`messages` by prompt, for the records that are reported; `once` is said for the file."""

    messages: Mapping[str, str]
    once: tuple[str, ...] = ()


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: Options
) -> Sequence[Fact | None]:
    """The system prompt that each record begins with; those that are the same share a fact."""
    facts: list[Fact | None] = []
    known: dict[str, Fact] = {}
    prompts: set[str] = set()
    for example in examples:
        turn = example.turns[0] if example.turns else None
        if turn is None or turn.role not in SYSTEM_ROLES:
            facts.append(None)
            continue
        text = turn.text
        fact = known.get(text)
        if fact is None:
            # With too many in this batch there are too many in the whole: nothing more is folded, or kept.
            fact = TOO_MANY if len(prompts) > MOST_PROMPTS else _fact(text, turn.content_path)
            if fact.text is not None:
                prompts.add(fact.text)
            known[text] = fact
        facts.append(fact if fact.text else None if fact.text == "" else TOO_MANY)
    return facts


def _fact(text: str, path: Path) -> Fact:
    return Fact(lightly_folded(text[:MOST_CHARACTERS]) if not text.isspace() else "", path)


def fit(total: Prompts, features: Features, profile: Profile, options: Options) -> Verdict | None:
    """What is said of each prompt that is nearly the prevailing one."""
    if total.counts is None or total.unread or len(total.counts) < 2:
        return None
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for text in sorted(total.counts):
        groups[folded(text)].append(text)
    counts = {text: sum(total.counts[member] for member in members) for text, members in groups.items()}
    main = max(counts, key=lambda text: (counts[text], text))
    if counts[main] < options.min_records or 2 * counts[main] < total.counts.total():
        return None
    found = {text: difference(main, text) for text in counts if text != main}
    near = _rare({text: how for text, how in found.items() if how is not None}, counts, counts[main])
    forms = [text for text, how in near.items() if how.is_form]
    once: tuple[str, ...] = ()
    if sum(counts[text] for text in forms) > options.rare * sum(counts.values()):
        once = (_once(max((near[text] for text in forms), key=lambda how: how.form), len(forms)),)
        near = {text: how for text, how in near.items() if not how.is_form}
    messages = {member: how.message for text, how in near.items() for member in groups[text]}
    return Verdict(messages, once) if messages or once else None


def _once(how: Difference, count: int) -> str:
    which = "a second system prompt differs" if count == 1 else f"{count} more system prompts differ"
    return f"{which} from the prevailing one in {how.words} alone; expected one"


def _rare(found: Mapping[str, Difference], counts: Mapping[str, int], main: int) -> dict[str, Difference]:
    """Those that are no more frequent than a slip is, and no variants of one place."""
    places = Counter(place for how in found.values() for place in how.spelt)
    added = sum(bool(how.added or how.missing) for how in found.values())
    return {
        text: how
        for text, how in found.items()
        if how.is_form
        or (
            counts[text] <= (RARE_WORDS if how.added or how.missing else RARE_SPELLING) * main
            and (added <= SLOT or not (how.added or how.missing))
            and all(places[place] <= SLOT for place in how.spelt)
        )
    }


def judge(fact: Fact, verdict: Verdict | None, profile: Profile, options: Options) -> Iterator[Finding]:
    """Report a record whose prompt is one of those."""
    if verdict is not None and fact.text is not None and (message := verdict.messages.get(fact.text)):
        yield Finding(CODE, message, Consequence.DEGRADED, path=fact.path)


def conclude(verdict: Verdict | None, profile: Profile, options: Options) -> Iterator[Finding]:
    """What is said once for the file."""
    for message in verdict.once if verdict is not None else ():
        yield Finding(CODE, message, Consequence.DEGRADED)


RULE: StatisticRule[Fact, Prompts, Verdict | None] = StatisticRule(
    code=CODE,
    name="inconsistent-system-prompt",
    summary="A system prompt is nearly the one that the rest of the file has.",
    consequence=Consequence.DEGRADED,
    options=Options,
    gather=gather,
    empty=Prompts,
    add=Prompts.add,
    merge=Prompts.merge,
    fit=fit,
    judge=judge,
    conclude=conclude,
    facts_read_options=False,
    min_records=lambda profile, options: int(options.min_records) + 1,
    left_out=lambda fact: fact.text is None,
    lacks=lambda total: total.counts is not None and total.unread,
)
