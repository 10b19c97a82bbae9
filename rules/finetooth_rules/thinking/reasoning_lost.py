r"""Reasoning stands where it will not be learnt.

## What it does
Reports reasoning of a trained answer under a key that the target does not read, where it is known which it
reads (Axolotl: `reasoning_content`). Notes a `<think>` block in an answer that a later user turn follows, once
for each record.

## Why it matters
A key that nothing reads is left out without a word: of 28 chat templates 18 leave out `reasoning_content`, and
25 `thinking`. Eleven (Qwen3 and DeepSeek among them) take `<think>` blocks out of all answers before the last
question, so that only the last is learnt.

## Example
```toml
target = "axolotl"
```
```jsonl
{"messages": [{"role": "user", "content": "2 + 2?"}, {"role": "assistant", "content": "4", "thinking": "Two and two."}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "2 + 2?"}, {"role": "assistant", "content": "4", "reasoning_content": "Two and two."}]}
```

## Fix
Renames the key to the one the target reads. Unsafe, since more is learnt then.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from finetooth_rules.example import Example, Text, Turn
from finetooth_rules.finding import Applicability, Consequence, Finding, Fix
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.schema._edits import rename_key
from finetooth_rules.schema._words import either, quoted
from finetooth_rules.thinking._tags import OPEN

CODE: Final = "THK002"


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each key that is not read, on the key; one for the record on its first block that a
    template may leave out.
    """
    keys = profile.target.reasoning_keys
    trained = [turn for turn in example.turns if turn.trained and turn.role == "assistant"]
    if keys is not None:
        for turn in trained:
            for text in turn.reasoning:
                if text.path[:-1] == turn.path and text.path[-1] not in keys and text.text.strip():
                    yield _unread(example, profile, turn, text, keys)
    if example.conversation:
        yield from _history(example)


def _unread(example: Example, profile: Profile, turn: Turn, text: Text, keys: frozenset[str]) -> Finding:
    key, title = text.path[-1], profile.target.title
    message = f"{title} does not read {quoted(key)}, so this reasoning is not learnt"
    fixes: tuple[Fix, ...] = ()
    if keys:
        wanted = sorted(keys)
        message += f"; expected {either([quoted(name) for name in wanted])}"
        there = {reasoning.path[-1] for reasoning in turn.reasoning}
        if len(wanted) == 1 and wanted[0] not in there:
            fixes = (rename_key(example.record, text.path, wanted[0], Applicability.UNSAFE),)
    return Finding(CODE, message, Consequence.DEGRADED, path=text.path, on_key=True, fixes=fixes)


def _history(example: Example) -> Iterator[Finding]:
    turns = example.turns
    last_user = max((index for index, turn in enumerate(turns) if turn.role == "user"), default=-1)
    for turn in turns[: max(last_user, 0)]:
        if not turn.trained or turn.role != "assistant" or not turn.texts:
            continue
        text = turn.texts[0].text
        if text.lstrip().startswith(OPEN) and "</think>" in text:
            start = len(text) - len(text.lstrip())
            yield Finding(
                CODE,
                "many chat templates leave out `<think>` before the last user turn; then it is not learnt",
                Consequence.NOTE,
                span=example.span_of(turn.texts[0], start, start + len(OPEN)),
            )
            return


RULE = RecordRule(
    code=CODE,
    name="reasoning-lost",
    summary="Reasoning stands where it will not be learnt.",
    consequence=Consequence.DEGRADED,
    of_form=True,
    check=check,
    triggers=("think>", "thinking", "reasoning"),
)
