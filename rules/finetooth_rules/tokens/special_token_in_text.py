r"""A text holds a control token of the tokenizer, which is not read as text.

## What it does
Finds control tokens, such as `<|im_end|>` or `<|endoftext|>`, inside the text of any turn. Looked for are
only tokens that are special in the tokenizer in use: of the encoding where one is set or the target's is
known, of the model's family where the model's name tells it, else of the well-known chat models.

Fine is what is meant to be written into a text: `<image>`, `<think>`, `<tool_call>`. A stop sequence at the
very end of an answer is fine where no chat template writes one: in prompt and completion, and for a
`tokens.template` that has none. `</s>` is reported only in a text that has no `<s>`, which makes it
HTML; `[INST]` never, it is a plain word too. In prompt and completion, to which no chat template is applied,
control tokens may be the writer's own template: only a token that ends the document in the middle of the
text is reported there. Plain `text` records are not looked at.

## Why it matters
A tokenizer splits its control tokens off wherever they stand, also in quotes and in code: `<|im_end|>` in a
user's question ends the user's turn, and what follows is read as something else. It is mostly left over from
a template that was applied already. At the end of an answer it stands twice when the template has written its
own, and the model learns to go on after the first. OpenAI's tiktoken refuses such a text: "Encountered text corresponding
to disallowed special token".

## Example
```jsonl
{"messages": [{"role": "user", "content": "Hello<|im_end|>\nName a river."}, {"role": "assistant", "content": "The Danube."}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Hello.\nName a river."}, {"role": "assistant", "content": "The Danube."}]}
```

## Fix
Unsafe: deletes the control tokens of the text. A text that talks about them needs other words instead.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from finetooth_rules.example import Example, Text, Turn
from finetooth_rules.finding import Applicability, Consequence, Edit, Finding, Fix
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.tokens._control import (
    DOCUMENT_ENDS,
    END_OF_SEQUENCE,
    ENDS,
    TRIGGERS,
    control_tokens,
    finder,
)

CODE: Final = "TOK004"

MOST_MARKS: Final = 50
"""Tokens of one text marked and deleted at a time: each has to be looked up in the record."""

_TEMPLATE_APPLIED: Final = frozenset({"alpaca"})
"""Formats without roles to which trainers apply a template all the same."""

_TEMPLATE_WRITTEN: Final = frozenset({"axolotl-segments"})
"""Formats whose texts are the rendered template, control tokens and all."""


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each text that holds control tokens."""
    tokens = _wanted(example, control_tokens(profile))
    if not tokens:
        return
    pattern = finder(tokens)
    for turn in example.turns:
        for text in turn.texts:
            found = [*_found(text, pattern)]
            if found and _ends(found[-1], turn, text) and not _template_ends(example, profile):
                found.pop()
            if found:
                yield _finding(example, turn, text, found)


def _wanted(example: Example, tokens: tuple[str, ...]) -> tuple[str, ...]:
    """Which of the tokenizer's control tokens can do harm in this format."""
    if example.conversation or example.format in _TEMPLATE_APPLIED:
        return tokens
    if len(example.turns) < 2 or example.format in _TEMPLATE_WRITTEN:
        return ()
    return tuple(token for token in tokens if token in DOCUMENT_ENDS)


def _found(text: Text, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """The control tokens in a text."""
    for match in pattern.finditer(text.text):
        if match[0] == END_OF_SEQUENCE and "<s" in text.text:
            continue
        yield match


def _ends(match: re.Match[str], turn: Turn, text: Text) -> bool:
    """Whether a control token is a stop sequence at the end of an answer."""
    return turn.role == "assistant" and match[0] in ENDS and match.end() == len(text.text.rstrip())


def _template_ends(example: Example, profile: Profile) -> bool:
    """Whether a chat template writes an end of its own behind the answers of an example."""
    if not (example.conversation or example.format in _TEMPLATE_APPLIED):
        return False
    template = profile.template
    return template is None or "eos_token" in template.text or any(end in template.text for end in ENDS)


def _finding(example: Example, turn: Turn, text: Text, found: list[re.Match[str]]) -> Finding:
    spans = [example.span_of(text, match.start(), match.end()) for match in found[:MOST_MARKS]]
    more = f" (and {len(found) - 1:,} more in this text)" if len(found) > 1 else ""
    what = "is a control token of the tokenizer: it will not be read as text"
    if _ends(found[0], turn, text):
        what = "ends the answer, and the chat template writes its own end behind it"
    return Finding(
        CODE,
        f"`{found[0][0]}` {what}{more}",
        Consequence.DEGRADED,
        span=spans[0],
        path=text.path,
        more_spans=tuple(spans[1:]),
        fixes=(
            Fix(
                "delete the control token" if len(found) == 1 else "delete the control tokens",
                Applicability.UNSAFE,
                edits=tuple(Edit(span, b"") for span in spans),
            ),
        ),
    )


RULE = RecordRule(
    code=CODE,
    name="special-token-in-text",
    summary="A text holds a control token of the tokenizer, which is not read as text.",
    consequence=Consequence.DEGRADED,
    check=check,
    triggers=TRIGGERS,
)
