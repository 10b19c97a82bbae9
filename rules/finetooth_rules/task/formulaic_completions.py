r"""Most answers are one shell, or open with a phrase that says nothing: a structure is learnt, not a meaning.

## What it does
Counts the answers that begin with a stock phrase of an assistant: `Sure!`, `Certainly!`, `Of course,`,
`Here is`, `As an AI`, `Great question`, `I'd be happy to`, and what is said for them in some other languages.
Says once for the file where one of them opens half of the answers or more, and where an example is.

Says the same where as many answers have one shell, whatever its words are: they begin with the same four
words (six characters of Chinese), end with the same sentence, or both, and what is letter by letter the
same at both ends makes up a good part of the usual answer. From half of it on it is a warning, below a
hint: what little is left of these answers is a matter of one or two sentences. Of answers that are the same
altogether one is compared. And it says so where as many answers join their paragraphs by the same words
(`First, …`, `Secondly, …`, `In conclusion, …`), however long they are.

A greeting or a sign-off that a brand wants (`Thank you for contacting Acme support!`), before answers that
say something, is a style that people train on purpose, and is not reported. So is not found what most long
answers begin or end with, unless it is a stock phrase. Nor are words that join paragraphs, where no comma
sets them off, as in German.

Of a conversation the first answer counts. What follows the opening must be more than a label: answers under
80 characters (27 in Chinese) count as ones with no form. Labels, scaffolds such as `Answer: …` or `#### 42`,
JSON, code, lists, headings, and reports whose parts begin with the same nouns are no form. Nor is what takes
up a word of the prompt (`The sentiment of this review is …`), what it asks to begin with, `Let's think step
by step`, and `Once upon a time`. Calls of tools are not formulaic.

## Why it matters
What nearly every answer begins with is learnt first, from few records, and said ever after, also where a
program reads the answer; and the loss looks good for words without a meaning. Such phrases are the trace of
a model that wrote the data, or of a form that people had to fill in.

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
- `most` (default 0.5): share of the answers from which on an opening, ending or shape is too common.
- `part` (default 0.25): how much of the usual answer must be the same words, to be reported; a stock phrase
  always is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from finetooth_rules.finding import Consequence, Finding, examples_of
from finetooth_rules.patterns import lazy
from finetooth_rules.rule import StatisticRule
from finetooth_rules.task._answers import LEARNT
from finetooth_rules.task._formulas import Form, Forms, Shared, forms, shared

if TYPE_CHECKING:
    from finetooth_rules.example import Example, Turn
    from finetooth_rules.features import Features
    from finetooth_rules.profile import Profile

CODE: Final = "TSK007"

SHORTEST: Final = 24
"""Characters of an answer that is more than its opening."""

MOSTLY: Final = 0.5
"""Part of the usual answer from which on a shell is a warning: the loss is that of the form, more than of
what is said."""

FREE: Final = ""
"""The fact of an answer that begins otherwise."""

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
_OPENING: Final = lazy("|".join(f"({pattern})" for pattern in _OPENINGS.values()), re.IGNORECASE)

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

_ASKED: Final = lazy(
    r"\b(?:begin|start|open|prefix|preface|format|template)|开头|开始|格式|beginn|commenc|empie|começ",
    re.IGNORECASE,
)
"""What a prompt says that asks for an opening."""


@dataclass(frozen=True, slots=True)
class Options:
    """`min_records`: answers needed; `most`: share from which on a form is too common; `part`: of the usual
    answer that words shared with others make up, at least."""

    min_records: int = field(default=50, metadata={"minimum": 2})
    most: float = field(default=0.5, metadata={"minimum": 0.1, "maximum": 1})
    part: float = field(default=0.25, metadata={"minimum": 0, "maximum": 1})


class Fact(NamedTuple):
    """The name of the phrase that opens an answer, `FREE` for none, and its form where it is long."""

    opening: str
    form: Form | None = None


_FREE: Final = Fact(FREE)


@dataclass(slots=True)
class Counts:
    """How often each stock phrase opens an answer, by its name (at most all names and `FREE`), and their
    forms.
    """

    openings: dict[str, int] = field(default_factory=dict)
    forms: Forms = field(default_factory=Forms)


class Verdict(NamedTuple):
    """The commonest stock phrase, in so many of `total` answers, where it is too common; and what else most
    answers share, with their share of all answers.
    """

    total: int
    opening: str = FREE
    given: int = 0
    shared: tuple[tuple[Shared, float], ...] = ()


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: Options
) -> Sequence[Fact | None]:
    """What the first answer of each record is by its form, None where there is no answer."""
    answers = [_answer(example) if example.kind in LEARNT else None for example in examples]
    found = forms([None if answer is None or not answer[2] else answer for answer in answers])
    facts: list[Fact | None] = []
    for answer, form in zip(answers, found, strict=True):
        if answer is None:
            facts.append(None)
            continue
        opening = _opening(*answer)
        facts.append(_FREE if form is None and opening == FREE else Fact(opening, form))
    return facts


def _answer(example: Example) -> tuple[Example, Turn, str] | None:
    """The first answer and its text, without white space around it; none of a call."""
    for turn in example.turns:
        if turn.role == "assistant" and turn.trained:
            return example, turn, "" if turn.calls or not turn.texts else turn.texts[0].text.strip()
    return None


def _opening(example: Example, turn: Turn, text: str) -> str:
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


def add(total: Counts, fact: Fact) -> Counts:
    """Count an answer."""
    total.openings[fact.opening] = total.openings.get(fact.opening, 0) + 1
    if fact.form is not None:
        total.forms.add(fact.form)
    return total


def merge(one: Counts, other: Counts) -> Counts:
    """Both together."""
    for opening, count in other.openings.items():
        one.openings[opening] = one.openings.get(opening, 0) + count
    one.forms.merge(other.forms)
    return one


def fit(total: Counts, features: Features, profile: Profile, options: Options) -> Verdict | None:
    """The verdict; None where nothing is too common."""
    answers = sum(total.openings.values())
    if answers < options.min_records:
        return None
    named = [(count, opening) for opening, count in total.openings.items() if opening != FREE]
    count, opening = max(named, default=(0, FREE))
    stock = count >= options.most * answers
    common = tuple(
        (one, one.share * total.forms.long / answers)
        for one in shared(total.forms, options.min_records, options.most * answers / max(total.forms.long, 1))
        if _is_told(one, stock, options.part)
    )
    if not stock and not common:
        return None
    return Verdict(answers, *((opening, count) if stock else (FREE, 0)), common)


def _is_told(one: Shared, stock: bool, part: float) -> bool:
    """Whether a form is more than a style, and not the stock phrase that is told anyway."""
    if one.part is None:
        return True
    return one.part >= part and not (stock and one.form.opening and not one.form.closing)


def picks(fact: Fact, verdict: Verdict | None) -> Iterator[str]:
    """In which way a record is an example."""
    if verdict is None:
        return
    if verdict.given and fact.opening == verdict.opening:
        yield _STOCK
    for one, _ in verdict.shared:
        if fact.form is not None and one.has(fact.form):
            yield _kind(one)


def _kind(one: Shared) -> str:
    if one.form.shape:
        return "shape"
    return "both" if one.form.opening and one.form.closing else "opening" if one.form.opening else "closing"


def conclude_at(
    verdict: Verdict | None, picked: Mapping[str, Any], profile: Profile, options: Options
) -> Iterator[Finding]:
    """A finding for the file for each way in which most answers are the same."""
    if verdict is None:
        return
    if verdict.given:
        share, what = verdict.given / verdict.total, f"begin with `{verdict.opening}`"
        yield _finding(f"{share:.0%}", verdict.total, what, options.most, picked, _STOCK)
    for one, share in verdict.shared:
        about, kind = f"{'' if one.whole else 'about '}{share:.0%}", _kind(one)
        what, grave = _SAYS[kind], Consequence.DEGRADED
        if one.part is not None:
            what += f" ({100 * one.part:.0f} % of an answer)"
            grave = Consequence.DEGRADED if one.part >= MOSTLY else Consequence.NOTE
        yield _finding(about, verdict.total, what, options.most, picked, kind, grave)


_STOCK: Final = "stock"
_SAYS: Final = {
    "opening": "begin with the same words",
    "closing": "end with the same sentence",
    "both": "begin and end with the same words",
    "shape": "join their paragraphs by the same words",
}
_EXAMPLE: Final = {
    _STOCK: "an answer that begins so",
    "opening": "an answer that begins so",
    "closing": "an answer that ends so",
    "both": "an answer that begins and ends so",
    "shape": "an answer of this shape",
}


def _finding(
    share: str,
    total: int,
    what: str,
    most: float,
    picked: Mapping[str, Any],
    kind: str,
    consequence: Consequence = Consequence.DEGRADED,
) -> Finding:
    return Finding(
        CODE,
        f"{share.replace('%', ' %')} of the {total} answers {what}; expected less than {100 * most:.0f} %",
        consequence,
        related=examples_of(picked, {kind: _EXAMPLE[kind]}),
    )


RULE: Final[StatisticRule[Fact, Counts, Verdict | None]] = StatisticRule(
    code=CODE,
    name="formulaic-completions",
    summary="most answers are one shell, or open with a phrase that says nothing, such as `Sure! Here is`",
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
