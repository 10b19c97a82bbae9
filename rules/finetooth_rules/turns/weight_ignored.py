r"""An answer is masked by a weight that the target never reads.

## What it does
Under a target that does not read `weight` (TRL, Unsloth, Axolotl, LLaMA-Factory, NeMo), reports a record with
an assistant turn of weight 0: once for each record, at each such weight.

## Why it matters
The answer that was to be left out is trained like all others. TRL trains on every token of `messages`, unless
`assistant_only_loss=True`, and then on every assistant turn. Axolotl has `message_field_training` for this.

## Example
```toml
target = "trl"
```
```jsonl
{"messages": [{"role": "user", "content": "2 + 2?"}, {"role": "assistant", "content": "5", "weight": 0}, {"role": "user", "content": "Really?"}, {"role": "assistant", "content": "No, 4.", "weight": 1}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "2 + 2?"}, {"role": "assistant", "content": "4"}]}
```
A masked answer can go with what is before it into the prompt: TRL learns only the `completion` of a record with
`prompt` and `completion`, both lists of messages.

## Fix
None.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from finetooth_rules.example import Example
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.formats._chat import is_zero
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule

CODE: Final = "TRN014"


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for the record, on the weights."""
    if profile.target.reads_weight:
        return
    paths = [
        turn.weight_path
        for turn in example.turns
        if turn.role == "assistant" and is_zero(turn.weight) and turn.weight_path[-1:] == ("weight",)
    ]
    if not paths:
        return
    first, *others = (example.record.locate(path) for path in paths)
    yield Finding(
        CODE,
        f"{profile.target.title} does not read `weight`: this answer is trained like the others",
        Consequence.DEGRADED,
        span=first,
        path=paths[0],
        more_spans=tuple(others),
    )


RULE = RecordRule(
    code=CODE,
    name="weight-ignored",
    summary="An answer is masked by a weight that the target never reads.",
    consequence=Consequence.DEGRADED,
    of_form=True,
    check=check,
    reads_shape=True,
)
