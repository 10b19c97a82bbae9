"""`together`: one of `text`, `messages`, `prompt` with `completion`, and OpenAI's preference columns."""

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
from finetooth_rules.formats.openai_chat import plain_shape

NAME: Final = "together"
KINDS: Final = (("messages",), ("text",), ("prompt", "completion"), PREFERENCE)
_MESSAGE: Final = message(ROLES, PARTS)

SCHEMA: Final[Mapping[str, Any]] = one_of_kinds(
    "Together fine-tuning",
    KINDS,
    {
        "messages": {"type": "array", "minItems": 1, "items": _MESSAGE},
        "tools": TOOLS,
        "text": {"type": "string"},
        "prompt": {"type": "string"},
        "completion": {"type": "string"},
        **preference(_MESSAGE),
    },
)


TOGETHER: Final = Format(
    name=NAME,
    title="Together: chat, text, completion or preference",
    recognise=has_a_key_of(KINDS),
    schema=SCHEMA,
    read=partial(read, NAME),
    sources=("together 1.5.35: together/utils/files.py",),
    plain_shape=plain_shape,
    hint="messages",
    distinct=never,
)
