"""`openai-reinforcement`: a prompt the model answers by itself, and columns that a grader compares with
(`{{item.reference_answer}}`). OpenAI, Azure, Fireworks and Bedrock read it for reinforcement fine-tuning.

`messages` and `tools` are the only reserved keys. The last message is the user's (a developer's or system's
alone is read too); one of an assistant makes it a record for supervised fine-tuning, which is `openai-chat`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from finetooth_rules.example import Example, Kind
from finetooth_rules.formats import openai_chat
from finetooth_rules.formats._chat import has_value_parts, is_sharegpt, read_media, read_turns
from finetooth_rules.formats._format import Format

if TYPE_CHECKING:
    from finetooth_rules.record import Record
    from finetooth_rules.targets import Target

NAME: Final = "openai-reinforcement"

REFERENCE_KEYS: Final = frozenset(
    {
        *("ground_truth", "reference_answer", "reference", "answer", "solution", "expected"),
        *("expected_output", "reward_model", "test_cases", "tests", "rubric"),
    }
)
"""Columns that are there for a grader by their name."""

_ANSWERING: Final = frozenset({"assistant", "tool", "function"})
_CHAT_KEYS: Final = (
    frozenset(openai_chat.SCHEMA["properties"]) | openai_chat.EXTRA_KEYS | {"chosen", "rejected"}
)

SCHEMA: Final[Mapping[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Prompt and reference for a grader",
    "type": "object",
    "required": ["messages"],
    "properties": {key: openai_chat.SCHEMA["properties"][key] for key in ("messages", "tools")},
}


def recognise(value: Mapping[str, Any]) -> bool:
    """The messages end without an answer, and there is a column besides that a grader can read.

    Where an assistant speaks further up, only a column that is named after its purpose (`ground_truth`)
    tells a prompt from a conversation whose end is lost. In a file of plain chat such a record is still
    chat, and lacks its answer.
    """
    messages = value.get("messages")
    if len(value) == 1 or not isinstance(messages, list) or not messages:
        return False
    last = messages[-1]
    if not isinstance(last, dict) or _role(last) in _ANSWERING:
        return False
    if _CHAT_KEYS.issuperset(value) or ("rejected" in value and "chosen" in value):
        return False
    if has_value_parts(messages) or is_sharegpt(messages):
        return False
    return not REFERENCE_KEYS.isdisjoint(value) or not any(
        _role(message) == "assistant" for message in messages
    )


def _role(message: Any) -> str:
    role = message.get("role") if isinstance(message, dict) else None
    return role if isinstance(role, str) else ""


def read(record: Record, value: Mapping[str, Any], target: Target) -> Example:
    """The prompt; nothing in it is learnt. `extra["reference"]` names the column that a grader compares
    with.
    """
    columns = [key for key in value if key not in _CHAT_KEYS]
    reference = next((key for key in columns if key in REFERENCE_KEYS), columns[0] if columns else None)
    return Example(
        record=record,
        format=NAME,
        turns=tuple(read_turns(value.get("messages"), ("messages",), learnt=False)),
        tools=tuple(openai_chat.tools_of(value)),
        turns_path=("messages",),
        kind=Kind.PROMPT_ONLY,
        media=tuple(read_media(value)),
        tools_path=("tools",) if "tools" in value else (),
        extra={} if reference is None else {"reference": reference},
    )


OPENAI_REINFORCEMENT: Final = Format(
    name=NAME,
    title="prompts for reinforcement fine-tuning",
    recognise=recognise,
    schema=SCHEMA,
    read=read,
    sources=(
        "OpenAI API specification, FineTuneReinforcementRequestInput (2025-04)",
        "Azure OpenAI: reinforcement fine-tuning, data format",
        "Fireworks cookbook: training/examples/rl/deepmath",
    ),
    hint="messages and a reference_answer",
    extra_keys=openai_chat.EXTRA_KEYS | REFERENCE_KEYS,
    any_columns=True,
)
