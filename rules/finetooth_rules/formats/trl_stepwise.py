"""`trl-stepwise`: an answer in steps, and which of them are right (process reward models)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from finetooth_rules.example import Example, Kind, Text, Turn
from finetooth_rules.finding import Path
from finetooth_rules.formats._chat import text_turn
from finetooth_rules.formats._format import Format

if TYPE_CHECKING:
    from finetooth_rules.record import Record
    from finetooth_rules.targets import Target

NAME: Final = "trl-stepwise"

SCHEMA: Final[Mapping[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "TRL: stepwise supervision",
    "type": "object",
    "required": ["prompt", "completions", "labels"],
    "properties": {
        "prompt": {"type": "string"},
        "completions": {"type": "array", "minItems": 1, "items": {"type": "string"}},
        "labels": {"type": "array", "minItems": 1, "items": {"type": "boolean"}},
    },
}


def recognise(value: Mapping[str, Any]) -> bool:
    """`completions` is there beside a prompt or labels; of objects it is Gemini's."""
    if "completions" not in value or not ("prompt" in value or "labels" in value) or "contents" in value:
        return False
    steps = value["completions"]
    return not (isinstance(steps, list) and steps and isinstance(steps[0], dict))


def beyond(value: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """As many labels as steps."""
    steps, labels = value.get("completions"), value.get("labels")
    if isinstance(steps, list) and isinstance(labels, list) and len(steps) != len(labels):
        yield ("labels",), f"one label for each of {len(steps)} completions, not {len(labels)}"


def read(record: Record, value: Mapping[str, Any], target: Target) -> Example:
    """The prompt and one answer of several texts. Nothing is learnt to be written: the steps are judged."""
    turns = [text_turn("user", value, "prompt", learnt=False)]
    steps = value.get("completions")
    if isinstance(steps, list):
        path = ("completions",)
        texts = tuple(Text(step, (*path, index)) for index, step in enumerate(steps) if isinstance(step, str))
        turns.append(Turn("assistant", texts, path, path, trained=False, role_path=path))
    return Example(
        record=record,
        format=NAME,
        turns=tuple(turn for turn in turns if turn is not None),
        conversation=False,
        turns_path=("completions",),
        kind=Kind.STEPWISE,
        answer_from=int("prompt" in value),
    )


TRL_STEPWISE: Final = Format(
    name=NAME,
    title="TRL stepwise supervision",
    recognise=recognise,
    schema=SCHEMA,
    read=read,
    sources=("TRL: docs/source/dataset_formats.md (stepwise supervision)",),
    hint="prompt, completions, labels",
    beyond=beyond,
)
