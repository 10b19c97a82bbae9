"""What the rules on turns share."""

from __future__ import annotations

from collections import Counter

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
    """A prompt for reinforcement learning: its format says so, or there is no answer but a column that a
    grader compares answers with.
    """
    if example.kind is Kind.PROMPT_ONLY:
        return True
    return "reference" in example.extra and not has_role(example, "assistant")


def is_system(turn: Turn) -> bool:
    """A system or developer turn."""
    return turn.role in SYSTEM_ROLES


def is_result(turn: Turn) -> bool:
    """What a tool gave back."""
    return turn.role in RESULT_ROLES
