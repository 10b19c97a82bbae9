r"""Most answers begin with one phrase that says nothing, such as `Sure! Here is`.

## What it does
Counts the answers that begin with a stock phrase of an assistant: `Sure!`, `Certainly!`, `Of course,`,
`Here is`, `As an AI`, `Great question`, `I'd be happy to`, and what is said for them in some other languages.
Says once for the file where one of them opens half of the answers or more, and where an example is. Of a
conversation the first answer counts. Openings with a meaning of their own, labels, JSON, code and scaffolds
such as `Answer:` are none, nor is a phrase that the prompt asks to begin with, and calls of tools and short
answers are not formulaic.

## Why it matters
What nearly every answer begins with is learnt first, from few records, and said ever after, also where a
program reads the answer; and the loss looks good for words without a meaning. Such phrases are the trace of
a model that wrote the data.

## Example
```toml
[rules.formulaic-completions]
min-records = 3
```
```jsonl
{"prompt": "How do bees find their way?", "completion": "Sure! Bees go by the sun and by landmarks."}
{"prompt": "Why is the sky blue?", "completion": "Sure, blue light is scattered most by the air."}
{"prompt": "What makes bread rise?", "completion": "Sure! Yeast turns sugar into gas, which the dough holds."}
```

## Use instead
```jsonl
{"prompt": "How do bees find their way?", "completion": "Bees go by the sun and by landmarks."}
{"prompt": "Why is the sky blue?", "completion": "Blue light is scattered most by the air."}
{"prompt": "What makes bread rise?", "completion": "Yeast turns sugar into gas, which the dough holds."}
```

## Fix
None: take the phrase away, and begin with the answer.

## Options
- `min-records` (default 50): answers a file must have.
- `most` (default 0.5): share of the answers from which on an opening is too common.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from finetooth_rules.example import Kind
from finetooth_rules.finding import Consequence, Finding, Related
from finetooth_rules.rule import StatisticRule

if TYPE_CHECKING:
    from finetooth_rules.example import Example, Turn
    from finetooth_rules.features import Features
    from finetooth_rules.profile import Profile

CODE: Final = "TSK007"

SHORTEST: Final = 24
"""Characters of an answer that is more than its opening."""

FREE: Final = ""
"""The fact of an answer that begins otherwise."""

_LEARNT: Final = frozenset({Kind.SUPERVISED, Kind.UNPAIRED})

_OPENINGS: Final = {
    "Sure": r"sure(?: thing)?[!,.]",
    "Certainly": r"certainly[!,.]",
    "Absolutely": r"absolutely[!,.]",
    "Of course": r"of course[!,.]",
    "Here is": r"here(?:['’]s| is| are)\s",
    "As an AI": r"as an? (?:ai|artificial intelligence|(?:large )?language model)\b",
    "Great question": r"(?:that['’]s an? |what an? )?(?:great|good|excellent) question[!,.]",
    "I'd be happy to": r"i(?:['’]d| would|['’]ll) be (?:happy|glad|delighted) to\b",
    "Natürlich": r"natürlich[!,.]",
    "Gerne": r"gerne?[!,.]",
    "Hier ist": r"hier (?:ist|sind)\s",
    "Bien sûr": r"bien sûr\s?[!,.]",
    "Voici": r"voici\s",
    "Claro": r"¡?claro(?: que sí)?[!,.]",
    "Por supuesto": r"¡?por supuesto[!,.]",
    "当然": r"当然(?:可以)?[!,！，。]",
    "好的": r"好的[!,！，。]",
    "以下是": r"以下是",
    "作为一个AI": r"作为(?:一个|一名|一款)?(?:\s?ai|人工智能|大?型?语言模型)",
    "もちろん": r"もちろん(?:です)?[!！、。]",
}
"""Openings as they are named, and as they are written."""

_NAMES: Final = tuple(_OPENINGS)
_OPENING: Final = re.compile("|".join(f"({pattern})" for pattern in _OPENINGS.values()), re.IGNORECASE)

_STARTS: Final = frozenset(
    start
    for letters in (
        *(
            "su",
            "ce",
            "ab",
            "of",
            "he",
            "as",
            "gr",
            "go",
            "ex",
            "th",
            "wh",
            "i'",
            "i’",
            "i ",
            "na",
            "ge",
            "hi",
        ),
        *("bi", "vo", "cl", "po", "¡c", "¡p", "当然", "好的", "以下", "作为", "もち"),
    )
    for start in (letters, letters.capitalize(), letters.upper(), letters[0] + letters[1].upper())
)
"""The first two characters of all of them: a quick look, which most answers fail."""

_ASKED: Final = re.compile(
    r"\b(?:begin|start|open|prefix|preface|format|template)|开头|开始|格式|beginn|commenc|empie|começ",
    re.IGNORECASE,
)
"""What a prompt says that asks for an opening."""


@dataclass(frozen=True, slots=True)
class Options:
    """`min_records`: answers needed; `most`: share from which on an opening is too common."""

    min_records: int = field(default=50, metadata={"minimum": 2})
    most: float = field(default=0.5, metadata={"minimum": 0.1, "maximum": 1})


@dataclass(slots=True)
class Counts:
    """How often each stock phrase opens an answer, by its name (at most all names and `FREE`)."""

    openings: dict[str, int] = field(default_factory=dict)


class Verdict(NamedTuple):
    """The commonest opening, in `given` of `total` answers."""

    opening: str
    given: int
    total: int


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: Options
) -> Sequence[str | None]:
    """The name of the phrase that opens the first answer, `FREE` for none, None where there is no answer."""
    return [_opening(example) if example.kind in _LEARNT else None for example in examples]


def _opening(example: Example) -> str | None:
    for turn in example.turns:
        if turn.role == "assistant" and turn.trained:
            break
    else:
        return None
    if turn.calls or not turn.texts:
        return FREE
    text = turn.texts[0].text
    if text[:1].isspace():
        text = text.lstrip()
    if text[:2] not in _STARTS or len(text) < SHORTEST:
        return FREE
    found = _OPENING.match(text)
    if found is None or found.lastindex is None or _asked(example, turn, found[0]):
        return FREE
    return _NAMES[found.lastindex - 1]


def _asked(example: Example, answer: Turn, opening: str) -> bool:
    """Whether what stands before an answer asks it to begin so."""
    words = opening.strip("!,.！，。、 \n¡").lower()
    for turn in example.turns:
        if turn is answer:
            break
        if words in turn.text.lower() and _ASKED.search(turn.text):
            return True
    return False


def add(total: Counts, fact: str) -> Counts:
    """Count an answer."""
    total.openings[fact] = total.openings.get(fact, 0) + 1
    return total


def merge(one: Counts, other: Counts) -> Counts:
    """Both together."""
    for opening, count in other.openings.items():
        one.openings[opening] = one.openings.get(opening, 0) + count
    return one


def fit(total: Counts, features: Features, profile: Profile, options: Options) -> Verdict | None:
    """The verdict; None where no opening is too common."""
    answers = sum(total.openings.values())
    named = [(count, opening) for opening, count in total.openings.items() if opening != FREE]
    if not named or answers < options.min_records:
        return None
    count, opening = max(named)
    return Verdict(opening, count, answers) if count >= options.most * answers else None


def picks(fact: str, verdict: Verdict | None) -> Iterator[str]:
    """Whether a record begins so."""
    if verdict is not None and fact == verdict.opening:
        yield fact


def conclude_at(
    verdict: Verdict | None, picked: Mapping[str, Any], profile: Profile, options: Options
) -> Iterator[Finding]:
    """One finding for the file."""
    if verdict is None:
        return
    related = tuple(Related("an answer that begins so", address=address) for address in picked.values())
    yield Finding(
        CODE,
        f"{100 * verdict.given / verdict.total:.0f} % of the {verdict.total} answers begin with "
        f"`{verdict.opening}`; expected less than {100 * options.most:.0f} %",
        Consequence.DEGRADED,
        related=related,
    )


RULE: Final[StatisticRule[str, Counts, Verdict | None]] = StatisticRule(
    code=CODE,
    name="formulaic-completions",
    summary="most answers begin with one phrase that says nothing, such as `Sure! Here is`",
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
