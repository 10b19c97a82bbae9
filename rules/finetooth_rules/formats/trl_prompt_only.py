"""`trl-prompt-only`: a prompt without an answer, for GRPO, RLOO and other online methods.

Further columns are handed to the reward functions, so any may stand beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from finetooth_rules.example import Example, Kind
from finetooth_rules.formats._chat import read_media, read_tools
from finetooth_rules.formats._format import Format
from finetooth_rules.formats._trl import (
    ANSWER_KEYS,
    CHAT_KEYS,
    EXTRA,
    SOURCE,
    TEXT_OR_MESSAGES,
    column,
    has_messages,
    is_messages,
    schema,
)
from finetooth_rules.formats.openai_reinforcement import REFERENCE_KEYS
from finetooth_rules.suggest import nearest

if TYPE_CHECKING:
    from finetooth_rules.record import Record
    from finetooth_rules.targets import Target

NAME: Final = "trl-prompt-only"

SCHEMA: Final[Mapping[str, Any]] = schema("TRL: prompt only", ("prompt",), prompt=TEXT_OR_MESSAGES)


def recognise(value: Mapping[str, Any]) -> bool:
    """`prompt` is there, a text or messages, and no key of an answer, not even a misspelt one."""
    prompt = value.get("prompt")
    if not isinstance(prompt, str) and not is_messages(prompt):
        return False
    if not (ANSWER_KEYS.isdisjoint(value) and CHAT_KEYS.isdisjoint(value)):
        return False
    return nearest("completion", [key for key in value if key != "prompt"]) is None


def read(record: Record, value: Mapping[str, Any], target: Target) -> Example:
    """The prompt; nothing of it is learnt. `extra["reference"]` names the column a grader compares with."""
    reference = next((key for key in value if key in REFERENCE_KEYS), None)
    return Example(
        record=record,
        format=NAME,
        turns=tuple(column("user", value, "prompt", learnt=False)),
        conversation=has_messages(value, "prompt"),
        turns_path=("prompt",),
        kind=Kind.PROMPT_ONLY,
        tools=tuple(read_tools(value.get("tools"), ("tools",))),
        tools_path=("tools",) if "tools" in value else (),
        media=tuple(read_media(value)),
        extra={} if reference is None else {"reference": reference},
    )


TRL_PROMPT_ONLY: Final = Format(
    name=NAME,
    title="TRL prompt only (GRPO, RLOO)",
    recognise=recognise,
    schema=SCHEMA,
    read=read,
    sources=(f"{SOURCE} (prompt-only, standard and conversational)",),
    hint="prompt",
    extra_keys=EXTRA,
)
