r"""The system prompt is not the one that the model will be used with.

## What it does
With `serving-system-prompt` under `[task]` in the configuration, or `serving-system-prompt-file`, a text file
that holds it, compares it with the system prompt of each conversation, outer white space and line endings
aside. Says at the record that its system prompt is another
one, nearly the same, or missing; once for the file where that holds for more than half of its records.
`serving-system-prompt = ""` says that the model will be used without one.

Formats without roles are not looked at: there the prompt is all there is.

## Why it matters
A fine-tuned model answers as it was trained only behind the prompt it was trained with. OpenAI: `Make
sure your all of your training examples are in the same format, as expected for inference.` A word too
many costs less than a prompt that is missing, but both are a drift that no test on the training data shows.

## Example
```toml
[task]
serving-system-prompt = "Be brief."
```
```jsonl
{"messages": [{"role": "user", "content": "Open on Sunday?"}, {"role": "assistant", "content": "No."}]}
```

## Use instead
```jsonl
{"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Open on Sunday?"}, {"role": "assistant", "content": "No."}]}
```

## Fix
None: which of the two prompts is right is for a person to say.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from finetooth_rules.example import SYSTEM_ROLES, Turn
from finetooth_rules.finding import Consequence, Finding, Path, examples_of
from finetooth_rules.rule import NoOptions, StatisticRule

if TYPE_CHECKING:
    from finetooth_rules.example import Example
    from finetooth_rules.features import Features
    from finetooth_rules.profile import Profile

CODE: Final = "TSK010"

NEAR: Final = 0.9
"""Likeness from which on a prompt is meant as the same one."""

SAME: Final = ""
NEARLY: Final = "differs a little from"
OTHER: Final = "is not"
MISSING: Final = "no system prompt"
SURPLUS: Final = "has a system prompt"
COLUMNS: Final = (SAME, NEARLY, OTHER, MISSING, SURPLUS)


class Fact(NamedTuple):
    """How a record's system prompt differs (one of `COLUMNS`), and where it stands."""

    how: str
    path: Path = ()


Counts = tuple[int, ...]
"""How many records differ in each way, in the order of `COLUMNS`."""


class Verdict(NamedTuple):
    """`counts` of a file with a mismatch; `whole` where it is said once for the file."""

    counts: Counts
    whole: bool


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: NoOptions
) -> Sequence[Fact | None]:
    """How each conversation differs."""
    wanted = profile.task.serving_system_prompt
    if wanted is None:
        return [None] * len(examples)
    folded = _folded(wanted)
    known = {"": Fact(MISSING if folded else SAME)}
    return [_fact(example, folded, known) for example in examples]


def _fact(example: Example, wanted: str, known: dict[str, Fact]) -> Fact | None:
    """`known`: what was found of texts already, as most records have the same."""
    if not example.conversation or not example.turns:
        return None
    for turn in example.turns:
        if turn.role in SYSTEM_ROLES:
            text = turn.text
            if text not in known:
                known[text] = Fact(_difference(_folded(text), wanted))
            fact = known[text]
            return fact if fact.how == SAME else Fact(fact.how, _place(turn))
    return known[""]


def _difference(text: str, wanted: str) -> str:
    from rapidfuzz.fuzz import ratio

    if text == wanted:
        return SAME
    if not text:
        return MISSING
    if not wanted:
        return SURPLUS
    return NEARLY if ratio(text, wanted) >= 100 * NEAR else OTHER


def _folded(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _place(turn: Turn) -> Path:
    return turn.texts[0].path if turn.texts else turn.path


def empty() -> Counts:
    """No record."""
    return (0,) * len(COLUMNS)


def add(total: Counts, fact: Fact) -> Counts:
    """Count a record."""
    at = COLUMNS.index(fact.how)
    return (*total[:at], total[at] + 1, *total[at + 1 :])


def merge(one: Counts, other: Counts) -> Counts:
    """Both together."""
    return tuple(a + b for a, b in zip(one, other, strict=True))


def fit(total: Counts, features: Features, profile: Profile, options: NoOptions) -> Verdict | None:
    """None where all records have the prompt. The counts only where they are shown."""
    wrong = sum(total[1:])
    if not wrong:
        return None
    whole = wrong > 1 and 2 * wrong > sum(total)
    return Verdict(total if whole else empty(), whole)


def judge(fact: Fact, verdict: Verdict | None, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """Report a record, where the file as a whole is not."""
    if verdict is None or verdict.whole or fact.how == SAME:
        return
    if fact.how == MISSING:
        message = "no system prompt; expected `serving-system-prompt`, with which the model will be used"
    elif fact.how == SURPLUS:
        message = "has a system prompt; the model will be used without one (`serving-system-prompt` is empty)"
    else:
        message = f"system prompt {fact.how} `serving-system-prompt`, with which the model will be used"
    yield Finding(CODE, message, Consequence.DEGRADED, path=fact.path)


def picks(fact: Fact, verdict: Verdict | None) -> Iterator[str]:
    """In which way a record is an example of a mismatch."""
    if verdict is not None and verdict.whole and fact.how != SAME:
        yield fact.how


_SHORT: Final = {
    NEARLY: "nearly the same",
    OTHER: "another",
    MISSING: "missing",
    SURPLUS: "a surplus one",
}


def conclude_at(
    verdict: Verdict | None, picked: Mapping[str, Any], profile: Profile, options: NoOptions
) -> Iterator[Finding]:
    """One finding for a file where most records differ."""
    if verdict is None or not verdict.whole:
        return
    ways = [
        f"{count} {_SHORT[how]}" for how, count in zip(COLUMNS[1:], verdict.counts[1:], strict=True) if count
    ]
    words: dict[str, str] = {how: f"an example: {_SHORT[how]}" for how in COLUMNS if how in _SHORT}
    yield Finding(
        CODE,
        f"system prompts are not `serving-system-prompt` ({', '.join(ways)}, of {sum(verdict.counts)})",
        Consequence.DEGRADED,
        related=examples_of(picked, words),
    )


RULE: Final[StatisticRule[Fact, Counts, Verdict | None]] = StatisticRule(
    code=CODE,
    name="serving-prompt-mismatch",
    summary="the system prompt is not the one that the model will be used with",
    consequence=Consequence.DEGRADED,
    gather=gather,
    empty=empty,
    add=add,
    merge=merge,
    fit=fit,
    judge=judge,
    picks=picks,
    conclude_at=conclude_at,
)
