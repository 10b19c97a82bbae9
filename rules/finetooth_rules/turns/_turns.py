"""What the rules on turns share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from finetooth_rules.example import SYSTEM_ROLES, Example, Kind, Turn
from finetooth_rules.finding import Path

ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})
RESULT_ROLES = frozenset({"tool", "function"})


def in_order(example: Example) -> bool:
    """Whether the order of the turns can be judged: a conversation in which every turn has a known role.

    Where a role is missing or unknown the schema's rules speak, and what the order would be is a guess.
    """
    return (
        example.conversation
        and bool(example.turns)
        and all(turn.role in ROLES for turn in example.turns)
        and _is_whole(example)
    )


def _is_whole(example: Example) -> bool:
    """Whether every item of the lists of turns could be read as one."""
    lists = Counter(turn.path[:-1] for turn in example.turns if turn.path and isinstance(turn.path[-1], int))
    return all(_length(example, path) in (None, count) for path, count in lists.items())


def _length(example: Example, path: Path) -> int | None:
    value = example.record.value
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):  # JSON inside a string
            return None
    return len(value) if isinstance(value, list) else None


def has_role(example: Example, role: str) -> bool:
    """Whether some turn has this role."""
    return any(turn.role == role for turn in example.turns)


def is_prompt_only(example: Example) -> bool:
    """A prompt for reinforcement learning, which needs no answer."""
    return example.kind is Kind.PROMPT_ONLY


def lacks_its_answer(example: Example) -> bool:
    """Whether the preferred answer could not be read; the schema's rules speak of it."""
    return example.kind is Kind.PREFERENCE and example.answer_from == len(example.turns)


def named(turn: Turn) -> str:
    """The role as the record writes it."""
    return turn.written or turn.role


def expected(role: str, turns: Sequence[Turn]) -> str:
    """How this record would write a role: as it does, or in the words of ShareGPT where it uses them."""
    for turn in turns:
        if turn.role == role:
            return named(turn)
    return _SHAREGPT.get(role, role) if any(turn.written in _SHAREGPT.values() for turn in turns) else role


_SHAREGPT = {"user": "human", "assistant": "gpt"}


def is_system(turn: Turn) -> bool:
    """A system or developer turn."""
    return turn.role in SYSTEM_ROLES


def is_result(turn: Turn) -> bool:
    """What a tool gave back."""
    return turn.role in RESULT_ROLES
