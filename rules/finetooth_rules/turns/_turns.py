"""What the rules on turns share."""

from __future__ import annotations

from finetooth_rules.example import SYSTEM_ROLES, Example, Kind, Turn

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
    """Whether every item of the list of turns could be read as one."""
    value = example.record.value
    for step in example.turns_path:
        value = value.get(step) if isinstance(value, dict) else None
    return not isinstance(value, list) or len(value) == len(example.turns)


def has_role(example: Example, role: str) -> bool:
    """Whether some turn has this role."""
    return any(turn.role == role for turn in example.turns)


def is_prompt_only(example: Example) -> bool:
    """A prompt for reinforcement learning: its format says so, or it ends with the user and has a column that
    a grader compares answers with.
    """
    if example.kind is Kind.PROMPT_ONLY:
        return True
    return "reference" in example.extra and (
        not has_role(example, "assistant") or example.turns[-1].role == "user"
    )


def expects_answer(example: Example) -> bool:
    """Whether the turns should end with the assistant's: not those of a prompt for reinforcement learning,
    nor of preference data whose preferred answer is missing (the schema's rules report that).
    """
    if example.kind is Kind.PREFERENCE:
        return len(example.turns) > example.answer_from
    return example.kind in (Kind.SUPERVISED, Kind.UNPAIRED) and not is_prompt_only(example)


def is_system(turn: Turn) -> bool:
    """A system or developer turn."""
    return turn.role in SYSTEM_ROLES


def is_result(turn: Turn) -> bool:
    """What a tool gave back."""
    return turn.role in RESULT_ROLES
