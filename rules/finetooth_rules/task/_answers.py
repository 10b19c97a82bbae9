"""The answer of a record with one, where it is plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finetooth_rules.example import Kind

if TYPE_CHECKING:
    from finetooth_rules.example import Example, Text

LEARNT: Final = frozenset({Kind.SUPERVISED, Kind.UNPAIRED})
"""Kinds of records that have one answer, which is learnt as it stands."""


def answer_of(example: Example) -> Text | None:
    """The text of the last turn, where it is the one answer that is learnt, and no call of a tool; None
    otherwise. Of preference data, and where the model speaks several times, the answer is not one.
    """
    turns = example.turns
    if len(turns) < 2 or example.kind not in LEARNT:
        return None
    last = turns[-1]
    if last.role != "assistant" or not last.trained or last.calls or len(last.texts) != 1:
        return None
    if len(turns) > 2 and any(turn.role == "assistant" for turn in turns[:-1]):
        return None
    return last.texts[0]
