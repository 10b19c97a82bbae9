r"""The token of the beginning stands twice before the text.

## What it does
Reports a text that begins with the token of the beginning (`<s>`, `<|begin_of_text|>`) where another one will
stand before it: the chat template writes one of its own, or, for a text without turns, the tokenizer adds one.
Needs `tokens.template` or `tokens.tokenizer`.

## Why it matters
The model never sees two of them when it is used, and training on them makes it a little worse. It happens
where a conversation was rendered once to make the file, and the trainer's tokenizer adds its token again.

## Example
```toml
[tokens]
template = "with-bos.jinja"
```
```jsonl
{"messages": [{"role": "system", "content": "<bos>Be brief."}, {"role": "user", "content": "Name a river."}, {"role": "assistant", "content": "The Danube."}]}
```

## Use instead
```jsonl
{"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Name a river."}, {"role": "assistant", "content": "The Danube."}]}
```

## Fix
Unsafe: remove the one in the text.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from finetooth_rules.example import Example, Text
from finetooth_rules.features import Features
from finetooth_rules.finding import Applicability, Consequence, Edit, Finding, Fix
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.rule import MeasuredRule, NoOptions
from finetooth_rules.template._render import render

CODE: Final = "TPL004"


def screen(record: Record, profile: Profile, options: NoOptions) -> bool:
    """Whether there is a token of the beginning that could be doubled."""
    template, tokenizer = profile.template, profile.tokenizer
    return bool(template is not None and template.token("bos_token")) or bool(
        tokenizer is not None and tokenizer.adds_bos
    )


def check(
    examples: Sequence[Example], features: Features, profile: Profile, options: NoOptions
) -> Iterator[tuple[int, Finding]]:
    """One finding for each record whose text begins with two."""
    for index, example in enumerate(examples):
        found = _of_template(example, features, profile) or _of_tokenizer(example, profile)
        if found is not None:
            text, token, who = found
            start = len(text.text) - len(text.text.lstrip())
            span = example.span_of(text, start, start + len(token))
            fix = Fix(f"Remove `{token}`", Applicability.UNSAFE, (Edit(span, b""),))
            message = f"`{token[:24]}` begins this text, and {who} writes one before it; expected one"
            yield index, Finding(CODE, message, Consequence.DEGRADED, span=span, fixes=(fix,))


def _of_template(example: Example, features: Features, profile: Profile) -> tuple[Text, str, str] | None:
    """The text in which the second token stands that a rendering begins with."""
    if features.template is None or profile.template is None:
        return None
    token = profile.template.token("bos_token")
    rendered = render(example, features, profile) if token else None
    if rendered is None or not re.match(rf"\s*{re.escape(token)}", rendered.text):
        return None
    if rendered.text.count(token) < 2:
        return None
    # A template may write a role or a line of its own between the two.
    text = next((part for turn in example.turns for part in turn.texts if part.text.strip()), None)
    if text is None or not text.text.lstrip().startswith(token):
        return None
    return text, token, "the chat template"


def _of_tokenizer(example: Example, profile: Profile) -> tuple[Text, str, str] | None:
    tokenizer = profile.tokenizer
    if example.conversation or tokenizer is None or not tokenizer.adds_bos:
        return None
    text = next(example.all_texts(), None)
    if text is None or not text.text.lstrip().startswith(tokenizer.bos):
        return None
    return text, tokenizer.bos, "the tokenizer"


RULE = MeasuredRule(
    code=CODE,
    name="doubled-bos",
    summary="The token of the beginning stands twice before the text.",
    consequence=Consequence.DEGRADED,
    of_form=True,
    screen=screen,
    check=check,
    needs=(),
)
