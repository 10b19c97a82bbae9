"""The dataset formats: one file each. Order decides when a record could be two of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from finetooth_rules.formats._format import Format
from finetooth_rules.formats.axolotl_segments import AXOLOTL_SEGMENTS
from finetooth_rules.formats.openai_chat import OPENAI_CHAT
from finetooth_rules.formats.prompt_completion import PROMPT_COMPLETION

FORMATS: Mapping[str, Format] = {fmt.name: fmt for fmt in (OPENAI_CHAT, PROMPT_COMPLETION, AXOLOTL_SEGMENTS)}


def recognise(value: Mapping[str, Any]) -> Format | None:
    """The format a decoded record is meant as, or None."""
    for fmt in FORMATS.values():
        if fmt.recognise(value):
            return fmt
    return None


__all__ = ["FORMATS", "Format", "recognise"]
