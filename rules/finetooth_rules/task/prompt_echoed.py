r"""The answer repeats the whole prompt.

## What it does
Reports an answer that is its prompt, word for word, or begins with all of it before it answers. Only where
the prompt is plainly a request (it begins with a verb such as `Write`, `Explain`, `List`) or, for an answer
that goes on, a question; and only where neither it nor the system prompt asks for a copy: to repeat, rewrite,
correct, translate, complete or continue something. So a text that is to be corrected and has no mistake, a
sentence to go on from, or a term that is the same in another language is no finding.

## Why it matters
It is the trace of a generation that returned prompt and continuation in one (`return_full_text=True`, the
default of the `text-generation` pipeline of transformers), or of a column taken twice. The model learns to
say back what it is asked.

## Example
```jsonl
{"prompt": "Describe the sea in winter.", "completion": "Describe the sea in winter. Grey waves roll in."}
```

## Use instead
```jsonl
{"prompt": "Describe the sea in winter.", "completion": "Grey waves roll in."}
```

## Fix
Unsafe: the repeated prompt is taken away, where an answer is left.

## Options
None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from finetooth_rules.example import SYSTEM_ROLES
from finetooth_rules.finding import Applicability, Consequence, Edit, Finding, Fix, Span
from finetooth_rules.patterns import lazy
from finetooth_rules.rule import NoOptions, StatisticRule
from finetooth_rules.task._answers import answer_of

if TYPE_CHECKING:
    from finetooth_rules.example import Example
    from finetooth_rules.features import Features
    from finetooth_rules.profile import Profile

CODE: Final = "TSK008"

SHORTEST: Final = 24
"""Characters of a prompt under which it may stand at the beginning of its answer by chance."""

_REQUEST: Final = lazy(
    r"(?:please |can you |could you )?(?:write|explain|describe|list|name|give|create|generate|summari[sz]e|"
    r"design|compare|discuss|suggest|propose|compose|develop|calculate|compute|identify|provide|tell me|"
    r"analy[sz]e|classify|determine|find|implement|outline|build|draft|recommend|show me|what |why |how |"
    r"who |when |where |which )\b",
    re.IGNORECASE,
)
_ASKED: Final = lazy(r"(?:what|why|how|who|when|where|which)\b", re.IGNORECASE)
_COPIES: Final = lazy(
    r"\b(?:repeat|echo|cop(?:y|ies)|verbatim|rewrit|rephras|paraphras|reword|reformulat|restat|correct|proofread|"
    r"grammar|spell|typo|punctuat|capitali[sz]|translat|transcri|convert|transform|format|edit|fix|improve|"
    r"complet|continu|extend|finish|fill|quote|question|prompt|instruction|tense|voice|simplif|shorten|clean|"
    r"normali[sz]|lowercase|uppercase|title|headline|sentence|first line|begin|start|same|include)",
    re.IGNORECASE,
)
"""What a prompt says that asks for a text to come back, or may: rather one word too many than too few."""


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: NoOptions
) -> Sequence[Finding | None]:
    """What is found of each record. It says nothing of the file: this is no record rule only because it would
    read every record at every keystroke.
    """
    return [next(_found(example), None) if _alike(example) else None for example in examples]


def _alike(example: Example) -> bool:
    """A quick look, which nearly all records fail: whether the answer has the prompt's first characters."""
    if len(example.turns) < 2:
        return False
    asked, answered = example.turns[-2].texts, example.turns[-1].texts
    if not asked or not answered:
        return False
    start = asked[0].text.lstrip()[:12]
    return answered[0].text.startswith(start) or answered[0].text.lstrip().startswith(start)


def _found(example: Example) -> Iterator[Finding]:
    """Yield a finding where the answer repeats the prompt."""
    answer = answer_of(example)
    if answer is None:
        return
    asking = [turn for turn in example.turns[:-1] if turn.role == "user"]
    if len(asking) != 1 or len(asking[0].texts) != 1:
        return
    prompt, text = asking[0].texts[0].text.strip(), answer.text
    start = len(text) - len(text.lstrip())
    if len(prompt) < SHORTEST or not text.startswith(prompt, start):
        return
    end = start + len(prompt)
    rest = text[end:]
    if not _plainly(prompt, bool(rest.strip())) or (rest and rest[0].isalnum()):
        return
    if _COPIES.search(prompt) or any(
        _COPIES.search(turn.text) for turn in example.turns if turn.role in SYSTEM_ROLES
    ):
        return
    if not rest.strip():
        yield Finding(
            CODE,
            "answer is the prompt again, word for word; expected an answer to it",
            Consequence.DEGRADED,
            path=answer.path,
        )
        return
    cut = end + len(rest) - len(rest.lstrip())
    span, away = example.span_of(answer, start, end), example.span_of(answer, 0, cut)
    fix = Fix("Take the prompt away from the answer", Applicability.UNSAFE, (Edit(Span(*away), b""),))
    yield Finding(
        CODE,
        "answer begins with the whole prompt; expected only what answers it",
        Consequence.DEGRADED,
        span=span,
        fixes=(fix,),
    )


def _plainly(prompt: str, goes_on: bool) -> bool:
    """Whether a prompt is a request or, of an answer that goes on, a question."""
    if goes_on and prompt.endswith("?"):
        return True
    return bool(_REQUEST.match(prompt)) and not (not goes_on and _ASKED.match(prompt))


def add(count: int, fact: Finding) -> int:
    """Count."""
    return count + 1


def merge(one: int, other: int) -> int:
    """Both together."""
    return one + other


def fit(count: int, features: Features, profile: Profile, options: NoOptions) -> bool | None:
    """Whether any record has a finding; None where none has."""
    return True if count else None


def judge(fact: Finding, verdict: bool | None, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """Yield what was found."""
    if verdict:
        yield fact


RULE: Final[StatisticRule[Finding, int, bool | None]] = StatisticRule(
    code=CODE,
    name="prompt-echoed",
    summary="the answer repeats the whole prompt",
    consequence=Consequence.DEGRADED,
    gather=gather,
    empty=int,
    add=add,
    merge=merge,
    fit=fit,
    judge=judge,
)
