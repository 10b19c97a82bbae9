"""From an Example to the messages that a trainer gives to the chat template, and what it makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from finetooth_rules.example import Example, Kind, Turn
from finetooth_rules.features import Features, Rendered, TemplateRenderer
from finetooth_rules.finding import INSIDE, Path
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.targets import Target

Message = dict[str, Any]


class Written(NamedTuple):
    """A conversation of an example, one message a turn, and what the template makes of it.

    Turns before `first` are those of another conversation of the same example: what is found there is said of
    that one. `path` is that of all its turns."""

    example: Example
    turns: tuple[Turn, ...]
    messages: list[Message]
    rendered: Rendered
    path: Path
    first: int = 0

    def again(
        self, messages: Sequence[Message], renderer: TemplateRenderer, *, tools: bool = True
    ) -> Rendered:
        """What the template makes of other messages, beside the same tools or without."""
        return _rendered(self.example, messages, renderer, tools=tools)


def written(example: Example, features: Features, profile: Profile) -> Written | None:
    """The example as the template writes it; None where no template is applied to such a record.

    A message in the record is passed as it is, with all its keys; other turns are written as one."""
    return next(conversations(example, features, profile), None)


def render(example: Example, features: Features, profile: Profile) -> Rendered | None:
    """What the template makes of the example; None where it is not applied."""
    found = written(example, features, profile)
    return None if found is None else found.rendered


def conversations(example: Example, features: Features, profile: Profile) -> Iterator[Written]:
    """The example, and of preference data the worse answer behind the same prompt too."""
    renderer, shared = features.template, features.shared
    if renderer is None or not example.conversation or not example.turns:
        return
    key = ("template", id(example.record))
    if shared is None or (known := shared.get(key)) is None:
        known = list(_conversations(example, renderer, profile.target))
        if shared is not None:
            shared[key] = known
    yield from known


def _conversations(example: Example, renderer: TemplateRenderer, target: Target) -> Iterator[Written]:
    yield _written(example, example.turns, renderer, target, example.turns_path)
    if example.rejected:
        own = example.rejected_from
        prompt = example.rejected[:own] if own else example.turns[: example.answer_from]
        turns = (*prompt, *example.rejected[own:])
        yield _written(example, turns, renderer, target, example.rejected_path, len(prompt))


def _written(
    example: Example,
    turns: tuple[Turn, ...],
    renderer: TemplateRenderer,
    target: Target,
    path: Path,
    first: int = 0,
) -> Written:
    messages = [_message(example, turn, target) for turn in turns]
    if target.cleans_messages:
        messages = [_cleaned(message) for message in messages]
    if renderer.wants_parts:
        messages = [_in_parts(message) for message in messages]
    return Written(example, turns, messages, _rendered(example, messages, renderer), path, first)


def _rendered(
    example: Example, messages: Sequence[Message], renderer: TemplateRenderer, *, tools: bool = True
) -> Rendered:
    given = _tools(example) or None if tools else None
    return renderer.render(messages, given, prompt=example.kind is Kind.PROMPT_ONLY)


def _tools(example: Example) -> list[Any]:
    """The tools as written; beside turns that are no messages, in OpenAI's form as these are."""
    if not example.turns or is_message(_at(example.record.value, example.turns[0].path)):
        return [tool.definition for tool in example.tools]
    return [
        {"type": "function", "function": tool.definition}
        if isinstance(tool.definition, dict) and tool.definition is tool.function
        else tool.definition
        for tool in example.tools
    ]


def _message(example: Example, turn: Turn, target: Target) -> Message:
    value = _at(example.record.value, turn.path)
    if is_message(value):
        message: Message = value
        return message
    kept = value.get("from") if isinstance(value, dict) and target.keeps_from_roles else None
    message = {
        "role": kept if isinstance(kept, str) else turn.role,
        "content": turn.text if turn.has_content else None,
    }
    if turn.calls:
        message["tool_calls"] = [
            {"type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in turn.calls
        ]
    return message


def is_message(value: Any) -> bool:
    """Whether a turn is written as templates are given it: with a role and a content of text or of typed
    parts that hold their text under `text`. Gemini's, Nova's and LLaMA-Factory's own (`value`) are not.
    """
    if not isinstance(value, dict) or not isinstance(value.get("role"), str):
        return False
    content = value.get("content")
    if isinstance(content, list):
        return all(_is_part(part) for part in content)
    return "content" in value or "tool_calls" in value


def _is_part(part: Any) -> bool:
    if not isinstance(part, dict):
        return isinstance(part, str)
    return (
        isinstance(part.get("type"), str)
        and "value" not in part
        and (part["type"] != "text" or "text" in part)
    )


def _in_parts(message: Message) -> Message:
    """With a text as a list of one part, as trainers write it for a model that sees."""
    content = message.get("content")
    if not isinstance(content, str):
        return message
    return {**message, "content": [{"type": "text", "text": content}]}


def _at(value: Any, path: Path) -> Any:
    """The value at a path; None where it leads nowhere or into a string."""
    for step in path:
        if step == INSIDE:
            return None
        if isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def _cleaned(message: Mapping[str, Any]) -> Message:
    """Without nulls, and arguments of calls that are JSON in a string as values."""
    return {key: _clean(key, value) for key, value in message.items() if value is not None}


def _clean(key: str, value: Any) -> Any:
    if isinstance(value, dict):
        return _cleaned(value)
    if isinstance(value, list):
        return [_clean("", item) for item in value if item is not None]
    if key == "arguments" and isinstance(value, str):
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value


def has_template(record: Record, profile: Profile, options: Any) -> bool:
    """The screen of rules that look at the rendering: nothing is to be done without a template."""
    return profile.template is not None
