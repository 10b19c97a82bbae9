r"""The chat template leaves the text of a turn out.

## What it does
Renders each record by the model's chat template and reports a turn whose text, or whose tool call, is nowhere
in the result. Trimmed, quoted or rewritten text is there: in doubt the turn is rendered with another text, and
only where that is missing too is it reported. Reasoning that is taken out of earlier answers is another
rule's (`reasoning-lost`). Needs `tokens.template`, or a `tokens.tokenizer` whose folder has one.

## Why it matters
Nothing stops and nothing is printed: the model is trained on a conversation with a hole in it. Of 28 chat
templates ten leave a `developer` turn out, eleven the whole conversation where the roles are `human` and
`gpt`, and six the second of two parallel calls.

## Example
```toml
[tokens]
template = "chatml-known-roles.jinja"
```
```jsonl
{"messages": [{"role": "developer", "content": "Be brief."}, {"role": "user", "content": "Name a river."}, {"role": "assistant", "content": "The Danube."}]}
```

## Use instead
```jsonl
{"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Name a river."}, {"role": "assistant", "content": "The Danube."}]}
```

## Fix
None.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from finetooth_rules.example import Example, Turn
from finetooth_rules.features import Features, TemplateRenderer
from finetooth_rules.finding import Consequence, Finding, Path
from finetooth_rules.profile import Profile
from finetooth_rules.rule import MeasuredRule, NoOptions
from finetooth_rules.template._render import Message, Written, conversations, has_template

CODE: Final = "TPL002"

_STAND_IN: Final = "8253719046"
"""Digits: whatever a template does with a text (trim, quote, escape, change case), these stay."""


def check(
    examples: Sequence[Example], features: Features, profile: Profile, options: NoOptions
) -> Iterator[tuple[int, Finding]]:
    """One finding for each turn, or call, that is not in the rendering."""
    renderer = features.template
    assert renderer is not None
    for index, example in enumerate(examples):
        for written in conversations(example, features, profile):
            if written.rendered.error is None:
                for finding in _of_conversation(written, renderer):
                    yield index, finding


def _of_conversation(written: Written, renderer: TemplateRenderer) -> Iterator[Finding]:
    text = written.rendered.text
    for number in range(written.first, len(written.turns)):
        turn, message = written.turns[number], written.messages[number]
        if _may_lack(written, turn, text):
            stand_in = _with_text(message)
            if stand_in is not None and not _shows(written, number, stand_in, _STAND_IN, renderer):
                role = str(message.get("role"))[:20]
                what = "the text beside this call" if turn.calls else f"this `{role}` turn"
                said = f"the chat template leaves {what} out; expected its text in what it writes"
                yield Finding(CODE, said, Consequence.REJECTED, path=turn.content_path)
    yield from _calls(written, renderer)


def _may_lack(written: Written, turn: Turn, text: str) -> bool:
    """Whether the text of a turn is not in the rendering as often as in the conversation."""
    own = turn.text.strip()
    return bool(own) and text.count(own) < sum(other.text.count(own) for other in written.turns)


def _with_text(message: Message) -> Message | None:
    """The message with another text in the place of its own; None where it has none."""
    content = message.get("content")
    if isinstance(content, str):
        return {**message, "content": _STAND_IN}
    if isinstance(content, list):
        parts = [
            {**part, "text": _STAND_IN}
            if isinstance(part, dict) and isinstance(part.get("text"), str)
            else part
            for part in content
        ]
        return {**message, "content": parts} if parts != content else None
    return None


def _shows(written: Written, number: int, stand_in: Message, sought: str, renderer: TemplateRenderer) -> bool:
    """Whether the rendering shows what stands in for a message; also where it raises: nothing is known."""
    messages = written.messages
    rendered = written.again([*messages[:number], stand_in, *messages[number + 1 :]], renderer)
    return rendered.error is not None or sought in rendered.text


def _calls(written: Written, renderer: TemplateRenderer) -> Iterator[Finding]:
    """Calls that are left out: all are given other names, and these are looked for."""
    calls = [call for turn in written.turns[written.first :] for call in turn.calls]
    text = written.rendered.text
    if not calls or (len(calls) == 1 and not written.example.tools and (calls[0].name or "") in text):
        return
    changed: list[Message] = []
    names: list[tuple[str, Path]] = []
    for number, (turn, message) in enumerate(zip(written.turns, written.messages, strict=True)):
        held = message.get("tool_calls")
        if isinstance(held, list) and len(held) == len(turn.calls) and number >= written.first:
            new = [f"call_{len(names) + position}_{_STAND_IN}" for position in range(len(held))]
            names += [(name, call.path) for name, call in zip(new, turn.calls, strict=True)]
            renamed = [_renamed(call, name) for call, name in zip(held, new, strict=True)]
            message = {**message, "tool_calls": renamed}
        changed.append(message)
    rendered = written.again(changed, renderer)
    if rendered.error is not None:
        return
    for name, path in names:
        if name not in rendered.text:
            said = "the chat template leaves this call out; expected it in what it writes"
            yield Finding(CODE, said, Consequence.REJECTED, path=path)


def _renamed(call: Any, name: str) -> Any:
    if not isinstance(call, dict):
        return call
    function = call.get("function")
    if isinstance(function, dict):
        return {**call, "function": {**function, "name": name}}
    return {**call, "name": name}


RULE = MeasuredRule(
    code=CODE,
    name="template-drops-turn",
    summary="The chat template leaves the text of a turn out.",
    consequence=Consequence.REJECTED,
    of_form=True,
    supersedes=("TRN005", "TOL014"),
    screen=has_template,
    check=check,
    needs=("template",),
)
