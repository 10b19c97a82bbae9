r"""The loss is to be on answers alone, and the chat template does not say what these are.

## What it does
With `tokens.assistant-only-loss = true`, or `assistant_only_loss: true` in a file of TRL's that names the
dataset, reports once for the file that the chat template has no
`{% generation %}` … `{% endgeneration %}` around what the model writes. Needs `tokens.template`, or a
`tokens.tokenizer` whose folder has one.

## Why it matters
TRL takes the mask of `assistant_only_loss=True` from these marks. Without them no token is trained, and it
stops: "You're using `assistant_only_loss=True`, but at least one example has no assistant tokens." For the
templates of some models newer versions put in one with marks themselves.

## Example
```toml
[tokens]
template = "chatml.jinja"
assistant-only-loss = true
```
```jsonl
{"messages": [{"role": "user", "content": "Name a river."}, {"role": "assistant", "content": "The Danube."}]}
```

## Use instead
Put `{% generation %}` and `{% endgeneration %}` around the answer in the template, or train on prompts and
completions, whose completions are masked without a template.
```jsonl
{"prompt": "Name a river.", "completion": "The Danube."}
```

## Fix
None.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from finetooth_rules.example import Example
from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, StatisticRule

CODE: Final = "TPL006"


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: NoOptions
) -> Sequence[bool | None]:
    """Whether an example needs the marks and the template has none."""
    if not profile.assistant_only_loss or features.template is None or features.template.marks_generation:
        return [None] * len(examples)
    return [True if example.conversation and example.turns else None for example in examples]


def either(one: bool, other: bool) -> bool:
    """Whether any example does."""
    return one or other


def fit(any_needs: bool, features: Features, profile: Profile, options: NoOptions) -> bool:
    """As gathered."""
    return any_needs


def conclude(verdict: bool, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for the file."""
    if verdict:
        message = "the loss is on answers alone, but the chat template has no {% generation %}: TRL may stop"
        yield Finding(CODE, message, Consequence.DEGRADED)


RULE: StatisticRule[bool, bool, bool] = StatisticRule(
    code=CODE,
    name="no-generation-mask",
    summary="The loss is to be on answers alone, and the chat template does not say what these are.",
    consequence=Consequence.DEGRADED,
    of_form=True,
    gather=gather,
    empty=bool,
    add=either,
    merge=either,
    fit=fit,
    conclude=conclude,
)
