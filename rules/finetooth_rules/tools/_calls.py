"""What the rules on tools share: who calls, who answers, and when there is anything to judge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import orjson

from finetooth_rules.example import Example, Tool, ToolCall, Turn
from finetooth_rules.finding import INSIDE, Applicability, Edit, Fix, Path
from finetooth_rules.formats.custom import NAME as CUSTOM
from finetooth_rules.record import Record
from finetooth_rules.schema._edits import written

RESULT_ROLES: Final = frozenset({"tool", "function"})

BUILT_IN: Final = frozenset(
    {
        *("brave_search", "wolfram_alpha", "code_interpreter"),  # Llama 3.1: prompt format, built-in tools
        *("python", "browser.search", "browser.open", "browser.find"),  # gpt-oss: harmony response format
        "multi_tool_use.parallel",  # OpenAI's wrapper of parallel calls
    }
)
"""Tools that a chat template defines by itself; the arguments of some are program text."""


def touches_tools(example: Example) -> bool:
    """Whether a record has tools, calls or results: read from its shape alone.

    A call may be JSON in a string (ShareGPT's `function_call`), so its role is asked, not what is in it.
    Fields that the settings map may be either, so they count always.
    """
    if example.tools_path or example.format == CUSTOM:
        return True
    return any(turn.calls or turn.role in RESULT_ROLES or "call" in turn.written for turn in example.turns)


def calls_of(example: Example) -> Iterator[ToolCall]:
    """The calls of all turns. Those of the rejected answer are left out: it may be as bad as it likes."""
    for turn in example.turns:
        yield from turn.calls


def is_result(turn: Turn) -> bool:
    """What a tool gave back."""
    return turn.role in RESULT_ROLES


def results_after(turns: Sequence[Turn], index: int) -> list[Turn]:
    """The results right after a turn."""
    found: list[Turn] = []
    for turn in turns[index + 1 :]:
        if not is_result(turn):
            break
        found.append(turn)
    return found


def by_name(tools: Sequence[Tool]) -> dict[str, Tool]:
    """Name → its first definition."""
    names: dict[str, Tool] = {}
    for tool in tools:
        if tool.name:
            names.setdefault(tool.name, tool)
    return names


def in_string(path: tuple[str | int, ...]) -> bool:
    """Whether a place stands in JSON that is written in a string."""
    return INSIDE in path


def renamed(record: Record, paths: Sequence[Path], new: str, title: str, applicability: Applicability) -> Fix:
    """Write a name or an id anew wherever it stands, also in JSON in a string."""
    edits = (Edit(record.locate(path), written(path, orjson.dumps(new))) for path in paths)
    return Fix(title, applicability, tuple(sorted(edits, key=lambda edit: edit.span)))
