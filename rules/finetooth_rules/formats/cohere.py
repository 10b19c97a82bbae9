"""`cohere`: chat messages with the roles System, User and Chatbot (Cohere's API, until 2025-09)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from finetooth_rules.example import Example
from finetooth_rules.formats._chat import read_turns
from finetooth_rules.formats._format import Format
from finetooth_rules.formats._role_and_text import has_messages, schema_of

if TYPE_CHECKING:
    from finetooth_rules.record import Record
    from finetooth_rules.targets import Target

NAME: Final = "cohere"
ROLES: Final = {"System": "system", "User": "user", "Chatbot": "assistant"}

SCHEMA: Final = schema_of("Cohere chat", ROLES)


def distinct(value: Mapping[str, Any]) -> bool:
    """Some message is the Chatbot's, or all have roles of Cohere's."""
    messages = value.get("messages")
    roles = [
        message.get("role")
        for message in (messages if isinstance(messages, list) else ())
        if isinstance(message, dict)
    ]
    return bool(roles) and ("Chatbot" in roles or all(isinstance(r, str) and r in ROLES for r in roles))


def read(record: Record, value: Mapping[str, Any], target: Target) -> Example:
    """The conversation, with its roles in OpenAI's words."""
    turns = [
        turn._replace(
            role=ROLES.get(turn.role, turn.role),
            written=turn.role if turn.role in ROLES else "",
            trained=turn.role == "Chatbot",
        )
        for turn in read_turns(value.get("messages"), ("messages",))
    ]
    return Example(record=record, format=NAME, turns=tuple(turns), turns_path=("messages",))


COHERE: Final = Format(
    name=NAME,
    title="Cohere chat",
    recognise=has_messages,
    schema=SCHEMA,
    read=read,
    sources=("Cohere: preparing the chat fine-tuning data (deprecated 2025-09-15)",),
    hint="messages",
    distinct=distinct,
)
