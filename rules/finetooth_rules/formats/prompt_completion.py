"""`prompt-completion`: one prompt and one completion, both plain text (OpenAI legacy, TRL, Bedrock Titan)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from finetooth_rules.example import Example
from finetooth_rules.formats._chat import text_turn
from finetooth_rules.formats._format import Format

if TYPE_CHECKING:
    from finetooth_rules.record import Record
    from finetooth_rules.targets import Target

NAME: Final = "prompt-completion"

SCHEMA: Final[Mapping[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Prompt and completion",
    "type": "object",
    "required": ["prompt", "completion"],
    "properties": {"prompt": {"type": "string"}, "completion": {"type": "string"}},
}

_OTHER_FORMATS: Final = frozenset(
    {
        *("messages", "conversations", "contents", "chosen", "rejected", "completions", "instruction"),
        *("chosen_messages", "rejected_messages", "preferred_output", "non_preferred_output"),
    }
)
"""Keys of chat, preference and stepwise formats, which may have a `prompt` too."""


def recognise(value: Mapping[str, Any]) -> bool:
    """`prompt` or `completion` is there, neither a list (conversational TRL), no key of another format, no
    `label` of true or false (`trl-unpaired`).
    """
    if "prompt" not in value and "completion" not in value:
        return False
    if isinstance(value.get("prompt"), list) or isinstance(value.get("completion"), list):
        return False
    return _OTHER_FORMATS.isdisjoint(value) and not isinstance(value.get("label"), bool)


def read(record: Record, value: Mapping[str, Any], target: Target) -> Example:
    """A user and an assistant turn."""
    turns = (text_turn("user", value, "prompt"), text_turn("assistant", value, "completion"))
    return Example(
        record=record,
        format=NAME,
        turns=tuple(turn for turn in turns if turn is not None),
        conversation=False,
    )


PROMPT_COMPLETION: Final = Format(
    name=NAME,
    title="prompt and completion",
    recognise=recognise,
    schema=SCHEMA,
    read=read,
    sources=(
        "OpenAI API specification, FineTuneCompletionRequestInput (2025-04)",
        "TRL: docs/source/dataset_formats.md (prompt-completion, standard)",
    ),
    hint="prompt, completion",
    well_known=True,
)
