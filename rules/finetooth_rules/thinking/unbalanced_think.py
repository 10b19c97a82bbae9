r"""A think block is opened and not closed, or closed and not opened.

## What it does
Reports, in trained text, a `<think>` that no `</think>` follows, and a `</think>` with no `<think>` before it.
Tags that a text only talks about – in code, in quotes, in the middle of a sentence – are left alone. An answer
that begins in the middle of its reasoning (text, `</think>`, text) is only noted: it is right for templates that
write `<think>` themselves (DeepSeek-R1, Qwen), and nothing is said where the prompt ends with `<think>`.

## Why it matters
Without `</think>` the model learns to think until its tokens run out, and the answer is taken for reasoning.
Templates and parsers cut at the tag: what stands on its wrong side is lost.

## Example
```jsonl
{"messages": [{"role": "user", "content": "2 + 2?"}, {"role": "assistant", "content": "<think>\nTwo and two.\n\n4"}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "2 + 2?"}, {"role": "assistant", "content": "<think>\nTwo and two.\n</think>\n\n4"}]}
```

## Fix
None: where the reasoning ends is for a person to say.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from finetooth_rules.example import Example, Kind, Turn
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.thinking._tags import OPEN, Tag, tags

CODE: Final = "THK001"


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """At most one finding for each trained turn, on the tag."""
    if example.kind is Kind.PRETRAINING:
        return
    for index, turn in enumerate(example.turns):
        if not turn.trained or turn.role != "assistant":
            continue
        before = example.turns[index - 1].text.rstrip() if index else ""
        unbalanced = _unbalanced([*tags(turn.texts)], opened=before.endswith(OPEN))
        if unbalanced is None:
            continue
        message, consequence = _verdict(turn, unbalanced)
        span = example.span_of(turn.texts[unbalanced.text], unbalanced.start, unbalanced.end)
        yield Finding(CODE, message, consequence, span=span)


def _unbalanced(found: list[Tag], *, opened: bool) -> Tag | None:
    """The first tag without its other half; words that may be tags count as the other half. What reasoning
    quotes may end it, but need not: a tag behind that stands does.
    """
    waiting: Tag | None = None
    inside = opened
    for tag in found:
        if not tag.closes:
            waiting = tag if tag.stands and waiting is None else waiting
            opened, inside = True, inside or tag.stands
        elif opened or (inside and tag.stands):
            opened, waiting = False, None
            inside = inside and tag.quoted
        elif tag.stands:
            return tag
    return waiting


def _verdict(turn: Turn, tag: Tag) -> tuple[str, Consequence]:
    if not tag.closes:
        return "`<think>` is not closed; expected `</think>` before the answer", Consequence.DEGRADED
    text = turn.texts[tag.text].text
    begins_inside = bool(text[: tag.start].strip() and text[tag.end :].strip())
    first = "think>" not in text[: tag.start]
    if begins_inside and first and not turn.reasoning and not tag.in_code:
        return "`</think>` without `<think>`; right only where the template opens it", Consequence.NOTE
    return "`</think>` without `<think>` before it", Consequence.DEGRADED


RULE = RecordRule(
    code=CODE,
    name="unbalanced-think",
    summary="A think block is opened and not closed, or closed and not opened.",
    consequence=Consequence.DEGRADED,
    of_form=True,
    check=check,
    triggers=("think>",),
)
