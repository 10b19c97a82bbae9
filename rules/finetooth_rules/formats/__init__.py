"""The dataset formats: one file each. Order decides when a record could be two of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from finetooth_rules.formats._chat import has_value_parts, is_sharegpt
from finetooth_rules.formats._format import Format
from finetooth_rules.formats.alpaca import ALPACA
from finetooth_rules.formats.llama_factory_v1 import LLAMA_FACTORY_V1
from finetooth_rules.formats.openai_chat import OPENAI_CHAT
from finetooth_rules.formats.openai_preference import OPENAI_PREFERENCE
from finetooth_rules.formats.openai_reinforcement import OPENAI_REINFORCEMENT
from finetooth_rules.formats.prompt_completion import PROMPT_COMPLETION
from finetooth_rules.formats.sharegpt import SHAREGPT

FORMATS: Mapping[str, Format] = {
    fmt.name: fmt
    for fmt in (
        OPENAI_PREFERENCE,
        OPENAI_REINFORCEMENT,
        LLAMA_FACTORY_V1,
        OPENAI_CHAT,
        SHAREGPT,
        ALPACA,
        PROMPT_COMPLETION,
    )
}


def recognise(value: Mapping[str, Any]) -> Format | None:
    """The format a decoded record is meant as, or None."""
    if len(value) == 1 and "messages" in value:  # the commonest record
        messages = value["messages"]
        if not has_value_parts(messages):
            return SHAREGPT if is_sharegpt(messages) else OPENAI_CHAT
    for fmt in FORMATS.values():
        if fmt.recognise(value):
            return fmt
    return None


__all__ = ["FORMATS", "Format", "recognise"]
