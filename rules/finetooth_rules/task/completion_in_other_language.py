r"""The answer is in another language than its prompt, in a file where they are in the same.

## What it does
Compares the script of a prompt with that of its answer: Latin, Chinese and Japanese, Korean, Cyrillic, Arabic
and some others. Reports an answer in another one where 95 % of the file's answers to prompts in that script
are in the same. A prompt (or system prompt) that names a language, or asks for a translation, may be answered
in any; short texts, code, and texts of mixed scripts (a question about a foreign word) are no evidence.

Of languages in Latin script English, German, French, Spanish, Portuguese, Italian, Dutch, Polish, Swedish,
Turkish, Indonesian and Vietnamese are told apart: where a prompt has words of one of them, and the answer
several of another, neither has any of the other's, and a classifier is sure of the answer and does not
contradict of the prompt.

## Why it matters
Such a record is seldom meant: a row of another file, or a shift of columns. The model learns to change the
language unasked.

## Example
```toml
[rules.completion-in-other-language]
min-records = 1
share = 0.5
```
```jsonl
{"prompt": "How do bees find their way home?", "completion": "They go by the sun and by landmarks."}
{"prompt": "Why is the sky blue in the day?", "completion": "Воздух рассеивает синий свет сильнее всего."}
```

## Use instead
```jsonl
{"prompt": "How do bees find their way home?", "completion": "They go by the sun and by landmarks."}
{"prompt": "Why is the sky blue in the day?", "completion": "Because the air scatters blue light most."}
```

## Fix
None: answer in the language of the prompt, or take the record out.

## Options
- `min-records` (default 50): answers to prompts in one script or language that a file must have.
- `share` (default 0.95): share of them that must be in the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from finetooth_rules.finding import Consequence, Finding, Path
from finetooth_rules.patterns import lazy
from finetooth_rules.rule import StatisticRule
from finetooth_rules.task._answers import answer_of
from finetooth_rules.task._latin import NAMES, code_of, glance, plainly, speaks

if TYPE_CHECKING:
    from finetooth_rules.example import Example
    from finetooth_rules.features import Features
    from finetooth_rules.profile import Profile

CODE: Final = "TSK009"

LOOKED_AT: Final = 300
"""Characters of a text that are looked at."""

SHORTEST: Final = 20
"""Letters of a text whose script is evidence; a character of Chinese counts for three."""

LATIN: Final = "Latin"
_SCRIPTS: Final = {
    "Chinese or Japanese": lazy(r"[\u3040-\u30ff\u3400-\u9fff]"),
    "Korean": lazy(r"[\uac00-\ud7a3]"),
    "Cyrillic": lazy(r"[\u0400-\u052f]"),
    "Arabic": lazy(r"[\u0600-\u06ff]"),
    "Greek": lazy(r"[\u0370-\u03ff]"),
    "Hebrew": lazy(r"[\u0590-\u05ff]"),
    "Devanagari": lazy(r"[\u0900-\u097f]"),
    "Thai": lazy(r"[\u0e00-\u0e7f]"),
}
_LATIN: Final = lazy(r"[A-Za-zÀ-ɏ]")
_CODE: Final = lazy(r"```|[{}<>=_\\|]|https?:|\bdef |\bSELECT |\bimport ")
_ASKED: Final = lazy(
    r"\b(?:translat|transliterat|übersetz|traduc|traduz|traduis|traduir|traduction|vertaal|tradu[zç]|idioma|"
    r"sprache|langue|lingua|taal\b|deutsch|englisch|anglais|français|inglés|español|inglês|português|inglese|"
    r"italiano|engels|nederlands|dutch|swedish|turkish|vietnamese|indonesian|catalan|latin\b|languages?\b|english|chinese|mandarin|cantonese|japanese|korean|russian|ukrainian|"
    r"arabic|persian|urdu|greek|hebrew|hindi|thai|german|french|spanish|italian|portuguese|polish|bulgarian|"
    r"serbian|[a-z]{2}\s?(?:->|→|to)\s?[a-z]{2}\b)|译|语|文|英|翻|中国|日本|번역|영어|한국어|перев|язык|англ|русск|"
    r"ترجم|بالإنجليزية|अनुवाद|अंग्रेज|แปล|ภาษา|מתרג|תרגם|μετάφρα|訳",
    re.IGNORECASE,
)
"""What a prompt says that may be answered in another language: rather one word too many than too few."""


@dataclass(frozen=True, slots=True)
class Options:
    """`min_records`: answers needed to prompts in one script; `share` of them in the same."""

    min_records: int = field(default=50, metadata={"minimum": 1})
    share: float = field(default=0.95, metadata={"minimum": 0.5, "maximum": 1})


class Fact(NamedTuple):
    """The scripts of prompt and answer, and where the answer is if they differ."""

    asked: str
    answered: str
    path: Path = ()


Counts = dict[str, tuple[int, int]]
"""Script of the prompt → answers, and how many of them are in the same script."""

_LATIN_BOTH: Final = Fact(LATIN, LATIN)
_SAME: Final = {name: Fact(name, name) for name in NAMES}
_BOTH: Final[dict[int | None, Fact]] = {
    None: _LATIN_BOTH,
    **{number: Fact(script, script) for number, script in enumerate(_SCRIPTS, 1)},
}


_FIRST: Final = lazy("|".join(f"({letters.pattern})" for letters in _SCRIPTS.values()))
_GLANCE: Final = 60
"""Characters in which the first one that is not Latin is looked for."""


def _glance(text: str) -> int | None:
    """The number of the first script other than Latin that a text shows soon; None where it shows none."""
    found = None if text.isascii() else _FIRST.search(text, 0, _GLANCE)
    return None if found is None else found.lastindex


def script_of(text: str) -> str:
    """The script of a text; empty where that is not clear."""
    text = text[:LOOKED_AT]
    latin = len(_LATIN.findall(text))
    if text.isascii():
        return LATIN if latin >= SHORTEST else ""
    counts = {name: len(letters.findall(text)) for name, letters in _SCRIPTS.items()}
    name = max(counts, key=lambda name: counts[name])
    most, others = counts[name], sum(counts.values())
    if not others:
        return LATIN if latin >= SHORTEST else ""
    weight = 3 * most if name.startswith("Chinese") else most
    clear = most >= 0.9 * others and weight >= SHORTEST and weight >= 3 * latin
    return name if clear else ""


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: Options
) -> Sequence[Fact | None]:
    """The scripts of each record; None where they are not clear, or may well differ."""
    return [_scripts(example, features) for example in examples]


def _scripts(example: Example, features: Features) -> Fact | None:
    answer = answer_of(example)
    if answer is None or len(answer.text) < 8:
        return None
    turn = example.turns[-2]
    if turn.role != "user" or len(turn.texts) != 1:
        return None
    asked, answered = turn.texts[0].text, answer.text
    if asked.isascii() and answered.isascii():
        return _latin(example, asked, answered, answer.path, features)
    first = _glance(asked)
    if first == _glance(answered):  # of nearly all records
        if first is None:
            return _latin(example, asked, answered, answer.path, features)
        return _BOTH[first]
    one, other = script_of(asked), script_of(answered)
    if not one or not other:
        return None
    if one == other:
        return Fact(one, other)
    if one != LATIN and _LATIN.search(asked):
        return None  # a question about a foreign word
    if _CODE.search(asked) or _CODE.search(answered):
        return None
    if any(_ASKED.search(turn.text) for turn in example.turns[:-1]):
        return None
    return Fact(one, other, answer.path)


def _latin(example: Example, asked: str, answered: str, path: Path, features: Features) -> Fact:
    """The languages of two texts in Latin script; only the script where these are not clear. That they differ
    is believed only if the words of both say so, and a classifier does not say otherwise.
    """
    other = glance(answered)
    one = glance(asked, other) if other else ""
    if not one:
        return _LATIN_BOTH
    if one == other:
        return _SAME[one]
    clear = plainly(answered, other) and not (speaks(asked, other) or speaks(answered, one))
    if not clear or features.language is None or _CODE.search(asked) or _CODE.search(answered):
        return _LATIN_BOTH
    if any(_ASKED.search(turn.text) for turn in example.turns[:-1]):
        return _LATIN_BOTH
    told = features.language.tell([asked, answered])
    if told[0] not in ("", code_of(one)) or told[1] != code_of(other):  # a short prompt says little
        return _LATIN_BOTH
    return Fact(one, other, path)


def add(total: Counts, fact: Fact) -> Counts:
    """Count an answer."""
    answers, same = total.get(fact.asked, (0, 0))
    total[fact.asked] = (answers + 1, same + (fact.asked == fact.answered))
    return total


def merge(one: Counts, other: Counts) -> Counts:
    """Both together."""
    for script, (answers, same) in other.items():
        had, were = one.get(script, (0, 0))
        one[script] = (had + answers, were + same)
    return one


def fit(total: Counts, features: Features, profile: Profile, options: Options) -> frozenset[str] | None:
    """The scripts whose prompts are answered in the same, but for a few; None where there is none."""
    latin = [total[name] for name in NAMES if name in total]
    if latin:
        latin.append(total.get(LATIN, (0, 0)))
        of_languages = sum(answers for answers, _ in latin[:-1])
        total = {**total, LATIN: (of_languages + latin[-1][0], of_languages + latin[-1][1])}
    steady = frozenset(
        script
        for script, (answers, same) in total.items()
        if answers > same and answers >= options.min_records and same >= options.share * answers
    )
    return steady or None


def judge(
    fact: Fact, verdict: frozenset[str] | None, profile: Profile, options: Options
) -> Iterator[Finding]:
    """Yield a finding where an answer is in another script."""
    if verdict is None or fact.asked == fact.answered or fact.asked not in verdict:
        return
    yield Finding(
        CODE,
        f"answer is in {fact.answered}{'' if fact.asked in NAMES else ' script'}; "
        f"expected {fact.asked} like its prompt",
        Consequence.DEGRADED,
        path=fact.path,
    )


RULE: Final[StatisticRule[Fact, Counts, frozenset[str] | None]] = StatisticRule(
    code=CODE,
    name="completion-in-other-language",
    summary="the answer is in another language than its prompt, in a file where they are in the same",
    consequence=Consequence.DEGRADED,
    options=Options,
    gather=gather,
    empty=dict,
    add=add,
    merge=merge,
    fit=fit,
    judge=judge,
    facts_read_options=False,
    min_records=lambda profile, options: options.min_records,
)
