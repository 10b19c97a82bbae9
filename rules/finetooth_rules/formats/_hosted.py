"""What the formats of hosted services share: several kinds of record in one format, told apart by their keys,
which are OpenAI's. So these formats are never recognised: a person chooses them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

from finetooth_rules.example import Example, Kind
from finetooth_rules.formats import openai_chat, openai_reinforcement, prompt_completion, text, trl_preference
from finetooth_rules.formats._chat import read_tools, read_turns

if TYPE_CHECKING:
    from finetooth_rules.record import Record
    from finetooth_rules.targets import Target

_PROPERTIES: Final[Mapping[str, Any]] = openai_chat.SCHEMA["properties"]
_STRING_OR_NULL: Final = {"type": ["string", "null"]}
TOOLS: Final[Mapping[str, Any]] = _PROPERTIES["tools"]
ROLES: Final = ("system", "user", "assistant", "tool")
PARTS: Final = ("text", "image_url")
PREFERENCE: Final = ("input", "preferred_output", "non_preferred_output")


def never(value: Mapping[str, Any]) -> bool:
    """No record is told by its keys to be of such a format."""
    return False


def message(roles: Sequence[str], parts: Sequence[str]) -> Mapping[str, Any]:
    """A message of one of these roles, whose content is a text or a list of parts of these types."""
    return {"anyOf": [_message(role, parts) for role in roles]}


def _message(role: str, parts: Sequence[str]) -> dict[str, Any]:
    branch = next(
        item
        for item in _PROPERTIES["messages"]["items"]["anyOf"]
        if item["properties"]["role"] == {"const": role}
    )
    known = branch["properties"]["content"]["anyOf"][1]["items"]["anyOf"]
    allowed = [part for part in known if part["properties"]["type"]["const"] in parts]
    content = {
        "anyOf": [
            {"type": "string"},
            {"type": "array", "minItems": 1, "items": {"anyOf": allowed}},
            {"type": "null"},
        ]
    }
    return {
        **branch,
        "properties": {**branch["properties"], "content": content, "reasoning_content": _STRING_OR_NULL},
    }


def preference(message: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of OpenAI's preference data: one conversation and two answers."""
    answers = {"type": "array", "minItems": 1, "items": message}
    return {
        "input": {
            "type": "object",
            "required": ["messages"],
            "properties": {
                "messages": {"type": "array", "minItems": 1, "items": message},
                "tools": TOOLS,
                "parallel_tool_calls": {"type": ["boolean", "null"]},
            },
        },
        "preferred_output": answers,
        "non_preferred_output": answers,
    }


def has_a_key_of(kinds: Sequence[Sequence[str]]) -> Callable[[Mapping[str, Any]], bool]:
    """Whether a record has a key of one of the kinds. Alpaca has an `input` too, which is a text."""
    keys = frozenset(key for kind in kinds for key in kind)
    sure = keys - {"input"}
    return lambda value: (
        not sure.isdisjoint(value) or ("input" in keys and isinstance(value.get("input"), dict))
    )


def one_of_kinds(title: str, kinds: Sequence[Sequence[str]], properties: Mapping[str, Any]) -> dict[str, Any]:
    """A record that has the keys of one of these kinds, and no key of another."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "type": "object",
        "properties": properties,
        "anyOf": [{"required": list(kind)} for kind in kinds],
        "not": {
            "description": f"the keys of one kind of record only ({', '.join(kind[0] for kind in kinds)})",
            "anyOf": [{"required": [one[0], other[0]]} for one, other in combinations(kinds, 2)],
        },
    }


def read(
    name: str, record: Record, value: Mapping[str, Any], target: Target, *, prompts: bool = False
) -> Example:
    """The record as the kind that its keys say, in the format `name`. `prompts`: messages without an answer,
    beside a column for a grader, are a prompt for reinforcement learning.
    """
    if prompts and openai_reinforcement.recognise(value):
        example = openai_reinforcement.read(record, value, target)
    elif "messages" in value:
        example = openai_chat.read(record, value, target)
    elif not _is_absent(value, PREFERENCE):
        return _read_preference(name, record, value)
    elif not _is_absent(value, ("chosen", "rejected")):
        example = trl_preference.read(record, value, target)
    elif not _is_absent(value, ("prompt", "completion")):
        example = prompt_completion.read(record, value, target)
    elif "text" in value:
        example = text.read(record, value, target)
    else:
        example = openai_chat.read(record, value, target)
    return replace(example, format=name)


def _is_absent(value: Mapping[str, Any], keys: Sequence[str]) -> bool:
    return not any(key in value for key in keys)


def _read_preference(name: str, record: Record, value: Mapping[str, Any]) -> Example:
    given = value.get("input")
    source: Mapping[str, Any] = given if isinstance(given, dict) else {}
    prompt = tuple(read_turns(source.get("messages"), ("input", "messages"), learnt=False))
    better, worse = PREFERENCE[1:]
    return Example(
        record=record,
        format=name,
        turns=(*prompt, *read_turns(value.get(better), (better,))),
        turns_path=(better,),
        kind=Kind.PREFERENCE,
        rejected=tuple(read_turns(value.get(worse), (worse,), learnt=False)),
        answer_from=len(prompt),
        rejected_path=(worse,) if worse in value else (),
        tools=tuple(read_tools(source.get("tools"), ("input", "tools"))),
        tools_path=("input", "tools") if "tools" in source else (),
    )
