"""What TRL's dataset types share: columns that hold a text (standard) or messages (conversational)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from finetooth_rules.example import Turn
from finetooth_rules.formats._chat import read_turns, text_turn
from finetooth_rules.formats.openai_chat import EXTRA_KEYS, SCHEMA
from finetooth_rules.formats.openai_reinforcement import REFERENCE_KEYS

SOURCE: Final = "TRL: docs/source/dataset_formats.md"

MESSAGE: Final[Mapping[str, Any]] = SCHEMA["properties"]["messages"]["items"]
MESSAGES: Final[Mapping[str, Any]] = {"type": "array", "minItems": 1, "items": MESSAGE}
TEXT_OR_MESSAGES: Final[Mapping[str, Any]] = {"anyOf": [{"type": "string"}, MESSAGES]}
TOOLS: Final[Mapping[str, Any]] = SCHEMA["properties"]["tools"]
EXTRA: Final = EXTRA_KEYS | REFERENCE_KEYS

ANSWER_KEYS: Final = frozenset({"completion", "completions", "chosen", "rejected", "response", "output"})
CHAT_KEYS: Final = frozenset({"messages", "conversations", "contents", "instruction", "segments"})
"""Keys of formats that are not TRL's, which may have a `prompt`, a `label` or an answer of their own."""


def schema(title: str, required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    """The JSON Schema of a type with these columns."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "type": "object",
        "required": list(required),
        "properties": {**properties, "tools": TOOLS},
    }


_NO_USER: Final = {
    "type": "array",
    "minItems": 1,
    "not": {"contains": {"required": ["role"], "properties": {"role": {"const": "user"}}}},
}


def all_messages(answers: tuple[str, ...]) -> dict[str, Any]:
    """Part of a schema: where the prompt or an answer is a list, all of them are. TRL joins prompt and answer
    by `+` (`TypeError: can only concatenate …`), and takes any one column for what all are
    (`is_conversational`).

    A prompt that is a text beside answers which hold it as well is let pass: some trainers take it from there
    (TRL's `maybe_extract_prompt`, Axolotl's `argilla_chat`).
    """
    columns = ("prompt", *answers)
    one_is_a_list = [{"required": [key], "properties": {key: {"type": "array"}}} for key in columns]
    return {
        "allOf": [
            {
                "if": {"anyOf": one_is_a_list},
                "then": {"properties": {key: {"type": "array"} for key in answers}},
            },
            {
                "if": {"required": list(answers), "properties": dict.fromkeys(answers, _NO_USER)},
                "then": {"properties": {"prompt": {"type": "array"}}},
            },
        ]
    }


def is_messages(value: Any) -> bool:
    """Whether a column is meant as a list of messages: an empty list, or one that begins with an object."""
    return isinstance(value, list) and (not value or isinstance(value[0], dict))


def column(role: str, value: Mapping[str, Any], key: str, *, learnt: bool = True) -> Iterator[Turn]:
    """The turns of a column: those of a list of messages, or one turn of `role` that is a text."""
    if isinstance(value.get(key), list):
        yield from read_turns(value[key], (key,), learnt=learnt)
    elif (turn := text_turn(role, value, key, learnt=learnt)) is not None:
        yield turn


def has_messages(value: Mapping[str, Any], *keys: str) -> bool:
    """Whether one of the columns is a list, so that the record is conversational."""
    return any(isinstance(value.get(key), list) for key in keys)
