"""`openai-preference`: a prompt, a preferred and a non-preferred answer, as OpenAI, Azure, Together and
Fireworks read them for DPO.

The messages are those of `openai-chat`. Together and OpenAI take one assistant message an answer, Azure also
a call and the tool's result in it; the schema takes the widest. The API specification of 2025-04 called the
answers `preferred_completion` and `non_preferred_completion`: read, with a hint.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from finetooth_rules.example import Example, Kind
from finetooth_rules.formats import openai_chat
from finetooth_rules.formats._chat import read_turns
from finetooth_rules.formats._format import Format

if TYPE_CHECKING:
    from finetooth_rules.record import Record
    from finetooth_rules.targets import Target

NAME: Final = "openai-preference"
OLD_KEYS: Final = {
    "preferred_completion": "preferred_output",
    "non_preferred_completion": "non_preferred_output",
}
_ANSWERS: Final = frozenset({*OLD_KEYS, *OLD_KEYS.values()})
_CHAT: Final[Mapping[str, Any]] = openai_chat.SCHEMA["properties"]
_BRANCHES: Final[list[Mapping[str, Any]]] = _CHAT["messages"]["items"]["anyOf"]


def _roles(*roles: str) -> dict[str, Any]:
    return {"anyOf": [b for b in _BRANCHES if b["properties"]["role"]["const"] in roles]}


_ANSWER: Final = {"type": "array", "minItems": 1, "items": _roles("assistant", "tool")}

SCHEMA: Final[Mapping[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Prompt, preferred and non-preferred answer",
    "type": "object",
    "required": ["input"],
    "anyOf": [
        {"required": ["preferred_output", "non_preferred_output"]},
        {
            "required": ["preferred_completion", "non_preferred_completion"],
            "properties": {"preferred_completion": _ANSWER, "non_preferred_completion": _ANSWER},
        },
    ],
    "properties": {
        "input": {
            "type": "object",
            "required": ["messages"],
            "properties": {
                "messages": _CHAT["messages"],
                "tools": _CHAT["tools"],
                "parallel_tool_calls": _CHAT["parallel_tool_calls"],
            },
        },
        "preferred_output": _ANSWER,
        "non_preferred_output": _ANSWER,
    },
}


def recognise(value: Mapping[str, Any]) -> bool:
    """One of the two answers is there under its name of today or of 2025-04, or an `input` with messages."""
    if not _ANSWERS.isdisjoint(value):
        return True
    prompt = value.get("input")
    return isinstance(prompt, dict) and "messages" in prompt


def read(record: Record, value: Mapping[str, Any], target: Target) -> Example:
    """The prompt with the preferred answer, and the other one. Answers within the prompt are not learnt."""
    given = value.get("input")
    prompt = given if isinstance(given, dict) else {}
    if isinstance(given, list):  # the wrong type, and told; what it says is plain all the same
        turns = tuple(read_turns(given, ("input",), learnt=False))
    else:
        turns = tuple(read_turns(prompt.get("messages"), ("input", "messages"), learnt=False))
    better, worse = (
        key if key in value or old not in value else old
        for key, old in (
            ("preferred_output", "preferred_completion"),
            ("non_preferred_output", "non_preferred_completion"),
        )
    )
    return Example(
        record=record,
        format=NAME,
        turns=(*turns, *read_turns(value.get(better), (better,))),
        tools=tuple(
            tool._replace(path=("input", *tool.path), function_path=("input", *tool.function_path))
            for tool in openai_chat.tools_of(prompt)
        ),
        turns_path=("input", "messages"),
        kind=Kind.PREFERENCE,
        rejected=tuple(read_turns(value.get(worse), (worse,), learnt=False)),
        answer_from=len(turns),
        rejected_path=(worse,) if worse in value else (),
        tools_path=("input", "tools") if "tools" in prompt else (),
    )


OPENAI_PREFERENCE: Final = Format(
    name=NAME,
    title="preference data with an input and two outputs",
    recognise=recognise,
    schema=SCHEMA,
    read=read,
    sources=(
        "OpenAI guide to direct preference optimization",
        "OpenAI API specification, FineTunePreferenceRequestInput (2025-04)",
        "Together 1.5: together/utils/files.py (preference)",
    ),
    hint="input, preferred_output, non_preferred_output",
    old_keys=OLD_KEYS,
)
