"""`trl-unpaired`: an answer and whether it is good (KTO, BCO), as texts or as lists of messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from finetooth_rules.example import Example, Kind
from finetooth_rules.formats._chat import read_media, read_tools
from finetooth_rules.formats._format import Format
from finetooth_rules.formats._trl import (
    CHAT_KEYS,
    EXTRA,
    SOURCE,
    TEXT_OR_MESSAGES,
    all_messages,
    column,
    has_messages,
    schema,
)

if TYPE_CHECKING:
    from finetooth_rules.record import Record
    from finetooth_rules.targets import Target

NAME: Final = "trl-unpaired"

SCHEMA: Final[Mapping[str, Any]] = {
    **schema(
        "TRL: unpaired preference",
        ("prompt", "completion", "label"),
        prompt=TEXT_OR_MESSAGES,
        completion=TEXT_OR_MESSAGES,
        label={"type": "boolean"},
    ),
    **all_messages(("completion",)),
}
_OTHER_FORMATS: Final = CHAT_KEYS | {"chosen", "rejected", "completions"}


def recognise(value: Mapping[str, Any]) -> bool:
    """`label` beside a prompt or a completion, and no key of another format."""
    if "label" not in value or not _OTHER_FORMATS.isdisjoint(value):
        return False
    return "prompt" in value or "completion" in value


def distinct(value: Mapping[str, Any]) -> bool:
    """Only a label of true or false, beside a completion: a word or a number may be any other column."""
    return isinstance(value.get("label"), bool) and "completion" in value and recognise(value)


def read(record: Record, value: Mapping[str, Any], target: Target) -> Example:
    """The prompt and its answer; an answer that is not good is not learnt."""
    label = value.get("label")
    prompt = tuple(column("user", value, "prompt", learnt=False))
    return Example(
        record=record,
        format=NAME,
        turns=(*prompt, *column("assistant", value, "completion", learnt=label is not False)),
        conversation=has_messages(value, "prompt", "completion"),
        turns_path=("completion",),
        kind=Kind.UNPAIRED,
        answer_from=len(prompt),
        label=label if isinstance(label, bool) else None,
        label_path=("label",) if "label" in value else (),
        tools=tuple(read_tools(value.get("tools"), ("tools",))),
        tools_path=("tools",) if "tools" in value else (),
        media=tuple(read_media(value)),
    )


TRL_UNPAIRED: Final = Format(
    name=NAME,
    title="TRL unpaired preference (KTO)",
    recognise=recognise,
    schema=SCHEMA,
    read=read,
    sources=(f"{SOURCE} (unpaired preference, standard and conversational)",),
    hint="prompt, completion, label",
    extra_keys=EXTRA,
    distinct=distinct,
)
