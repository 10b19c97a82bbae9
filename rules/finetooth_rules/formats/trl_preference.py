"""`trl-preference`: a chosen and a rejected answer, as texts or as lists of messages (DPO, ORPO and others).

Without a `prompt` – or with one that is a text where the answers are messages – the prompt is what both
answers begin with, as TRL's `maybe_extract_prompt` takes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final

from finetooth_rules.example import Example, Kind, Turn
from finetooth_rules.formats._chat import read_media, read_tools, read_turns
from finetooth_rules.formats._format import Format
from finetooth_rules.formats._trl import (
    CHAT_KEYS,
    EXTRA,
    SOURCE,
    TEXT_OR_MESSAGES,
    all_messages,
    column,
    schema,
)

if TYPE_CHECKING:
    from finetooth_rules.record import Record
    from finetooth_rules.targets import Target

NAME: Final = "trl-preference"

SCHEMA: Final[Mapping[str, Any]] = {
    **schema(
        "TRL: preference",
        ("chosen", "rejected"),
        prompt=TEXT_OR_MESSAGES,
        chosen=TEXT_OR_MESSAGES,
        rejected=TEXT_OR_MESSAGES,
    ),
    **all_messages(("chosen", "rejected")),
}


def recognise(value: Mapping[str, Any]) -> bool:
    """`chosen` or `rejected` is there as a text or a list, and no key of a format that has them too."""
    found = [value[key] for key in ("chosen", "rejected") if key in value]
    return CHAT_KEYS.isdisjoint(value) and any(isinstance(item, str | list) for item in found)


def read(record: Record, value: Mapping[str, Any], target: Target) -> Example:
    """The prompt and the chosen answer, and the rejected one beside them."""
    chosen, rejected = value.get("chosen"), value.get("rejected")
    lists = isinstance(chosen, list) or isinstance(rejected, list)
    prompt: tuple[Turn, ...] = ()
    begin = 0
    if isinstance(value.get("prompt"), list) or not lists or not any(map(_asks, (chosen, rejected))):
        prompt = tuple(column("user", value, "prompt", learnt=False))
        turns = (*prompt, *column("assistant", value, "chosen"))
    else:
        begin = common_turns(chosen, rejected)
        turns = tuple(
            turn._replace(trained=turn.trained and index >= begin)
            for index, turn in enumerate(column("assistant", value, "chosen"))
        )
    return Example(
        record=record,
        format=NAME,
        turns=turns,
        conversation=lists,
        turns_path=("chosen",),
        kind=Kind.PREFERENCE,
        rejected=tuple(column("assistant", value, "rejected", learnt=False)),
        answer_from=len(prompt) or begin,
        rejected_from=begin,
        rejected_path=("rejected",) if "rejected" in value else (),
        tools=tuple(read_tools(value.get("tools"), ("tools",))),
        tools_path=("tools",) if "tools" in value else (),
        media=tuple(read_media(value)),
    )


def _asks(answer: Any) -> bool:
    """Whether an answer holds a user's turn, and so the prompt."""
    messages = answer if isinstance(answer, list) else ()
    return any(isinstance(turn, dict) and turn.get("role") == "user" for turn in messages)


def common_turns(chosen: Any, rejected: Any) -> int:
    """How many turns both answers begin with; the last one of the shorter is always its answer."""
    if not (isinstance(chosen, list) and isinstance(rejected, list)):
        return 0
    most = max(min(len(chosen), len(rejected)) - 1, 0)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(chosen, rejected, strict=False)))
    # Turns that are no object are not read, so the count is of those that are.
    return len([*read_turns(chosen[: min(same, most)], ())])


TRL_PREFERENCE: Final = Format(
    name=NAME,
    title="TRL preference (DPO and others)",
    recognise=recognise,
    schema=SCHEMA,
    read=read,
    sources=(f"{SOURCE} (preference, explicit and implicit prompt)",),
    hint="chosen, rejected",
    extra_keys=EXTRA | {"score_chosen", "score_rejected", "margin", "prompt_id"},
)
