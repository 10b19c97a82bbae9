"""`trl-prompt-completion`: a prompt and a completion, both lists of messages. The one of plain texts is
`prompt-completion`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from finetooth_rules.example import Example
from finetooth_rules.formats._chat import read_media, read_tools
from finetooth_rules.formats._format import Format
from finetooth_rules.formats._trl import CHAT_KEYS, EXTRA, MESSAGES, SOURCE, column, is_messages, schema

if TYPE_CHECKING:
    from finetooth_rules.record import Record
    from finetooth_rules.targets import Target

NAME: Final = "trl-prompt-completion"

SCHEMA: Final[Mapping[str, Any]] = schema(
    "TRL: prompt and completion, conversational",
    ("prompt", "completion"),
    prompt=MESSAGES,
    completion=MESSAGES,
)
_OTHER_FORMATS: Final = CHAT_KEYS | {"chosen", "rejected", "completions"}


def recognise(value: Mapping[str, Any]) -> bool:
    """`completion` is there, it or the prompt is a list of messages, and there is no key of another type."""
    if "completion" not in value or not _OTHER_FORMATS.isdisjoint(value):
        return False
    if isinstance(value.get("label"), bool):
        return False
    return is_messages(value["completion"]) or is_messages(value.get("prompt"))


def read(record: Record, value: Mapping[str, Any], target: Target) -> Example:
    """One conversation; the answers of the completion are learnt."""
    prompt = tuple(column("user", value, "prompt", learnt=False))
    return Example(
        record=record,
        format=NAME,
        turns=(*prompt, *column("assistant", value, "completion")),
        turns_path=("completion",),
        answer_from=len(prompt),
        tools=tuple(read_tools(value.get("tools"), ("tools",))),
        tools_path=("tools",) if "tools" in value else (),
        media=tuple(read_media(value)),
    )


TRL_PROMPT_COMPLETION: Final = Format(
    name=NAME,
    title="TRL prompt and completion, messages",
    recognise=recognise,
    schema=SCHEMA,
    read=read,
    sources=(f"{SOURCE} (prompt-completion, conversational)",),
    hint="prompt, completion",
    extra_keys=EXTRA,
)
