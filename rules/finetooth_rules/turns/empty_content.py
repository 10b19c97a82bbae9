r"""A turn says nothing.

## What it does
Reports a content that is null, and one that is empty or only white space; also an empty completion. Right,
and not reported, are: null or empty content beside a tool call, a refusal, images or audio; an empty result
of a tool. An empty *system* turn is only noted, since it is also a way to switch a template's own system
prompt off.

## Why it matters
Of 28 chat templates 12 stop at an assistant content of null without a call, and six print the word `None`
into the training text (Gemma, Llama 3 and others). mistral-finetune refuses an answer with neither text nor
call: `Assistant message must have either content or tool_calls, but not both.` An empty answer teaches the
model to say nothing.

## Example
```jsonl
{"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": null}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello!"}]}
```

## Fix
None.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from finetooth_rules.example import Example, Kind, Turn
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.turns._turns import ROLES, is_result, is_system, named

CODE: Final = "TRN007"


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each empty turn, on its content."""
    for turn in example.turns:
        if turn.role not in ROLES or turn.calls or turn.refusal or turn.media:
            continue
        if not turn.has_content:
            yield from _null(turn, example.conversation)
        elif turn.texts and not any(part.text.strip() for part in turn.texts):
            yield from _blank(turn, example.conversation, example.kind)


def _null(turn: Turn, conversation: bool) -> Iterator[Finding]:
    """Content that is null. Where it is missing, or the schema forbids null, the schema's rules speak."""
    if conversation and turn.content_path != turn.path and turn.role != "function":
        message = f"the content of {_a(named(turn))} turn is null; expected text"
        yield Finding(CODE, message, Consequence.REJECTED, path=turn.content_path)


def _blank(turn: Turn, conversation: bool, kind: Kind) -> Iterator[Finding]:
    if is_result(turn) or not (conversation or turn.role == "assistant"):
        return
    alone = "the text" if kind is Kind.PRETRAINING else "the completion"
    what = f"the content of {_a(named(turn))} turn" if conversation else alone
    state = "only white space" if any(part.text for part in turn.texts) else "empty"
    consequence = Consequence.NOTE if is_system(turn) else Consequence.DEGRADED
    yield Finding(CODE, f"{what} is {state}; expected text", consequence, path=turn.content_path)


def _a(role: str) -> str:
    return f"an `{role}`" if role[:1] in "aeio" else f"a `{role}`"


RULE = RecordRule(
    code=CODE,
    name="empty-content",
    summary="A turn says nothing.",
    consequence=Consequence.DEGRADED,
    of_form=True,
    check=check,
    reads_shape=True,
)
