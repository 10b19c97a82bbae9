"""`fireworks`: chat messages, a prompt and its completion, or preference data in either of two forms."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from finetooth_rules.formats._format import Format
from finetooth_rules.formats._hosted import (
    PARTS,
    PREFERENCE,
    ROLES,
    TOOLS,
    has_a_key_of,
    message,
    never,
    one_of_kinds,
    preference,
    read,
)
from finetooth_rules.formats.openai_chat import EXTRA_KEYS, plain_shape
from finetooth_rules.formats.openai_reinforcement import REFERENCE_KEYS

NAME: Final = "fireworks"
KINDS: Final = (("messages",), ("completion", "prompt"), PREFERENCE, ("chosen", "rejected"))
_MESSAGE: Final = message(ROLES, PARTS)
_ANSWER: Final = {"anyOf": [{"type": "string"}, {"type": "array", "minItems": 1, "items": _MESSAGE}]}

SCHEMA: Final[Mapping[str, Any]] = one_of_kinds(
    "Fireworks fine-tuning",
    KINDS,
    {
        "messages": {"type": "array", "minItems": 1, "items": _MESSAGE},
        "tools": TOOLS,
        "prompt": _ANSWER,
        "completion": {"type": "string"},
        **preference(_MESSAGE),
        "chosen": _ANSWER,
        "rejected": _ANSWER,
    },
)


FIREWORKS: Final = Format(
    name=NAME,
    title="Fireworks: chat, completion or preference",
    recognise=has_a_key_of(KINDS),
    schema=SCHEMA,
    read=partial(read, NAME, prompts=True),
    sources=(
        "fw-ai/cookbook: skills/fireworks-training/references/choose-method.md",
        "Fireworks: fine-tuning documentation (text, vision, preference)",
    ),
    plain_shape=plain_shape,
    hint="messages",
    extra_keys=EXTRA_KEYS | REFERENCE_KEYS,
    distinct=never,
)
