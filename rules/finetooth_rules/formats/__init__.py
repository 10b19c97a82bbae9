"""The dataset formats: one file each. Order decides when a record could be two of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from finetooth_rules.formats._chat import has_value_parts, is_sharegpt
from finetooth_rules.formats._format import Format
from finetooth_rules.formats.alpaca import ALPACA
from finetooth_rules.formats.axolotl_segments import AXOLOTL_SEGMENTS
from finetooth_rules.formats.bedrock_anthropic import BEDROCK_ANTHROPIC
from finetooth_rules.formats.bedrock_nova import BEDROCK_NOVA
from finetooth_rules.formats.cohere import COHERE
from finetooth_rules.formats.cohere import distinct as is_cohere
from finetooth_rules.formats.fireworks import FIREWORKS
from finetooth_rules.formats.gemini import GEMINI
from finetooth_rules.formats.llama_factory_v1 import LLAMA_FACTORY_V1
from finetooth_rules.formats.mistral import MISTRAL
from finetooth_rules.formats.nemo import NEMO
from finetooth_rules.formats.openai_chat import OPENAI_CHAT
from finetooth_rules.formats.openai_preference import OPENAI_PREFERENCE
from finetooth_rules.formats.openai_reinforcement import OPENAI_REINFORCEMENT
from finetooth_rules.formats.prompt_completion import PROMPT_COMPLETION
from finetooth_rules.formats.sharegpt import SHAREGPT
from finetooth_rules.formats.text import TEXT
from finetooth_rules.formats.together import TOGETHER
from finetooth_rules.formats.tokenized import TOKENIZED
from finetooth_rules.formats.trl_preference import TRL_PREFERENCE
from finetooth_rules.formats.trl_prompt_completion import TRL_PROMPT_COMPLETION
from finetooth_rules.formats.trl_prompt_only import TRL_PROMPT_ONLY
from finetooth_rules.formats.trl_stepwise import TRL_STEPWISE
from finetooth_rules.formats.trl_unpaired import TRL_UNPAIRED

FORMATS: Final[Mapping[str, Format]] = {
    fmt.name: fmt
    for fmt in (
        OPENAI_PREFERENCE,
        OPENAI_REINFORCEMENT,
        LLAMA_FACTORY_V1,
        OPENAI_CHAT,
        NEMO,
        SHAREGPT,
        ALPACA,
        TRL_UNPAIRED,
        TRL_PROMPT_COMPLETION,
        TRL_PROMPT_ONLY,
        PROMPT_COMPLETION,
        AXOLOTL_SEGMENTS,
        TRL_STEPWISE,
        TRL_PREFERENCE,
        GEMINI,
        MISTRAL,
        COHERE,
        BEDROCK_ANTHROPIC,
        BEDROCK_NOVA,
        TOKENIZED,
        TEXT,
        TOGETHER,
        FIREWORKS,
    )
}

_NARROW: Final = (BEDROCK_NOVA, MISTRAL, COHERE, BEDROCK_ANTHROPIC)
"""Formats with `messages` that something of their own tells from `openai-chat`, so they are asked first."""
_ORDER: Final = (*_NARROW, *(fmt for fmt in FORMATS.values() if fmt not in _NARROW))


def recognise(value: Mapping[str, Any]) -> Format | None:
    """The format a decoded record is meant as, or None."""
    if len(value) == 1 and "messages" in value and not is_cohere(value):  # the commonest record
        messages = value["messages"]
        if not has_value_parts(messages):
            return SHAREGPT if is_sharegpt(messages) else OPENAI_CHAT
    for fmt in _ORDER:
        if (fmt.distinct or fmt.recognise)(value):
            return fmt
    return None


__all__ = ["FORMATS", "Format", "recognise"]
