r"""The chat template stops at this conversation.

## What it does
Renders each record by the model's chat template and reports, in the template's own words, where it raises an
exception: at the turn from which on it does, found by rendering the conversation turn by turn. Needs
`tokens.template`, or a `tokens.tokenizer` whose folder has one.

Where only a content of null is the trouble, it is a warning: newer versions of transformers take null keys
out of a message before they render it, older ones do not.

## Why it matters
The trainer stops at the first such record, often after hours of preparation. Of 28 chat templates seven stop
at the role `developer`, five at two user turns in a row, eight where no user speaks, and fifteen at arguments
that are a JSON string. What they print: `Conversation roles must alternate user/assistant/user/assistant/...`,
`System role not supported`, `System message must be at the beginning.`, `No user query found in messages.`,
`This model only supports single tool-calls at once!`, `Can only get item pairs from a mapping.`

## Example
```toml
[tokens]
template = "alternating.jinja"
```
```jsonl
{"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Name a river."}, {"role": "assistant", "content": "The Danube."}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Be brief. Name a river."}, {"role": "assistant", "content": "The Danube."}]}
```

## Fix
None: how to say it otherwise is for a person to decide.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from finetooth_rules.example import Example
from finetooth_rules.features import Features, TemplateRenderer
from finetooth_rules.finding import Consequence, Finding, Path
from finetooth_rules.profile import Profile
from finetooth_rules.rule import MeasuredRule, NoOptions
from finetooth_rules.template._render import Message, has_template, messages_of, render_messages

CODE: Final = "TPL001"
_MOST_PREFIXES: Final = 100
_MOST_WORDS: Final = 75


def check(
    examples: Sequence[Example], features: Features, profile: Profile, options: NoOptions
) -> Iterator[tuple[int, Finding]]:
    """One finding for each record that the template raises at."""
    renderer = features.template
    assert renderer is not None
    for index, example in enumerate(examples):
        messages = messages_of(example, profile.target)
        if messages is None:
            continue
        error = render_messages(example, messages, renderer).error
        if error is None:
            continue
        without_nulls = [{k: v for k, v in message.items() if v is not None} for message in messages]
        only_nulls = render_messages(example, without_nulls, renderer).error is None
        consequence = Consequence.DEGRADED if only_nulls else Consequence.REJECTED
        path, what = _culprit(example, messages, error, renderer)
        message = f"the chat template stops {what}: {_short(error)}"
        yield index, Finding(CODE, message, consequence, path=path, on_key=path == example.turns_path)


def _short(error: str) -> str:
    line = error.strip().splitlines()[0] if error.strip() else "an exception without words"
    return line if len(line) <= _MOST_WORDS else line[: _MOST_WORDS - 1] + "…"


def _culprit(
    example: Example, messages: list[Message], error: str, renderer: TemplateRenderer
) -> tuple[Path, str]:
    """The turn that is the trouble: the last one without which the beginning of the conversation does not
    raise this; the whole conversation where there is no such turn.
    """

    def raises(some: list[Message]) -> bool:
        return render_messages(example, some, renderer).error == error

    if len(messages) <= _MOST_PREFIXES:
        for count in range(len(messages) - 1, 0, -1):
            if not raises(messages[:count]):
                return example.turns[count].path, "at this turn"
    if len(messages) > 1 and not raises(messages[1:]):
        return example.turns[0].path, "at this turn"
    return example.turns_path, "at this conversation"


RULE = MeasuredRule(
    code=CODE,
    name="template-rejects",
    summary="The chat template stops at this conversation.",
    consequence=Consequence.REJECTED,
    screen=has_template,
    check=check,
    needs=("template",),
)
