"""What the rules on preference data share: the two answers, and the prompt of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from finetooth_rules.example import Example, Kind, ToolCall, Turn

ASKING: Final = frozenset({"system", "developer", "user"})


def is_pair(example: Example) -> bool:
    """Whether there are two answers to compare: read from the shape of the record alone."""
    return example.kind is Kind.PREFERENCE and bool(example.rejected)


def answers(example: Example) -> tuple[Sequence[Turn], Sequence[Turn]]:
    """The turns of the preferred and of the other answer, without their prompts."""
    return example.turns[example.answer_from :], example.rejected[example.rejected_from :]


def said(turn: Turn) -> tuple[Any, ...]:
    """What a turn says, however it is written: equal for turns that are the same to a trainer."""
    return (
        turn.role,
        [part.text for part in turn.texts],
        [_called(call) for call in turn.calls],
        [part.text for part in turn.reasoning],
        [media.source for media in turn.media],
    )


def said_stripped(turn: Turn) -> tuple[Any, ...]:
    """The same without outer white space."""
    role, _, *others = said(turn)
    return role, turn.text.strip(), *others


def _called(call: ToolCall) -> tuple[Any, ...]:
    found = call.parsed()
    return call.name, call.arguments if found is None else found[0]
