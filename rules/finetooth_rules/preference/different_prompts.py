r"""The chosen and the rejected answer belong to different prompts.

## What it does
Where both answers carry their own prompt, compares the turns before the answer. Conversations that part at an
answer are left alone: what follows belongs to the answers. Text that differs in outer white space alone is a
warning.

## Why it matters
Preference training compares two answers to one question. TRL takes the common beginning for the prompt: what
differs behind it, a question of the user too, is then learnt as if the model had written it.

## Example
```jsonl
{"chosen_messages": [{"role": "user", "content": [{"type": "text", "value": "2 + 2?"}]}, {"role": "assistant", "content": [{"type": "text", "value": "4"}]}], "rejected_messages": [{"role": "user", "content": [{"type": "text", "value": "2 + 3?"}]}, {"role": "assistant", "content": [{"type": "text", "value": "6"}]}]}
```

## Use instead
```jsonl
{"chosen_messages": [{"role": "user", "content": [{"type": "text", "value": "2 + 2?"}]}, {"role": "assistant", "content": [{"type": "text", "value": "4"}]}], "rejected_messages": [{"role": "user", "content": [{"type": "text", "value": "2 + 2?"}]}, {"role": "assistant", "content": [{"type": "text", "value": "6"}]}]}
```

## Fix
None.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from finetooth_rules.example import Example, Turn
from finetooth_rules.finding import Consequence, Finding, Related
from finetooth_rules.preference._pairs import ASKING, is_pair, said, said_stripped
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule

CODE: Final = "PRF004"


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for the pair, on the first turn of the rejected answer's prompt that differs."""
    other = example.rejected
    if not is_pair(example) or not example.turns or other[0].role not in ASKING:
        return  # the answers share the one prompt that there is
    ours = _with_its_answer(example)
    differing = next(((a, b) for a, b in zip(ours, other, strict=False) if said(a) != said(b)), None)
    if differing is None or not any(turn.role in ASKING for turn in differing):
        return  # from here on they are answers
    mine, yours = differing
    alike = said_stripped(mine) == said_stripped(yours)
    yield Finding(
        CODE,
        "only white space tells this prompt from that of the chosen answer; expected the same"
        if alike
        else "this prompt is not that of the chosen answer; expected the same",
        Consequence.DEGRADED if alike else Consequence.DROPPED,
        path=yours.content_path,
        related=(Related("the chosen answer's", path=mine.content_path),),
    )


def _with_its_answer(example: Example) -> Sequence[Turn]:
    """The turns written together with the chosen answer: a system turn beside both belongs to both."""
    answer = example.turns[-1].path[:1]
    return [turn for turn in example.turns if turn.path[:1] == answer]


RULE = RecordRule(
    code=CODE,
    name="different-prompts",
    summary="The chosen and the rejected answer belong to different prompts.",
    consequence=Consequence.DROPPED,
    of_form=True,
    check=check,
    applies=is_pair,
)
