"""`bedrock-anthropic`: a system text beside messages of user and assistant (Claude 3 Haiku on Bedrock)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from finetooth_rules.example import Example
from finetooth_rules.formats._chat import read_turns, text_turn
from finetooth_rules.formats._format import Format
from finetooth_rules.formats._role_and_text import has_messages, schema_of
from finetooth_rules.formats.openai_chat import plain_shape

if TYPE_CHECKING:
    from finetooth_rules.record import Record
    from finetooth_rules.targets import Target

NAME: Final = "bedrock-anthropic"
ROLES: Final = ("user", "assistant")

SCHEMA: Final = schema_of("Claude on Bedrock", ROLES, fewest=2, others={"system": {"type": "string"}})


def distinct(value: Mapping[str, Any]) -> bool:
    """`system`, a text, and `messages` are all there is, and no message says that it is of another format."""
    if value.keys() != {"system", "messages"} or not isinstance(value["system"], str):
        return False
    messages = value["messages"]
    return (
        isinstance(messages, list)
        and bool(messages)
        and all(
            isinstance(message, dict)
            and message.get("role") in ROLES
            and isinstance(message.get("content"), str)
            and len(message) == 2
            for message in messages
        )
    )


def read(record: Record, value: Mapping[str, Any], target: Target) -> Example:
    """The conversation, with the system text as its first turn."""
    system = text_turn("system", value, "system")
    turns = tuple(read_turns(value.get("messages"), ("messages",)))
    return Example(
        record=record,
        format=NAME,
        turns=turns if system is None else (system, *turns),
        turns_path=("messages",),
    )


BEDROCK_ANTHROPIC: Final = Format(
    name=NAME,
    title="Claude on Bedrock",
    recognise=has_messages,
    schema=SCHEMA,
    read=read,
    sources=("Claude cookbook: finetuning-finetuning-on-bedrock",),
    plain_shape=plain_shape,
    hint="system, messages",
    distinct=distinct,
)
