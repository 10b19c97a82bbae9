r"""The chat template stops at this conversation.

## What it does
Renders each record by the model's chat template and reports, in the template's own words, where it raises an
exception: at the turn from which on it does, found by rendering the conversation turn by turn, and within it at
the arguments or the content that it does not take. The worse answer of preference data is rendered too, behind
the same prompt. Needs `tokens.template`, or a `tokens.tokenizer` whose folder has one.

What other rules suspect of the same place, by what is known of trainers in general, is not said beside it.

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

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import orjson

from finetooth_rules.example import Example, Turn
from finetooth_rules.features import Features, TemplateRenderer
from finetooth_rules.finding import Consequence, Finding, Path
from finetooth_rules.profile import Profile
from finetooth_rules.rule import MeasuredRule, NoOptions
from finetooth_rules.template._render import Message, Written, conversations, has_template

CODE: Final = "TPL001"
_MOST_PREFIXES: Final = 100
_MOST_LENGTH: Final = 120
_NULL: Final = "takes no null as content"
_USER: Final[Message] = {"role": "user", "content": "Hi"}


def check(
    examples: Sequence[Example], features: Features, profile: Profile, options: NoOptions
) -> Iterator[tuple[int, Finding]]:
    """One finding for each conversation that the template raises at."""
    renderer = features.template
    assert renderer is not None
    for index, example in enumerate(examples):
        for written in conversations(example, features, profile):
            error = written.rendered.error
            if error is None:
                continue
            place = _place(written, error, renderer)
            if place.turn is not None and place.turn < written.first:
                continue  # it is in the prompt, which the other answer has too
            turn = written.turns[place.turn or 0]
            if place.what == _NULL and not (turn.calls or turn.refusal):
                continue  # `empty-content` says so, with or without a template
            without_nulls = [_without_nulls(message) for message in written.messages]
            only_nulls = written.again(without_nulls, renderer).error is None
            consequence = Consequence.DEGRADED if only_nulls else Consequence.REJECTED
            message = f"the chat template {place.what}: "
            message += _short(error, _MOST_LENGTH - len(message))
            yield index, Finding(CODE, message, consequence, path=place.path, on_key=place.turn is None)


class _Place(NamedTuple):
    """Where it stops, in which turn (None: nowhere in particular), and what it does there."""

    path: Path
    turn: int | None
    what: str = "stops at this turn"


def _without_nulls(message: Message) -> Message:
    return {key: value for key, value in message.items() if value is not None}


def _short(error: str, room: int) -> str:
    line = error.strip().splitlines()[0] if error.strip() else "an exception without words"
    return line if len(line) <= room else line[: room - 1] + "…"


def _place(written: Written, error: str, renderer: TemplateRenderer) -> _Place:
    """The turn that is the trouble, and where in it; the whole conversation where there is no such turn."""

    def error_of(some: Sequence[Message]) -> str | None:
        return written.again(some, renderer).error

    tools = written.example.tools_path
    if tools and written.again(written.messages, renderer, tools=False).error is None:
        return _Place(tools, None, "stops at these tools")
    number = _culprit(written.messages, error, error_of)
    if number is None:
        return _Place(written.path, None, "stops at this conversation")
    turn, message = written.turns[number], written.messages[number]
    before, after = written.messages[:number], written.messages[number + 1 :]
    for path, what, changed in _otherwise(turn, message):
        if error_of([*before, changed, *after]) != error:
            return _Place(path, number, what)
    return _Place(turn.path, number)


def _culprit(
    messages: list[Message], error: str, error_of: Callable[[Sequence[Message]], str | None]
) -> int | None:
    """The last turn without which the beginning of the conversation does not raise this. Where that beginning
    fails in another way, the turn without which nothing fails at all, if there is one."""
    if len(messages) <= _MOST_PREFIXES:
        for count in range(len(messages) - 1, 0, -1):
            before = error_of(messages[:count])
            if before == error:
                continue
            if before is not None:
                for number in range(count):
                    if error_of([*messages[:number], *messages[number + 1 : count + 1]]) is None:
                        return number
            return count
    if len(messages) > 1 and error_of(messages[1:]) != error:
        return 0
    # The first turn alone raises it, and not because something is to come yet.
    return 0 if error_of([messages[0], _USER]) == error == error_of(messages[:1]) else None


def _otherwise(turn: Turn, message: Message) -> Iterator[tuple[Path, str, Message]]:
    """The turn with one thing written otherwise: where that stands, what is said if it does not raise."""
    calls = message.get("tool_calls")
    if isinstance(calls, list) and len(calls) == len(turn.calls):
        for kind, what in ((str, "takes no string as arguments"), (dict, "takes no object as arguments")):
            call = next((call for call in turn.calls if isinstance(call.arguments, kind)), None)
            if call is not None:
                changed = [_turned(written, kind) for written in calls]
                yield call.arguments_path, what, {**message, "tool_calls": changed}
    content = message.get("content", "")
    if content is None:
        yield turn.content_path, _NULL, {**message, "content": ""}
    elif "content" not in message:
        yield turn.path, "takes no turn without content", {**message, "content": ""}
    elif isinstance(content, list):
        text = {**message, "content": turn.text}
        yield turn.content_path, "takes no list of parts as content", text


def _turned(call: Any, kind: type) -> Any:
    """A call whose arguments are an object in place of a string, or the reverse."""
    inner = call.get("function") if isinstance(call, dict) else None
    holder = inner if isinstance(inner, dict) else call
    if not isinstance(holder, dict) or not isinstance(holder.get("arguments"), kind):
        return call
    arguments = holder["arguments"]
    try:
        other = orjson.loads(arguments) if isinstance(arguments, str) else json.dumps(arguments)
    except orjson.JSONDecodeError:
        return call
    turned = {**holder, "arguments": other}
    return {**call, "function": turned} if holder is inner else turned


RULE = MeasuredRule(
    code=CODE,
    name="template-rejects",
    summary="The chat template stops at this conversation.",
    consequence=Consequence.REJECTED,
    of_form=True,
    supersedes=("TRN002", "TRN004", "TRN005", "TRN006", "TRN010", "TOL010", "TOL013", "TOL014"),
    screen=has_template,
    check=check,
    needs=("template",),
)
