r"""Nothing ends the answer.

## What it does
Reports a conversation whose last answer is the end of what the chat template writes, no end token behind it;
and a text rendered beforehand (one text, no turns) that opens its last turn with a chat template's marker
and does not close it, although it closes others. The first needs `tokens.template`, or a `tokens.tokenizer`
whose folder has a template.

Silent where the missing one is the tokenizer's own end token: trainers add that to a text without turns. And
silent for a template in which the token that opens the next turn (`<|user|>`) is what ends one, as GLM's.

## Why it matters
The model learns to stop by the end token. Where it is never trained on, the model goes on after its answer,
asks itself the next question and answers that.

## Example
```toml
[tokens]
template = "without-end.jinja"
```
```jsonl
{"messages": [{"role": "user", "content": "Name a river."}, {"role": "assistant", "content": "The Danube."}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Name a river."}, {"role": "assistant", "content": "The Danube.<|im_end|>"}]}
```
Better still: a template that ends each answer itself.

## Fix
None.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from finetooth_rules.example import Example, Text
from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.model_files import ChatTemplate
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.rule import MeasuredRule, NoOptions
from finetooth_rules.template._render import render
from finetooth_rules.tokens._control import ENDS

CODE: Final = "TPL005"

_CLOSES: Final[Mapping[str, tuple[str, ...]]] = {
    "<|im_start|>": ("<|im_end|>",),
    "<|start_header_id|>": ("<|eot_id|>", "<|eom_id|>"),
    "<start_of_turn>": ("<end_of_turn>",),
}
"""What opens a turn → what closes it (ChatML, Llama 3, Gemma)."""
_OPENS_USER: Final = "<|user|>"
_ESCAPED: Final = b"\\u003"


def screen(record: Record, profile: Profile, options: NoOptions) -> bool:
    """Whether there is a template, or a template's marker in the record."""
    raw = record.raw
    if profile.template is not None:
        return True
    if b"<" not in raw:  # what most records are told by, many times faster than by the markers
        return b"\\" in raw and _ESCAPED in raw
    return b"<|im_start|>" in raw or b"<|start_h" in raw or b"<start_of_t" in raw or _ESCAPED in raw


def check(
    examples: Sequence[Example], features: Features, profile: Profile, options: NoOptions
) -> Iterator[tuple[int, Finding]]:
    """One finding for each record that does not end."""
    for index, example in enumerate(examples):
        if not example.conversation:
            found = _of_text(example, profile)
        elif features.template is not None:
            found = _of_template(example, features, profile)
        else:
            continue
        if found is not None:
            text, message = found
            last = len(text.text.rstrip())
            span = example.span_of(text, max(last - 1, 0), last)
            yield index, Finding(CODE, message, Consequence.DEGRADED, span=span)


def _ends(profile: Profile) -> tuple[str, ...]:
    own = "" if profile.template is None else profile.template.token("eos_token")
    return tuple(end for end in (*ENDS, own) if end)


def _of_template(example: Example, features: Features, profile: Profile) -> tuple[Text, str] | None:
    """The last answer, where it is the end of the rendering."""
    if profile.template is None or _ends_by_next_turn(profile.template):
        return None
    last = example.turns[-1] if example.turns else None
    if last is None or not last.trained or last.calls or not last.texts or not last.texts[-1].text.strip():
        return None
    text = last.texts[-1]
    own = text.text.strip()
    rendered = render(example, features, profile)
    if rendered is None or not rendered.text.rstrip().endswith(own) or own.endswith(_ends(profile)):
        return None
    return text, "the chat template writes no end token behind this answer: the model will not learn to stop"


def _ends_by_next_turn(template: ChatTemplate) -> bool:
    """Whether a template has tokens that open a turn and none that ends one: models of it stop at the next
    opening (GLM-4: `<|user|>` is among the end tokens of its generation config).
    """
    text = template.text
    return _OPENS_USER in text and "eos_token" not in text and not any(end in text for end in ENDS)


def _of_text(example: Example, profile: Profile) -> tuple[Text, str] | None:
    """A text rendered beforehand whose last turn is open."""
    texts = list(example.all_texts())
    if len(texts) != 1:
        return None
    text = texts[0].text
    own_end = profile.tokenizer.eos if profile.tokenizer is not None else ""
    for opening, closings in _CLOSES.items():
        at = text.rfind(opening)
        closed = sum(text.count(closing) for closing in closings)
        if at < 0 or not closed or own_end in closings or text.rstrip().endswith(_any_end(own_end)):
            continue
        if not any(closing in text[at:] for closing in closings):
            return texts[
                0
            ], f"the last turn is not closed; expected `{closings[0]}` at the end, as in the others"
    return None


def _any_end(own: str) -> tuple[str, ...]:
    return (*ENDS, own) if own else tuple(ENDS)


RULE = MeasuredRule(
    code=CODE,
    name="missing-end-token",
    summary="Nothing ends the answer.",
    consequence=Consequence.DEGRADED,
    of_form=True,
    screen=screen,
    check=check,
    needs=(),
)
